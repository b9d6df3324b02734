"""The server's clock: the real one, or in sandbox mode one that starts at a given instant (F4)."""

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

# When the clock of XS2A_CLOCK was started, in seconds since 1970: so that all processes of one
# server agree on the time, though they do not start at the same moment.
STARTED_AT = "XS2A_CLOCK_STARTED_AT"

Clock = Callable[[], datetime]


class ClockInvalid(Exception):
    """XS2A_CLOCK is not an instant such as 2020-07-15T10:00:00Z."""


def real_clock() -> datetime:
    """The time now, aware, in UTC."""
    return datetime.now(UTC)


def clock_from(start: str | None) -> Clock:
    """The clock that XS2A_CLOCK asks for; it ticks on from that instant. Raises ClockInvalid."""
    if start is None:
        return real_clock
    try:
        instant = datetime.fromisoformat(start)
    except ValueError as error:
        raise ClockInvalid(f"XS2A_CLOCK is not an instant: {start!r}") from error
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=UTC)
    started_at = float(os.environ.setdefault(STARTED_AT, repr(time.time())))
    shift = instant - datetime.fromtimestamp(started_at, UTC)
    return _Shifted(shift)


class _Shifted:
    def __init__(self, shift: timedelta) -> None:
        self._shift = shift

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self._shift

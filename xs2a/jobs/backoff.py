"""Whom not to ask again yet: a payment about which the bank has failed rests, longer each time.

It is kept in this process only: whoever takes over the job asks once more at the most, and a
restart is a reason to. A bank that is down is then asked about a few payments in each run, other
ones each time, so that no payment holds up those behind it.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

FIRST_REST: Final = timedelta(minutes=2)
LONGEST_REST: Final = timedelta(hours=1)
REMEMBERED: Final = 10_000  # bounds the memory; forgetting means to ask again


class Backoff:
    """Payments at rest."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._resting: dict[str, tuple[datetime, timedelta]] = {}

    def rests(self, payment_id: str) -> bool:
        """Is it too early to ask again?"""
        until, _ = self._resting.get(payment_id, (None, None))
        return until is not None and self._clock() < until

    def failed(self, payment_id: str) -> None:
        """Let it rest: twice as long as the time before."""
        _, before = self._resting.get(payment_id, (None, FIRST_REST / 2))
        rest = min(2 * before, LONGEST_REST)
        if len(self._resting) >= REMEMBERED:
            self._resting.clear()
        self._resting[payment_id] = (self._clock() + rest, rest)

    def succeeded(self, payment_id: str) -> None:
        """It needs no rest any more."""
        self._resting.pop(payment_id, None)

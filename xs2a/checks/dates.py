"""Dates as HTTP has them."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Final

# The library takes anything behind a date, such as a second one.
_FORM: Final = re.compile(r"[A-Za-z]+,? [0-9A-Za-z:+ -]+", re.ASCII)


@lru_cache(maxsize=256)  # many requests are of the same second
def http_date(value: str) -> datetime | None:
    """The instant of `Mon, 02 Mar 2026 10:30:00 GMT`, or of an older spelling (RFC 9110, 5.6.7);
    None for what is no date.
    """
    if not _FORM.fullmatch(value.strip()):
        return None
    try:
        found = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)

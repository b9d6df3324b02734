"""Dates as HTTP has them."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache


@lru_cache(maxsize=256)  # many requests are of the same second
def http_date(value: str) -> datetime | None:
    """The instant of `Mon, 02 Mar 2026 10:30:00 GMT`, or of an older spelling (RFC 9110, 5.6.7);
    None for what is no date.
    """
    try:
        found = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)

"""Rules of a payment's facts, the same in every format: amounts, days, periods.

Each judges plain values and tells its finding with the path that the caller gives: a JSON path, or
an XPath. Accounts are in `accounts.py`.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal

from cms.domain.profile import Profile
from xs2a.checks import values
from xs2a.errors import Finding
from xs2a.spec.messages import Message


@dataclass(frozen=True, slots=True)
class BodyRules:
    """What the rules depend on. `today` is a day of UTC."""

    profile: Profile
    today: date


def refused(path: str, text: str, message: Message = Message.FORMAT_ERROR) -> Finding:
    """A finding about the member, or element, at the path."""
    return Finding(message, f"'{path}' {text}.", path)


def check_amount(value: Decimal, currency: str, path: str) -> Finding | None:
    """Greater than zero, and no more decimals than the currency has (P9)."""
    if value <= 0:
        return refused(path, "must be greater than zero")
    if not values.fits_currency(value, currency):
        return refused(path, "has more decimals than the currency")
    return None


def check_execution_day(day: date, today: date, path: str) -> Finding | None:
    """Today or later (B17)."""
    return _too_late(path) if day < today else None


def check_execution_moment(moment: datetime, today: date, path: str) -> Finding | None:
    """On this day of UTC or later (B17): a moment has a day of its own in every time zone."""
    return _too_late(path) if moment < datetime.combine(today, time.min, UTC) else None


def check_start_day(day: date, today: date, path: str) -> Finding | None:
    """The first day of a periodic payment: today or later (B16)."""
    return refused(path, "must not be in the past") if day < today else None


def check_period(start: date, end: date, path: str) -> Finding | None:
    """A periodic payment does not end before it starts (B18)."""
    if end < start:
        return refused(path, "must not be before the start", Message.PERIOD_INVALID)
    return None


def _too_late(path: str) -> Finding:
    return refused(path, "must not be in the past", Message.EXECUTION_DATE_INVALID)

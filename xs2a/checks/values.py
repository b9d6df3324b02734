"""What a single value of a payment must look like, in any format: IBAN, BIC, codes, days, texts."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Final
from unicodedata import category

import pycountry
from iso4217 import Currency
from schwifty import IBAN
from schwifty.exceptions import SchwiftyException

from xs2a.spec.characters import BLANK, DEFAULT_IGNORABLE

# The patterns of the Berlin Group's OpenAPI file (P10).
IBAN_PATTERN: Final = re.compile(r"[A-Z]{2}[0-9]{2}[a-zA-Z0-9]{1,30}")
BBAN_PATTERN: Final = re.compile(r"[a-zA-Z0-9]{1,30}")
BIC_PATTERN: Final = re.compile(r"[A-Z]{6}[A-Z2-9][A-NP-Z0-9]([A-Z0-9]{3})?")
AMOUNT_PATTERN: Final = re.compile(r"-?[0-9]{1,14}(\.[0-9]{1,3})?")
DATE_PATTERN: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
DAY_OF_MONTH_PATTERN: Final = re.compile(r"(0?[1-9]|[12][0-9]|3[01])")
_MOMENT_PATTERN: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})"
)
# Unicode: control, format, surrogate, private, unassigned; line and paragraph separators.
_NOT_TO_BE_SEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def _any_of(*ranges: tuple[int, int]) -> str:
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges)


_IGNORABLE: Final = re.compile(f"[{_any_of(*DEFAULT_IGNORABLE)}]")
_SEEN: Final = re.compile(rf"[^\s{_any_of(*DEFAULT_IGNORABLE, *BLANK)}]")

COUNTRIES: Final = frozenset(country.alpha_2 for country in pycountry.countries)
# Without a minor unit there is nothing to pay with: metals, bond units, XXX, XTS for tests.
_EXPONENTS: Final = {
    currency.code: currency.exponent for currency in Currency if currency.exponent is not None
}
CURRENCIES: Final = frozenset(_EXPONENTS)
CHARGE_BEARERS: Final = frozenset({"DEBT", "CRED", "SHAR", "SLEV"})  # ChargeBearerType1Code


@lru_cache(maxsize=10_000)
def is_iban(value: str) -> bool:
    """Country format and check digits, upper-case and without blanks."""
    try:
        return str(IBAN(value)) == value
    except SchwiftyException:
        return False


def fits_currency(value: Decimal, code: str) -> bool:
    """No more decimals than the currency has (P9)."""
    decimals = _EXPONENTS.get(code)
    exponent = value.as_tuple().exponent
    return decimals is None or not isinstance(exponent, int) or -exponent <= decimals


def has_control_characters(text: str) -> bool:
    """Characters that no text may hold: the PSU must see just what is signed.

    Beside control characters these are the invisible ones and those that turn the direction.
    """
    if text.isascii():
        return not text.isprintable()
    if _IGNORABLE.search(text):
        return True
    return any(category(character) in _NOT_TO_BE_SEEN for character in text)


def is_blank(text: str) -> bool:
    """Nothing of it can be seen."""
    return _SEEN.search(text) is None


def iso_date(text: str) -> date | None:
    """The day of `YYYY-MM-DD`, or None."""
    if not DATE_PATTERN.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def iso_moment(text: str) -> datetime | None:
    """The aware moment of `YYYY-MM-DDThh:mm:ss` with a time zone, or None."""
    if not _MOMENT_PATTERN.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text)
        moment.astimezone(UTC)  # the first and the last day of all have moments that no clock shows
    except (ValueError, OverflowError):
        return None
    return moment

"""How amounts, IBANs and days are written for people to read."""

from datetime import date, datetime
from decimal import Decimal

from flask import Flask

NARROW_SPACE = "\u202f"

_SO_FAR = {
    "RCVD": "Not authorised yet",
    "PATC": "Waits for another person to authorise it",
    "ACCP": "Authorised, not made yet",
    "ACSP": "About to be made",
}
_SO_FAR_OF_A_STANDING_ORDER = {
    "ACCP": "Authorised, nothing paid yet",
    "ACSP": "Running, paid on its days",
}


def money(amount: Decimal) -> str:
    """`1,234.50`, with a true minus sign."""
    return f"{amount:,.2f}".replace("-", "\N{MINUS SIGN}")


def iban(text: str) -> str:
    """In groups of four, as on paper."""
    return NARROW_SPACE.join(text[start : start + 4] for start in range(0, len(text), 4))


def day(moment: date) -> str:
    """`5 March 2026`."""
    return f"{moment.day} {moment:%B %Y}"


def minute(moment: datetime) -> str:
    """`5 March 2026, 14:03 UTC`."""
    return f"{day(moment)}, {moment:%H:%M} UTC"


def so_far(transaction_status: str, *, standing: bool = False) -> str:
    """How far a payment has come, in words; a code that has none as it is."""
    words = _SO_FAR | _SO_FAR_OF_A_STANDING_ORDER if standing else _SO_FAR
    return words.get(transaction_status, transaction_status)


def register_formats(app: Flask) -> None:
    """Make them filters of the app's templates."""
    for filter_ in (money, iban, day, minute, so_far):
        app.add_template_filter(filter_)

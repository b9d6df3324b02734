"""Pages of a list, as the bank's systems ask for them (spec 2.0)."""

from collections.abc import Sequence
from typing import Final, TypeVar

from flask import request

from cms.domain.errors import Malformed

T = TypeVar("T")

ITEMS_PER_PAGE: Final = 20
_MOST_DIGITS: Final = 9

PARAMETERS: Final = [
    {
        "in": "query",
        "name": name,
        "schema": {"type": "integer"},
        "description": f"{meaning}; without any paging everything is answered.",
    }
    for name, meaning in (
        ("pageIndex", "Which page, counted from 0"),
        ("itemsPerPage", f"How many on a page, {ITEMS_PER_PAGE} by default"),
    )
]


def page_of(items: Sequence[T]) -> Sequence[T]:
    """The page that `pageIndex` and `itemsPerPage` ask for; everything where neither is sent.

    What makes no sense as a page takes the default. Raises Malformed for what is no number.
    """
    index, size = _number("pageIndex"), _number("itemsPerPage")
    if index is None and size is None:
        return items
    length = size if size is not None and size > 0 else ITEMS_PER_PAGE
    start = max(index or 0, 0) * length
    return items[start : start + length]


def whole_number(name: str, *, default: int, least: int, most: int | None = None) -> int:
    """A number of the query within its bounds, both of which count. Raises Malformed."""
    number = _number(name)
    if number is None:
        return default
    if number < least or (most is not None and number > most):
        bounds = f"{least} or more" if most is None else f"between {least} and {most}"
        raise Malformed(f"Must be {bounds}.", path=name)
    return number


def _number(name: str) -> int | None:
    sent = request.args.get(name)
    if sent is None or not sent.strip():
        return None
    digits = sent.strip().removeprefix("-")
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= _MOST_DIGITS):
        raise Malformed("Must be a whole number.", path=name)
    return int(sent)

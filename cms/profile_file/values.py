"""One value of the document to one typed value, by the type of the field that will hold it."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from difflib import get_close_matches
from enum import StrEnum
from types import MappingProxyType
from typing import Final, TypeVar, get_args, get_origin

from cms.domain.payment_service import PaymentService

Report = Callable[[str, str], None]
"""Takes the place below the key (`[1]`, `.SINGLE`, or empty) and what is wrong there."""

_Word = TypeVar("_Word", bound=StrEnum)

# Large enough for any bank, small enough that now + duration is a date.
_LONGEST: Final = timedelta(days=36_500)
_LARGEST: Final = 1_000_000
_LONGEST_TEXT: Final = 2_000


def read_value(kind: object, value: object, report: Report) -> object:
    """The typed value; what is wrong goes to `report`, and then the answer means nothing."""
    if get_origin(kind) is tuple:
        return _read_list(get_args(kind)[0], value, report)
    if get_origin(kind) is Mapping:
        return _read_matrix(value, report)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return _read_word(kind, value, report)
    return _SCALARS[kind](value, report)


def suggestion(name: str, known: list[str]) -> str:
    """A hint at the nearest of the known names, in any case; empty if none is near."""
    by_fold = {one.casefold(): one for one in known}
    near = get_close_matches(name[:80].casefold(), by_fold, n=1, cutoff=0.7)
    return f"; did you mean {by_fold[near[0]]}?" if near else ""


def shown(value: object) -> str:
    """A value as a finding shows it: short, and never a whole structure."""
    if isinstance(value, str):
        return repr(value if len(value) <= 60 else value[:57] + "...")
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if value is None:
        return "nothing"
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else "a number"


def _read_bool(value: object, report: Report) -> bool:
    if isinstance(value, bool):
        return value
    report("", f"must be true or false, not {shown(value)}")
    return False


def _read_count(value: object, report: Report, largest: int = _LARGEST) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        report("", f"must be a whole number, not {shown(value)}")
    elif value < 0:
        report("", "must not be negative")
    elif value > largest:
        report("", f"must not be greater than {largest}")
    else:
        return value
    return 0


def _read_duration(value: object, report: Report) -> timedelta:
    largest = _LONGEST // timedelta(milliseconds=1)
    return timedelta(milliseconds=_read_count(value, report, largest))


def _read_text(value: object, report: Report) -> str:
    if not isinstance(value, str):
        report("", f"must be a text, not {shown(value)}")
    elif len(value) > _LONGEST_TEXT or not value.strip().isprintable():
        report("", f"must be printable and no longer than {_LONGEST_TEXT} characters")
    else:
        return value.strip()
    return ""


_SCALARS: Final[Mapping[object, Callable[[object, Report], object]]] = {
    bool: _read_bool,
    int: _read_count,
    timedelta: _read_duration,
    str: _read_text,
}


def _read_word(kind: type[_Word], value: object, report: Report) -> _Word | None:
    words = {word.casefold(): word for word in kind}
    word = words.get(value.strip().casefold()) if isinstance(value, str) else None
    if word is None:
        report("", f"must be one of {', '.join(kind)}, not {shown(value)}")
    return word


def _below(place: str, report: Report) -> Report:
    return lambda below, message: report(place + below, message)


def _read_list(kind: object, value: object, report: Report) -> tuple[object, ...]:
    if not isinstance(value, list):
        report("", f"must be a list, not {shown(value)}")
        return ()
    read = []
    for position, item in enumerate(value):
        place = f"[{position}]"
        read.append(read_value(kind, item, _below(place, report)))
        if isinstance(item, str) and not item.strip():
            report(place, "must not be blank")
    return tuple(dict.fromkeys(read))


def _read_matrix(value: object, report: Report) -> Mapping[PaymentService, tuple[object, ...]]:
    matrix: dict[PaymentService, tuple[object, ...]] = {}
    if not isinstance(value, Mapping):
        report("", f"must map payment types to lists of products, not be {shown(value)}")
        return matrix
    services = {service.payment_type.casefold(): service for service in PaymentService}
    services |= {service.value: service for service in PaymentService}
    for name, products in value.items():
        place = f".{name}"
        service = services.get(str(name).strip().casefold())
        if service is None:
            known = [service.payment_type for service in PaymentService]
            hint = suggestion(str(name), [*known, *PaymentService])
            report(place, f"is not a payment type ({', '.join(known)}){hint}")
            continue
        if service in matrix:
            report(place, f"stands beside another name of the same type, {service.payment_type}")
        listed = [] if products is None else products
        matrix[service] = _read_list(str, listed, _below(place, report))
    return MappingProxyType(matrix)

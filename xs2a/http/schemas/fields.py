"""Members of the standard's bodies: marshmallow fields that document themselves and know how to
read what was sent. `read` gives the value or raises `Faulty`; a body is read by `load`.

The library's own `Schema.load` visits every member a body might have and several hooks for each;
that alone doubled the cost of an initiation. ADR 0008 has the figures.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, Protocol

from marshmallow import EXCLUDE, Schema, fields

from xs2a.checks import values
from xs2a.http.schemas.faults import Fault

MOST_FAULTS: Final = 20  # of one object or list; an answer must not outgrow its request

MISSING: Final = Fault("is missing")
UNKNOWN: Final = Fault("is not a member of this body", unknown=True)
EMPTY: Final = Fault("must not be empty")
NO_TEXT: Final = Fault("must be a text")
NO_OBJECT: Final = Fault("must be an object")
NO_LIST: Final = Fault("must be a list")
CONTROL_CHARACTER: Final = Fault("must not contain control characters")

# A member's faults: one, or those of the members below it by their wire names or positions.
Faults = Fault | Mapping[Any, "Faults"]


class Faulty(Exception):
    """What was sent for a member cannot be taken."""

    def __init__(self, faults: Faults) -> None:
        super().__init__(faults)
        self.faults = faults


class Readable(Protocol):
    """A member that can read what was sent for it."""

    required: bool

    def read(self, sent: Any) -> Any:
        """The value. Raises Faulty."""


def load(schema: Schema, sent: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Faults]]:
    """What could be read, by snake_case names, and the faults of the rest, by wire names.

    A member that the schema does not know is a fault, unless its `Meta` excludes such members.
    """
    known, required = _members(schema)
    loaded: dict[str, Any] = {}
    faults: dict[str, Faults] = {}
    for key, value in sent.items():
        if len(faults) >= MOST_FAULTS:
            break
        member = known.get(key)
        if member is None:
            if schema.unknown != EXCLUDE:
                faults[key] = UNKNOWN
            continue
        try:
            loaded[member[0]] = member[1].read(value)
        except Faulty as error:
            faults[key] = error.faults
    for key in required:
        if key not in sent:
            faults[key] = MISSING
    return loaded, faults


@lru_cache(maxsize=64)
def _members(schema: Schema) -> tuple[dict[str, tuple[str, Readable]], tuple[str, ...]]:
    """The schema's members by their wire names, and which of them must be sent."""
    known: dict[str, tuple[str, Any]] = {
        field.data_key or name: (name, field) for name, field in schema.load_fields.items()
    }
    return known, tuple(key for key, (_, field) in known.items() if field.required)


class TextField(fields.String):
    """A text of at most `max_length` characters, without control characters."""

    def __init__(self, max_length: int | None = None, **kwargs: Any) -> None:
        self.max_length = max_length
        if max_length is not None:
            kwargs["metadata"] = {"maxLength": max_length}
        super().__init__(**kwargs)

    def read(self, sent: Any) -> Any:
        """The text as it was sent."""
        if not isinstance(sent, str):
            raise Faulty(MISSING if sent is None else NO_TEXT)
        if self.required and not sent.strip():
            raise Faulty(EMPTY)
        if self.max_length is not None and len(sent) > self.max_length:
            raise Faulty(Fault(f"is longer than {self.max_length} characters"))
        if values.has_control_characters(sent):
            raise Faulty(CONTROL_CHARACTER)
        return sent


class PatternField(TextField):
    """A text of a given form; the pattern admits no control characters."""

    def __init__(self, pattern: re.Pattern[str], fault: Fault, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.metadata = {**self.metadata, "pattern": f"^{pattern.pattern}$"}
        self._fits = pattern.fullmatch
        self._fault = fault

    def read(self, sent: Any) -> Any:
        """The text, which has the form."""
        if not isinstance(sent, str):
            raise Faulty(MISSING if sent is None else NO_TEXT)
        if not self._fits(sent):
            raise Faulty(EMPTY if self.required and not sent.strip() else self._fault)
        return sent


class CodeField(TextField):
    """One of a list of codes."""

    def __init__(self, codes: frozenset[str], fault: Fault, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._codes = codes
        self._fault = fault

    def read(self, sent: Any) -> Any:
        """The code, which is one of the list."""
        if not isinstance(sent, str):
            raise Faulty(MISSING if sent is None else NO_TEXT)
        if sent not in self._codes:
            raise Faulty(EMPTY if self.required and not sent.strip() else self._fault)
        return sent


class AmountValueField(PatternField):
    """The number of an amount, as a Decimal greater than zero (P9)."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(values.AMOUNT_PATTERN, Fault("is not an amount"), **kwargs)

    def read(self, sent: Any) -> Any:
        """The number."""
        amount = Decimal(super().read(sent))
        if amount <= 0:
            raise Faulty(Fault("must be greater than zero"))
        return amount


class DayField(TextField):
    """A day, `YYYY-MM-DD`; a wrong form is told early."""

    def read(self, sent: Any) -> Any:
        """The day."""
        day = values.iso_date(super().read(sent))
        if day is None:
            raise Faulty(Fault("must be a day in the form YYYY-MM-DD", early=True))
        return day


class ObjectField(fields.Nested):
    """A nested object of a body."""

    def read(self, sent: Any) -> Any:
        """Its members by their snake_case names."""
        if not isinstance(sent, dict):
            raise Faulty(MISSING if sent is None else NO_OBJECT)
        loaded, faults = load(self.schema, sent)
        if faults:
            raise Faulty(faults)
        return loaded


class ListField(fields.List[Any]):
    """A list of members of one kind."""

    def read(self, sent: Any) -> Any:
        """Its members in order."""
        if not isinstance(sent, list):
            raise Faulty(MISSING if sent is None else NO_LIST)
        member: Any = self.inner
        loaded: list[Any] = []
        faults: dict[int, Faults] = {}
        for place, each in enumerate(sent):
            if len(faults) >= MOST_FAULTS:
                break
            try:
                loaded.append(member.read(each))
            except Faulty as error:
                faults[place] = error.faults
        if faults:
            raise Faulty(faults)
        return loaded

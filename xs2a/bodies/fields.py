"""Members of the standard's bodies: marshmallow fields that document themselves and know how to
read what was sent. `read` gives the value or raises `Faulty`; a body is read by `load`. A body that
was taken is read again by `load_again` and the `again` of its members, which judge nothing.

The library's own `Schema.load` visits every member a body might have and several hooks for each;
that alone doubled the cost of an initiation. ADR 0008 has the figures.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, NamedTuple, Protocol

from marshmallow import EXCLUDE, Schema, fields

from xs2a.bodies.faults import Fault, Faults
from xs2a.checks import values

MOST_FAULTS: Final = 20  # of one object or list; an answer must not outgrow its request
MOST_MONTHS: Final = 11  # with all twelve the frequency is Monthly
MONTHS: Final = frozenset(str(month) for month in range(1, 13))
LONGEST_ENUM: Final = 12  # codes that the OpenAPI document lists; of more it tells the form
_SWITCHES: Final = {"true": True, "false": False}

MISSING: Final = Fault("is missing")
NULL: Final = Fault("must not be null")
UNKNOWN: Final = Fault("is not a member of this body", unknown=True)
EMPTY: Final = Fault("must not be empty")
NO_TEXT: Final = Fault("must be a text")
NO_OBJECT: Final = Fault("must be an object")
NO_LIST: Final = Fault("must be a list")
CONTROL_CHARACTER: Final = Fault("must not contain control characters")

EARLY_MISSING: Final = replace(MISSING, early=True)


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

    def again(self, sent: Any) -> Any:
        """The value of what `read` has taken before, whatever it would say today."""


def load(schema: Schema, sent: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Faults]]:
    """What could be read, by snake_case names, and the faults of the rest, by wire names.

    A member that the schema does not know is a fault, unless its `Meta` excludes such members.
    """
    known, required = _members(schema)
    loaded: dict[str, Any] = {}
    faults: dict[str, Faults] = {}
    for key, value in sent.items():
        member = known.get(key)
        if member is not None:
            try:
                loaded[member[0]] = member[1].read(value)
            except Faulty as error:
                faults[key] = error.faults
            else:
                continue
        elif schema.unknown != EXCLUDE:
            faults[key] = UNKNOWN
        if len(faults) >= MOST_FAULTS:
            break
    absent = [key for key in required if key not in sent]
    if absent:
        faults |= {key: required[key] for key in absent}
    return loaded, faults


def load_again(schema: Schema, sent: Mapping[str, Any]) -> dict[str, Any]:
    """What a body holds that was taken before, by snake_case names; nothing of it is judged."""
    known, _ = _members(schema)
    members = ((known.get(key), value) for key, value in sent.items())
    return {member[0]: member[1].again(value) for member, value in members if member is not None}


@lru_cache(maxsize=64)
def _members(
    schema: Schema,
) -> tuple[dict[str, tuple[str, Readable]], dict[str, Fault]]:
    """The schema's members by their wire names; which of them must be sent, and what if not."""
    known: dict[str, tuple[str, Any]] = {
        field.data_key or name: (name, field) for name, field in schema.load_fields.items()
    }
    required = [(key, field) for key, (_, field) in known.items() if field.required]
    return known, {key: getattr(field, "absent", MISSING) for key, field in required}


class TextField(fields.String):
    """A text of at most `max_length` characters, without control characters.

    What is wrong with an `early` one is told early. That it is missing tells `absent`, in its time.
    """

    def __init__(
        self,
        max_length: int | None = None,
        *,
        early: bool = False,
        absent: Fault = MISSING,
        **kwargs: Any,
    ) -> None:
        self.max_length = max_length
        self.early = early
        self.absent = absent
        if max_length is not None:
            kwargs["metadata"] = {"maxLength": max_length}
        super().__init__(**kwargs)
        if self.required:
            self.metadata = {**self.metadata, "minLength": 1}

    def read(self, sent: Any) -> Any:
        """The text as it was sent."""
        if not isinstance(sent, str):
            raise self.faulty(NULL if sent is None else NO_TEXT)
        if self.required and values.is_blank(sent):
            raise self.faulty(EMPTY)
        if self.max_length is not None and len(sent) > self.max_length:
            raise self.faulty(Fault(f"is longer than {self.max_length} characters"))
        if values.has_control_characters(sent):
            raise self.faulty(CONTROL_CHARACTER)
        return sent

    def again(self, sent: Any) -> Any:
        """The text as it was sent."""
        return sent

    def faulty(self, fault: Fault) -> Faulty:
        """The fault, told in its time."""
        return Faulty(replace(fault, early=True) if self.early else fault)


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
            raise self.faulty(NULL if sent is None else NO_TEXT)
        if not self._fits(sent):
            raise self.faulty(EMPTY if self.required and values.is_blank(sent) else self._fault)
        return sent


class CodeField(TextField):
    """One of a list of codes."""

    def __init__(self, codes: frozenset[str], fault: Fault, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if len(codes) <= LONGEST_ENUM:
            described: dict[str, Any] = {"enum": sorted(codes)}
        else:
            described = {"pattern": f"^[A-Z0-9]{{{max(map(len, codes))}}}$"}
        self.metadata = {**self.metadata, **described}
        self._codes = codes
        self._fault = fault

    def read(self, sent: Any) -> Any:
        """The code, which is one of the list."""
        if not isinstance(sent, str):
            raise self.faulty(NULL if sent is None else NO_TEXT)
        if sent not in self._codes:
            raise self.faulty(EMPTY if self.required and values.is_blank(sent) else self._fault)
        return sent


class AmountValueField(PatternField):
    """The number of an amount, as a Decimal."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(values.AMOUNT_PATTERN, Fault("is not an amount"), **kwargs)

    def read(self, sent: Any) -> Any:
        """The number."""
        return self.again(super().read(sent))

    def again(self, sent: Any) -> Any:
        """The number."""
        return Decimal(sent)


class DayField(TextField):
    """A day, `YYYY-MM-DD`; a wrong one is told early."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(early=True, **kwargs)
        self.metadata = {**self.metadata, "format": "date"}

    def read(self, sent: Any) -> Any:
        """The day."""
        day = values.iso_date(super().read(sent))
        if day is None:
            raise self.faulty(Fault("must be a day in the form YYYY-MM-DD"))
        return day

    def again(self, sent: Any) -> Any:
        """The day."""
        return date.fromisoformat(sent)


class MomentField(TextField):
    """A day and time with its time zone; a wrong one is told early."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(early=True, **kwargs)
        self.metadata = {**self.metadata, "format": "date-time"}

    def read(self, sent: Any) -> Any:
        """The moment, aware."""
        moment = values.iso_moment(super().read(sent))
        if moment is None:
            raise self.faulty(Fault("must be a time in the form YYYY-MM-DDThh:mm:ss with a zone"))
        return moment

    def again(self, sent: Any) -> Any:
        """The moment, aware."""
        return datetime.fromisoformat(sent)


class DayOfMonthField(PatternField):
    """A day of a month as a text; the standard's own example has a leading zero, its rule none."""

    def __init__(self, **kwargs: Any) -> None:
        fault = Fault("must be a day of a month: 1 to 31, as a text")
        super().__init__(values.DAY_OF_MONTH_PATTERN, fault, early=True, **kwargs)

    def read(self, sent: Any) -> Any:
        """The day, 1 to 31."""
        return self.again(super().read(sent))

    def again(self, sent: Any) -> Any:
        """The day, 1 to 31."""
        return int(sent)


class SwitchField(fields.Boolean):
    """True or false; also as a text, since the standard's own example sends one. Told early."""

    def read(self, sent: Any) -> Any:
        """The choice."""
        if not isinstance(sent, bool) and (not isinstance(sent, str) or sent not in _SWITCHES):
            raise Faulty(Fault("must be true or false", early=True))
        return self.again(sent)

    def again(self, sent: Any) -> Any:
        """The choice."""
        return sent if isinstance(sent, bool) else _SWITCHES[sent]


class ObjectField(fields.Nested):
    """A nested object of a body."""

    def read(self, sent: Any) -> Any:
        """Its members by their snake_case names."""
        if not isinstance(sent, dict):
            raise Faulty(NULL if sent is None else NO_OBJECT)
        loaded, faults = load(self.schema, sent)
        if faults:
            raise Faulty(faults)
        return loaded

    def again(self, sent: Any) -> Any:
        """Its members by their snake_case names."""
        return load_again(self.schema, sent)


class ListField(fields.List[Any]):
    """A list of members of one kind."""

    def read(self, sent: Any) -> Any:
        """Its members in order."""
        if not isinstance(sent, list):
            raise Faulty(NULL if sent is None else NO_LIST)
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

    def again(self, sent: Any) -> Any:
        """Its members in order."""
        member: Any = self.inner
        return [member.again(each) for each in sent]


class MonthsField(ListField):
    """Some months of the year, not all, each once and as a text; told early (B12, B13)."""

    def __init__(self, **kwargs: Any) -> None:
        month = CodeField(MONTHS, Fault("must be a month: 1 to 12, as a text"), early=True)
        super().__init__(month, **kwargs)
        self.metadata = {**self.metadata, "minItems": 1, "maxItems": MOST_MONTHS}

    def read(self, sent: Any) -> Any:
        """The months, 1 to 12, in the order they were sent."""
        if not isinstance(sent, list):
            raise Faulty(replace(NULL if sent is None else NO_LIST, early=True))
        if not 1 <= len(sent) <= MOST_MONTHS:
            raise Faulty(Fault(f"must name 1 to {MOST_MONTHS} months", early=True))
        months = super().read(sent)
        if len(set(months)) < len(months):
            raise Faulty(Fault("must name each month once", early=True))
        return self.again(months)

    def again(self, sent: Any) -> Any:
        """The months, 1 to 12, in the order they were sent."""
        return [int(each) for each in sent]


class Entry(NamedTuple):
    """One payment of a bulk as it was read: what was accepted, and the faults of the rest."""

    loaded: Mapping[str, Any]
    faults: Faults


class EntriesField(fields.List[Any]):
    """The payments of a bulk.

    Each is read like a payment of its own, so that the rules can judge what was accepted of one
    that has a fault; the list does not refuse it.
    """

    def __init__(self, schema: type[Schema], **kwargs: Any) -> None:
        super().__init__(ObjectField(schema), **kwargs)

    def read(self, sent: Any) -> Any:
        """The entries in order, up to the last that is told."""
        if not isinstance(sent, list):
            raise Faulty(NULL if sent is None else NO_LIST)
        if not sent:
            raise Faulty(EMPTY)
        nested: Any = self.inner
        schema = nested.schema
        entries: list[Entry] = []
        faulty = 0
        for each in sent:
            if isinstance(each, dict):
                entry = Entry(*load(schema, each))
            else:
                entry = Entry({}, NULL if each is None else NO_OBJECT)
            entries.append(entry)
            faulty += bool(entry.faults)
            if faulty >= MOST_FAULTS:
                break
        return entries

    def again(self, sent: Any) -> Any:
        """The entries in order."""
        nested: Any = self.inner
        return [Entry(load_again(nested.schema, each), {}) for each in sent]

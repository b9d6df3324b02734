"""Finds the elements of a pain.001 and their texts, each with its XPath; tells what is wrong."""

import re
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Final, Generic, TypeVar

from lxml.etree import _Element as Element

from xs2a.bodies.iso20022.schemas import REPEATED
from xs2a.checks import values
from xs2a.checks.payment import refused
from xs2a.errors import Finding

MOST_FINDINGS: Final = 20  # an answer must not outgrow its request
BLANKS: Final = " \t\r\n"  # what XML takes for white space, and nothing else

# xs:decimal, and the digits of an amount (JSON has the same bounds) and of a control sum.
_AMOUNT: Final = re.compile(r"[+-]?0*([0-9]{1,14}(\.[0-9]{0,5})?|\.[0-9]{1,5})")
_SUM: Final = re.compile(r"[+-]?0*([0-9]{1,18}(\.[0-9]{0,17})?|\.[0-9]{1,17})")
_COUNT: Final = re.compile(r"[0-9]{1,15}")
_ZONE: Final = re.compile(r"(Z|[+-][0-9]{2}:[0-9]{2})$")
_BOOLEANS: Final = {"true": True, "1": True, "false": False, "0": False}

Value = TypeVar("Value")


class Faults:
    """Findings in the order of the document, not more than an answer can hold.

    Where nothing is `judged`, as in a message that was taken before, there are none.
    """

    def __init__(self, *, judged: bool = True) -> None:
        self.judged = judged
        self.findings: list[Finding] = []

    @property
    def full(self) -> bool:
        """There is no room for another one."""
        return len(self.findings) >= MOST_FINDINGS

    def tell(self, path: str, text: str) -> None:
        """What is wrong with the element at the path."""
        self.add(refused(path, text))

    def add(self, finding: Finding | None) -> None:
        """A finding of a check, if it has one."""
        if not self.judged or finding is None or self.full:
            return
        if finding not in self.findings:
            self.findings.append(finding)


class Fact(Generic[Value]):
    """A value that could be read, and where it stands."""

    __slots__ = ("path", "value")

    def __init__(self, value: Value, path: str) -> None:
        self.value = value
        self.path = path


class Node:
    """An element. Children of other namespaces are not seen: they are none of the message's."""

    __slots__ = ("_below", "_faults", "_namespace", "element", "path")

    def __init__(self, element: Element, path: str, faults: Faults) -> None:
        self.element = element
        self.path = path
        self._faults = faults
        self._namespace = str(element.tag).partition("}")[0] + "}"
        self._below: dict[str, list[Element]] | None = None

    def each(self, name: str) -> Iterator["Node"]:
        """All children of a name."""
        found = self._children().get(name, [])
        numbered = len(found) > 1 or name in REPEATED
        for place, child in enumerate(found, 1):
            if self._faults.full:
                return
            path = f"{self.path}/{name}[{place}]" if numbered else f"{self.path}/{name}"
            yield Node(child, path, self._faults)

    def count(self, name: str) -> int:
        """How many children of a name there are."""
        return len(self._children().get(name, ()))

    def child(self, name: str) -> "Node | None":
        """The child that is there once, or not at all. Twice is a fault: which one is meant?"""
        found = self._children().get(name)
        if found is None:
            return None
        if len(found) > 1:
            self._faults.tell(f"{self.path}/{name}[2]", "must not be there a second time")
        return Node(found[0], f"{self.path}/{name}", self._faults)

    def below(self, *names: str) -> "Node | None":
        """The child of the child, and so on."""
        node: Node | None = self
        for name in names:
            node = node.child(name) if node is not None else None
        return node

    def _children(self) -> dict[str, list[Element]]:
        if self._below is None:
            self._below = {}
            start = len(self._namespace)
            for child in self.element:
                tag = str(child.tag)
                if tag.startswith(self._namespace):
                    self._below.setdefault(tag[start:], []).append(child)
        return self._below

    def text(self, longest: int) -> Fact[str] | None:
        """The element's text without the white space around it, or None if it has none."""
        if len(self.element):
            self._faults.tell(self.path, "must have text only")
            return None
        text = (self.element.text or "").strip(BLANKS)
        if not self._faults.judged:
            return Fact(text, self.path)
        if values.is_blank(text):
            self._faults.tell(self.path, "must not be empty")
            return None
        if len(text) > longest:
            self._faults.tell(self.path, f"is longer than {longest} characters")
            return None
        if values.has_control_characters(text):
            self._faults.tell(self.path, "must not contain control characters")
            return None
        return Fact(text, self.path)

    def text_of(self, *names: str, longest: int) -> Fact[str] | None:
        """The text of an element below; None where there is no such element."""
        node = self.below(*names)
        return node.text(longest) if node is not None else None

    def word(self, *names: str, longest: int) -> str | None:
        """The same without its place."""
        fact = self.text_of(*names, longest=longest)
        return fact.value if fact is not None else None

    def needed(self, name: str) -> "Node | None":
        """The child that must be there."""
        found = self.child(name)
        if found is None:
            self.missing(name)
        return found

    def attribute(self, name: str) -> Fact[str] | None:
        """An attribute that must be there."""
        path = f"{self.path}/@{name}"
        value = self.element.get(name, "").strip(BLANKS)
        if not value:
            self._faults.tell(path, "is missing")
            return None
        return Fact(value, path)

    def fault(self, text: str) -> None:
        """What is wrong with the element."""
        self._faults.tell(self.path, text)

    def missing(self, name: str) -> None:
        """An element below that must be there is not."""
        self._faults.tell(f"{self.path}/{name}", "is missing")

    def amount(self) -> Fact[Decimal] | None:
        """The element as an amount: a decimal number, neither an exponent nor separators."""
        return self._number(_AMOUNT, "is not an amount")

    def control_sum(self) -> Fact[Decimal] | None:
        """The element as the sum of amounts."""
        return self._number(_SUM, "is not a sum of amounts")

    def number_of_transactions(self) -> Fact[Decimal] | None:
        """The element as a count."""
        return self._number(_COUNT, "is not a number of transactions")

    def _number(self, form: re.Pattern[str], fault: str) -> Fact[Decimal] | None:
        fact = self.text(100)
        if fact is None:
            return None
        if not form.fullmatch(fact.value):
            self._faults.tell(self.path, fault)
            return None
        return Fact(Decimal(fact.value), fact.path)

    def day(self) -> Fact[date] | None:
        """The element as a day (xs:date); its time zone, which it may name, does not matter."""
        fact = self.text(35)
        if fact is None:
            return None
        day = values.iso_date(_ZONE.sub("", fact.value))
        if day is None:
            self._faults.tell(self.path, "must be a day in the form YYYY-MM-DD")
            return None
        return Fact(day, fact.path)

    def moment(self) -> Fact[datetime] | None:
        """The element as a moment; without an offset nobody knows which moment that is."""
        fact = self.text(35)
        if fact is None:
            return None
        moment = values.iso_moment(fact.value)
        if moment is None:
            self._faults.tell(self.path, "must be a date and time with its offset from UTC")
            return None
        return Fact(moment, fact.path)

    def boolean(self) -> bool | None:
        """The element as xs:boolean."""
        fact = self.text(35)
        if fact is None:
            return None
        if fact.value not in _BOOLEANS:
            self._faults.tell(self.path, "must be true or false")
            return None
        return _BOOLEANS[fact.value]

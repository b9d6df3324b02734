"""The XML schemas of pain.001, and where a document deviates from its own (P11).

The schemas are ISO 20022's. They are no part of this project: the package `sepaxml` brings them
along, and they are read from its folder; importing it would load a second XML library.
"""

import re
import threading
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any, Final

from lxml import etree
from lxml.etree import _Element as Element

_NAMESPACE: Final = "urn:iso:std:iso:20022:tech:xsd:"
MESSAGE_NAMES: Final = (
    "pain.001.001.03",
    "pain.001.001.09",
    "pain.001.001.10",
    "pain.001.001.11",
)
SCHEMA_FILES: Final = {_NAMESPACE + name: f"schemas/{name}.xsd" for name in MESSAGE_NAMES}
"""Namespace of a document -> its schema in the package. A version is added by its name above."""

MOST_DEVIATIONS: Final = 20
_LONGEST_TEXT: Final = 500
# The validator says all it has found within one piece before it can be stopped.
_PIECE: Final = 1024
_IN_BRACES: Final = re.compile(r"\{[^{}]*\}")
_STEP: Final = re.compile(r"([^/\[]+)(?:\[(\d+)\])?")


@dataclass(frozen=True, slots=True)
class Deviation:
    """One place where a document is not as its schema has it; `path` is an XPath by local names."""

    path: str
    text: str


def message_name(root: Element) -> str | None:
    """`pain.001.001.09` of such a document; None where its namespace is none that we know."""
    namespace, brace, name = str(root.tag).removeprefix("{").rpartition("}")
    known = brace and name == "Document" and namespace in SCHEMA_FILES
    return namespace.removeprefix(_NAMESPACE) if known else None


def deviations(root: Element) -> tuple[Deviation, ...]:
    """The first deviations of a document of a known namespace from its schema."""
    schema = _schema(str(root.tag).removeprefix("{").partition("}")[0])
    text = etree.tostring(root, encoding="utf-8", with_tail=False)
    read = _valid_until(text, schema)
    if read is None:
        return ()
    # libxml2 counts siblings for the path of each single error: with thousands of both it takes
    # minutes. So what follows the first errors is cut off before paths are asked for.
    judged = root if read == len(text) else etree.fromstring(text[:read], _mending_parser())
    schema.validate(judged)
    paths = _Paths(judged)
    found = [
        Deviation(paths.named(entry.path or "/"), _own_words(entry.message))
        for entry, _ in zip(schema.error_log, range(MOST_DEVIATIONS), strict=False)
    ]
    return tuple(dict.fromkeys(found))


class _OfThread(threading.local):
    """An XMLSchema keeps the errors of its last use, so every thread has its own."""

    def __init__(self) -> None:
        self.schemas: dict[str, etree.XMLSchema] = {}


_OF_THREAD: Final = _OfThread()


def _schema(namespace: str) -> etree.XMLSchema:
    schemas = _OF_THREAD.schemas
    if namespace not in schemas:
        schemas[namespace] = etree.XMLSchema(file=str(_folder() / SCHEMA_FILES[namespace]))
    return schemas[namespace]


@cache
def _folder() -> Path:
    found = find_spec("sepaxml")
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError("The package sepaxml is missing; it brings the XML schemas.")
    return Path(next(iter(found.submodule_search_locations)))


def _valid_until(text: bytes, schema: etree.XMLSchema) -> int | None:
    """How far the document was read when enough errors were found, or to its end if there were
    fewer; None where there is no error at all.
    """
    parser: Any = etree.XMLParser(
        schema=schema, encoding="utf-8", resolve_entities=False, no_network=True
    )
    for start in range(0, len(text), _PIECE):
        parser.feed(text[start : start + _PIECE])
        if len(parser.feed_error_log) > MOST_DEVIATIONS:
            return start + _PIECE
    try:
        parser.close()
    except etree.XMLSyntaxError:
        return len(text)
    return None


def _mending_parser() -> etree.XMLParser:
    """Closes what is open at the end of a text that was cut off."""
    return etree.XMLParser(encoding="utf-8", recover=True, resolve_entities=False, no_network=True)


class _Paths:
    """Makes readable paths of libxml2's, where an element of a default namespace is `*`."""

    def __init__(self, root: Element) -> None:
        self._root = root
        self._tags: dict[Element, list[str]] = {}
        self._names: dict[str, str] = {}

    def named(self, path: str) -> str:
        """`/Document/CstmrCdtTrfInitn/PmtInf[2]` of `/*/*/*[3]`."""
        at, steps = self._root, [_local_name(str(self._root.tag))]
        for step in path.strip("/").split("/")[1:]:
            place = self._place(at, step)
            if place is None:
                break
            steps.append(self._shown(at, place))
            at = at[place]
        return "/" + "/".join(steps)

    def _below(self, parent: Element) -> list[str]:
        """The names of the children, with their namespaces; each different one is kept once."""
        if parent not in self._tags:
            tags = (str(child.tag) for child in parent)
            self._tags[parent] = [self._names.setdefault(tag, tag) for tag in tags]
        return self._tags[parent]

    def _place(self, parent: Element, step: str) -> int | None:
        """Which child libxml2 means; None for an attribute."""
        fitting = _STEP.fullmatch(step)
        if fitting is None or step.startswith("@"):
            return None
        place = int(fitting.group(2) or 1) - 1
        if fitting.group(1) == "*":
            return place if place < len(parent) else None
        prefix, _, name = fitting.group(1).rpartition(":")
        candidates = (
            place
            for place, child in enumerate(parent)
            if _local_name(str(child.tag)) == name and (child.prefix or "") == prefix
        )
        return next(islice(candidates, place, None), None)

    def _shown(self, parent: Element, place: int) -> str:
        tags = self._below(parent)
        name = _local_name(tags[place])
        count = tags.count(tags[place])
        if count == 1 and name not in REPEATED:
            return name
        return f"{name}[{tags[:place].count(tags[place]) + 1}]"


REPEATED: Final = frozenset({"PmtInf", "CdtTrfTxInf"})
"""Elements that are shown with their number, also if there is only one of them."""


def _local_name(tag: str) -> str:
    return tag.rpartition("}")[2]


def _own_words(message: str) -> str:
    """The validator's message without namespaces; a value within may be as long as the body."""
    told = _IN_BRACES.sub("", message[: 16 * _LONGEST_TEXT]).strip()
    return told[:_LONGEST_TEXT]

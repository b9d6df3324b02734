"""Reads JSON that a TPP has sent.

A member that comes twice in one object is refused: of two readers, such as this server and the
bank, one may take the first and the other the last, and nobody should have to guess which amount
the PSU has signed (RFC 8259, 4).
"""

import json
from typing import Any, Final

import orjson

from xs2a.bodies.faults import LONGEST_NAME
from xs2a.errors import Finding
from xs2a.spec.messages import Message

LONGEST_SEARCHED: Final = 512 * 1024
"""Bytes up to which the member that comes twice is looked for, to name it. That takes longer than
all other reading, and refused is the body anyhow."""


class JsonRefused(Exception):
    """What was sent cannot be taken as JSON."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.finding = Finding(Message.FORMAT_ERROR, text)


class _Twice(Exception):
    """An object has the member of this name more than once."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def read_json_text(body: bytes) -> Any:
    """The JSON value of the body. Raises JsonRefused.

    It must be UTF-8 (RFC 8259, 8.1), and every object have each of its members once.
    """
    try:
        sent = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise JsonRefused(f"The body is not JSON in UTF-8: {where}.") from None
    try:
        written = orjson.dumps(sent)
    except orjson.JSONEncodeError:  # it reads more levels than it writes; either are enough
        raise JsonRefused("The body is nested too deeply.") from None
    if _colons(body) != written.count(b":"):
        raise JsonRefused(f"The body has {_named(body)} more than once.")
    return sent


def read_json_object(body: bytes) -> dict[str, Any]:
    """The JSON object that the body is. Raises JsonRefused."""
    sent = read_json_text(body)
    if not isinstance(sent, dict):
        raise JsonRefused("The body is not a JSON object.")
    return sent


def _colons(body: bytes) -> int:
    """How many colons there would be without escapes: one for each member, and those in texts.

    In what was read, written again, there are just as many; or fewer, if a member came twice and
    one of the two was lost with all that was in it. To count is many times cheaper than to visit
    the members. A backslash before an escape is none once those that escape another are gone.
    """
    colons = body.count(b":")
    if b"\\u003" not in body:
        return colons
    return colons + body.replace(b"\\\\", b"").lower().count(b"\\u003a")


def _named(body: bytes) -> str:
    """The first member that comes twice, for the text of a finding."""
    if len(body) <= LONGEST_SEARCHED:
        try:
            _SEARCH.decode(body.decode())
        except _Twice as twice:
            return f"the member '{twice.name[:LONGEST_NAME]}'"
    return "a member"


def _once_each(members: list[tuple[str, Any]]) -> None:
    if len(dict(members)) == len(members):
        return
    names: set[str] = set()
    for name, _ in members:
        if name in names:
            raise _Twice(name)
        names.add(name)


_SEARCH: Final = json.JSONDecoder(object_pairs_hook=_once_each)

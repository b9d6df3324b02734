"""What is wrong with members of a body, and how it is told: with paths, in schema order."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from marshmallow import Schema

from xs2a.errors import Finding
from xs2a.spec.messages import Message


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a member: the text follows the member's name.

    `early` faults belong to the raw scan, which is told together with the headers and before
    all others (spec: order of body validation). `unknown` ones stop all further checks.
    """

    text: str
    message: Message = Message.FORMAT_ERROR
    early: bool = False
    unknown: bool = False


def faults_with_paths(
    collected: Any, schema: Schema, path: str = ""
) -> Iterator[tuple[str, Fault]]:
    """Each fault with its JSON path (`payments[0].creditorName`), members in schema order."""
    order = [field.data_key or name for name, field in schema.fields.items()]
    ranked = sorted(
        collected.items(), key=lambda item: order.index(item[0]) if item[0] in order else -1
    )
    for key, below in ranked:
        where = path if key == "_schema" else f"{path}.{key}".removeprefix(".")
        yield from _walk(below, where)


def _walk(below: Any, path: str) -> Iterator[tuple[str, Fault]]:
    if isinstance(below, Fault):
        yield path, below
    elif isinstance(below, list):
        for each in below:
            yield from _walk(each, path)
    elif isinstance(below, dict):
        for key, deeper in below.items():
            where = path
            if isinstance(key, int):
                where = f"{path}[{key}]"
            elif key != "_schema":
                where = f"{path}.{key}".removeprefix(".")
            yield from _walk(deeper, where)
    else:
        yield path, Fault(str(below))


def finding(path: str, fault: Fault) -> Finding:
    """The fault as it is told to the TPP."""
    subject = f"'{path}' " if path else "The body "
    return Finding(fault.message, f"{subject}{fault.text}.", path or None)

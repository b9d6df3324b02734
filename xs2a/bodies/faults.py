"""What is wrong with a member of a body, and how it is told to the TPP."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from xs2a.checks.payment import refused
from xs2a.errors import Finding
from xs2a.spec.messages import Message

LONGEST_NAME: Final = 60  # of a member that the TPP made up; ours are shorter


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


# A member's faults: one, or those of the members below it by their wire names or positions.
Faults = Fault | Mapping[Any, "Faults"]


def with_paths(faults: Any, path: str = "") -> Iterator[tuple[str, Fault]]:
    """Each fault with its JSON path, such as `payments[0].creditorName`."""
    if isinstance(faults, Mapping):
        for key, below in faults.items():
            step = f"[{key}]" if isinstance(key, int) else f".{key[:LONGEST_NAME]}"
            yield from with_paths(below, f"{path}{step}".removeprefix("."))
    else:
        yield path, faults


def finding(path: str, fault: Fault) -> Finding:
    """The fault as it is told to the TPP."""
    return refused(path, fault.text, fault.message)

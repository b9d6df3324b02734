"""The string that is signed (draft-cavage-http-signatures-12, 2.3)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from xs2a.spec.signatures import REQUEST_TARGET

WIRE: Final = "iso-8859-1"


class Headers(Protocol):
    """Headers of a request, found by their lower-case names."""

    def get(self, name: str, /) -> str | None:
        """The value, or None."""


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """What of a request a signature may cover. `target` is path and query as they were sent;
    `headers` hold ASCII: a value with other bytes comes from the server as an empty one.
    """

    method: str
    target: str
    headers: Headers | Mapping[str, str]
    body: bytes


class HeaderAbsent(Exception):
    """The request does not have the header of this name."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def signing_string(request: SignedRequest, names: Iterable[str]) -> bytes:
    """A line per name, in their order. The names are in lower case.

    Raises HeaderAbsent for what was not sent, and UnicodeEncodeError for what no wire can carry.
    """
    return "\n".join(f"{name}: {_value(request, name)}" for name in names).encode(WIRE)


def _value(request: SignedRequest, name: str) -> str:
    if name == REQUEST_TARGET:
        return f"{request.method.lower()} {request.target}"
    value = request.headers.get(name)
    if value is None:
        raise HeaderAbsent(name)
    return value.strip(" \t")

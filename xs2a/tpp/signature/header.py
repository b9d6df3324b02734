"""The header `Signature` (draft-cavage-http-signatures-12, 2.1; RFC 9110, 5.6)."""

import re
from base64 import b64decode
from binascii import Error as NotBase64
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from xs2a.spec.signatures import REQUEST_TARGET
from xs2a.tpp.refusals import SignatureInvalid

_PARAMETER: Final = re.compile(
    r"""[ \t]*(?P<name>[A-Za-z]+)[ \t]*=[ \t]*"(?P<value>(?:[^"\\]++|\\.)*+)"[ \t]*(?P<end>,|$)"""
)
_HEADER_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # a token of RFC 9110, 5.6.2
_QUOTED_PAIR: Final = re.compile(r"\\(.)")
_PARAMETERS: Final = frozenset({"keyid", "algorithm", "headers", "signature"})


@dataclass(frozen=True, slots=True)
class SignatureHeader:
    """The four parameters. `key_id` is as it stands between the quotes, its escapes included: a
    name of an issuer may have some of its own. `headers` are the signed ones, in lower case.
    """

    key_id: str
    algorithm: str
    headers: tuple[str, ...]
    signature: bytes


def read_signature_header(value: str) -> SignatureHeader:
    """Raises SignatureInvalid, and nothing else whatever comes in."""
    found = _parameters(value)
    return SignatureHeader(
        key_id=found["keyid"],
        algorithm=unquoted(found["algorithm"]),
        headers=_signed_headers(unquoted(found["headers"])),
        signature=_signature(unquoted(found["signature"])),
    )


def unquoted(value: str) -> str:
    """The text of a quoted string: each escaped character for itself."""
    return _QUOTED_PAIR.sub(r"\1", value)


def _parameters(value: str) -> dict[str, str]:
    """What stands between the quotes, by name in lower case."""
    found: dict[str, str] = {}
    position, more = 0, True
    while more:
        parameter = _PARAMETER.match(value, position)
        if parameter is None:
            raise SignatureInvalid("Header 'signature' is no list of name=\"value\".")
        name = parameter["name"].lower()
        # Of two values nobody can tell which one the sender meant, or a proxy has looked at.
        if name in found:
            raise SignatureInvalid(f"Header 'signature' has '{name[:20]}' twice.")
        # `created` and `expires` would limit what the signature is worth: better refused than
        # overlooked. The standard has neither.
        if name not in _PARAMETERS:
            raise SignatureInvalid(f"Header 'signature' has the unknown '{name[:20]}'.")
        found[name] = parameter["value"]
        position, more = parameter.end(), parameter["end"] == ","
    missing = sorted(_PARAMETERS - found.keys())
    if missing:
        raise SignatureInvalid(f"Header 'signature' has no '{missing[0]}'.")
    return found


@lru_cache(maxsize=256)  # a TPP signs the same few again and again
def _signed_headers(value: str) -> tuple[str, ...]:
    names = tuple(value.lower().split())
    if len(set(names)) < len(names):
        raise SignatureInvalid("Header 'signature' lists a header twice.")
    for name in names:
        if name != REQUEST_TARGET and not _HEADER_NAME.fullmatch(name):
            raise SignatureInvalid(f"Header 'signature' lists '{name[:20]}', which is no header.")
    return names


def _signature(value: str) -> bytes:
    try:
        return b64decode(value, validate=True)
    except (NotBase64, ValueError) as error:
        raise SignatureInvalid("The signature is not Base64.") from error

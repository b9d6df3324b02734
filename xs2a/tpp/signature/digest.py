"""The header `Digest` against the body's bytes (RFC 3230, 4.3.2; SHA-2 by RFC 5843)."""

import hashlib
import hmac
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Callable, Iterator
from typing import Final

_ALGORITHMS: Final[dict[str, Callable[[bytes], "hashlib._Hash"]]] = {
    "sha-256": hashlib.sha256,
    "sha-512": hashlib.sha512,
}


def digest_fault(header: str, body: bytes) -> str | None:
    """Why the header is no digest of these bytes, or None. An empty body counts as empty bytes.

    Of several digests each must be right: one of them may be the one that a proxy has looked at.
    """
    seen = set()
    for name, digest in _listed(header):
        if name not in _ALGORITHMS:
            return "must be a digest by SHA-256 or SHA-512"
        if name in seen:
            return f"has two digests by {name.upper()}"
        seen.add(name)
        if digest is None or not hmac.compare_digest(_ALGORITHMS[name](body).digest(), digest):
            return "is not the digest of the body"
    return None


def sha_256_digest(body: bytes) -> str:
    """The header of these bytes, by SHA-256."""
    return f"SHA-256={b64encode(hashlib.sha256(body).digest()).decode()}"


def _listed(header: str) -> Iterator[tuple[str, bytes | None]]:
    """Algorithm in lower case, and digest; None for one that is not Base64."""
    for item in header.split(","):
        name, _, value = item.strip().partition("=")
        try:
            yield name.lower(), b64decode(value, validate=True)
        except (NotBase64, ValueError):
            yield name.lower(), None

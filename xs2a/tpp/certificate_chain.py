"""The issuers' certificates that came along with the TPP's own (RFC 9440, 2.3)."""

import logging
from base64 import b64decode
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from cryptography import x509

from xs2a.tpp.certificate import CertificateUnreadable
from xs2a.tpp.trust import AuthorityUnreadable, read_authority

log = logging.getLogger(__name__)

LONGEST_CHAIN_HEADER: Final = 32_768  # characters
MOST_ISSUERS: Final = 8  # longer chains than this are refused anyway
REMEMBERED_CHAINS: Final = 512
_SEQUENCE: Final = 0x30  # its tag

Chain = tuple[x509.Certificate, ...]


@lru_cache(maxsize=REMEMBERED_CHAINS)
def read_chain(header_value: str) -> Chain:
    """Read the value of `Client-Cert-Chain`: `:Base64 of the DER:`, several of them with commas
    between. What is between two colons may also be certificates one after the other, as HAProxy
    hands them over. One that cannot be read is left out: TPPs send what their chain does not need,
    too. Whether the others are of any use is not judged here.

    Raises CertificateUnreadable, and nothing else whatever comes in.
    """
    if len(header_value) > LONGEST_CHAIN_HEADER:
        raise CertificateUnreadable("The chain of the TPP certificate is too long.")
    try:
        found = tuple(_certificates(header_value))
    # A parser of bytes from outside may fail in ways nobody listed; all of them mean the same.
    except Exception as error:
        text = "The chain of the TPP certificate cannot be read."
        raise CertificateUnreadable(text) from error
    if len(found) > MOST_ISSUERS:
        raise CertificateUnreadable("The chain of the TPP certificate is too long.")
    return found


def _certificates(header_value: str) -> Iterator[x509.Certificate]:
    for item in filter(None, map(str.strip, header_value.split(","))):
        if len(item) < 2 or not item.startswith(":") or not item.endswith(":"):
            raise ValueError("no byte sequence")
        content = b64decode(item[1:-1], validate=True)
        while content:
            length = _length_of_first(content)
            yield from _readable(content[:length])
            content = content[length:]


def _readable(der: bytes) -> Iterator[x509.Certificate]:
    """The certificate, if it can be read."""
    try:
        yield read_authority(der)
    except AuthorityUnreadable as unreadable:
        log.warning("an issuer that came along cannot be read: %s", unreadable.__cause__)


def _length_of_first(content: bytes) -> int:
    """Of the first DER element, a whole SEQUENCE, its head included (X.690, 8.1.3)."""
    short = content[1]
    size = 0 if short < 0x80 else short & 0x7F
    length = 2 + size + (int.from_bytes(content[2 : 2 + size]) if size else short)
    if content[0] != _SEQUENCE or length > len(content):
        raise ValueError("no certificate")
    return length

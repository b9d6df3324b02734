"""The issuers that come along in Client-Cert-Chain."""

import base64
from collections.abc import Iterable
from contextlib import suppress

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.xs2a.tpp.pki import (
    root,
    the_issuing,
    the_root,
    the_unreadable,
    tpp_certificate,
)
from xs2a.tpp.certificate import CertificateUnreadable
from xs2a.tpp.certificate_chain import LONGEST_CHAIN_HEADER, MOST_ISSUERS, read_chain

ROOT, ISSUING = the_root().certificate, the_issuing().certificate
LEAF = tpp_certificate(the_issuing()).parsed
ODD = the_unreadable().certificate


def item(*certificates: x509.Certificate) -> str:
    """A byte sequence of RFC 8941 with these certificates."""
    content = b"".join(each.public_bytes(Encoding.DER) for each in certificates)
    return f":{base64.b64encode(content).decode()}:"


@pytest.mark.parametrize(
    "header, found",
    [
        (item(ISSUING), [ISSUING]),
        (f"{item(ISSUING)}, {item(ROOT)}", [ISSUING, ROOT]),
        (f"{item(ISSUING)},{item(ROOT)}", [ISSUING, ROOT]),
        (item(ISSUING, ROOT), [ISSUING, ROOT]),
        (item(LEAF, ISSUING, ROOT), [LEAF, ISSUING, ROOT]),
        (item(ODD), []),
        (f"{item(ODD)}, {item(ISSUING)}", [ISSUING]),
        (item(ISSUING, ODD, ROOT), [ISSUING, ROOT]),
        ("", []),
        ("::", []),
        ("  ", []),
    ],
    ids=[
        "one",
        "two",
        "two without a blank",
        "at once",
        "the TPP's too",
        "one that cannot be read",
        "and another one",
        "and others at once",
        "none",
        "empty",
        "blank",
    ],
)
def test_the_issuers_are_read(header: str, found: Iterable[x509.Certificate]) -> None:
    assert list(read_chain(header)) == list(found)


@pytest.mark.parametrize(
    "header",
    [
        "garbage",
        ":",
        ":garbage:",
        ":" + base64.b64encode(b"garbage").decode() + ":",
        item(ISSUING)[:-9] + ":",
        item(ISSUING)[1:-1],
        f"{item(ISSUING)}; {item(ROOT)}",
        ISSUING.public_bytes(Encoding.PEM).decode(),
        "x" * (LONGEST_CHAIN_HEADER + 1),
        item(*(root(f"Root {number}").certificate for number in range(MOST_ISSUERS + 1))),
    ],
    ids=[
        "text",
        "a colon",
        "no Base64",
        "no certificate",
        "cut",
        "without colons",
        "another separator",
        "PEM",
        "too long",
        "too many",
    ],
)
def test_what_is_none_is_refused(header: str) -> None:
    with pytest.raises(CertificateUnreadable):
        read_chain(header)


def read_or_unreadable(header: str) -> None:
    with suppress(CertificateUnreadable):
        read_chain(header)


@given(st.text() | st.binary(max_size=300).map(lambda b: f":{base64.b64encode(b).decode()}:"))
@settings(max_examples=300, deadline=None)
def test_whatever_comes_it_is_read_or_refused(header: str) -> None:
    read_or_unreadable(header)


@given(st.integers(0, 2000), st.binary(max_size=4))
@settings(max_examples=300, deadline=None)
@pytest.mark.filterwarnings("ignore")
def test_damaged_issuers(place: int, more: bytes) -> None:
    content = ISSUING.public_bytes(Encoding.DER) + ROOT.public_bytes(Encoding.DER)
    damaged = content[:place] + more + content[place + len(more) :]
    read_or_unreadable(f":{base64.b64encode(damaged).decode()}:")

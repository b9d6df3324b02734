"""Whatever bytes come in, a certificate is read or CertificateUnreadable is raised; and what was
read is judged: one that was damaged never counts.
"""

import base64
import re
from contextlib import suppress
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from cms.domain.errors import Refusal
from sandbox.certificates import SandboxQtsp, qc_statements
from tests.unit.xs2a.tpp.tpp_world import FACTS, NOW, certificate_of, judge, qwac
from xs2a.tpp.certificate import CertificateUnreadable, TppCertificate, read_certificate
from xs2a.tpp.judging import CertificateJudge
from xs2a.tpp.usage import CertificateKind

# The parser warns of oddities that it lets pass; they are of no account here.
pytestmark = pytest.mark.filterwarnings("ignore")
often = settings(max_examples=300, deadline=None)

UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
STATEMENTS = qc_statements(FACTS)


@cache
def qtsp() -> SandboxQtsp:
    with TemporaryDirectory() as folder:
        return SandboxQtsp.open(Path(folder), NOW)


@cache
def der() -> bytes:
    pem = qwac(qtsp()).pem.encode()
    return x509.load_pem_x509_certificate(pem).public_bytes(Encoding.DER)


@cache
def trusting() -> CertificateJudge:
    return judge(qtsp().certificate)


def read_or_unreadable(header_value: str) -> TppCertificate | None:
    try:
        read = read_certificate(header_value)
    except CertificateUnreadable:
        return None
    tpp = read.tpp
    assert tpp.authorisation_number.strip()
    assert tpp.authority_id.strip()
    texts = [tpp.authorisation_number, tpp.authority_id, tpp.authority_name, tpp.name]
    assert not any(UNPRINTABLE.search(text) for text in texts if text is not None)
    return read


@given(st.text())
@often
def test_any_text(text: str) -> None:
    for header_value in (text, f":{text}:", f"-----BEGIN CERTIFICATE-----{text}"):
        assert read_or_unreadable(header_value) is None


@given(st.binary())
@often
def test_any_bytes(content: bytes) -> None:
    assert read_or_unreadable(base64.b64encode(content).decode()) is None


@given(
    st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), min_size=1, max_size=8),
    st.integers(0, 2000),
    st.binary(max_size=20),
)
@often
def test_damaged_certificates(edits: list[tuple[int, int]], cut: int, more: bytes) -> None:
    damaged = bytearray(der())
    for position, byte in edits:
        damaged[position % len(damaged)] = byte
    for content in (damaged, damaged[:cut], damaged[:cut] + more + damaged[cut:]):
        read = read_or_unreadable(base64.b64encode(content).decode())
        if read is None:
            continue
        for kind in CertificateKind:
            with suppress(Refusal):
                trusting().judge(read, kind)
                assert read.parsed.public_bytes(Encoding.DER) == der()


@given(st.integers(0, len(STATEMENTS) - 1), st.binary(max_size=20))
@often
def test_damaged_statements_in_a_sound_certificate(cut: int, more: bytes) -> None:
    subject = x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_IDENTIFIER, FACTS.authorisation_number)]
    )
    replaced = STATEMENTS[:cut] + more + STATEMENTS[cut + len(more) :]
    for statements in (STATEMENTS[:cut], more, replaced):
        issued = certificate_of(qtsp(), subject, statements)
        read_or_unreadable(issued.header_value)
    assert read_or_unreadable(certificate_of(qtsp(), subject, STATEMENTS[:cut]).pem) is None


@given(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40),
)
@often
def test_any_names(number: str, name: str) -> None:
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_IDENTIFIER, number),
            x509.NameAttribute(NameOID.COMMON_NAME, name, _validate=False),
        ]
    )
    read = read_or_unreadable(certificate_of(qtsp(), subject, STATEMENTS).header_value)
    assert (read is not None) == (number.strip() != "" and number.strip().isprintable())

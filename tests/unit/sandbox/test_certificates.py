"""The sandbox QTSP: what it issues, and whom it has revoked."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.x509.oid import NameOID

from sandbox.certificates import SANDBOX_MARK, SANDBOX_TPP, KeyType, SandboxQtsp, qc_statements
from sandbox.qc_statements import QC_STATEMENTS

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def certificate_in(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


@pytest.mark.parametrize(
    "key_type, key_class",
    [(KeyType.EC, ec.EllipticCurvePrivateKey), (KeyType.RSA, rsa.RSAPrivateKey)],
)
def test_a_certificate_is_signed_by_the_ca_and_has_its_key(
    tmp_path: Path, key_type: KeyType, key_class: type
) -> None:
    qtsp = SandboxQtsp.open(tmp_path, NOW)
    issued = qtsp.issue_qwac(SANDBOX_TPP, not_before=NOW, not_after=NOW + DAY, key_type=key_type)
    certificate = x509.load_pem_x509_certificate(issued.pem.encode())
    certificate.verify_directly_issued_by(certificate_in(tmp_path / "ca.pem"))
    key = load_pem_private_key(issued.key_pem.encode(), None)
    assert isinstance(key, key_class)
    assert key.public_key() == certificate.public_key()
    assert (certificate.not_valid_before_utc, certificate.not_valid_after_utc) == (NOW, NOW + DAY)
    number = certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_IDENTIFIER)
    assert [each.value for each in number] == ["PSDDE-FAKENCA-SANDBOX1"]


def test_a_certificate_may_lack_statements_and_domains(tmp_path: Path) -> None:
    qtsp = SandboxQtsp.open(tmp_path, NOW)
    issued = qtsp.issue(x509.Name([]), not_before=NOW, not_after=NOW + DAY)
    extensions = x509.load_pem_x509_certificate(issued.pem.encode()).extensions
    oids = {extension.oid for extension in extensions}
    assert oids.isdisjoint({QC_STATEMENTS, x509.SubjectAlternativeName.oid})


def test_the_header_value_is_the_pem_in_one_line(tmp_path: Path) -> None:
    issued = SandboxQtsp.open(tmp_path, NOW).issue_qwac(
        SANDBOX_TPP, not_before=NOW, not_after=NOW + DAY
    )
    assert not set(issued.header_value) & set("\r\n +")
    assert unquote(issued.header_value) == issued.pem


def test_the_key_is_not_shown(tmp_path: Path) -> None:
    issued = SandboxQtsp.open(tmp_path, NOW).issue_qwac(
        SANDBOX_TPP, not_before=NOW, not_after=NOW + DAY
    )
    assert "PRIVATE" in issued.key_pem
    assert "PRIVATE" not in repr(issued)


def test_an_unknown_role_is_refused() -> None:
    with pytest.raises(ValueError, match="PSP_XX"):
        qc_statements(replace(SANDBOX_TPP, roles=("PSP_PI", "PSP_XX")))


def test_the_ca_is_kept(tmp_path: Path) -> None:
    first = SandboxQtsp.open(tmp_path / "made" / "by-itself", NOW)
    later = SandboxQtsp.open(tmp_path / "made" / "by-itself", NOW + 1000 * DAY)
    assert first.certificate == later.certificate


def test_a_seal_certificate_signs_and_is_for_nothing_else(tmp_path: Path) -> None:
    qtsp = SandboxQtsp.open(tmp_path, NOW, "http://bank.example/list.crl")
    issued = qtsp.issue_qsealc(SANDBOX_TPP, not_before=NOW, not_after=NOW + DAY)
    extensions = x509.load_pem_x509_certificate(issued.pem.encode()).extensions
    usage = extensions.get_extension_for_class(x509.KeyUsage).value
    assert (usage.digital_signature, usage.content_commitment) == (True, True)
    oids = {extension.oid for extension in extensions}
    assert oids.isdisjoint({x509.ExtendedKeyUsage.oid, x509.SubjectAlternativeName.oid})
    assert {QC_STATEMENTS, x509.CRLDistributionPoints.oid} < oids


def test_everything_bears_the_mark_of_sandboxes(tmp_path: Path) -> None:
    qtsp = SandboxQtsp.open(tmp_path, NOW)
    valid: dict[str, Any] = {"not_before": NOW, "not_after": NOW + DAY}
    issued = [qtsp.issue_qwac(SANDBOX_TPP, **valid), qtsp.issue_qsealc(SANDBOX_TPP, **valid)]
    made = [x509.load_pem_x509_certificate(each.pem.encode()) for each in issued]
    for certificate in (qtsp.certificate, *made):
        assert SANDBOX_MARK in {extension.oid for extension in certificate.extensions}


def test_a_qtsp_without_the_mark_is_replaced(tmp_path: Path) -> None:
    before = SandboxQtsp.open(tmp_path, NOW).certificate
    key = load_pem_private_key((tmp_path / "ca.key").read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    unmarked = (
        x509.CertificateBuilder(before.issuer, before.subject, key.public_key(), 1)
        .not_valid_before(before.not_valid_before_utc)
        .not_valid_after(before.not_valid_after_utc)
        .sign(key, SHA256())
    )
    (tmp_path / "ca.pem").write_bytes(unmarked.public_bytes(Encoding.PEM))
    after = SandboxQtsp.open(tmp_path, NOW).certificate
    assert after not in {before, unmarked}


def test_the_list_of_revoked_certificates_is_signed_and_dated(tmp_path: Path) -> None:
    qtsp = SandboxQtsp.open(tmp_path, NOW)
    crl = x509.load_der_x509_crl(qtsp.crl({7: NOW - DAY}, NOW))
    key = qtsp.certificate.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert crl.is_signature_valid(key)
    assert [(each.serial_number, each.revocation_date_utc) for each in crl] == [(7, NOW - DAY)]
    assert (crl.last_update_utc, crl.next_update_utc) == (NOW, NOW + timedelta(minutes=2))

"""The sandbox QTSP: what it issues, and the sandbox TPP's certificate that is always good."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import unquote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.oid import NameOID

from sandbox.certificates import (
    QC_STATEMENTS,
    SANDBOX_TPP,
    KeyType,
    SandboxQtsp,
    ensure_tpp_certificate,
    qc_statements,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
SECRET = {"ca.key", "tpp-qwac.key"}
PUBLIC = {"ca.pem", "tpp-qwac.pem", "tpp-qwac.header"}


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


def test_the_tpp_gets_files_ready_to_use(tmp_path: Path) -> None:
    header = ensure_tpp_certificate(tmp_path / "var", NOW)
    assert header == tmp_path / "var" / "tpp-qwac.header"
    modes = {
        path.name: path.stat().st_mode & 0o777
        for path in header.parent.iterdir()
        if not path.name.startswith(".")
    }
    assert {name for name, mode in modes.items() if mode == 0o600} == SECRET
    assert modes.keys() == SECRET | PUBLIC
    pem = header.with_name("tpp-qwac.pem").read_text()
    assert unquote(header.read_text()) == pem + "\n"
    certificate = certificate_in(header.with_name("tpp-qwac.pem"))
    certificate.verify_directly_issued_by(certificate_in(header.with_name("ca.pem")))
    assert certificate.not_valid_before_utc <= NOW
    assert certificate.not_valid_after_utc == NOW + 90 * DAY


DAMAGES: dict[str, Callable[[Path], object]] = {
    "no header": lambda folder: (folder / "tpp-qwac.header").unlink(),
    "another header": lambda folder: (folder / "tpp-qwac.header").write_text("x"),
    "header that is no text": lambda folder: (folder / "tpp-qwac.header").write_bytes(b"\xff"),
    "no certificate": lambda folder: (folder / "tpp-qwac.pem").unlink(),
    "unreadable certificate": lambda folder: (folder / "tpp-qwac.pem").write_text("x"),
    "no key": lambda folder: (folder / "tpp-qwac.key").unlink(),
    "unreadable key": lambda folder: (folder / "tpp-qwac.key").write_text("x"),
    "key of somebody else": lambda folder: (folder / "ca.key").rename(folder / "tpp-qwac.key"),
    "no CA key": lambda folder: (folder / "ca.key").unlink(),
    "no CA certificate": lambda folder: (folder / "ca.pem").unlink(),
    "unreadable CA certificate": lambda folder: (folder / "ca.pem").write_text("x"),
    "CA key of somebody else": lambda folder: (folder / "tpp-qwac.key").rename(folder / "ca.key"),
    "half a renewal": lambda folder: (
        (folder / "tpp-qwac.key").rename(folder / "tpp-qwac.key.new").chmod(0o644)
    ),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=list(DAMAGES))
def test_what_is_damaged_is_made_anew(tmp_path: Path, damage: Callable[[Path], object]) -> None:
    header = ensure_tpp_certificate(tmp_path, NOW)
    before = header.read_text()
    damage(tmp_path)
    after = ensure_tpp_certificate(tmp_path, NOW).read_text()
    assert after != before
    certificate = certificate_in(tmp_path / "tpp-qwac.pem")
    assert unquote(after).strip() == (tmp_path / "tpp-qwac.pem").read_text().strip()
    certificate.verify_directly_issued_by(certificate_in(tmp_path / "ca.pem"))
    key = load_pem_private_key((tmp_path / "tpp-qwac.key").read_bytes(), None)
    assert key.public_key() == certificate.public_key()
    assert (tmp_path / "tpp-qwac.key").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "passed, renewed",
    [
        (timedelta(0), False),
        (79 * DAY, False),
        (80 * DAY, False),
        (80 * DAY + timedelta(seconds=1), True),
        (91 * DAY, True),
        (-2 * DAY, True),
        (4000 * DAY, True),
        (-4000 * DAY, True),
    ],
)
def test_the_certificate_is_renewed_with_less_than_ten_days_left_or_before_its_time(
    tmp_path: Path, passed: timedelta, renewed: bool
) -> None:
    before = ensure_tpp_certificate(tmp_path, NOW).read_text()
    after = ensure_tpp_certificate(tmp_path, NOW + passed).read_text()
    assert (after != before) is renewed
    certificate = certificate_in(tmp_path / "tpp-qwac.pem")
    ca = certificate_in(tmp_path / "ca.pem")
    certificate.verify_directly_issued_by(ca)
    assert certificate.not_valid_before_utc <= NOW + passed < certificate.not_valid_after_utc
    assert ca.not_valid_before_utc <= certificate.not_valid_before_utc
    assert certificate.not_valid_after_utc <= ca.not_valid_after_utc

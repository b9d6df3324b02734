"""What the sandbox QTSP has revoked, from the command to the published list."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from webtest import TestApp

from sandbox.certificates import SANDBOX_TPP, SandboxQtsp
from sandbox.core.bank import Bank
from sandbox.online_banking.app import create_online_banking
from sandbox.online_banking.qtsp import qtsp_pages
from sandbox.revoking import NotIssuedHere, published_list, revoke
from tests.unit.sandbox.cms_world import FakeCms

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


def pem(folder: Path) -> bytes:
    """Another certificate of the QTSP in the folder."""
    qtsp = SandboxQtsp.open(folder, NOW)
    return qtsp.issue_qwac(SANDBOX_TPP, not_before=NOW, not_after=LATER).pem.encode()


def listed(content: bytes) -> dict[int, datetime]:
    crl = x509.load_der_x509_crl(content)
    return {entry.serial_number: entry.revocation_date_utc for entry in crl}


def test_what_is_revoked_stays_on_the_list(tmp_path: Path) -> None:
    assert listed(published_list(tmp_path, NOW)) == {}
    first, second = pem(tmp_path), pem(tmp_path)
    one = revoke(tmp_path, first, NOW)
    assert one == x509.load_pem_x509_certificate(first).serial_number
    assert listed(published_list(tmp_path, NOW)) == {one: NOW}
    two = revoke(tmp_path, second, LATER)
    assert revoke(tmp_path, first, LATER) == one
    assert listed(published_list(tmp_path, LATER)) == {one: NOW, two: LATER}


def test_the_qtsp_does_not_revoke_itself(tmp_path: Path) -> None:
    published_list(tmp_path, NOW)
    with pytest.raises(NotIssuedHere, match="own certificate"):
        revoke(tmp_path, (tmp_path / "ca.pem").read_bytes(), NOW)
    assert listed(published_list(tmp_path, NOW)) == {}


@pytest.mark.parametrize("content", [b"", b"garbage"])
def test_what_is_no_certificate_is_not_revoked(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(NotIssuedHere, match="no certificate"):
        revoke(tmp_path, content, NOW)


def test_what_another_has_issued_is_not_revoked(tmp_path: Path) -> None:
    with pytest.raises(NotIssuedHere, match="not a certificate of this"):
        revoke(tmp_path / "ours", pem(tmp_path / "theirs"), NOW)


def test_the_online_banking_publishes_the_list(tmp_path: Path, bank: Bank) -> None:
    serial = revoke(tmp_path, pem(tmp_path), NOW)
    pages = qtsp_pages("/qtsp/revoked.crl", lambda: published_list(tmp_path, NOW))
    browser = TestApp(create_online_banking(bank, FakeCms(), "a key for tests", more=(pages,)))
    answer = browser.get("/qtsp/revoked.crl")
    assert answer.content_type == "application/pkix-crl"
    assert listed(answer.body) == {serial: NOW}
    key = SandboxQtsp.open(tmp_path, NOW).certificate.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert x509.load_der_x509_crl(answer.body).is_signature_valid(key)

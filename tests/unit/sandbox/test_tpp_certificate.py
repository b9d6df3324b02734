"""The sandbox TPP's certificates: files that are always good."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import unquote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from sandbox.tpp_certificate import ensure_tpp_certificate, list_address

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
SECRET = {"ca.key", "tpp-qwac.key", "tpp-qsealc.key"}
PUBLIC = {"ca.pem", "tpp-qwac.pem", "tpp-qwac.header", "tpp-qsealc.pem", "tpp-qsealc.header"}


def certificate_in(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


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


def test_a_certificate_that_names_another_list_is_made_anew(tmp_path: Path) -> None:
    before = ensure_tpp_certificate(tmp_path, NOW, "http://bank.example/1.crl").read_text()
    assert ensure_tpp_certificate(tmp_path, NOW, "http://bank.example/1.crl").read_text() == before
    assert ensure_tpp_certificate(tmp_path, NOW, "http://bank.example/2.crl").read_text() != before


def test_the_certificate_tells_where_the_list_is(tmp_path: Path) -> None:
    assert list_address(tmp_path) is None
    ensure_tpp_certificate(tmp_path, NOW, "http://bank.example/1.crl")
    assert list_address(tmp_path) == "http://bank.example/1.crl"
    ensure_tpp_certificate(tmp_path, NOW, None)
    assert list_address(tmp_path) is None
    (tmp_path / "tpp-qwac.pem").write_text("x")
    assert list_address(tmp_path) is None


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

"""The certificates of the sandbox's own TPP, in files: always good, as they are renewed in time."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import quote

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from sandbox.certificates import (
    CLOCK_SKEW,
    SANDBOX_TPP,
    IssuedCertificate,
    SandboxQtsp,
    is_valid,
    open_qtsp,
    read_key,
)
from sandbox.files import alone_in, write_file

TPP_VALID_FOR: Final = timedelta(days=90)
TPP_RENEWED_BEFORE: Final = timedelta(days=10)
QWAC, QSEALC = "tpp-qwac", "tpp-qsealc"


def ensure_tpp_certificate(folder: Path, now: datetime, crl_url: str | None = None) -> Path:
    """See to it that the folder holds good certificates of the sandbox TPP, a QWAC and a QSealC.

    Writes `ca.pem`, and of each certificate `.pem`, `.key` and `.header` (one line, the value of
    the HTTP header), unless they are there, fit together and are good for ten days more. Returns
    the path of `tpp-qwac.header`, the value of `TPP-QWAC-Certificate`.
    """
    with alone_in(folder):
        qtsp = open_qtsp(folder, now, crl_url)
        issues: dict[str, Callable[..., IssuedCertificate]] = {
            QWAC: qtsp.issue_qwac,
            QSEALC: qtsp.issue_qsealc,
        }
        for name, issue in issues.items():
            if not _is_good(folder / name, qtsp, now, crl_url):
                valid = {"not_before": now - CLOCK_SKEW, "not_after": now + TPP_VALID_FOR}
                write_certificate(folder / name, issue(SANDBOX_TPP, **valid))
    return folder / f"{QWAC}.header"


def write_certificate(path: Path, issued: IssuedCertificate) -> None:
    """Write `.key`, `.pem` and `.header`, at this path without a suffix."""
    write_file(path.with_suffix(".key"), issued.key_pem, secret=True)
    write_file(path.with_suffix(".pem"), issued.pem)
    write_file(path.with_suffix(".header"), issued.header_value + "\n")


def list_address(folder: Path) -> str | None:
    """Where the QTSP publishes whom it has revoked, by the QWAC of the sandbox TPP, which is made
    anew at a start that publishes elsewhere; None if it does not say.
    """
    try:
        pem = (folder / f"{QWAC}.pem").read_bytes()
        return _crl_url(x509.load_pem_x509_certificate(pem))
    except (FileNotFoundError, ValueError):
        return None


def _is_good(path: Path, qtsp: SandboxQtsp, now: datetime, crl_url: str | None) -> bool:
    try:
        pem = path.with_suffix(".pem").read_text()
        header = path.with_suffix(".header").read_text().strip()
        key = read_key(path.with_suffix(".key"))
        certificate = x509.load_pem_x509_certificate(pem.encode())
        certificate.verify_directly_issued_by(qtsp.certificate)
    except (FileNotFoundError, ValueError, TypeError, InvalidSignature):
        return False
    fits = header == quote(pem, safe="") and key.public_key() == certificate.public_key()
    says = _crl_url(certificate) == crl_url
    return fits and says and is_valid(certificate, now, TPP_RENEWED_BEFORE)


def _crl_url(certificate: x509.Certificate) -> str | None:
    try:
        points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except x509.ExtensionNotFound:
        return None
    return next((name.value for point in points for name in point.full_name or ()), None)

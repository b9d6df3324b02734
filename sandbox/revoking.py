"""What the sandbox QTSP has revoked: kept in its folder, and published as a signed list."""

from datetime import datetime
from pathlib import Path
from typing import Final

import orjson
from cryptography import x509
from cryptography.exceptions import InvalidSignature

from sandbox.certificates import open_qtsp
from sandbox.files import alone_in, write_file

_FILE: Final = "revoked.json"


class NotIssuedHere(Exception):
    """The certificate is not one that this QTSP has issued to somebody; the message tells what it
    is instead.
    """


def revoke(folder: Path, pem: bytes, now: datetime) -> int:
    """Take a certificate of a TPP back; its serial number. Raises NotIssuedHere."""
    with alone_in(folder):
        qtsp = open_qtsp(folder, now, None)
        certificate = _issued_by(qtsp.certificate, pem)
        revoked = {str(serial): moment.isoformat() for serial, moment in _revoked(folder).items()}
        revoked.setdefault(str(certificate.serial_number), now.isoformat())
        write_file(folder / _FILE, orjson.dumps(revoked).decode())
    return certificate.serial_number


def published_list(folder: Path, now: datetime) -> bytes:
    """The list as of now, as DER; old certificates stay on it."""
    with alone_in(folder):
        return open_qtsp(folder, now, None).crl(_revoked(folder), now)


def _issued_by(issuer: x509.Certificate, pem: bytes) -> x509.Certificate:
    """Raises NotIssuedHere."""
    try:
        certificate = x509.load_pem_x509_certificate(pem)
    except ValueError as error:
        raise NotIssuedHere("is no certificate in PEM") from error
    # The list would hold it, and mean nothing: who trusts an anchor asks nobody about it.
    if certificate == issuer:
        raise NotIssuedHere("is the QTSP's own certificate, which is on no list of its own")
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature) as error:
        raise NotIssuedHere("is not a certificate of this QTSP") from error
    return certificate


def _revoked(folder: Path) -> dict[int, datetime]:
    file = folder / _FILE
    if not file.exists():
        return {}
    kept: dict[str, str] = orjson.loads(file.read_bytes())
    return {int(serial): datetime.fromisoformat(moment) for serial, moment in kept.items()}

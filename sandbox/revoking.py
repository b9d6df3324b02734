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
    """The certificate is not one of this QTSP's, or no certificate at all."""


def revoke(folder: Path, pem: bytes, now: datetime) -> int:
    """Take a certificate back; its serial number. Raises NotIssuedHere."""
    with alone_in(folder):
        qtsp = open_qtsp(folder, now, None)
        try:
            certificate = x509.load_pem_x509_certificate(pem)
            certificate.verify_directly_issued_by(qtsp.certificate)
        except (ValueError, TypeError, InvalidSignature) as error:
            raise NotIssuedHere from error
        revoked = {str(serial): moment.isoformat() for serial, moment in _revoked(folder).items()}
        revoked.setdefault(str(certificate.serial_number), now.isoformat())
        write_file(folder / _FILE, orjson.dumps(revoked).decode())
    return certificate.serial_number


def published_list(folder: Path, now: datetime) -> bytes:
    """The list as of now, as DER; old certificates stay on it."""
    with alone_in(folder):
        return open_qtsp(folder, now, None).crl(_revoked(folder), now)


def _revoked(folder: Path) -> dict[int, datetime]:
    file = folder / _FILE
    if not file.exists():
        return {}
    kept: dict[str, str] = orjson.loads(file.read_bytes())
    return {int(serial): datetime.fromisoformat(moment) for serial, moment in kept.items()}

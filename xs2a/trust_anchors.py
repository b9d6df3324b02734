"""The trust anchors: PEM files of the bank's choice, or the sandbox's own QTSP."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509

from xs2a.settings import Settings
from xs2a.tpp.trust import TrustAnchors

TOLD_BEFORE: Final = timedelta(days=90)  # an anchor's end; time enough to get another one
_SUFFIXES: Final = {".pem", ".crt", ".cer"}


class TrustAnchorsInvalid(Exception):
    """What XS2A_TRUST_ANCHORS names cannot be used; the message says why."""


def read_trust_anchors(settings: Settings) -> TrustAnchors:
    """The certificates of the file, or of all files of the folder; none where the sandbox has not
    made its own yet. Raises TrustAnchorsInvalid.
    """
    path = settings.trust.anchors
    own = settings.sandbox and path == settings.sandbox_folder / "ca.pem"
    if path is None or (own and not path.exists()):
        return TrustAnchors((), sandbox=settings.sandbox)
    try:
        return TrustAnchors(_read(path), sandbox=settings.sandbox)
    except OSError as error:
        raise TrustAnchorsInvalid(f"XS2A_TRUST_ANCHORS: {path}: {error.strerror}") from error
    except ValueError as error:
        raise TrustAnchorsInvalid(f"XS2A_TRUST_ANCHORS: {error}") from error


def ends_of(anchors: TrustAnchors, now: datetime) -> Iterator[str]:
    """Which anchors have expired, or soon will, a line each."""
    for each in sorted(anchors.certificates, key=lambda each: each.not_valid_after_utc):
        end, name = each.not_valid_after_utc, each.subject.rfc4514_string()
        if end < now:
            yield f"the trust anchor {name} has expired on {end:%Y-%m-%d}: its TPPs are refused"
        elif end < now + TOLD_BEFORE:
            yield f"the trust anchor {name} expires on {end:%Y-%m-%d}: its TPPs are refused then"


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    return sorted(file for file in path.iterdir() if file.suffix in _SUFFIXES)


def _read(path: Path) -> list[x509.Certificate]:
    found: list[x509.Certificate] = []
    for file in _files(path):
        try:
            found += x509.load_pem_x509_certificates(file.read_bytes())
        except ValueError as error:
            raise ValueError(f"{file} holds no readable certificates in PEM") from error
    if not found:
        raise ValueError(f"{path} holds no certificate")
    return found

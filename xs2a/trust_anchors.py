"""The trust anchors: PEM files of the bank's choice, or the sandbox's own QTSP."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509

from xs2a.settings import Settings
from xs2a.tpp.trust import AuthorityUnreadable, TrustAnchors, read_authority

TOLD_BEFORE: Final = timedelta(days=90)  # an anchor's end; time enough to get another one
_SUFFIXES: Final = {".pem", ".crt", ".cer"}
_BEGIN: Final = re.compile(rb"(?=-----BEGIN (?:X509 )?CERTIFICATE-----)")


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
        return TrustAnchors(_read(path).certificates, sandbox=settings.sandbox)
    except OSError as error:
        raise TrustAnchorsInvalid(f"XS2A_TRUST_ANCHORS: {path}: {error.strerror}") from error
    except ValueError as error:
        raise TrustAnchorsInvalid(f"XS2A_TRUST_ANCHORS: {error}") from error


def left_out(settings: Settings) -> list[str]:
    """Which certificates among the anchors cannot be read, a line each. Raises what reading the
    anchors raises.
    """
    path = settings.trust.anchors
    if path is None or not path.exists():
        return []
    return [f"the trust anchor {told}: its TPPs are refused" for told in _read(path).unreadable]


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


@dataclass(frozen=True, slots=True)
class _Found:
    """What the files hold; `unreadable` says what and where, a line each."""

    certificates: list[x509.Certificate]
    unreadable: list[str]


def _read(path: Path) -> _Found:
    """Raises OSError, and ValueError where there is no certificate that can be read."""
    found = _Found([], [])
    for file in _files(path):
        _, *parts = _BEGIN.split(file.read_bytes())
        if not parts:
            raise ValueError(f"{file} holds no certificate in PEM")
        for number, pem in enumerate(parts, start=1):
            try:
                found.certificates.append(read_authority(pem))
            except AuthorityUnreadable as unreadable:
                name = f" ({unreadable.subject})" if unreadable.subject else ""
                found.unreadable.append(f"number {number} of {file}{name} cannot be read")
    if found.certificates:
        return found
    raise ValueError("; ".join(found.unreadable) or f"{path} holds no certificate")

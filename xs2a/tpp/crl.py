"""Lists of revoked certificates (CRLs), as QTSPs publish them: where they are, and reading them."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from cms.domain.revocation import DistributionPoint, Revocable, RevocationList, other_name
from xs2a.tpp.trust import Link, is_authority

CLOCK_SKEW: Final = timedelta(minutes=5)  # so much may the issuer's clock be ahead of ours
MOST_NAMES: Final = 4  # of a point; URLs come first
LONGEST_URL: Final = 480
_UNDERSTOOD_IN_ENTRIES: Final = (x509.CRLReason, x509.InvalidityDate)


class CrlUnusable(Exception):
    """What was fetched is no list that counts. The message says why, for the bank's people."""


def revocable(link: Link) -> Revocable:
    """The certificate of a link, and where its issuer would say that it is revoked."""
    certificate = link.certificate
    return Revocable(
        serial=certificate.serial_number,
        points=tuple(_points(link)),
        expires_at=certificate.not_valid_after_utc,
    )


def _points(link: Link) -> Iterator[DistributionPoint]:
    """Those with a complete list by the issuer itself, reachable over HTTP (RFC 5280, 4.2.1.13)."""
    try:
        found = link.certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints)
    except x509.ExtensionNotFound:
        return
    issuer = link.issuer.public_bytes(Encoding.DER)
    name = link.issuer.subject.rfc4514_string()
    for_authorities = is_authority(link.certificate)
    for point in found.value:
        names = sorted(_names(point.full_name), key=lambda each: not _is_http(each))
        kept = tuple(names[:MOST_NAMES])
        named = DistributionPoint(issuer, name, kept, for_authorities=for_authorities)
        if named.urls and point.reasons is None and point.crl_issuer is None:
            yield named


def _names(names: list[x509.GeneralName] | None) -> Iterator[str]:
    """URLs to fetch from as they are, and the others as they are compared."""
    for name in names or ():
        if isinstance(name, x509.DirectoryName):
            yield other_name(name.value.public_bytes())
        elif isinstance(name, x509.UniformResourceIdentifier):
            yield name.value if _is_http(name.value) else other_name(name.value.encode())


def _is_http(url: str) -> bool:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    sound = url.isascii() and url.isprintable() and len(url) <= LONGEST_URL and " " not in url
    return (
        sound
        and parts.scheme in {"http", "https"}
        and bool(parts.hostname)
        and not (parts.username or parts.password)
    )


def read_crl(content: bytes, point: DistributionPoint, now: datetime) -> RevocationList:
    """Read a list, in DER or PEM, and see that it is the issuer's, complete, and fresh.

    Raises CrlUnusable, and nothing else whatever was fetched.
    """
    try:
        issuer = x509.load_der_x509_certificate(point.issuer)
        crl = _parsed(content)
        _demand_signed(crl, issuer)
        _demand_scope(crl, point)
        this_update, next_update = _fresh(crl, now)
        return RevocationList(this_update, next_update, frozenset(_serials(crl)))
    except CrlUnusable:
        raise
    # A parser of bytes from outside may fail in ways nobody listed; all of them mean the same.
    except Exception as error:
        raise CrlUnusable(f"it cannot be read ({type(error).__name__})") from error


def _parsed(content: bytes) -> x509.CertificateRevocationList:
    if content.lstrip().startswith(b"-----BEGIN"):
        return x509.load_pem_x509_crl(content)
    return x509.load_der_x509_crl(content)


def _demand_signed(crl: x509.CertificateRevocationList, issuer: x509.Certificate) -> None:
    """RFC 5280, 6.3.3 (f) and (g)."""
    if crl.issuer != issuer.subject:
        raise CrlUnusable("it is another issuer's")
    try:
        if not issuer.extensions.get_extension_for_class(x509.KeyUsage).value.crl_sign:
            raise CrlUnusable("its issuer's key must not sign lists")
    except x509.ExtensionNotFound:
        pass  # an issuer that states no usage may do all
    key = issuer.public_key()
    if not crl.is_signature_valid(key):  # type: ignore[arg-type]  # others raise TypeError
        raise CrlUnusable("its signature is not its issuer's")


def _demand_scope(crl: x509.CertificateRevocationList, point: DistributionPoint) -> None:
    """RFC 5280, 5.2: what makes a list incomplete is critical, and refused; and so is everything
    critical that is not understood.
    """
    for extension in crl.extensions:
        if isinstance(extension.value, x509.IssuingDistributionPoint):
            _demand_complete(extension.value, point)
        elif isinstance(extension.value, x509.DeltaCRLIndicator):
            raise CrlUnusable("it has changes only (a delta CRL)")
        elif extension.critical:
            raise CrlUnusable(f"its extension {extension.oid.dotted_string} is not understood")


def _demand_complete(scope: x509.IssuingDistributionPoint, point: DistributionPoint) -> None:
    """RFC 5280, 6.3.3 (b) (2)."""
    if scope.indirect_crl:
        raise CrlUnusable("it is for certificates of other issuers too (an indirect CRL)")
    if scope.only_some_reasons is not None or scope.only_contains_attribute_certs:
        raise CrlUnusable("it is not for all reasons and certificates")
    if scope.only_contains_user_certs if point.for_authorities else scope.only_contains_ca_certs:
        raise CrlUnusable("it is for other certificates (of authorities, or of all but them)")
    # Whoever can change what is fetched over HTTP could hand out the list of another part; also
    # one whose part has a name of a kind that is not compared.
    named = scope.full_name is not None or scope.relative_name is not None
    if named and set(_names(scope.full_name)).isdisjoint(point.names):
        raise CrlUnusable("it is that of another distribution point")


def _fresh(crl: x509.CertificateRevocationList, now: datetime) -> tuple[datetime, datetime]:
    this_update, next_update = crl.last_update_utc, crl.next_update_utc
    if next_update is None:
        raise CrlUnusable("it does not say until when it counts")
    if next_update <= now:
        raise CrlUnusable(f"it was to be renewed by {next_update:%Y-%m-%d %H:%M} UTC")
    if this_update > now + CLOCK_SKEW:
        raise CrlUnusable("it was made in the future")
    return this_update, next_update


def _serials(crl: x509.CertificateRevocationList) -> Iterator[int]:
    for entry in crl:
        for extension in entry.extensions:
            if extension.critical and not isinstance(extension.value, _UNDERSTOOD_IN_ENTRIES):
                raise CrlUnusable("an entry has an extension that is not understood")
        yield entry.serial_number

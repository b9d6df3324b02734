"""Whom the bank trusts to say who a TPP is: QTSPs, by certificates that the bank has chosen."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.verification import (
    Criticality,
    ExtensionPolicy,
    Policy,
    PolicyBuilder,
    Store,
)

from xs2a.tpp.keys import is_costly

MOST_BETWEEN: Final = 4  # issuers between a TPP and its anchor; there are one or two

# What every certificate of a sandbox bears, whatever its names are. The sandbox says why.
SANDBOX_MARK: Final = x509.ObjectIdentifier("2.25.28404049560187256686271697817071144351")


class NotTrusted(Exception):
    """No chain leads from the certificate to a trust anchor. The message is for our log only."""


class AuthorityUnreadable(Exception):
    """The library cannot read an issuer's certificate; `subject` if at least that can be read."""

    def __init__(self, subject: str | None) -> None:
        super().__init__(subject)
        self.subject = subject


@dataclass(frozen=True, slots=True)
class Link:
    """A certificate, and that of its issuer."""

    certificate: x509.Certificate
    issuer: x509.Certificate


class TrustAnchors:
    """The certificates of roots and issuing CAs at which a chain may end.

    Without `sandbox`, certificates of sandboxes count for nothing, as anchors or in a chain.
    Raises ValueError for an anchor that is no CA certificate, or a sandbox's. `links_between` tells
    who has issued whom among the anchors: a root can revoke another anchor.
    """

    def __init__(self, anchors: Iterable[x509.Certificate], *, sandbox: bool) -> None:
        self.certificates = tuple(dict.fromkeys(anchors))
        self._sandbox = sandbox
        for anchor in self.certificates:
            name = anchor.subject.rfc4514_string()
            if not is_authority(anchor):
                raise ValueError(f"{name} is not the certificate of a certification authority")
            if is_of_sandbox(anchor) and not sandbox:
                raise ValueError(f"{name} is the certificate of a sandbox")
        self._store = Store(list(self.certificates)) if self.certificates else None
        self.links_between = tuple(_links(self.certificates))

    def chain(
        self, certificate: x509.Certificate, sent: Iterable[x509.Certificate], now: datetime
    ) -> tuple[x509.Certificate, ...]:
        """The certificate, its issuer and so on to the anchor (RFC 5280, 6); `sent` are those of
        issuers that came along. Raises NotTrusted.
        """
        if self._store is None:
            raise NotTrusted("there are no trust anchors")
        valid = (each for each in sent if _is_valid(each, now))
        issuers = self._of_use(certificate, valid)
        moment = now.astimezone(UTC).replace(tzinfo=None)
        builder = PolicyBuilder().store(self._store).time(moment)
        builder = builder.extension_policies(ca_policy=_ISSUERS, ee_policy=_TPPS)
        try:
            verified = builder.build_client_verifier().verify(certificate, issuers)
        # What is wrong with bytes from outside may come out in ways nobody listed.
        except Exception as error:
            raise NotTrusted(str(error)) from error
        chain = tuple(verified.chain)
        if not self._sandbox and any(map(is_of_sandbox, chain)):
            raise NotTrusted("it is the certificate of a sandbox")
        return chain

    def _of_use(
        self, certificate: x509.Certificate, sent: Iterable[x509.Certificate]
    ) -> list[x509.Certificate]:
        """Few, and one of each name and key: with twins the ways to try would double at each step,
        and anybody may send them. Of twins the one that an anchor has issued counts. Raises
        NotTrusted.
        """
        names = {anchor.subject for anchor in self.certificates}
        found: dict[tuple[x509.Name, bytes], x509.Certificate] = {}
        for issuer in sorted(sent, key=lambda each: each.issuer not in names):
            if issuer not in {certificate, *self.certificates} and (key := _key_of(issuer)):
                found.setdefault((issuer.subject, key), issuer)
        if len(found) > MOST_BETWEEN:
            raise NotTrusted("too many issuers came along")
        return list(found.values())


def links_of(chain: tuple[x509.Certificate, ...]) -> tuple[Link, ...]:
    """Who has issued whom in a chain; the anchor at its end is the issuer only."""
    return tuple(map(Link, chain, chain[1:]))


def read_authority(content: bytes) -> x509.Certificate:
    """An issuer's certificate, DER or PEM. Raises AuthorityUnreadable, and nothing else: also for
    names and extensions, which the library reads when they are looked at.
    """
    subject = None
    is_pem = content.startswith(b"-----BEGIN")
    try:
        read = x509.load_pem_x509_certificate if is_pem else x509.load_der_x509_certificate
        certificate = read(content)
        subject = certificate.subject.rfc4514_string()
        _ = certificate.issuer, certificate.extensions
        _ = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    # Certificates of other people's making may fail in ways nobody listed; all mean the same.
    except Exception as error:
        raise AuthorityUnreadable(subject) from error
    return certificate


def is_of_sandbox(certificate: x509.Certificate) -> bool:
    """Does it bear the mark of certificates that are worth nothing? Raises ValueError for one
    whose extensions cannot be read.
    """
    return any(extension.oid == SANDBOX_MARK for extension in certificate.extensions)


def is_authority(certificate: x509.Certificate) -> bool:
    """May it issue certificates (RFC 5280, 4.2.1.9)?"""
    try:
        constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    except x509.ExtensionNotFound:
        return False
    return constraints.value.ca


def _is_valid(certificate: x509.Certificate, now: datetime) -> bool:
    """A CA renews its certificate under the same key: the old one must not hide the new one."""
    return certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc


def _key_of(issuer: x509.Certificate) -> bytes | None:
    """The public key; None for one that nobody can use, or that would take too long."""
    try:
        key = issuer.public_key()
    except (ValueError, UnsupportedAlgorithm):
        return None
    if is_costly(key):
        return None
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _links(anchors: tuple[x509.Certificate, ...]) -> Iterator[Link]:
    for anchor in anchors:
        for issuer in anchors:
            if anchor is not issuer and anchor.issuer == issuer.subject:
                try:
                    anchor.verify_directly_issued_by(issuer)
                except (ValueError, TypeError, InvalidSignature):
                    continue
                yield Link(anchor, issuer)


def _signs_certificates(
    _policy: Policy, _certificate: x509.Certificate, usage: x509.KeyUsage | None
) -> None:
    """RFC 5280, 6.1.4 (n)."""
    if usage is not None and not usage.key_cert_sign:
        raise ValueError("its key must not sign certificates")


# The verifier's own defaults are those of browsers: they demand what QTSPs do not put into
# certificates for TPPs, such as alternative names. What a TPP's certificate is for is judged in
# usage.py.
_TPPS: Final = ExtensionPolicy.permit_all()
_ISSUERS: Final = (
    ExtensionPolicy.permit_all()
    .require_present(x509.BasicConstraints, Criticality.AGNOSTIC, None)
    .may_be_present(x509.KeyUsage, Criticality.AGNOSTIC, _signs_certificates)
)

"""The seal certificate (QSealC) that a request is signed with, and whose it is (T5)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final, Protocol

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from cms.domain.parties import Tpp
from xs2a.tpp.certificate import (
    CertificateUnreadable,
    parse_certificate,
    qc_statements_of,
    read_certificate,
)
from xs2a.tpp.qc_statements import QC_TYPE_SEAL, qc_types
from xs2a.tpp.refusals import CertificateExpired, CertificateInvalid, SignatureInvalid
from xs2a.tpp.signature.algorithms import SealKey, strong_key

REMEMBERED_SEALS: Final = 512

_HEADER: Final = "tpp-signature-certificate"


@dataclass(frozen=True, slots=True)
class Seal:
    """What the server takes from a seal certificate."""

    tpp: Tpp
    not_before: datetime
    not_after: datetime
    serial: int
    issuer: x509.Name
    key: SealKey
    certificate: x509.Certificate


class Issuers(Protocol):
    """Knows who may issue certificates, and what they have revoked."""

    def check(self, certificate: x509.Certificate) -> None:
        """Raises CertificateInvalid or CertificateRevoked."""


class Seals:
    """The seal certificates of TPPs. `clock` gives the time now, aware."""

    def __init__(self, issuers: Issuers, clock: Callable[[], datetime]) -> None:
        self._issuers = issuers
        self._clock = clock

    def of(self, tpp: Tpp, header_value: str) -> Seal:
        """The seal in a header's value, good now, and this TPP's.

        Raises CertificateInvalid, CertificateExpired, CertificateRevoked; SignatureInvalid for
        the seal of somebody else.
        """
        try:
            seal = read_seal(header_value)
        except CertificateUnreadable as error:
            raise CertificateInvalid(str(error), path=_HEADER) from error
        now = self._clock()
        if now > seal.not_after:
            raise CertificateExpired("The seal certificate has expired.", path=_HEADER)
        if now < seal.not_before:
            raise CertificateInvalid("The seal certificate is not valid yet.", path=_HEADER)
        self._issuers.check(seal.certificate)
        if _identity(seal.tpp) != _identity(tpp):
            raise SignatureInvalid("The seal certificate is not the calling TPP's.")
        return seal


@lru_cache(maxsize=REMEMBERED_SEALS)
def read_seal(header_value: str) -> Seal:
    """Read the certificate in a header's value; one seen before comes from memory.

    Takes what `read_certificate` takes. Raises CertificateUnreadable for what is no PSD2
    certificate, no seal, or has a key that nobody should sign with.
    """
    read = read_certificate(header_value)
    certificate = parse_certificate(header_value)
    try:
        is_seal, key = _is_seal(certificate), strong_key(certificate.public_key())
    # A parser of bytes from outside may fail in ways nobody listed; all of them mean the same.
    except Exception as error:
        raise CertificateUnreadable("The seal certificate cannot be read.") from error
    if not is_seal:
        raise CertificateUnreadable("The certificate is not one for seals.")
    if key is None:
        raise CertificateUnreadable("The seal certificate's key is too weak, or of another kind.")
    return Seal(
        tpp=read.tpp,
        not_before=read.not_before,
        not_after=read.not_after,
        serial=read.serial,
        issuer=certificate.issuer,
        key=key,
        certificate=certificate,
    )


def _is_seal(certificate: x509.Certificate) -> bool:
    """By its QcType where it has one (ETSI EN 319 412-5, 4.2.3), else by not being a website's;
    and by a key that may sign (EN 319 412-2, 4.3.2).
    """
    extensions = certificate.extensions
    types = qc_types(qc_statements_of(certificate))
    if types and QC_TYPE_SEAL not in types:
        return False
    if not types and _is_for_websites(extensions):
        return False
    try:
        usage = extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return False
    return usage.digital_signature or usage.content_commitment


def _is_for_websites(extensions: x509.Extensions) -> bool:
    try:
        usages = extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return False
    return ExtendedKeyUsageOID.SERVER_AUTH in usages


def _identity(tpp: Tpp) -> tuple[str, str]:
    return tpp.authorisation_number, tpp.authority_id

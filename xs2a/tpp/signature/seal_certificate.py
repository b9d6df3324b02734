"""The seal certificate (QSealC) that a request is signed with, and whose it is (T5)."""

from dataclasses import dataclass
from typing import Final, Protocol

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from cms import log_lines
from cms.domain.parties import Tpp
from xs2a.tpp.certificate import CertificateUnreadable, TppCertificate, read_certificate
from xs2a.tpp.named import named_in_log
from xs2a.tpp.refusals import (
    CertificateExpired,
    CertificateInvalid,
    CertificateRevoked,
    SignatureInvalid,
)
from xs2a.tpp.signature.algorithms import SealKey, strong_key
from xs2a.tpp.usage import CertificateKind

_HEADER: Final = "tpp-signature-certificate"


@dataclass(frozen=True, slots=True)
class SealCertificate:
    """A seal certificate that counts, and the key in it."""

    certificate: TppCertificate
    key: SealKey


class Judge(Protocol):
    """Knows which certificates count now: issuer, validity, use, revocation."""

    def judge(self, certificate: TppCertificate, kind: CertificateKind, /) -> None:
        """Raises CertificateExpired, CertificateInvalid or CertificateRevoked."""


class SealCertificates:
    """The seal certificates of TPPs. Certificates and their chains are remembered, by those who
    read and judge them.
    """

    def __init__(self, judge: Judge) -> None:
        self._judge = judge

    def of(self, tpp: Tpp, header_value: str) -> SealCertificate:
        """The seal in a header's value, good now, and this TPP's.

        Raises CertificateInvalid, CertificateExpired, CertificateRevoked; SignatureInvalid for
        the seal of somebody else.
        """
        try:
            certificate = read_certificate(header_value)
        except CertificateUnreadable as error:
            log_lines.know(reason=str(error))
            raise CertificateInvalid(str(error), path=_HEADER) from error
        with named_in_log(certificate):
            return self._good(certificate, tpp)

    def _good(self, certificate: TppCertificate, tpp: Tpp) -> SealCertificate:
        try:
            self._judge.judge(certificate, CertificateKind.QSEALC)
        except (CertificateExpired, CertificateInvalid, CertificateRevoked) as refusal:
            refusal.path = _HEADER  # of the two certificates of the request it is this one
            raise
        if not certificate.qc_types and _is_for_websites(certificate.parsed):
            raise CertificateInvalid("The certificate is not one for seals.", path=_HEADER)
        key = strong_key(certificate.parsed.public_key())
        if key is None:
            text = "The seal certificate's key is too weak, or of a kind that is not supported."
            raise CertificateInvalid(text, path=_HEADER)
        if _identity(certificate.tpp) != _identity(tpp):
            raise SignatureInvalid("The seal certificate is not the calling TPP's.")
        return SealCertificate(certificate, key)


def _is_for_websites(certificate: x509.Certificate) -> bool:
    """Does its extended key usage say so? Of two certificates of a TPP one must not do for both."""
    try:
        usages = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return False
    return ExtendedKeyUsageOID.SERVER_AUTH in usages


def _identity(tpp: Tpp) -> tuple[str, str]:
    """Who is who (T4), within the tenant of the request. QTSPs write the same authority `DE-BAFIN`
    and `DE-BaFin`.
    """
    return tpp.authorisation_number.casefold(), tpp.authority_id.casefold()

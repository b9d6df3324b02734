"""Checks that a request is signed by the TPP that sent it (spec 5, T5)."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta

from cms.domain.parties import Tpp
from cms.domain.profile import Profile
from xs2a.checks.dates import http_date
from xs2a.checks.headers import check_headers
from xs2a.errors import Finding, RequestFaulty
from xs2a.spec.headers import SIGNATURE, X_REQUEST_ID
from xs2a.spec.messages import Message
from xs2a.spec.signatures import ALWAYS_SIGNED, SIGNED_WHEN_SENT
from xs2a.tpp.refusals import SignatureInvalid, SignatureMissing
from xs2a.tpp.signature.algorithms import algorithm_named, verifies
from xs2a.tpp.signature.digest import digest_fault
from xs2a.tpp.signature.header import SignatureHeader, read_signature_header
from xs2a.tpp.signature.key_id import names_certificate
from xs2a.tpp.signature.seal_certificate import SealCertificate, SealCertificates
from xs2a.tpp.signature.signing_string import HeaderAbsent, SignedRequest, signing_string


class SignatureCheck:
    """Judges signed requests. `seals` knows the TPPs' seal certificates, `clock` the time now."""

    def __init__(self, seals: SealCertificates, clock: Callable[[], datetime]) -> None:
        self._seals = seals
        self._clock = clock

    def check(self, request: SignedRequest, tpp: Tpp, profile: Profile) -> None:
        """Raises the first refusal, in the documented order: RequestFaulty, SignatureMissing,
        RequestFaulty for what must come with a signature and for a wrong digest or date, then
        CertificateInvalid, CertificateExpired, CertificateRevoked and SignatureInvalid.
        """
        sent = request.headers.get
        _refuse(check_headers((X_REQUEST_ID,), request.headers))
        if not (sent("signature") or "").strip():
            raise SignatureMissing(path="signature")
        _refuse(check_headers(SIGNATURE, request.headers))
        _refuse(self._contradictions(request, profile.common.signature_date_tolerance))
        header = read_signature_header(sent("signature") or "")
        _demand_signed(header, request)
        seal = self._seals.of(tpp, sent("tpp-signature-certificate") or "")
        _verify(header, seal, request)

    def _contradictions(self, request: SignedRequest, tolerance: timedelta) -> Iterator[Finding]:
        """What the headers say of the body and of the time, and is not so."""
        fault = digest_fault(request.headers.get("digest") or "", request.body)
        if fault is not None:
            yield Finding(Message.FORMAT_ERROR, f"Header 'digest' {fault}.", "digest")
        made = http_date(request.headers.get("date") or "")
        if made is None or abs(self._clock() - made) > tolerance:
            yield Finding(Message.TIMESTAMP_INVALID, Message.TIMESTAMP_INVALID.text, "date")


def _refuse(findings: Iterable[Finding]) -> None:
    told = tuple(findings)
    if told:
        raise RequestFaulty(told)


def _demand_signed(header: SignatureHeader, request: SignedRequest) -> None:
    """Raises SignatureInvalid for a signature that covers too little."""
    sent = [name for name in SIGNED_WHEN_SENT if (request.headers.get(name) or "").strip()]
    left_out = [name for name in (*ALWAYS_SIGNED, *sent) if name not in header.headers]
    if left_out:
        raise SignatureInvalid(f"The signature does not cover the header '{left_out[0]}'.")


def _verify(header: SignatureHeader, seal: SealCertificate, request: SignedRequest) -> None:
    """Raises SignatureInvalid."""
    named = seal.certificate.parsed
    if not names_certificate(header.key_id, named.serial_number, named.issuer):
        raise SignatureInvalid("The keyId does not name the certificate in the request.")
    algorithm = algorithm_named(header.algorithm)
    if algorithm is None:
        raise SignatureInvalid("The signature's algorithm is not supported.")
    try:
        signed = signing_string(request, header.headers)
    except HeaderAbsent as error:
        raise SignatureInvalid(f"The signed header '{error.name[:50]}' was not sent.") from error
    except UnicodeEncodeError as error:
        raise SignatureInvalid("A signed header cannot be read.") from error
    if not verifies(algorithm, seal.key, header.signature, signed):
        raise SignatureInvalid

"""Why a caller is not let in. Each one has its own message code, all of them with HTTP 401."""

from cms.domain.errors import Refusal


class CertificateMissing(Refusal):
    """No certificate came with the request, or not by a trusted proxy (T1, T2)."""

    text = "No TPP certificate was presented."


class CertificateInvalid(Refusal):
    """The certificate cannot be read, is no PSD2 certificate, or is not valid yet (T1)."""

    text = "The TPP certificate is not a valid PSD2 certificate."


class CertificateExpired(Refusal):
    """The certificate's validity has ended (T1)."""

    text = "The TPP certificate has expired."


class CertificateRevoked(Refusal):
    """The QTSP has revoked the certificate, or the QTSP's own is revoked (T1)."""

    text = "The TPP certificate has been revoked."


class CertificateBlocked(Refusal):
    """The bank has put the TPP on its stop list (spec 5.5)."""

    text = "The bank has blocked this TPP."


class SignatureMissing(Refusal):
    """The bank wants every request signed, and this one is not (spec 5)."""

    text = "The request is not signed."


class SignatureInvalid(Refusal):
    """The signature does not fit the request, its certificate or the TPP (spec 5, T5)."""

    text = "The signature does not fit the request."

    def __init__(self, text: str = "") -> None:
        super().__init__(text, path="signature")


class RoleInvalid(Refusal):
    """The TPP does not have the role that the service asks for."""

    text = "The TPP does not have the role for this service."

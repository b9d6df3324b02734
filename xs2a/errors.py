"""What the TPP side says no with, beside the refusals of the domain."""

from dataclasses import dataclass

from cms.domain.errors import Refusal
from spi.answers import BankError
from xs2a.spec.messages import Message


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault of a request. `path` names the header or points into the body."""

    message: Message
    text: str
    path: str | None = None


class RequestFaulty(Refusal):
    """All findings of one stage of checks, in validation order (E5)."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__(findings[0].text)
        self.findings = findings

    @classmethod
    def one(cls, message: Message, text: str = "", path: str | None = None) -> "RequestFaulty":
        """A single finding."""
        return cls((Finding(message, text or message.text, path),))


class WrongPaymentService(Refusal):
    """The payment exists, below another payment service (E3)."""

    text = "The addressed payment is of another payment service."


class WrongPaymentProduct(Refusal):
    """The payment exists, below another payment product (E3)."""

    text = "The addressed payment is of another payment product."


class ApproachClosed(Refusal):
    """With this approach the TPP updates nothing (A6)."""

    text = "With this SCA approach the PSU authorises at the bank; nothing can be sent here."


class StatusAllowsNoUpdate(Refusal):
    """The authorisation has come to an end, or is out of the TPP's hands (A6)."""

    text = "The status of the authorisation allows no update."


class WrongStage(Refusal):
    """What was sent is not what the authorisation waits for (A6)."""

    text = "What was sent does not fit the status of the authorisation."


class CodeNotAccepted(Refusal):
    """The confirmation code is wrong, or there is nothing (more) to confirm with it."""

    text = "The confirmation code is not accepted."


class PsuNotNamed(Refusal):
    """Neither the request nor the authorisation names a PSU (A4)."""

    text = "The PSU must be named by the header PSU-ID."


class OtherPsu(Refusal):
    """The request names another PSU than the payment or the authorisation (A4)."""

    text = "The PSU of the request is not the one who authorises here."


class EncryptionUnsupported(Refusal):
    """An encrypted password cannot be read: not for our key, or not a JWE at all (A8)."""

    text = "The encrypted password cannot be read."


class TokenMissing(Refusal):
    """OAuth: an access token has to be fetched first; the text says where."""


class TokenNotTaken(Refusal):
    """OAuth, integrated: there is no access token yet that could be for this request."""

    text = "An access token must not come with this request; send it again without one."


class TokenNeededToRead(Refusal):
    """OAuth, integrated: the payment is read with the token that the PSU has granted; the text
    says where it is fetched.
    """


class TokenUnknown(Refusal):
    """OAuth: nobody has issued this access token here (RFC 6750, 3.1)."""

    text = "The access token is unknown."


class TokenExpired(Refusal):
    """OAuth: the access token's time is over; a refresh token brings a new one."""

    text = "The access token has expired."


class TokenInvalid(Refusal):
    """OAuth: a token that was revoked, or that opens something else or for somebody else."""

    text = Message.TOKEN_INVALID.text


class IntrospectionUnavailable(Refusal):
    """The bank's authorization server does not tell whether a token is good: it is not taken."""

    text = "The bank's authorization server does not answer at present."


class BankRefused(Refusal):
    """The bank said no; its errors are told as they are."""

    def __init__(self, errors: tuple[BankError, ...]) -> None:
        super().__init__(errors[0].text)
        self.errors = errors


class BankUnavailable(Refusal):
    """The bank did not answer, so what it did is not known (S6). Nothing of ours has changed."""

    text = "The bank's systems do not answer at present."

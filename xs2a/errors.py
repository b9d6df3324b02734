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


class BankRefused(Refusal):
    """The bank said no; its errors are told as they are."""

    def __init__(self, errors: tuple[BankError, ...]) -> None:
        super().__init__(errors[0].text)
        self.errors = errors


class BankUnavailable(Refusal):
    """The bank did not answer, so what it did is not known (S6). Nothing of ours has changed."""

    text = "The bank's systems do not answer at present."

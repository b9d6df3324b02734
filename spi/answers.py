"""What a bank may answer: done, refused, or unknown. No answer is not a no (S6)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

V_co = TypeVar("V_co", covariant=True)


class BankCode(StrEnum):
    """The message codes a bank may refuse with (Berlin Group message codes for payments)."""

    FORMAT_ERROR = "FORMAT_ERROR"
    PAYMENT_FAILED = "PAYMENT_FAILED"
    EXECUTION_DATE_INVALID = "EXECUTION_DATE_INVALID"
    PSU_CREDENTIALS_INVALID = "PSU_CREDENTIALS_INVALID"
    CORPORATE_ID_INVALID = "CORPORATE_ID_INVALID"
    TOKEN_UNKNOWN = "TOKEN_UNKNOWN"  # noqa: S105  a message code
    TOKEN_INVALID = "TOKEN_INVALID"  # noqa: S105  a message code
    TOKEN_EXPIRED = "TOKEN_EXPIRED"  # noqa: S105  a message code
    SCA_METHOD_UNKNOWN = "SCA_METHOD_UNKNOWN"
    SCA_INVALID = "SCA_INVALID"
    CANCELLATION_INVALID = "CANCELLATION_INVALID"
    SERVICE_NOT_SUPPORTED = "SERVICE_NOT_SUPPORTED"
    SERVICE_BLOCKED = "SERVICE_BLOCKED"
    PRODUCT_INVALID = "PRODUCT_INVALID"
    PRODUCT_UNKNOWN = "PRODUCT_UNKNOWN"
    RESOURCE_UNKNOWN = "RESOURCE_UNKNOWN"
    STATUS_INVALID = "STATUS_INVALID"


@dataclass(frozen=True, slots=True)
class BankError:
    """One reason of a refusal. `text` is shown to the TPP, so it names no secret of the bank."""

    code: BankCode
    text: str = ""
    path: str | None = None


@dataclass(frozen=True, slots=True)
class Done(Generic[V_co]):
    """The bank did it; here is what it says."""

    value: V_co


@dataclass(frozen=True, slots=True)
class Refused:
    """The bank said no, and nothing has happened there. The first error decides the answer.

    `ends_authorisation`: it was the PSU's last try, the authorisation has failed (A5).
    """

    errors: tuple[BankError, ...]
    ends_authorisation: bool = False

    def __post_init__(self) -> None:
        """A refusal without a reason is a connector's mistake."""
        if not self.errors:
            raise ValueError("a refusal names at least one error")


@dataclass(frozen=True, slots=True)
class Unknown:
    """No answer, or one that cannot be understood: the bank may or may not have done it.

    `why` is for the log and the operators, not for the TPP.
    """

    why: str


Answer = Done[V_co] | Refused | Unknown

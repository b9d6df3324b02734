"""What the bank is about to be asked that it must do once only: execute, or cancel (S4)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Self

from cms.domain.statuses import Cause, ScaStatus

# How long a call to the bank may be under way. Only then is the bank asked what came of it by
# somebody else than the caller, who may have crashed.
LONGEST_BANK_CALL: Final = timedelta(minutes=2)


class Deed(StrEnum):
    """What is asked for. `cause` is why the payment moves when it is done, `closes` why the
    authorisations end that are open then, should it end the payment.
    """

    cause: Cause
    closes: Cause

    EXECUTE = "execute", Cause.PSU_AUTHORISED, Cause.PARENT_CLOSED
    CANCEL = "cancel", Cause.CANCELLED, Cause.PARENT_CLOSED
    # For the bank a cancellation: it must never execute what we tell the TPP to have expired (P8).
    EXPIRE = "expire", Cause.TIME_RAN_OUT, Cause.PARENT_EXPIRED

    def __new__(
        cls, value: str, cause: Cause = Cause.BANK_REPORTED, closes: Cause = Cause.PARENT_CLOSED
    ) -> Self:
        """`NAME = value, cause of the payment's move, cause of its authorisations' moves`."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.cause = cause
        member.closes = closes
        return member


@dataclass(frozen=True, slots=True)
class BankIntent:
    """An intent, committed before the bank is called. Its id is the bank's idempotency key.

    A payment has at most one open intent. After a crash or a lost answer the bank is asked what
    came of it, from `resolve_from` on; nothing is ever done again. `sca_status` is what the
    authorisation becomes when the deed is done.
    """

    intent_id: str
    payment_id: str
    instance_id: str
    deed: Deed
    sca_status: ScaStatus
    created_at: datetime
    resolve_from: datetime
    authorisation_id: str | None = None
    settled_at: datetime | None = None

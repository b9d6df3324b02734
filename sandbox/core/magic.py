"""Amounts that make the sandbox bank misbehave on purpose, in whatever currency."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import Enum, auto

SLOW_FOR = timedelta(seconds=5)


class Misbehaviour(Enum):
    """What the bank does wrong."""

    REFUSED = auto()
    DECLINED = auto()
    UNAVAILABLE = auto()
    SLOW = auto()
    REJECTED_AT_EXECUTION = auto()
    ANSWER_LOST = auto()
    EXEMPTED = auto()
    CANCELLATION_MANDATED = auto()


@dataclass(frozen=True, slots=True)
class Magic:
    """One magic value: the instructed amount, what then happens, and what a reader is told."""

    amount: Decimal
    misbehaviour: Misbehaviour
    meaning: str


MAGIC: tuple[Magic, ...] = (
    Magic(Decimal("666.01"), Misbehaviour.REFUSED, "refused at initiation: nothing is taken in"),
    Magic(Decimal("666.02"), Misbehaviour.DECLINED, "taken in and at once rejected (RJCT)"),
    Magic(Decimal("666.03"), Misbehaviour.UNAVAILABLE, "the bank does not answer the initiation"),
    Magic(Decimal("666.04"), Misbehaviour.SLOW, "the bank answers the initiation after 5 seconds"),
    Magic(
        Decimal("666.05"),
        Misbehaviour.REJECTED_AT_EXECUTION,
        "taken in; rejected (RJCT) after the PSU has authorised it",
    ),
    Magic(
        Decimal("666.06"),
        Misbehaviour.ANSWER_LOST,
        "executed, but the answer is lost once: asked again, the bank tells it",
    ),
    Magic(
        Decimal("666.07"),
        Misbehaviour.EXEMPTED,
        "exempt from SCA: where the TPP sends the password (embedded), it is enough",
    ),
    Magic(
        Decimal("666.08"),
        Misbehaviour.CANCELLATION_MANDATED,
        "once authorised, it is cancelled only if the PSU authorises that too",
    ),
)

_BY_AMOUNT = {magic.amount: magic.misbehaviour for magic in MAGIC}


def misbehaviour_for(amount: Decimal) -> Misbehaviour | None:
    """What this amount makes the bank do, if it is a magic one."""
    return _BY_AMOUNT.get(amount)

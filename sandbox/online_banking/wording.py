"""What the pages say: by what the PSU came for, to pay or to cancel, and by the kind of order."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from sandbox.core.orders import Order
from sandbox.core.purposes import Purpose


class Kind(Enum):
    """What an order is to the PSU. A bulk of one transfer is one payment."""

    PAYMENT = auto()
    PAYMENTS = auto()
    STANDING_ORDER = auto()


def kind_of(order: Order | None) -> Kind:
    """The kind of an order; of one that is not known any more, the plainest."""
    if order is None or (order.standing is None and len(order.transfers) == 1):
        return Kind.PAYMENT
    return Kind.PAYMENTS if order.standing is None else Kind.STANDING_ORDER


@dataclass(frozen=True, slots=True)
class Invitation:
    """The words before the log-in. They tell nothing of the order."""

    task: str
    """What the PSU is here for, as a title."""
    text: str
    """What the TPP has sent the PSU here for; ends a sentence."""
    not_allowed: str
    done_before: str
    """Why not, for somebody who has authorised it already."""


@dataclass(frozen=True, slots=True)
class Wording:
    """The words after it, in the order in which a visit needs them."""

    check: str
    """The heading while the PSU chooses a method."""
    confirm: str
    """The heading above the last button."""
    caution: str
    """When to go on, and when not to."""
    no_tan: str
    button: str
    """The button for doing it; `{}` stands for the amount."""
    decline: str
    """The button for not doing it."""
    request: str
    """What the app on the phone asks."""


@dataclass(frozen=True, slots=True)
class Naming:
    """What an order is called in sentences, and what becomes of it."""

    name: str
    this: str
    it: str
    promise: str
    waiting: str
    stopped: str
    goes_on: str


INVITATIONS: Final[Mapping[Purpose, Invitation]] = {
    Purpose.PAY: Invitation(
        task="Authorise a payment",
        text="authorise a payment. You will see all of it before anything is paid.",
        not_allowed="You cannot authorise this payment.",
        done_before="You have authorised it before; now it is somebody else's turn.",
    ),
    Purpose.CANCEL: Invitation(
        task="Cancel a payment",
        text="cancel a payment. You will see which one before anything is cancelled.",
        not_allowed="You cannot cancel this payment.",
        done_before="You have done so before.",
    ),
}

ACCESS_INVITATION: Final = Invitation(
    task="Let somebody initiate payments",
    text="ask whether it may initiate payments for you. Nothing is paid by this.",
    not_allowed="You cannot allow this.",
    done_before="You have done so before.",
)

WORDING: Final[Mapping[tuple[Purpose, Kind], Wording]] = {
    (Purpose.PAY, Kind.PAYMENT): Wording(
        check="Check this payment",
        confirm="Confirm this payment",
        caution="only if amount and payee are right.",
        no_tan="You need no TAN for this payment.",
        button="Pay {}",
        decline="Decline",
        request="Make this payment?",
    ),
    (Purpose.PAY, Kind.PAYMENTS): Wording(
        check="Check these payments",
        confirm="Confirm these payments",
        caution="only if all amounts and payees are right.",
        no_tan="You need no TAN for these payments.",
        button="Pay {} in all",
        decline="Decline",
        request="Make these payments?",
    ),
    (Purpose.PAY, Kind.STANDING_ORDER): Wording(
        check="Check this standing order",
        confirm="Confirm this standing order",
        caution="only if amount, payee and days are right.",
        no_tan="You need no TAN for this standing order.",
        button="Pay {} each time",
        decline="Decline",
        request="Set up this standing order?",
    ),
    (Purpose.CANCEL, Kind.PAYMENT): Wording(
        check="Check what is to be cancelled",
        confirm="Cancel this payment?",
        caution="only if this is the payment you want to stop.",
        no_tan="You need no TAN to cancel it.",
        button="Cancel this payment",
        decline="Keep it",
        request="Cancel this payment?",
    ),
    (Purpose.CANCEL, Kind.PAYMENTS): Wording(
        check="Check what is to be cancelled",
        confirm="Cancel these payments?",
        caution="only if these are the payments you want to stop.",
        no_tan="You need no TAN to cancel them.",
        button="Cancel these payments",
        decline="Keep them",
        request="Cancel these payments?",
    ),
    (Purpose.CANCEL, Kind.STANDING_ORDER): Wording(
        check="Check what is to be cancelled",
        confirm="Cancel this standing order?",
        caution="only if this is the standing order you want to stop.",
        no_tan="You need no TAN to cancel it.",
        button="Cancel this standing order",
        decline="Keep it",
        request="Cancel this standing order?",
    ),
}

NAMING: Final[Mapping[Kind, Naming]] = {
    Kind.PAYMENT: Naming(
        name="Payment",
        this="this payment",
        it="it",
        promise="It is made once only.",
        waiting="It is made",
        stopped="It will not be made. Money that was set aside for it is yours to spend again.",
        goes_on="It goes on as before.",
    ),
    Kind.PAYMENTS: Naming(
        name="Payments",
        this="these payments",
        it="them",
        promise="Each of them is made once only.",
        waiting="They are made",
        stopped=(
            "None of them will be made. Money that was set aside for them is yours to spend again."
        ),
        goes_on="They go on as before.",
    ),
    Kind.STANDING_ORDER: Naming(
        name="Standing order",
        this="this standing order",
        it="it",
        promise="We pay it on its days until it ends or is cancelled.",
        waiting="It begins",
        stopped="Nothing more is paid with it. What was paid before stays paid.",
        goes_on="It goes on as before.",
    ),
}


def wording_for(purpose: Purpose, order: Order) -> Wording:
    """The words for what a PSU does with this order."""
    return WORDING[purpose, kind_of(order)]


def tries_left(tries: int) -> str:
    """How often the PSU may still be wrong."""
    return "You have one try left." if tries == 1 else f"You have {tries} tries left."

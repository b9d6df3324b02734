"""What the pages say, by what the PSU came for: the same visit pays a payment or cancels it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sandbox.core.purposes import Purpose


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of one purpose, in the order in which a visit needs them."""

    task: str
    """What the PSU is here for, as a title."""
    invitation: str
    """What the TPP has sent the PSU here for; ends a sentence."""
    not_allowed: str
    done_before: str
    """Why not, for somebody who has authorised it already."""
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


WORDING: Final[Mapping[Purpose, Wording]] = {
    Purpose.PAY: Wording(
        task="Authorise a payment",
        invitation="authorise a payment. You will see all of it before anything is paid.",
        not_allowed="You cannot authorise this payment.",
        done_before="You have authorised it before; now it is somebody else's turn.",
        check="Check this payment",
        confirm="Confirm this payment",
        caution="only if amount and payee are right.",
        no_tan="You need no TAN for this payment.",
        button="Pay {}",
        decline="Decline",
        request="Make this payment?",
    ),
    Purpose.CANCEL: Wording(
        task="Cancel a payment",
        invitation="cancel a payment. You will see which one before anything is cancelled.",
        not_allowed="You cannot cancel this payment.",
        done_before="You have done so before.",
        check="Check what is to be cancelled",
        confirm="Cancel this payment?",
        caution="only if this is the payment you want to stop.",
        no_tan="You need no TAN to cancel it.",
        button="Cancel this payment",
        decline="Keep it",
        request="Cancel this payment?",
    ),
}

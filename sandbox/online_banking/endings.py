"""How a visit ends: back to the TPP, or first a page that says why it ended so."""

from flask import redirect, request
from werkzeug.wrappers import Response

from sandbox.core.bank import Progress
from sandbox.core.orders import OrderStatus
from sandbox.core.sca import ScaStatus
from sandbox.online_banking.cms_port import PaymentToApprove
from sandbox.online_banking.pages import Message, Mood, message_page
from sandbox.online_banking.ways_back import safe_way_back


def ending(link: PaymentToApprove, progress: Progress) -> Response:
    """The answer to the PSU when the bank has closed the authorisation.

    Whoever has just confirmed or declined goes straight back to the TPP; whoever failed, was
    rejected or comes again is told so first.
    """
    paid = _is_paid(progress)
    way_back = safe_way_back(link.ok_uri if paid else link.nok_uri)
    if request.method == "POST" and way_back and (paid or _is_declined(progress)):
        return redirect(way_back, 303)
    return decided_before(progress, way_back, link.tpp_name)


def decided_before(progress: Progress, way_back: str | None, tpp_name: str = "") -> Response:
    """What was decided, with a button back to the TPP."""
    button = f"Back to {tpp_name}" if tpp_name else "Back to where you came from"
    outcome = progress.outcome
    if progress.sca_status is ScaStatus.FAILED and not _is_declined(progress):
        return message_page(
            Message(
                "This payment link is blocked",
                "There were three wrong tries. Nothing has been paid with it. You can start again "
                "with a new link from where you came from.",
                Mood.BAD,
                way_back,
                button,
            ),
            403,
        )
    if _is_declined(progress):
        text = "You have declined this payment. Nothing has been paid."
        return message_page(Message("Payment declined", text, Mood.CALM, way_back, button))
    if outcome is not None and outcome.status is OrderStatus.RJCT:
        text = f"{outcome.reason} No money has left your account."
        return message_page(Message("Payment rejected", text, Mood.BAD, way_back, button))
    text = "You have authorised this payment, and we have taken it in. It is made once only."
    return message_page(Message("Payment authorised", text, Mood.GOOD, way_back, button))


def used_up(link: PaymentToApprove) -> Response:
    """The link led to something that was decided elsewhere."""
    return message_page(
        Message(
            "This link has been used",
            "The payment behind it was authorised, declined or cancelled before. There is "
            "nothing left to do here.",
            Mood.CALM,
            safe_way_back(link.nok_uri),
            f"Back to {link.tpp_name}",
        ),
        410,
    )


def _is_paid(progress: Progress) -> bool:
    finalised = progress.sca_status is ScaStatus.FINALISED
    outcome = progress.outcome
    return finalised and outcome is not None and outcome.status is not OrderStatus.RJCT


def _is_declined(progress: Progress) -> bool:
    failed = progress.sca_status is ScaStatus.FAILED
    return failed and progress.outcome is not None and progress.outcome.status == OrderStatus.RJCT

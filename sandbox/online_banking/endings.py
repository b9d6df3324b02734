"""How a visit ends: back to the TPP, or first a page that says why it ended so."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from enum import Enum, auto
from typing import Final

from flask import redirect, request
from werkzeug.wrappers import Response

from sandbox.core.bank import Progress
from sandbox.core.orders import OrderStatus
from sandbox.core.purposes import Purpose
from sandbox.online_banking.cms_port import PaymentToApprove
from sandbox.online_banking.pages import Message, Mood, message_page
from sandbox.online_banking.sessions import visitor
from sandbox.online_banking.ways_back import safe_way_back, with_confirmation_code
from sandbox.online_banking.wording import NAMING, kind_of


class Ending(Enum):
    """What came of an authorisation that the bank has closed."""

    DONE = auto()
    ONE_MORE = auto()
    REJECTED = auto()
    DECLINED = auto()
    BLOCKED = auto()


_WELL: Final = {Ending.DONE, Ending.ONE_MORE}

_PAGES: Final[Mapping[tuple[Purpose, Ending], Message]] = {
    (Purpose.PAY, Ending.DONE): Message(
        "{name} authorised",
        "You have authorised {this}, and we have taken {it} in. {promise}",
        Mood.GOOD,
    ),
    (Purpose.PAY, Ending.ONE_MORE): Message(
        "One more person has to authorise",
        "You have authorised {this}. {waiting} when somebody else who may dispose of the account "
        "has authorised {it}, too.",
        Mood.GOOD,
    ),
    (Purpose.PAY, Ending.REJECTED): Message(
        "{name} rejected", "{reason} No money has left your account.", Mood.BAD
    ),
    (Purpose.PAY, Ending.DECLINED): Message(
        "{name} declined", "You have declined {this}. Nothing has been paid."
    ),
    (Purpose.PAY, Ending.BLOCKED): Message(
        "This payment link is blocked",
        "There were three wrong tries. Nothing has been paid with it. You can start again with a "
        "new link from where you came from.",
        Mood.BAD,
    ),
    (Purpose.CANCEL, Ending.DONE): Message("{name} cancelled", "{stopped}", Mood.GOOD),
    (Purpose.CANCEL, Ending.DECLINED): Message(
        "{name} kept", "You have decided not to cancel {this}. {goes_on}"
    ),
    (Purpose.CANCEL, Ending.BLOCKED): Message(
        "This link is blocked",
        "There were three wrong tries, or the confirmation code was wrong. Nothing has been "
        "cancelled with it. You can start again where you came from.",
        Mood.BAD,
    ),
}


def ending(
    progress: Progress, *, link_id: str, ok_uri: str | None, nok_uri: str | None, tpp_name: str = ""
) -> Response:
    """The answer to the visitor when the bank has closed the authorisation.

    Whoever has just confirmed or declined goes straight back to the TPP; whoever failed, was
    rejected, waits for somebody else or comes again is told so first.

    The good way back is for the browser in which the PSU who has authorised is logged in: with
    OAuth who follows it gets the TPP's code. Whoever else has the link learns how it ended.
    """
    kind = ending_of(progress)
    own = progress.psu_id is not None and visitor(link_id) == progress.psu_id
    good = ok_uri if own else None
    way_back = safe_way_back(good if kind in _WELL else nok_uri)
    if request.method == "POST" and way_back and kind in {Ending.DONE, Ending.DECLINED}:
        return redirect(way_back, 303)
    return decided_before(progress, way_back, tpp_name)


def of_link(progress: Progress, link: PaymentToApprove) -> Response:
    """The same, where the CMS still tells what is behind the link."""
    return ending(
        progress,
        link_id=link.authorisation_id,
        ok_uri=link.ok_uri,
        nok_uri=link.nok_uri,
        tpp_name=link.tpp_name,
    )


def ending_of(progress: Progress) -> Ending:
    """What came of it."""
    status = progress.outcome.status if progress.outcome is not None else None
    if progress.declined:
        return Ending.DECLINED
    if progress.purpose is Purpose.PAY and status is OrderStatus.RJCT:
        return Ending.REJECTED
    if not progress.sca_status.done:
        return Ending.BLOCKED
    if progress.purpose is Purpose.PAY and status is OrderStatus.PATC:
        return Ending.ONE_MORE
    return Ending.DONE


def message_for(progress: Progress) -> Message:
    """What was decided, as a page without a way on yet."""
    message = _PAGES[progress.purpose, ending_of(progress)]
    words = asdict(NAMING[kind_of(progress.order)])
    words["reason"] = progress.outcome.reason if progress.outcome is not None else ""
    return replace(message, title=message.title.format(**words), text=message.text.format(**words))


def decided_before(progress: Progress, way_back: str | None, tpp_name: str = "") -> Response:
    """What was decided, with a button back to the TPP where there is a way."""
    message = replace(message_for(progress), way_on=way_back, button=_button(tpp_name))
    return message_page(message, 403 if ending_of(progress) is Ending.BLOCKED else 200)


def with_code(link: PaymentToApprove, code: str) -> Response:
    """The PSU takes the confirmation code to the TPP: in the link, else by hand."""
    way_back = safe_way_back(link.ok_uri)
    if way_back:
        return redirect(with_confirmation_code(way_back, code), 303)
    return message_page(
        Message(
            f"Give this code to {link.tpp_name}",
            f"You have confirmed. {link.tpp_name} has to send us this code before we act.",
            Mood.GOOD,
            code=code,
        )
    )


def awaits_tpp(link: PaymentToApprove) -> Response:
    """The PSU has confirmed and comes again, while the TPP has not sent the code yet."""
    return message_page(
        Message(
            f"{link.tpp_name} still has to confirm",
            f"You have done your part. We act when {link.tpp_name} has sent us the confirmation "
            "code that you took there. There is nothing left to do here.",
        )
    )


def refused(link: PaymentToApprove, reason: str) -> Response:
    """The bank could not do what the PSU has confirmed."""
    return message_page(
        Message(
            "It is too late",
            f"{reason} We have done nothing.",
            Mood.BAD,
            safe_way_back(link.nok_uri),
            _button(link.tpp_name),
        ),
        409,
    )


def used_up(nok_uri: str | None, tpp_name: str = "") -> Response:
    """The link led to something that was decided elsewhere."""
    return message_page(
        Message(
            "This link has been used",
            "The payment behind it was authorised, declined or cancelled before. There is "
            "nothing left to do here.",
            Mood.CALM,
            safe_way_back(nok_uri),
            _button(tpp_name),
        ),
        410,
    )


def _button(tpp_name: str) -> str:
    return f"Back to {tpp_name}" if tpp_name else "Back to where you came from"

"""A page that stands in for a PSU's phone: what waits there, to approve or to decline."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from sandbox.core.bank import Bank
from sandbox.core.orders import Order, OrderRefused
from sandbox.core.people import who_knows
from sandbox.core.purposes import Purpose
from sandbox.core.pushes import Push
from sandbox.core.sca import AuthorisationClosed
from sandbox.online_banking import endings
from sandbox.online_banking.cms_port import (
    CmsClient,
    LinkExpired,
    LinkUnknown,
    PaymentToApprove,
)
from sandbox.online_banking.news import tell_outcome
from sandbox.online_banking.pages import Message, message_page
from sandbox.online_banking.sessions import close_phone, open_phone, phone_of
from sandbox.online_banking.wording import Wording, wording_for

LOOK_AGAIN_S = 5

_GONE = Message(
    "This request does not wait any more",
    "It has expired, or was decided elsewhere. We have done nothing now.",
)


@dataclass(frozen=True, slots=True)
class _Request:
    """One card on the phone."""

    link: PaymentToApprove
    order: Order
    since: datetime
    words: Wording


class Phone:
    """The decoupled approach and the decoupled second factor, seen by the PSU."""

    def __init__(self, bank: Bank, cms: CmsClient) -> None:
        self._bank = bank
        self._cms = cms

    def blueprint(self) -> Blueprint:
        """The routes."""
        routes = Blueprint("phone", __name__, url_prefix="/phone")
        routes.add_url_rule("", view_func=self.screen)
        routes.add_url_rule("/log-in", view_func=self.log_in, methods=["POST"])
        routes.add_url_rule("/log-out", view_func=self.log_out, methods=["POST"])
        routes.add_url_rule("/<link_id>/approve", view_func=self.approve, methods=["POST"])
        routes.add_url_rule("/<link_id>/decline", view_func=self.decline, methods=["POST"])
        return routes

    def screen(self) -> Response:
        """What waits for the PSU, newest first; the log-in while it is nobody's phone."""
        person = self._bank.person(phone_of())
        if person is None:
            return _log_in_page()
        waiting = [self._request(push) for push in reversed(self._bank.pushes_of(person.psu_id))]
        page = render_template(
            "phone.html",
            person=person,
            requests=[each for each in waiting if each is not None],
            look_again_s=LOOK_AGAIN_S,
        )
        return make_response(page)

    def log_in(self) -> AnyResponse:
        """Once for each phone."""
        psu_id = request.form.get("psu_id", "").strip()
        person = who_knows(psu_id, request.form.get("password", ""))
        if person is None:
            return _log_in_page("PSU-ID or password is not right.", psu_id)
        open_phone(person.psu_id)
        return redirect(url_for(".screen"), 303)

    def log_out(self) -> AnyResponse:
        """It is nobody's phone any more."""
        close_phone()
        return redirect(url_for(".screen"), 303)

    def approve(self, link_id: str) -> AnyResponse:
        """The phone is the second factor: the bank acts at once."""
        return self._decide(link_id, self._bank.approve_push)

    def decline(self, link_id: str) -> AnyResponse:
        """The PSU does not want it."""
        return self._decide(link_id, self._bank.decline_push)

    def _decide(self, link_id: str, decide: Callable[[str, str], object]) -> AnyResponse:
        """Let the bank act, unless it has before, and tell the CMS what became of it."""
        psu_id = phone_of()
        progress = self._bank.progress(link_id)
        if progress is None or progress.psu_id != psu_id:
            return _message(_GONE)
        link = self._link(link_id, progress.purpose)
        if link is None:
            closed = progress.sca_status.closed
            return _message(endings.message_for(progress) if closed else _GONE)
        if not progress.sca_status.closed:
            if self._cms.authorisation(link_id).closed:
                return _message(_GONE)
            try:
                decide(link_id, psu_id)
            except AuthorisationClosed:  # by the same button, pressed twice
                pass
            except OrderRefused as refusal:
                return _message(Message("It is too late", f"{refusal.text} We have done nothing."))
            progress = self._bank.progress(link_id) or progress
        tell_outcome(self._cms, link, progress)
        return _message(endings.message_for(progress))

    def _request(self, push: Push) -> _Request | None:
        """The card of a question, if the TPP's request still counts at the CMS."""
        link = self._link(push.authorisation_id, push.purpose)
        if link is None or self._cms.authorisation(push.authorisation_id).closed:
            return None
        return _Request(link, push.order, push.asked_at, wording_for(push.purpose, push.order))

    def _link(self, link_id: str, purpose: Purpose) -> PaymentToApprove | None:
        try:
            return self._cms.payment_by_link(link_id, purpose)
        except (LinkExpired, LinkUnknown):
            return None


def _message(message: Message) -> Response:
    return message_page(replace(message, way_on=url_for(".screen"), button="What waits for you"))


def _log_in_page(error: str = "", psu_id: str = "") -> Response:
    page = render_template("phone_log_in.html", error=error, psu_id=psu_id)
    return make_response(page, 422 if error else 200)

"""The pages behind a payment link: log in, look at the payment, confirm or decline, go back."""

import re

from flask import (
    Blueprint,
    Response,
    abort,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from werkzeug.wrappers import Response as AnyResponse

from sandbox.core.bank import Bank, Progress
from sandbox.core.orders import Order
from sandbox.core.people import Person
from sandbox.core.sca import (
    AuthorisationClosed,
    LoggedIn,
    NotYourAccount,
    OutOfTurn,
    ScaStatus,
    WrongCredentials,
    WrongTan,
)
from sandbox.online_banking import endings
from sandbox.online_banking.cms_port import (
    CmsClient,
    LinkExpired,
    LinkUnknown,
    PaymentToApprove,
)
from sandbox.online_banking.headers import allow_ways_back
from sandbox.online_banking.news import is_closed, tell_outcome, tell_payment, tell_step
from sandbox.online_banking.pages import expired_page
from sandbox.online_banking.ways_back import safe_way_back

LINK_ID = re.compile(r"[A-Za-z0-9-]{1,64}")
PSU_ID_LENGTH = 50  # characters, as the CMS takes them

_DEAD = {"RJCT", "CANC", "ACSC", "ACCC"}  # transaction statuses that never move again


class Approvals:
    """One visit of a PSU under `/pis/{redirect-id}`; the redirect id is the authorisation's id."""

    def __init__(self, bank: Bank, cms: CmsClient) -> None:
        self._bank = bank
        self._cms = cms

    def blueprint(self) -> Blueprint:
        """The routes."""
        routes = Blueprint("approvals", __name__, url_prefix="/pis/<link_id>")
        routes.add_url_rule("", view_func=self.arrive)
        routes.add_url_rule("/log-in", view_func=self.log_in, methods=["POST"])
        routes.add_url_rule("/payment", view_func=self.payment)
        routes.add_url_rule("/method", view_func=self.method, methods=["POST"])
        routes.add_url_rule("/confirm", view_func=self.confirm, methods=["POST"])
        routes.add_url_rule("/decline", view_func=self.decline, methods=["POST"])
        return routes

    def arrive(self, link_id: str) -> AnyResponse:
        """The link the TPP sent the PSU to."""
        link = self._open_link(link_id)
        if self._person(link_id) is not None:
            return redirect(url_for(".payment", link_id=link_id), 303)
        return self._log_in_page(link)

    def log_in(self, link_id: str) -> AnyResponse:
        """First factor."""
        link = self._open_link(link_id)
        psu_id = request.form.get("psu_id", "").strip()
        password = request.form.get("password", "")
        readable = psu_id.isprintable() and len(psu_id) <= PSU_ID_LENGTH
        if not psu_id or not password or not readable:
            return self._log_in_page(link, "Please enter your PSU-ID and your password.")
        try:
            outcome = self._bank.log_in(link_id, psu_id, password, _order(link))
        except AuthorisationClosed:
            return self._finish(link)
        match outcome:
            case WrongCredentials(tries_left=0):
                return self._finish(link)
            case WrongCredentials(tries_left=left):
                return self._log_in_page(
                    link, f"PSU-ID or password is not right. {_tries(left)}", claimed=psu_id
                )
            case NotYourAccount(text=text):
                return self._log_in_page(link, f"You cannot authorise this payment. {text}")
            case LoggedIn():
                self._welcome(link, psu_id, outcome)
        return redirect(url_for(".payment", link_id=link_id), 303)

    def payment(self, link_id: str) -> AnyResponse:
        """What is to be authorised, and the next thing to do for it."""
        link = self._open_link(link_id)
        return self._payment_page(link, self._require_person(link_id))

    def method(self, link_id: str) -> AnyResponse:
        """The PSU has chosen how to get the TAN."""
        link = self._open_link(link_id)
        person = self._require_person(link_id)
        method = person.method(request.form.get("method"))
        if method is None:
            return self._payment_page(link, person, "Please choose how to get your TAN.")
        # The CMS first: a step it has not heard of would be missing when all is done.
        self._tell(link, ScaStatus.SCA_METHOD_SELECTED, person.psu_id)
        self._bank.select_method(link_id, method.id)
        return redirect(url_for(".payment", link_id=link_id), 303)

    def confirm(self, link_id: str) -> AnyResponse:
        """Second factor; the bank executes, the CMS is told, the PSU goes back to the TPP."""
        link = self._open_link(link_id)
        person = self._require_person(link_id)
        tan = request.form.get("tan", "").replace(" ", "")
        if person.methods and not tan:
            return self._payment_page(link, person, "Please enter your TAN.")
        try:
            outcome = self._bank.authorise(link_id, _order(link), tan)
        except AuthorisationClosed:
            return self._finish(link)
        if isinstance(outcome, WrongTan) and outcome.tries_left:
            error = f"This TAN is not right. {_tries(outcome.tries_left)}"
            return self._payment_page(link, person, error)
        return self._finish(link)

    def decline(self, link_id: str) -> AnyResponse:
        """The PSU does not want to pay."""
        link = self._open_link(link_id)
        self._require_person(link_id)
        try:
            self._bank.decline(link_id, _order(link))
        except AuthorisationClosed:
            return self._finish(link)
        return self._finish(link)

    def _open_link(self, link_id: str) -> PaymentToApprove:
        """The payment, if the PSU may still act on it; else the request ends with its page.

        What was decided here before is told to the CMS again, so a visit repairs a lost message.
        """
        if not LINK_ID.fullmatch(link_id):
            raise LinkUnknown
        progress = self._bank.progress(link_id)
        try:
            link = self._cms.payment_by_link(link_id)
        except LinkExpired as expired:
            abort(self._expired(progress, expired.nok_uri))
        allow_ways_back(link.ok_uri, link.nok_uri)
        if progress is not None and progress.sca_status.closed:
            tell_outcome(self._cms, link, progress)
            abort(endings.ending(link, progress))
        sca_status = self._cms.sca_status(link.authorisation_id)
        if is_closed(sca_status) or link.transaction_status in _DEAD:
            abort(endings.used_up(link))
        return link

    def _expired(self, progress: Progress | None, nok_uri: str | None) -> AnyResponse:
        allow_ways_back(nok_uri)
        if progress is None or progress.outcome is None:
            return expired_page(nok_uri)
        tell_payment(self._cms, progress.payment_id, progress.outcome.status)
        return endings.decided_before(progress, safe_way_back(nok_uri))

    def _welcome(self, link: PaymentToApprove, psu_id: str, who: LoggedIn) -> None:
        """Tell the CMS; with one method only, choose it. Only then the session begins."""
        self._cms.set_psu(link.authorisation_id, psu_id)
        self._tell(link, ScaStatus.PSU_AUTHENTICATED, psu_id)
        if len(who.methods) == 1:
            self._tell(link, ScaStatus.SCA_METHOD_SELECTED, psu_id)
            self._bank.select_method(link.authorisation_id, who.methods[0].id)
        session.clear()
        session.permanent = True
        session["approval"] = [link.authorisation_id, psu_id]

    def _tell(self, link: PaymentToApprove, status: ScaStatus, psu_id: str) -> None:
        if tell_step(self._cms, link, status=status, psu_id=psu_id) is not None:
            abort(endings.used_up(link))

    def _finish(self, link: PaymentToApprove) -> AnyResponse:
        progress = self._bank.progress(link.authorisation_id)
        if progress is None or not progress.sca_status.closed:
            raise OutOfTurn("nothing has ended yet")
        tell_outcome(self._cms, link, progress)
        session.pop("approval", None)
        return endings.ending(link, progress)

    def _person(self, link_id: str) -> Person | None:
        """Who is logged in for this link, if the bank agrees."""
        at, psu_id = session.get("approval", (None, None))
        progress = self._bank.progress(link_id)
        if at != link_id or progress is None or progress.psu_id != psu_id:
            return None
        return self._bank.person(psu_id)

    def _require_person(self, link_id: str) -> Person:
        person = self._person(link_id)
        if person is None:
            abort(redirect(url_for(".arrive", link_id=link_id), 303))
        return person

    def _log_in_page(self, link: PaymentToApprove, error: str = "", claimed: str = "") -> Response:
        page = render_template(
            "log_in.html",
            link=link,
            error=error,
            psu_id=claimed or next(iter(link.psu_ids), ""),
            way_back=safe_way_back(link.nok_uri),
        )
        return make_response(page, 422 if error else 200)

    def _payment_page(self, link: PaymentToApprove, person: Person, error: str = "") -> Response:
        progress = self._bank.progress(link.authorisation_id)
        chosen = progress is not None and progress.sca_status is ScaStatus.SCA_METHOD_SELECTED
        if not person.methods:
            stage = "confirm"
        else:
            stage = "tan" if chosen and "choose" not in request.args else "choose"
        page = render_template(
            "payment.html",
            link=link,
            person=person,
            stage=stage,
            challenge=progress.challenge if progress else None,
            debtor=self._bank.debtor_account(_order(link), person.psu_id),
            error=error,
        )
        return make_response(page, 422 if error else 200)


def _order(link: PaymentToApprove) -> Order:
    return Order(
        payment_id=link.payment_id,
        product=link.product,
        debtor_iban=link.debtor_iban,
        debtor_currency=link.debtor_currency,
        creditor_iban=link.creditor_iban,
        creditor_name=link.creditor_name,
        amount=link.amount,
        currency=link.currency,
        requested_execution_date=link.requested_execution_date,
    )


def _tries(left: int) -> str:
    return "You have one try left." if left == 1 else f"You have {left} tries left."

"""The pages behind a link: log in, look at the payment, confirm or decline, go back.

One set of pages for both purposes, to pay a payment and to cancel it; what differs is what the
bank does with an authorisation, and the words.
"""

from flask import (
    Blueprint,
    Response,
    abort,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response as AnyResponse

from sandbox.core.bank import Bank
from sandbox.core.orders import OrderRefused
from sandbox.core.people import Person, ScaMethod, who_knows
from sandbox.core.purposes import Purpose
from sandbox.core.sca import (
    AuthorisationClosed,
    AwaitsConfirmation,
    Challenge,
    LoggedIn,
    NotYourAccount,
    OutOfTurn,
    ScaStatus,
    WrongCredentials,
    WrongTan,
)
from sandbox.online_banking import endings
from sandbox.online_banking.cms_port import CmsClient, CmsRefused, PaymentToApprove, ScaNews
from sandbox.online_banking.joint import signatures
from sandbox.online_banking.links import Links
from sandbox.online_banking.news import tell_outcome, tell_payment, tell_step
from sandbox.online_banking.sessions import open_visit, visitor
from sandbox.online_banking.ways_back import safe_way_back
from sandbox.online_banking.wording import INVITATIONS, tries_left, wording_for

PSU_ID_LENGTH = 50  # characters, as the CMS takes them
LOOK_AGAIN_S = 5  # while the PSU confirms on the phone


class Approvals:
    """One visit of a PSU; the redirect id of the link is the authorisation's id."""

    def __init__(self, bank: Bank, cms: CmsClient, purpose: Purpose) -> None:
        self._bank = bank
        self._cms = cms
        self._purpose = purpose
        self._invitation = INVITATIONS[purpose]
        self._links = Links(bank, cms, purpose)

    def blueprint(self, path: str) -> Blueprint:
        """The routes under this path."""
        routes = Blueprint(self._purpose, __name__, url_prefix=f"{path}/<link_id>")
        routes.add_url_rule("", view_func=self.arrive)
        routes.add_url_rule("/log-in", view_func=self.log_in, methods=["POST"])
        routes.add_url_rule("/payment", view_func=self.payment)
        routes.add_url_rule("/method", view_func=self.method, methods=["POST"])
        routes.add_url_rule("/confirm", view_func=self.confirm, methods=["POST"])
        routes.add_url_rule("/decline", view_func=self.decline, methods=["POST"])
        return routes

    def arrive(self, link_id: str) -> AnyResponse:
        """The link the TPP sent the PSU to."""
        link = self._links.open(link_id)
        if self._person(link_id) is not None:
            return redirect(url_for(".payment", link_id=link_id), 303)
        return self._log_in_page(link)

    def log_in(self, link_id: str) -> AnyResponse:
        """First factor."""
        link = self._links.open(link_id)
        psu_id = request.form.get("psu_id", "").strip()
        password = request.form.get("password", "")
        readable = psu_id.isprintable() and len(psu_id) <= PSU_ID_LENGTH
        if not psu_id or not password or not readable:
            return self._log_in_page(link, "Please enter your PSU-ID and your password.")
        barred = self._barred(link, psu_id, password)
        if barred:
            return self._log_in_page(link, f"{self._invitation.not_allowed} {barred}")
        try:
            outcome = self._bank.log_in(
                link_id, psu_id, password, link.order, purpose=self._purpose
            )
        except AuthorisationClosed:
            return self._finish(link)
        match outcome:
            case WrongCredentials(tries_left=0):
                return self._finish(link)
            case WrongCredentials(tries_left=left):
                return self._log_in_page(
                    link, f"PSU-ID or password is not right. {tries_left(left)}", claimed=psu_id
                )
            case NotYourAccount(text=text):
                return self._log_in_page(link, f"{self._invitation.not_allowed} {text}")
            case LoggedIn():
                self._welcome(link, psu_id)
        return redirect(url_for(".payment", link_id=link_id), 303)

    def payment(self, link_id: str) -> AnyResponse:
        """What is to be authorised, and the next thing to do for it."""
        link = self._links.open(link_id)
        return self._payment_page(link, self._require_person(link_id))

    def method(self, link_id: str) -> AnyResponse:
        """The PSU has chosen how to confirm."""
        link = self._links.open(link_id)
        person = self._require_person(link_id)
        method = person.method(request.form.get("method"))
        if method is None or method not in self._methods(person):
            return self._payment_page(link, person, "Please choose one way to confirm.")
        self._select(link, person, method)
        return redirect(url_for(".payment", link_id=link_id), 303)

    def confirm(self, link_id: str) -> AnyResponse:
        """Second factor; the bank acts, the CMS is told, the PSU goes back to the TPP."""
        link = self._links.open(link_id, even_unconfirmed=True)
        person = self._require_person(link_id)
        challenge = self._challenge(link_id)
        if challenge is not None and challenge.method.decoupled:
            # Once it is approved, there is a page that says so in place of this one.
            return self._payment_page(link, person, "You have not approved it in your app yet.")
        tan = request.form.get("tan", "").replace(" ", "")
        if person.methods and not tan:
            return self._payment_page(link, person, "Please enter your TAN.")
        mandated = self._cms.confirmation_mandated()
        try:
            outcome = self._bank.authorise(link_id, link.order, tan, confirmation=mandated)
        except AuthorisationClosed:
            return self._finish(link)
        except OrderRefused as refusal:
            return self._too_late(link, refusal)
        match outcome:
            case WrongTan(tries_left=left) if left:
                return self._payment_page(
                    link, person, f"This TAN is not right. {tries_left(left)}"
                )
            case AwaitsConfirmation(code=code):
                return self._hand_over(link, ScaNews(ScaStatus.UNCONFIRMED, person.psu_id, code))
        return self._finish(link)

    def decline(self, link_id: str) -> AnyResponse:
        """The PSU does not want to."""
        link = self._links.open(link_id, even_unconfirmed=True)
        self._require_person(link_id)
        try:
            self._bank.decline(link_id, link.order)
        except AuthorisationClosed:
            return self._finish(link)
        return self._finish(link)

    def _barred(self, link: PaymentToApprove, psu_id: str, password: str) -> str | None:
        """Why somebody who knows the password cannot go on with this link all the same.

        It is told before the bank's log-in, which would keep the link for this PSU.
        """
        if who_knows(psu_id, password) is None:
            return None
        if psu_id in self._cms.authorised_by(link.payment_id, self._purpose):
            return self._invitation.done_before
        if self._purpose is Purpose.CANCEL and psu_id not in link.psu_ids:
            return "Only somebody who took part in authorising it can."
        return None

    def _welcome(self, link: PaymentToApprove, psu_id: str) -> None:
        """Tell the CMS; with one method only, choose it. Only then the session begins."""
        try:
            self._cms.set_psu(link.authorisation_id, psu_id)
        except CmsRefused:
            abort(endings.used_up(link.nok_uri, link.tpp_name))
        self._tell(link, ScaNews(ScaStatus.PSU_AUTHENTICATED, psu_id))
        person = self._bank.person(psu_id)
        methods = self._methods(person) if person is not None else ()
        if person is not None and len(methods) == 1:
            self._select(link, person, methods[0])
        open_visit(link.authorisation_id, psu_id)

    def _select(self, link: PaymentToApprove, person: Person, method: ScaMethod) -> None:
        """The CMS first: a step it has not heard of would be missing when all is done."""
        self._tell(link, ScaNews(ScaStatus.SCA_METHOD_SELECTED, person.psu_id))
        self._bank.select_method(link.authorisation_id, method.id)

    def _hand_over(self, link: PaymentToApprove, news: ScaNews) -> AnyResponse:
        """The second factor was right: the TPP gets a code with which it has to confirm."""
        try:
            self._cms.set_sca_status(link.payment_id, link.authorisation_id, news=news)
        except CmsRefused:
            return endings.used_up(link.nok_uri, link.tpp_name)
        return endings.with_code(link, news.confirmation_code or "")

    def _tell(self, link: PaymentToApprove, news: ScaNews) -> None:
        if not tell_step(self._cms, link, news):
            abort(endings.used_up(link.nok_uri, link.tpp_name))

    def _finish(self, link: PaymentToApprove) -> AnyResponse:
        progress = self._bank.progress(link.authorisation_id)
        if progress is None or not progress.sca_status.closed:
            raise OutOfTurn("nothing has ended yet")
        tell_outcome(self._cms, link, progress)
        return endings.of_link(progress, link)  # the visit stays: who comes again finds back

    def _too_late(self, link: PaymentToApprove, refusal: OrderRefused) -> AnyResponse:
        progress = self._bank.progress(link.authorisation_id)
        if progress is not None and progress.outcome is not None:
            tell_payment(self._cms, link.payment_id, progress.outcome.status)
        return endings.refused(link, refusal.text)

    def _methods(self, person: Person) -> tuple[ScaMethod, ...]:
        """The second factors the PSU may use. Where the TPP has to bring a confirmation code, the
        app is none of them: the code leaves with this browser.
        """
        if person.app is None or not self._cms.confirmation_mandated():
            return person.methods
        return tuple(method for method in person.methods if not method.decoupled)

    def _challenge(self, link_id: str) -> Challenge | None:
        progress = self._bank.progress(link_id)
        return progress.challenge if progress is not None else None

    def _person(self, link_id: str) -> Person | None:
        """Who is logged in for this link, if the bank agrees."""
        psu_id = visitor(link_id)
        progress = self._bank.progress(link_id)
        if psu_id is None or progress is None or progress.psu_id != psu_id:
            return None
        return self._bank.person(psu_id)

    def _require_person(self, link_id: str) -> Person:
        person = self._person(link_id)
        if person is None:
            abort(redirect(url_for(".arrive", link_id=link_id), 303))
        return person

    def _log_in_page(self, link: PaymentToApprove, error: str = "", claimed: str = "") -> Response:
        joint = link.transaction_status == "PATC"  # whoever is known has authorised it
        known = () if joint and self._purpose is Purpose.PAY else link.psu_ids
        page = render_template(
            "log_in.html",
            link=link,
            invitation=self._invitation,
            error=error,
            psu_id=claimed or next(iter(known), ""),
            way_back=safe_way_back(link.nok_uri),
        )
        return make_response(page, 422 if error else 200)

    def _payment_page(self, link: PaymentToApprove, person: Person, error: str = "") -> Response:
        methods = self._methods(person)
        challenge = self._challenge(link.authorisation_id)
        debtor = self._bank.debtor_account(link.order, person.psu_id)
        page = render_template(
            "payment.html",
            link=link,
            order=link.order,
            words=wording_for(self._purpose, link.order),
            person=person,
            methods=methods,
            stage=_stage(methods, challenge),
            challenge=challenge,
            debtor=debtor,
            signatures=signatures(self._cms, link, debtor),
            look_again_s=LOOK_AGAIN_S,
            error=error,
        )
        return make_response(page, 422 if error else 200)


def _stage(methods: tuple[ScaMethod, ...], challenge: Challenge | None) -> str:
    """What the PSU does next: just confirm, choose a method, enter a TAN, or go to the app."""
    if not methods:
        return "confirm"
    if challenge is None or "choose" in request.args:
        return "choose"
    return "app" if challenge.method.decoupled else "tan"

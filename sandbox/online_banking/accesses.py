"""The pages behind a third party's request for access: log in, see what it asks, allow or decline.

This is OAuth's way before any payment. Access to one payment is given where that is approved.
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

from sandbox.core.access import AccessClosed, AccessDesk
from sandbox.core.people import PERSON_BY_ID, Person
from sandbox.core.sca import WrongCredentials
from sandbox.online_banking import endings
from sandbox.online_banking.cms_port import AccessToGrant, CmsClient, CmsRefused, LinkUnknown
from sandbox.online_banking.headers import allow_ways_back
from sandbox.online_banking.links import LINK_ID
from sandbox.online_banking.sessions import end_visit, open_visit, visitor
from sandbox.online_banking.wording import ACCESS_INVITATION, tries_left


class Accesses:
    """One visit of a PSU; the id of the link is that of the request for access."""

    def __init__(self, desk: AccessDesk, cms: CmsClient) -> None:
        self._desk = desk
        self._cms = cms

    def blueprint(self) -> Blueprint:
        """The routes."""
        routes = Blueprint("access", __name__, url_prefix="/oauth/<link_id>")
        routes.add_url_rule("", view_func=self.arrive)
        routes.add_url_rule("/log-in", view_func=self.log_in, methods=["POST"])
        routes.add_url_rule("/access", view_func=self.access)
        routes.add_url_rule("/confirm", view_func=self.confirm, methods=["POST"])
        routes.add_url_rule("/decline", view_func=self.decline, methods=["POST"])
        routes.add_url_rule("/leave", view_func=self.leave, methods=["POST"])
        return routes

    def arrive(self, link_id: str) -> AnyResponse:
        """The authorization server has sent the PSU here."""
        asked = self._open(link_id)
        if self._person(link_id) is not None:
            return redirect(url_for(".access", link_id=link_id), 303)
        return _log_in_page(asked)

    def log_in(self, link_id: str) -> AnyResponse:
        """First factor."""
        asked = self._open(link_id)
        psu_id = request.form.get("psu_id", "").strip()
        try:
            outcome = self._desk.log_in(link_id, psu_id, request.form.get("password", ""))
        except AccessClosed:
            return self._send_back(link_id)
        if isinstance(outcome, WrongCredentials):
            if not outcome.tries_left:
                return self._send_back(link_id)
            left = tries_left(outcome.tries_left)
            return _log_in_page(asked, f"PSU-ID or password is not right. {left}", psu_id)
        open_visit(link_id, outcome.psu_id)
        return redirect(url_for(".access", link_id=link_id), 303)

    def access(self, link_id: str) -> AnyResponse:
        """What is asked for."""
        return _access_page(self._open(link_id), self._require_person(link_id))

    def confirm(self, link_id: str) -> AnyResponse:
        """Second factor; the PSU goes back to the third party with a code."""
        asked = self._open(link_id)
        person = self._require_person(link_id)
        tan = request.form.get("tan", "").replace(" ", "")
        if person.methods and not tan:
            return _access_page(asked, person, "Please enter your TAN.")
        try:
            wrong = self._desk.confirm(link_id, person, tan)
        except AccessClosed:
            return self._send_back(link_id)
        if wrong is not None:
            if not wrong.tries_left:
                return self._send_back(link_id)
            return _access_page(
                asked, person, f"This TAN is not right. {tries_left(wrong.tries_left)}"
            )
        try:
            way_back = self._cms.grant_access(link_id, person.psu_id)
        except CmsRefused:
            return endings.used_up(None)
        end_visit()
        return redirect(way_back, 303)

    def decline(self, link_id: str) -> AnyResponse:
        """The PSU does not want to."""
        self._open(link_id)
        self._require_person(link_id)
        return self._send_back(link_id)

    def leave(self, link_id: str) -> AnyResponse:
        """Somebody goes back without logging in: nobody has granted anything."""
        self._open(link_id)
        return self._send_back(link_id)

    def _open(self, link_id: str) -> AccessToGrant:
        """The request, if the PSU may still decide; else this ends with its page."""
        if not LINK_ID.fullmatch(link_id):
            raise LinkUnknown
        try:
            asked = self._cms.access_asked(link_id)
        except CmsRefused:
            abort(endings.used_up(None))
        allow_ways_back(asked.redirect_uri)
        return asked

    def _send_back(self, link_id: str) -> AnyResponse:
        try:
            way_back = self._cms.decline_access(link_id)
        except CmsRefused:
            return endings.used_up(None)
        end_visit()
        return redirect(way_back, 303)

    def _person(self, link_id: str) -> Person | None:
        """Who is logged in for this link, if the bank agrees."""
        psu_id = visitor(link_id)
        if psu_id is None or self._desk.who(link_id) != psu_id:
            return None
        return PERSON_BY_ID.get(psu_id)

    def _require_person(self, link_id: str) -> Person:
        person = self._person(link_id)
        if person is None:
            abort(redirect(url_for(".arrive", link_id=link_id), 303))
        return person


def _log_in_page(asked: AccessToGrant, error: str = "", psu_id: str = "") -> Response:
    page = render_template(
        "log_in.html",
        link=asked,
        invitation=ACCESS_INVITATION,
        error=error,
        psu_id=psu_id,
        way_back=None,
        may_leave=True,
    )
    return make_response(page, 422 if error else 200)


def _access_page(asked: AccessToGrant, person: Person, error: str = "") -> Response:
    method = next((each for each in person.methods if not each.decoupled), None)
    page = render_template("access.html", link=asked, person=person, method=method, error=error)
    return make_response(page, 422 if error else 200)

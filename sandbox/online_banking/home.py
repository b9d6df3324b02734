"""The front page, one's accounts, a stand-in for the TPP's own pages, and health."""

import re
from typing import Any, Final

from flask import (
    Blueprint,
    Response,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response as AnyResponse

from sandbox.core.bank import Bank
from sandbox.core.people import PASSWORD, PEOPLE, TAN, who_knows
from sandbox.online_banking.joint import partners_of
from sandbox.online_banking.sessions import close_accounts, customer, open_accounts

_CODE: Final = re.compile(r"[A-Za-z0-9_-]{1,100}")
_LONGEST_SHOWN: Final = 200  # characters


class Home:
    """Pages that have nothing to do with a payment link."""

    def __init__(self, bank: Bank) -> None:
        self._bank = bank

    def blueprint(self) -> Blueprint:
        """The routes."""
        routes = Blueprint("home", __name__)
        routes.add_url_rule("/", view_func=self.index)
        routes.add_url_rule("/log-in", view_func=self.log_in, methods=["POST"])
        routes.add_url_rule("/log-out", view_func=self.log_out, methods=["POST"])
        routes.add_url_rule("/accounts", view_func=self.accounts)
        routes.add_url_rule("/tpp/<any(ok, nok):ending>", view_func=self.landing)
        routes.add_url_rule("/health/live", view_func=self.live)
        routes.add_url_rule("/health/ready", view_func=self.ready)
        return routes

    def index(self) -> Response:
        """What this is, and who lives here."""
        return _index_page()

    def log_in(self) -> AnyResponse:
        """To one's accounts; no payment is involved."""
        psu_id = request.form.get("psu_id", "").strip()
        person = who_knows(psu_id, request.form.get("password", ""))
        if person is None:
            return _index_page("PSU-ID or password is not right.", psu_id)
        open_accounts(person.psu_id)
        return redirect(url_for(".accounts"), 303)

    def log_out(self) -> AnyResponse:
        """Forget who it was."""
        close_accounts()
        return redirect(url_for(".index"), 303)

    def accounts(self) -> AnyResponse:
        """Balances and the newest bookings."""
        person = self._bank.person(customer())
        if person is None:
            return redirect(url_for(".index"), 303)
        page = render_template(
            "accounts.html",
            person=person,
            accounts=self._bank.accounts_of(person.psu_id),
            bookings=self._bank.statement_of(person.psu_id),
        )
        return make_response(page)

    def landing(self, ending: str) -> Response:
        """Where an example TPP would receive the PSU again; with OAuth by what is in the query.

        A code is shown in a command to be pasted, so one that no server has made is not.
        """
        code = request.args.get("code", "")
        page = render_template(
            "landing.html",
            ok=ending == "ok",
            code=code if _CODE.fullmatch(code) else "",
            oauth_error=request.args.get("error", "")[:_LONGEST_SHOWN],
            why=request.args.get("error_description", "")[:_LONGEST_SHOWN],
        )
        return make_response(page)

    def live(self) -> dict[str, Any]:
        """The process answers."""
        return {"status": "up"}

    def ready(self) -> tuple[dict[str, Any], int]:
        """The bank's books can be read."""
        if self._bank.is_ready():
            return {"status": "up"}, 200
        return {"status": "down"}, 503


def _index_page(error: str = "", psu_id: str = "") -> Response:
    load_users = [person for person in PEOPLE if person.psu_id.startswith("user_")]
    page = render_template(
        "index.html",
        people=[person for person in PEOPLE if person not in load_users],
        partners={person.psu_id: partners_of(person.psu_id) for person in PEOPLE},
        load_users=load_users,
        password=PASSWORD,
        tan=TAN,
        error=error,
        psu_id=psu_id,
    )
    return make_response(page, 422 if error else 200)

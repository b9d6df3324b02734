"""The TPPs that have called, the stop list, and the forms that block a TPP and let it in again."""

from datetime import timedelta
from typing import Final

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from cms.domain.errors import Malformed, Unknown
from cms.domain.operator import OperatorRole
from cms.http.console.gate import demands, session_now
from cms.http.console.tenancy import chosen_tenant, tenants
from cms.http.console.words import typed_text
from cms.http.rooms import rooms
from cms.service.stop_list import ByWhom

LINES: Final = 50
LONGEST_NUMBER: Final = 500
# What the form offers; the last one has no end.
PERIODS: Final[dict[str, timedelta | None]] = {
    "1 hour": timedelta(hours=1),
    "1 day": timedelta(days=1),
    "7 days": timedelta(days=7),
    "30 days": timedelta(days=30),
    "until unblocked": None,
}

tpps = Blueprint("tpps", __name__)


@tpps.get("/tpps")
@demands(OperatorRole.READ)
def listed() -> str:
    """Who is on the stop list, and who has called."""
    tenant = chosen_tenant()
    number, authority = (
        typed_text(request.args.get(name, ""), name) for name in ("after", "authority")
    )
    after = number, authority
    called = rooms().tpps.listed(tenant, after=after, most=LINES + 1)
    shown = called[:LINES]
    entries = rooms().stop_list.listed(tenant, first=0, most=LINES)
    states = {each.authorisation_number: each for each in entries}
    for tpp in shown:
        number = tpp.authorisation_number
        if number not in states and (entry := rooms().stop_list.find(number, tenant)):
            states[number] = entry
    return render_template(
        "tpps.html",
        tenant=tenant,
        tenants=tenants(),
        tpps=shown,
        first_page=after == ("", ""),
        entries=entries,
        states=states,
        more=shown[-1] if len(called) > LINES else None,
    )


@tpps.get("/tpps/one")
@demands(OperatorRole.READ)
def one() -> Response:
    """One TPP, whether it has called before or not."""
    return _page(_number())


@tpps.post("/tpps/block")
@demands(OperatorRole.OPERATE)
def block() -> AnyResponse:
    """Let the TPP in no more."""
    number, tenant = _number(), chosen_tenant()
    try:
        rooms().stop_list.block(number, tenant, period=_period(), by=_by_whom())
    except Malformed as refusal:
        return _page(number, refusal)
    return redirect(url_for("console.tpps.one", number=number, tenant=tenant), 303)


@tpps.post("/tpps/unblock")
@demands(OperatorRole.OPERATE)
def unblock() -> AnyResponse:
    """Let the TPP in again."""
    number, tenant = _number(), chosen_tenant()
    try:
        if not rooms().stop_list.unblock(number, tenant, by=_by_whom()):
            raise Unknown
    except Malformed as refusal:
        return _page(number, refusal)
    return redirect(url_for("console.tpps.one", number=number, tenant=tenant), 303)


def _page(number: str, error: Malformed | None = None) -> Response:
    tenant = chosen_tenant()
    page = render_template(
        "tpp.html",
        tenant=tenant,
        number=number,
        tpps=rooms().tpps.of_number(number, tenant),
        entry=rooms().stop_list.find(number, tenant),
        periods=list(PERIODS),
        typed=request.form,
        error=error,
    )
    return make_response(page, 422 if error else 200)


def _number() -> str:
    """The authorisation number that the address names. Raises Unknown for what cannot be one."""
    number = request.args.get("number", "").strip()
    if not number or len(number) > LONGEST_NUMBER or not number.isprintable():
        raise Unknown
    return number


def _period() -> timedelta | None:
    period = request.form.get("period", "")
    if period not in PERIODS:
        raise Malformed("Choose for how long.", path="period")
    return PERIODS[period]


def _by_whom() -> ByWhom:
    """The operator and the reason, without which nothing is done here. Raises Malformed."""
    reason = request.form.get("reason", "").strip()
    if not reason:
        raise Malformed("Say why: the reason is kept with your name.", path="reason")
    return ByWhom(operator=session_now().operator, reason=reason, at_console=True)

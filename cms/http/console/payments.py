"""Search payments and authorisations, and look at one payment."""

from typing import Final

from flask import Blueprint, Response, make_response, render_template, request

from cms.domain.errors import Malformed
from cms.domain.operator import OperatorRole
from cms.domain.parties import PsuId
from cms.domain.search import FoundPayment, PaymentFilter
from cms.domain.statuses import ScaStatus, TransactionStatus
from cms.http.console.gate import demands, session_now
from cms.http.console.rooms import console_rooms
from cms.http.console.tenancy import chosen_tenant, tenants
from cms.http.console.timeline import timeline
from cms.http.console.words import order_facts, typed_moment
from cms.http.rooms import rooms

LINES: Final = 25
LONGEST_TERM: Final = 500

payments = Blueprint("payments", __name__)


@payments.get("/payments")
@demands(OperatorRole.READ)
def search() -> Response:
    """The newest payments that fit the form; amounts and accounts only when one is opened, since
    that is kept in the trail.
    """
    typed = {name: value for name, value in request.args.items() if value.strip()}
    tenant, error = chosen_tenant(), None
    found: list[FoundPayment] = []
    try:
        found = console_rooms().search.newest(
            _wanted(typed, tenant), size=LINES + 1, older_than=typed.get("older_than")
        )
    except Malformed as refusal:
        error = refusal
    shown = found[:LINES]
    page = render_template(
        "payments.html",
        typed=typed,
        tenant=tenant,
        tenants=tenants(),
        found=shown,
        error=error,
        older=_older(typed, shown) if len(found) > LINES else None,
        transaction_statuses=list(TransactionStatus),
        sca_statuses=list(ScaStatus),
    )
    return make_response(page, 422 if error else 200)


@payments.get("/payments/<payment_id>")
@demands(OperatorRole.READ)
def one(payment_id: str) -> str:
    """A payment with all that has happened to it. That it was looked at is kept first."""
    tenant = chosen_tenant()
    payment = rooms().payments.find(payment_id, tenant)
    console_rooms().trail.looked_at_payment(session_now().operator, payment.payment_id, tenant)
    order = rooms().order_of(payment, rooms().payments.body(payment))
    authorisations = rooms().authorisations.all_of(payment)
    return render_template(
        "payment.html",
        tenant=tenant,
        payment=payment,
        facts=list(order_facts(order)),
        tpp=rooms().payments.tpp_of(payment),
        authorisations=authorisations,
        intent=console_rooms().intents.of_payment(payment),
        timeline=timeline(payment, authorisations, _events_of(payment.payment_id, tenant)),
    )


def _wanted(typed: dict[str, str], tenant: str) -> PaymentFilter:
    """What the form asks for. Raises Malformed."""
    for name, value in typed.items():
        if len(value) > LONGEST_TERM or "\x00" in value:
            raise Malformed("That is too long, or holds a character that no text has.", path=name)
    psu_id = typed.get("psu", "").strip()
    return PaymentFilter(
        instance_id=tenant,
        key=typed.get("key", "").strip() or None,
        tpp_authorisation_number=typed.get("tpp", "").strip() or None,
        psu=PsuId(psu_id=psu_id) if psu_id else None,
        aspsp_account_id=typed.get("account", "").strip() or None,
        status=_code(TransactionStatus, typed, "status"),
        sca_status=_code(ScaStatus, typed, "sca_status"),
        since=typed_moment(typed.get("since", ""), "since"),
        before=typed_moment(typed.get("before", ""), "before"),
    )

"""Search payments and authorisations, and look at one payment."""

from typing import Final, TypeVar
from urllib.parse import urlencode

from flask import Blueprint, Response, make_response, render_template, request, url_for

from cms.domain.errors import Malformed
from cms.domain.operator import OperatorRole
from cms.domain.parties import PsuId
from cms.domain.search import FoundPayment, PaymentFilter
from cms.domain.statuses import ScaStatus, TransactionStatus
from cms.http.console.gate import demands, session_now
from cms.http.console.rooms import console_rooms
from cms.http.console.tenancy import chosen_tenant, tenants
from cms.http.console.timeline import Known, timeline
from cms.http.console.words import order_facts, typed_moment, typed_text
from cms.http.rooms import rooms

LINES: Final = 25
FIELDS: Final = (
    "tenant",
    "key",
    "psu",
    "tpp",
    "account",
    "status",
    "sca_status",
    "since",
    "before",
    "older_than",
)

Code = TypeVar("Code", TransactionStatus, ScaStatus)

payments = Blueprint("payments", __name__)


@payments.get("/payments")
@demands(OperatorRole.READ)
def search() -> Response:
    """The newest payments that fit the form; amounts and accounts only when one is opened, since
    that is kept in the trail.
    """
    typed = {name: value for name in FIELDS if (value := request.args.get(name, "").strip())}
    tenant, error = chosen_tenant(), None
    found: list[FoundPayment] = []
    try:
        found = rooms().search.newest(
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
    latest = rooms().events.of_payment(payment.payment_id, tenant)
    known = Known(
        payment=payment,
        authorisations=rooms().authorisations.all_of(payment),
        intent=console_rooms().intents.of_payment(payment),
        events=latest.events,
    )
    order = rooms().order_of(payment, rooms().payments.body(payment))
    return render_template(
        "payment.html",
        tenant=tenant,
        payment=payment,
        facts=list(order_facts(order)),
        tpp=rooms().payments.tpp_of(payment),
        authorisations=known.authorisations,
        intent=known.intent,
        timeline=timeline(known),
        latest=latest,
    )


def _older(typed: dict[str, str], shown: list[FoundPayment]) -> str:
    """The address of the same search from below the last payment on."""
    return f"{url_for('.search')}?{urlencode(typed | {'older_than': shown[-1].payment.payment_id})}"


def _code(codes: type[Code], typed: dict[str, str], name: str) -> Code | None:
    if name not in typed:
        return None
    try:
        return codes(typed[name])
    except ValueError as error:
        raise Malformed("There is no such status.", path=name) from error


def _wanted(typed: dict[str, str], tenant: str) -> PaymentFilter:
    """What the form asks for. Raises Malformed."""
    for name, value in typed.items():
        typed_text(value, name)
    psu_id = typed.get("psu", "")
    return PaymentFilter(
        instance_id=tenant,
        key=typed.get("key"),
        tpp_authorisation_number=typed.get("tpp"),
        psu=PsuId(psu_id=psu_id) if psu_id else None,
        aspsp_account_id=typed.get("account"),
        status=_code(TransactionStatus, typed, "status"),
        sca_status=_code(ScaStatus, typed, "sca_status"),
        since=typed_moment(typed.get("since", ""), "since"),
        before=typed_moment(typed.get("before", ""), "before"),
    )

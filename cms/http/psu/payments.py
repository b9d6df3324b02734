"""psu-api for payments: the paths, headers and bodies of the specification (C1, spec 2.2)."""

from flask import Response, jsonify, request
from flask_smorest import Blueprint

from cms.domain.authorisation import AuthorisationKind
from cms.domain.errors import LinkExpired, Malformed, PsuMismatch, Unknown
from cms.domain.moving import ensure_open
from cms.domain.payment import Payment
from cms.domain.payment_service import PAYMENT_SERVICES
from cms.domain.statuses import Cause, ScaStatus, TransactionStatus
from cms.http.bodies import payment_body
from cms.http.caller import psu_of_headers, tenant
from cms.http.codes import done, status_named
from cms.http.paging import PARAMETERS, page_of
from cms.http.psu.bodies import authorisation_body, psu_row_body, visit_body
from cms.http.psu.sent import sent_object, sent_psu
from cms.http.rooms import rooms
from cms.service.authorisations import ScaReport, Visit

psu_payments = Blueprint(
    "psu-api: payments",
    __name__,
    url_prefix="/psu-api/v1/payment",
    description="What the bank's online banking asks and tells while a PSU is there",
)

_METHOD_MEMBERS = frozenset({"authenticationMethodId", "authenticationData"})
_UNSAID = "application/octet-stream"  # so a client sends bytes that it says nothing about


@psu_payments.route("/redirect/<string:redirect_id>", methods=["GET"])
@psu_payments.doc(responses={"404": {"description": "Unknown"}, "408": {"description": "Expired"}})
def visit(redirect_id: str) -> Response:
    """What is to be authorised behind a redirect link; 408 with the NOK URI if it has expired."""
    return _visited(_visit(redirect_id, AuthorisationKind.PIS_CREATION))


@psu_payments.route("/cancellation/redirect/<string:redirect_id>", methods=["GET"])
@psu_payments.doc(
    responses={"404": {"description": "Unknown or finalised"}, "408": {"description": "Expired"}}
)
def visit_for_cancellation(redirect_id: str) -> Response:
    """What is to be cancelled behind a redirect link, while its authorisation is open."""
    found = _visit(redirect_id, AuthorisationKind.PIS_CANCELLATION)
    if found.authorisation.status.finalised:
        raise Unknown
    return _visited(found)


@psu_payments.route("/<string:payment_id>", methods=["GET"])
@psu_payments.doc(responses={"400": {"description": "Not this PSU's"}})
def payment(payment_id: str) -> Response:
    """A payment, for one of its PSUs (header `psu-id`)."""
    return _payment_of_psu(payment_id)


@psu_payments.route(
    "/<string:payment_service>/<string:payment_product>/<string:payment_id>", methods=["PUT"]
)
@psu_payments.doc(
    responses={
        "400": {"description": "Malformed, finalised, or a PSU is authorising it"},
        "404": {"description": "Unknown"},
    }
)
def replace_order(payment_service: str, payment_product: str, payment_id: str) -> Response:
    """Put another order, in the format of the TPP's, in the place of what the TPP sent."""
    if payment_service not in PAYMENT_SERVICES:
        raise Malformed("There is no such payment service.", path="payment-service")
    found = rooms().payments.find(payment_id, tenant())
    ensure_open(found)
    if payment_service != found.service.value:
        raise Malformed("The payment is of another payment service.", path="payment-service")
    if payment_product != found.product:
        raise Malformed("The payment is of another payment product.", path="payment-product")
    _demand_format(found)
    profile = rooms().profiles.for_tenant(found.instance_id)
    body = request.get_data()
    rooms().other_order(found, body, profile)
    rooms().payments.replace_body(found, body)
    return done()


@psu_payments.route("/cancellation/<string:payment_id>", methods=["GET"])
@psu_payments.doc(responses={"400": {"description": "Not this PSU's"}})
def payment_to_cancel(payment_id: str) -> Response:
    """The same, where it is to be cancelled."""
    return _payment_of_psu(payment_id)


@psu_payments.route("/<string:payment_id>/authorisation/psus", methods=["GET"])
@psu_payments.doc(parameters=PARAMETERS, responses={"404": {"description": "Unknown"}})
def psus(payment_id: str) -> Response:
    """Who takes part in authorising a payment or its cancellation, and how far each has come."""
    found = rooms().payments.find(payment_id, tenant())
    cms = rooms().authorisations
    return jsonify([psu_row_body(cms.lapsed(each)) for each in page_of(cms.all_of(found))])


@psu_payments.route("/authorisation/<string:authorisation_id>", methods=["GET"])
@psu_payments.doc(responses={"404": {"description": "Unknown"}})
def authorisation(authorisation_id: str) -> Response:
    """An authorisation."""
    cms = rooms().authorisations
    found = cms.lapsed(cms.find(authorisation_id, tenant()))
    return jsonify(authorisation_body(found, rooms().access.ways_back(found)))


@psu_payments.route("/authorisation/<string:authorisation_id>/psu-data", methods=["PUT"])
@psu_payments.doc(
    responses={
        "400": {"description": "Malformed, finalised, authorised, or another PSU's"},
        "409": {"description": "The bank is carrying out a request for its payment"},
    }
)
def name_psu(authorisation_id: str) -> Response:
    """Tell who the PSU is."""
    rooms().authorisations.name_psu(authorisation_id, tenant(), sent_psu())
    return done()


@psu_payments.route(
    "/<string:payment_id>/authorisation/<string:authorisation_id>/status/<string:status>",
    methods=["PUT"],
)
@psu_payments.doc(
    responses={
        "400": {"description": "Malformed, finalised or not this PSU's"},
        "409": {"description": "The bank is carrying out a request for its payment"},
    }
)
def report_sca_status(payment_id: str, authorisation_id: str, status: str) -> Response:
    """Tell how far the PSU (header `psu-id`) has come.

    With `unconfirmed`, `authenticationData` is the code that the TPP has to confirm with.
    """
    sent = sent_object(_METHOD_MEMBERS) if request.get_data() else {}
    told = ScaReport(
        status=status_named(ScaStatus, status),
        psu=psu_of_headers(),
        authentication_method_id=sent.get("authenticationMethodId"),
        confirmation_code=sent.get("authenticationData"),
    )
    rooms().authorisations.report(payment_id, authorisation_id, tenant(), told)
    return done()


@psu_payments.route("/<string:payment_id>/status/<string:status>", methods=["PUT"])
@psu_payments.doc(
    responses={
        "400": {"description": "Malformed or finalised"},
        "409": {"description": "The bank is carrying out a request for it"},
    }
)
def report_payment_status(payment_id: str, status: str) -> Response:
    """Tell what became of the payment."""
    reported = status_named(TransactionStatus, status)
    cause = Cause.ONLINE_BANKING_REPORTED
    rooms().payments.set_status(payment_id, tenant(), reported, cause=cause)
    return done()


def _demand_format(payment: Payment) -> None:
    """The format stays: a reader that has just read it must be able to read the new bytes."""
    sent = request.mimetype
    if sent not in {"", _UNSAID, payment.content_type.partition(";")[0].strip().lower()}:
        text = f"The order must be sent as the TPP's was: {payment.content_type}"
        raise Malformed(text, path="content-type")


def _visit(redirect_id: str, kind: AuthorisationKind) -> Visit:
    """Who comes too late goes back by the same way as all others."""
    try:
        return rooms().authorisations.visit(redirect_id, tenant(), kind)
    except LinkExpired:
        expired = rooms().authorisations.find(redirect_id, tenant())
        raise LinkExpired(rooms().access.ways_back(expired).nok) from None


def _visited(found: Visit) -> Response:
    order = rooms().order_of(found.payment, found.body)
    return jsonify(visit_body(found, order, rooms().access.ways_back(found.authorisation)))


def _payment_of_psu(payment_id: str) -> Response:
    """The payment, if the PSU of the headers is one of its own. Raises Unknown, PsuMismatch."""
    found = rooms().payments.find(payment_id, tenant())
    psu = psu_of_headers()
    if not any(psu.same_as(each) for each in found.psus):
        raise PsuMismatch
    payments = rooms().payments
    order = rooms().order_of(found, payments.body(found))
    return jsonify(payment_body(found, order, payments.tpp_of(found)))

"""aspsp-api for payments: the bank's own push of a transaction status (P1, spec 2.5)."""

from flask import Response
from flask_smorest import Blueprint

from cms.domain.statuses import Cause, TransactionStatus
from cms.http.caller import tenant
from cms.http.codes import done, status_named
from cms.http.rooms import rooms

aspsp_payments = Blueprint(
    "aspsp-api: payments",
    __name__,
    url_prefix="/aspsp-api/v1/pis",
    description="What the bank's back office asks and tells",
)


@aspsp_payments.route(
    "/transaction-status/<string:payment_id>/status/<string:status>", methods=["PUT"]
)
@aspsp_payments.doc(
    responses={"400": {"description": "Malformed"}, "404": {"description": "Unknown"}}
)
def push_status(payment_id: str, status: str) -> Response:
    """Set a payment's status as the bank's core system has it, finalised or not."""
    pushed = status_named(TransactionStatus, status)
    rooms().payments.set_status(payment_id, tenant(), pushed, cause=Cause.ASPSP_PUSHED)
    return done()

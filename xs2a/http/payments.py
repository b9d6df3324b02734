"""The routes of payments. Each is one short function: through the gate, into a flow, out."""

from typing import Any

import orjson
from flask import Response
from flask_smorest import Blueprint

from cms.domain.events import EventType
from cms.domain.parties import Role
from cms.domain.payment_service import PaymentService
from xs2a.flows.reads import read_payment
from xs2a.http import describe, gate
from xs2a.http.addresses import PAYMENT, PRODUCT, addressed
from xs2a.http.answers import answer, json_response
from xs2a.http.authorisations import add_routes
from xs2a.http.cancellation import answer_cancellation
from xs2a.http.gate import Entry
from xs2a.http.initiation import answer_initiation
from xs2a.http.payment_status import STATUS_FORMATS, answer_status
from xs2a.spec import headers
from xs2a.spec.media_types import JSON, MULTIPART, XML
from xs2a.spec.products import Format, format_of
from xs2a.spec.resources import OF_PAYMENTS

payments = Blueprint(
    "Payments", __name__, url_prefix="/v1", description="Payment initiation service (PIS)"
)


@payments.route(PRODUCT, methods=["POST"])
@describe.initiation(payments)
@gate.gate(
    role=Role.PSP_PI, event=EventType.PAYMENT_INITIATION, headers=headers.INITIATION, collects=True
)
def initiate(entry: Entry, payment_service: str, payment_product: str) -> Response:
    """Initiate a payment and, where the start is implicit, its authorisation."""
    return answer_initiation(entry, PaymentService(payment_service), payment_product)


@payments.route(PAYMENT, methods=["GET"])
@describe.payment(payments)
@gate.gate(
    role=Role.PSP_PI,
    event=EventType.GET_PAYMENT,
    headers=headers.READ,
    produces=(JSON, XML, MULTIPART),
)
def payment(entry: Entry, **path: str) -> Response:
    """Read a payment as it was initiated: the standard's JSON with its transaction status, any
    other format byte for byte (spec 14.1: not negotiated, a payment has the format it was sent in).
    """
    with addressed(entry, path) as address:
        found, body = read_payment(gate.door().parts, entry.ctx, address)
    if format_of(found.product) is not Format.JSON:
        return answer(body, 200, {"Content-Type": found.content_type})
    sent: dict[str, Any] = orjson.loads(body)
    return json_response(sent | {"transactionStatus": found.status.value})


@payments.route(PAYMENT, methods=["DELETE"])
@describe.cancellation(payments)
@gate.gate(
    role=Role.PSP_PI,
    event=EventType.PAYMENT_CANCELLATION,
    headers=headers.CANCELLATION,
    collects=True,
)
def cancel(entry: Entry, **path: str) -> Response:
    """Cancel a payment, or ask for the authorisation of its cancellation."""
    return answer_cancellation(entry, path)


@payments.route(f"{PAYMENT}/status", methods=["GET"])
@describe.payment_status(payments)
@gate.gate(
    role=Role.PSP_PI,
    event=EventType.GET_TRANSACTION_STATUS,
    headers=headers.READ,
    produces=STATUS_FORMATS,
)
def payment_status(entry: Entry, **path: str) -> Response:
    """Read a payment's transaction status, as JSON or as a pain.002 message."""
    return answer_status(entry, path)


for row in OF_PAYMENTS:
    add_routes(payments, row)

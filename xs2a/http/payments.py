"""The routes of payments. Each is one short function: through the gate, into a flow, out."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson
from flask import Response
from flask_smorest import Blueprint

from cms.domain.errors import Unknown
from cms.domain.parties import Role
from cms.domain.payment_service import PaymentService
from xs2a.errors import RequestFaulty, WrongPaymentProduct, WrongPaymentService
from xs2a.flows.reads import (
    Address,
    list_authorisations,
    read_payment,
    read_sca_status,
    read_status,
)
from xs2a.http import describe, gate
from xs2a.http.answers import json_response, notes, psu_message
from xs2a.http.gate import Entry
from xs2a.http.initiation import answer_initiation
from xs2a.spec import headers

payments = Blueprint(
    "Payments", __name__, url_prefix="/v1", description="Payment initiation service (PIS)"
)

_PRODUCT = "/<string:payment_service>/<string:payment_product>"
_PAYMENT = f"{_PRODUCT}/<string:payment_id>"
_AUTHORISATIONS = f"{_PAYMENT}/authorisations"


@payments.route(_PRODUCT, methods=["POST"])
@describe.initiation(payments)
@gate.gate(role=Role.PSP_PI, headers=headers.INITIATION, collects=True)
def initiate(entry: Entry, payment_service: str, payment_product: str) -> Response:
    """Initiate a payment and, with the redirect approach, start its authorisation."""
    return answer_initiation(entry, PaymentService(payment_service), payment_product)


@payments.route(_PAYMENT, methods=["GET"])
@describe.payment(payments)
@gate.gate(role=Role.PSP_PI, headers=headers.READ)
def payment(entry: Entry, **path: str) -> Response:
    """Read a payment as it was initiated, with its transaction status."""
    with _offered_products(entry, path):
        status, body = read_payment(gate.door().parts, entry.ctx, _address(path))
    sent: dict[str, Any] = orjson.loads(body)
    return json_response(sent | {"transactionStatus": status.payment.status.value})


@payments.route(f"{_PAYMENT}/status", methods=["GET"])
@describe.payment_status(payments)
@gate.gate(role=Role.PSP_PI, headers=headers.READ)
def payment_status(entry: Entry, **path: str) -> Response:
    """Read a payment's transaction status."""
    with _offered_products(entry, path):
        status = read_status(gate.door().parts, entry.ctx, _address(path))
    report = status.report
    return json_response(
        {
            "transactionStatus": status.payment.status.value,
            "fundsAvailable": report.funds_available if report else None,
            "psuMessage": psu_message(report.psu_message) if report else None,
            "tppMessages": notes(report.tpp_notes) if report else None,
        }
    )


@payments.route(_AUTHORISATIONS, methods=["GET"])
@describe.authorisations(payments)
@gate.gate(role=Role.PSP_PI, headers=headers.READ)
def authorisations(entry: Entry, **path: str) -> Response:
    """List the ids of a payment's authorisations."""
    with _offered_products(entry, path):
        found = list_authorisations(gate.door().parts, entry.ctx, _address(path))
    return json_response({"authorisationIds": [each.authorisation_id for each in found]})


@payments.route(f"{_AUTHORISATIONS}/<string:authorisation_id>", methods=["GET"])
@describe.sca_status(payments)
@gate.gate(role=Role.PSP_PI, headers=headers.READ)
def sca_status(entry: Entry, authorisation_id: str, **path: str) -> Response:
    """Read the SCA status of one of a payment's authorisations."""
    with _offered_products(entry, path):
        found = read_sca_status(gate.door().parts, entry.ctx, _address(path), authorisation_id)
    status, report = found.authorisation.status, found.report
    return json_response(
        {
            "scaStatus": status.value,
            "psuMessage": psu_message(report.psu_message) if report else None,
            "trustedBeneficiaryFlag": (
                report.trusted_beneficiary if report and status.finalised else None
            ),
            "tppMessages": notes(report.tpp_notes) if report else None,
        }
    )


def _address(path: dict[str, str]) -> Address:
    return Address(
        PaymentService(path["payment_service"]), path["payment_product"], path["payment_id"]
    )


@contextmanager
def _offered_products(entry: Entry, path: dict[str, str]) -> Iterator[None]:
    """A payment stays readable when the bank no longer offers its product: only where nothing is
    found at the address does it matter that the address names a product that is not offered.
    """
    try:
        yield
    except (Unknown, WrongPaymentService, WrongPaymentProduct):
        service = PaymentService(path["payment_service"])
        missing = gate.offers(entry.ctx.profile, service, path["payment_product"])
        if missing is not None:
            raise RequestFaulty((missing,)) from None
        raise

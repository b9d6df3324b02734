"""A proper order of each payment service in each format, as a TPP sends it."""

from dataclasses import dataclass
from typing import Any

import orjson

from cms.domain.payment_service import PaymentService
from tests.forms import content_type, periodic
from tests.fuzz.payment_bodies import NAMESPACES, pain001
from tests.tpps import payment

SINGLE, BULK, PERIODIC = (
    PaymentService.PAYMENTS,
    PaymentService.BULK_PAYMENTS,
    PaymentService.PERIODIC_PAYMENTS,
)
JSON, XML = "application/json", "application/xml"

STANDARD_PRODUCTS = (
    "sepa-credit-transfers",
    "instant-sepa-credit-transfers",
    "target-2-payments",
    "cross-border-credit-transfers",
)
PAIN_PRODUCTS = tuple(f"pain.001-{product}" for product in STANDARD_PRODUCTS)
OWN_PRODUCT = "house-transfers"
ALL_PRODUCTS = (*STANDARD_PRODUCTS, *PAIN_PRODUCTS, OWN_PRODUCT)
EVERYTHING = {"SINGLE": ALL_PRODUCTS, "BULK": ALL_PRODUCTS, "PERIODIC": ALL_PRODUCTS}

STANDING_ORDER: dict[str, Any] = {
    "startDate": "2026-03-05",
    "endDate": "2027-03-05",
    "executionRule": "following",
    "frequency": "Monthly",
    "dayOfExecution": "5",
}
_ENTRY = {name: value for name, value in payment().items() if name != "debtorAccount"}
MEMBERS: dict[PaymentService, dict[str, Any]] = {
    SINGLE: payment(requestedExecutionDate="2026-03-05", chargeBearer="SLEV"),
    BULK: {
        "batchBookingPreferred": True,
        "debtorAccount": payment()["debtorAccount"],
        "requestedExecutionDate": "2026-03-05",
        "payments": [_ENTRY, {**_ENTRY, "endToEndIdentification": "E2E"}],
    },
    PERIODIC: payment(**STANDING_ORDER),
}


@dataclass(frozen=True)
class SentOrder:
    """What is posted where, and how many transfers can be read from it."""

    service: PaymentService
    product: str
    content_type: str
    body: bytes
    transfers: int

    @property
    def path(self) -> str:
        return f"/v1/{self.service}/{self.product}"


def in_json(service: PaymentService, product: str) -> SentOrder:
    transfers = 2 if service is BULK else 1
    return SentOrder(service, product, JSON, orjson.dumps(MEMBERS[service]), transfers)


def in_xml(service: PaymentService, product: str, namespace: str = NAMESPACES[0]) -> SentOrder:
    transfers = 3 if service is BULK else 1
    message = pain001(transfers, namespace)
    if service is PERIODIC:
        body = periodic(message, orjson.dumps(STANDING_ORDER))
        return SentOrder(service, product, content_type(), body, transfers)
    return SentOrder(service, product, XML, message, transfers)


def own(service: PaymentService) -> tuple[SentOrder, ...]:
    """Those that only the bank can read."""
    form = periodic(b"<order to='7'/>", orjson.dumps(STANDING_ORDER))
    parts = (SentOrder(service, OWN_PRODUCT, content_type(), form, 0),)
    return (
        SentOrder(service, OWN_PRODUCT, JSON, b'{"to": 7,\r\n "by" : [1e2]}\n', 0),
        SentOrder(service, OWN_PRODUCT, XML, b"<!-- kept --><order to='7'\t/>\n", 0),
        *(parts if service is PERIODIC else ()),
    )


def every_order(service: PaymentService) -> tuple[SentOrder, ...]:
    """One for each product and format of a payment service."""
    return (
        *(in_json(service, product) for product in STANDARD_PRODUCTS),
        *(in_xml(service, product) for product in PAIN_PRODUCTS),
        *(in_xml(service, PAIN_PRODUCTS[0], namespace) for namespace in NAMESPACES[1:]),
        *own(service),
    )

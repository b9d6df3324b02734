"""The order in a stored body is the one that was checked, also when its day is long over."""

from datetime import date

import orjson
import pytest

from cms.domain.payment_order import Document
from cms.domain.payment_service import PaymentService
from cms.domain.profile import Profile
from tests.json_orders import DAY, bulk, entry, periodic, standing_order
from tests.tpps import payment
from xs2a.bodies.json_body import (
    order_again,
    read_json,
    read_standing_order,
    standing_order_again,
)
from xs2a.checks.payment import BodyRules

RULES = BodyRules(Profile(), date.fromisoformat(DAY))


@pytest.mark.parametrize(
    "service, sent",
    [
        (PaymentService.PAYMENTS, payment()),
        (PaymentService.PAYMENTS, payment(requestedExecutionDate=DAY)),
        (
            PaymentService.PAYMENTS,
            payment(
                creditorAgent="AAAADEBBXXX",
                creditorAddress={"townName": "Berlin", "country": "DE"},
                endToEndIdentification="E2E",
                remittanceInformationUnstructured="Invoice 7",
                remittanceInformationStructured={"reference": "RF18539007547034"},
                debtorAccount__currency="EUR",
            ),
        ),
        (PaymentService.PERIODIC_PAYMENTS, periodic(startDate=DAY)),
        (PaymentService.BULK_PAYMENTS, bulk(requestedExecutionDate=DAY)),
        (
            PaymentService.BULK_PAYMENTS,
            bulk(entry(), entry(), requestedExecutionTime=f"{DAY}T10:00:00+02:00"),
        ),
    ],
)
def test_a_stored_order_is_read_again(service: PaymentService, sent: dict[str, object]) -> None:
    document = Document("application/json", orjson.dumps(sent))
    checked = read_json(service, document, RULES)

    assert checked.order is not None
    assert order_again(service, document) == checked.order


def test_a_stored_standing_order_is_read_again() -> None:
    part = orjson.dumps(standing_order(startDate=DAY))
    checked = read_standing_order(part, RULES)

    assert checked.standing_order is not None
    assert standing_order_again(part) == checked.standing_order

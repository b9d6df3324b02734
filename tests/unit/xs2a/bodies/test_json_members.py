"""Members of JSON bodies that come twice, are null, or show nothing: refused, in clear words."""

from datetime import date
from typing import Any

import orjson
import pytest

from cms.domain.payment_order import Document
from cms.domain.payment_service import PaymentService
from cms.domain.profile import Profile
from tests.json_orders import bulk, entry, periodic, standing_order
from tests.tpps import payment
from xs2a.bodies.json_body import read_json, read_standing_order
from xs2a.bodies.outcome import ReadBody
from xs2a.checks.payment import BodyRules

RULES = BodyRules(Profile(), date(2026, 3, 2))
PAYMENTS, PERIODIC, BULK = (
    PaymentService.PAYMENTS,
    PaymentService.PERIODIC_PAYMENTS,
    PaymentService.BULK_PAYMENTS,
)


def read(service: PaymentService, sent: Any) -> ReadBody:
    return read_json(service, Document("application/json", orjson.dumps(sent)), RULES)


# The standard's JSON of all services, and the JSON part of a form (RFC 8259, 4).
@pytest.mark.parametrize(
    "service, sent, twice",
    [
        (PAYMENTS, payment(), b'"creditorName":"Marion Mueller"'),
        (PAYMENTS, payment(), b'"amount":"12.50"'),
        (PERIODIC, periodic(), b'"startDate":"2026-03-10"'),
        (BULK, bulk(), b'"iban":"DE80760700240271232400"'),
        (BULK, bulk(entry(), entry()), b'"currency":"EUR"'),
    ],
)
def test_a_member_that_comes_twice(service: PaymentService, sent: Any, twice: bytes) -> None:
    body = orjson.dumps(sent)
    assert twice in body
    doubled = body.replace(twice, twice + b"," + twice, 1)
    read_twice = read_json(service, Document("application/json", doubled), RULES)

    assert read_json(service, Document("application/json", body), RULES).order is not None
    assert read_twice.order is None
    assert [(each.message.code, each.path) for each in read_twice.early] == [("FORMAT_ERROR", None)]
    name = twice.partition(b":")[0].decode().strip('"')
    assert read_twice.early[0].text == f"The body has the member '{name}' more than once."


def test_a_member_of_a_standing_order_that_comes_twice() -> None:
    part = orjson.dumps(standing_order()).replace(b"}", b', "frequency": "Daily"}')

    assert [each.text for each in read_standing_order(part, RULES).early] == [
        "The body has the member 'frequency' more than once."
    ]


@pytest.mark.parametrize(
    "service, sent, path",
    [
        (PAYMENTS, payment(creditorAddress=None), "creditorAddress"),
        (PAYMENTS, payment(creditorName=None), "creditorName"),
        (PAYMENTS, payment(creditorAgent=None), "creditorAgent"),
        (PAYMENTS, payment(chargeBearer=None), "chargeBearer"),
        (PAYMENTS, payment(requestedExecutionDate=None), "requestedExecutionDate"),
        (
            PAYMENTS,
            payment(remittanceInformationUnstructuredArray=None),
            "remittanceInformationUnstructuredArray",
        ),
        (
            PERIODIC,
            periodic(frequency="MonthlyVariable", monthsOfExecution=None),
            "monthsOfExecution",
        ),
        (PERIODIC, periodic(frequency=None), "frequency"),
        (BULK, bulk(payments=None), "payments"),
        (BULK, bulk(None), "payments[0]"),
        (BULK, bulk(entry(creditorName=None)), "payments[0].creditorName"),
    ],
)
def test_null_is_no_value(service: PaymentService, sent: Any, path: str) -> None:
    found = read(service, sent)

    assert [each.text for each in (*found.early, *found.fields)] == [f"'{path}' must not be null."]


@pytest.mark.parametrize("name", ["\u3164", "\u115f\u1160", "\u2800", "\u00a0", "\u034f"])
def test_a_name_that_shows_nothing_is_empty(name: str) -> None:
    found = read(PAYMENTS, payment(creditorName=name))

    assert [each.text for each in found.fields] == ["'creditorName' must not be empty."]

"""The JSON body of a periodic payment as a TPP sends it (spec 12.2-12.6, conformance check 20).

The rules one by one are in tests/unit/xs2a/bodies; here is what the TPP and the bank see.
"""

from typing import Any

import pytest

from cms.domain.payment_order import Frequency
from tests.http.conftest import OpenHouse
from tests.json_orders import periodic
from tests.tpps import ABSENT, TppClient, refusal

FORMAT = "FORMAT_ERROR"
PATH = "/v1/periodic-payments/sepa-credit-transfers"
OFFERED = {"PERIODIC": ["sepa-credit-transfers"]}
VARIABLE = {"frequency": "MonthlyVariable"}


@pytest.fixture
def periodic_tpp(open_house: OpenHouse, pisp: str) -> TppClient:
    return TppClient(open_house(pis={"supportedPaymentTypeAndProductMatrix": OFFERED}), pisp)


def test_a_periodic_payment_is_taken(periodic_tpp: TppClient) -> None:
    answer = periodic_tpp.post(periodic(dayOfExecution="01"), path=PATH)
    standing_order = periodic_tpp.world.bank.orders[0].order.standing_order

    assert answer.status_int == 201, answer.text
    assert standing_order is not None
    assert standing_order.frequency is Frequency.MONTHLY
    assert standing_order.day_of_execution == 1


@pytest.mark.parametrize(
    "changes, code, path",
    [
        ({"endDate": "2026-03-09"}, "PERIOD_INVALID", "endDate"),
        ({"startDate": "2026-03-01"}, FORMAT, "startDate"),
        ({"startDate": ABSENT}, FORMAT, "startDate"),
        ({"frequency": ABSENT}, FORMAT, "frequency"),
        ({"frequency": "monthly"}, FORMAT, "frequency"),
        ({"executionRule": "later"}, FORMAT, "executionRule"),
        ({"dayOfExecution": "32"}, FORMAT, "dayOfExecution"),
        (
            {**VARIABLE, "monthsOfExecution": [str(month) for month in range(1, 13)]},
            FORMAT,
            "monthsOfExecution",
        ),
        ({**VARIABLE, "monthsOfExecution": ["0"]}, FORMAT, "monthsOfExecution[0]"),
        ({**VARIABLE, "monthsOfExecution": "1"}, FORMAT, "monthsOfExecution"),
        ({"chargeBearer": "SLEV"}, FORMAT, "chargeBearer"),
    ],
)
def test_a_faulty_member_is_named(
    periodic_tpp: TppClient, changes: dict[str, Any], code: str, path: str
) -> None:
    assert refusal(periodic_tpp.post(periodic(**changes), path=PATH)) == (400, [(code, path)])
    assert periodic_tpp.world.bank.asked == []


# What the scan finds hides what the fields would (spec 12.1, conformance check 14).
def test_the_scan_comes_before_the_fields(periodic_tpp: TppClient) -> None:
    sent = periodic(
        startDate="x", frequency="x", dayOfExecution="x", creditorName=ABSENT, executionRule="x"
    )

    assert refusal(periodic_tpp.post(sent, path=PATH)) == (
        400,
        [(FORMAT, "startDate"), (FORMAT, "frequency"), (FORMAT, "dayOfExecution")],
    )

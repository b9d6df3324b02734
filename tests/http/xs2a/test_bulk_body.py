"""The JSON body of a bulk payment as a TPP sends it (spec 12.2-12.6, conformance check 21).

The rules one by one are in tests/unit/xs2a/bodies; here is what the TPP and the bank see.
"""

from typing import Any

import pytest

from tests.houses import World
from tests.http.conftest import OpenHouse
from tests.json_orders import bulk, entry
from tests.tpps import ABSENT, TppClient, refusal

FORMAT = "FORMAT_ERROR"
PATH = "/v1/bulk-payments/sepa-credit-transfers"
OFFERED = {"BULK": ["sepa-credit-transfers"]}


@pytest.fixture
def bulk_world(open_house: OpenHouse) -> World:
    return open_house(pis={"supportedPaymentTypeAndProductMatrix": OFFERED})


@pytest.fixture
def bulk_tpp(bulk_world: World, pisp: str) -> TppClient:
    return TppClient(bulk_world, pisp)


def test_a_bulk_is_taken(bulk_tpp: TppClient) -> None:
    sent = bulk(entry(), entry(creditorName="Other"), requestedExecutionDate="2026-03-05")
    answer = bulk_tpp.post(sent, path=PATH)
    order = bulk_tpp.world.bank.orders[0].order

    assert answer.status_int == 201, answer.text
    assert [each.creditor_name for each in order.transfers] == ["Marion Mueller", "Other"]


@pytest.mark.parametrize(
    "changes, code, path",
    [
        ({"payments": []}, FORMAT, "payments"),
        ({"payments": None}, FORMAT, "payments"),
        ({"payments": ABSENT}, FORMAT, "payments"),
        ({"payments": [entry(), None]}, FORMAT, "payments[1]"),
        ({"payments": [entry(), entry(creditorName=ABSENT)]}, FORMAT, "payments[1].creditorName"),
        ({"batchBookingPreferred": "x"}, FORMAT, "batchBookingPreferred"),
        ({"requestedExecutionTime": "2026-03-05"}, FORMAT, "requestedExecutionTime"),
        ({"startDate": "2026-03-05"}, FORMAT, "startDate"),
        (
            {"requestedExecutionDate": "2026-03-01"},
            "EXECUTION_DATE_INVALID",
            "requestedExecutionDate",
        ),
        (
            {"requestedExecutionTime": "2026-03-01T23:59:59Z"},
            "EXECUTION_DATE_INVALID",
            "requestedExecutionTime",
        ),
    ],
)
def test_a_faulty_member_is_named(
    bulk_tpp: TppClient, changes: dict[str, Any], code: str, path: str
) -> None:
    assert refusal(bulk_tpp.post(bulk(**changes), path=PATH)) == (400, [(code, path)])
    assert bulk_tpp.world.bank.asked == []


def test_a_thousand_bad_entries_make_a_short_answer(bulk_tpp: TppClient) -> None:
    sent = bulk(*[{"creditorName": 1}] * 1000)
    answer = bulk_tpp.post(sent, path=PATH)

    assert answer.status_int == 400
    assert len(answer.json["tppMessages"]) == 20
    assert len(answer.body) < 5000

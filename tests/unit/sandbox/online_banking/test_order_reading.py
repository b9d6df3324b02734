"""The psu-api's payment bodies as the bank's orders, each kind and each way not to be one."""

import base64
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from sandbox.core.orders import Order, StandingOrder, Transfer
from sandbox.online_banking.order_reading import OrderUnreadable, read_order
from tests.unit.sandbox.bank_world import ANTON, ELSEWHERE, MARION

ENTRY: dict[str, Any] = {
    "instructedAmount": {"currency": "EUR", "amount": "12.50"},
    "creditorAccount": {"iban": ELSEWHERE},
    "creditorName": "Bike Shop",
}
KNOWN = {"paymentId": "p-1", "paymentProduct": "sepa-credit-transfers", "paymentType": "SINGLE"}
DEBTOR = {"debtorAccount": {"iban": ANTON}}
SINGLE = KNOWN | DEBTOR | ENTRY
BULK = KNOWN | DEBTOR | {"paymentType": "BULK", "payments": [ENTRY, ENTRY]}
PERIODIC = SINGLE | {"paymentType": "PERIODIC", "startDate": "2026-04-01", "frequency": "Monthly"}
TRANSFER = Transfer(ELSEWHERE, "Bike Shop", Decimal("12.50"), "EUR")


def order(*transfers: Transfer, **facts: Any) -> Order:
    return Order("p-1", "sepa-credit-transfers", ANTON, None, transfers or (TRANSFER,), **facts)


def quick(**members: str) -> dict[str, Any]:
    sent = {"from": ANTON, "to": MARION, "name": "Marion Mueller", "amount": "12.50"} | members
    data = base64.b64encode(json.dumps(sent).encode()).decode()
    return KNOWN | {"paymentProduct": "sandbox-quick-transfers", "paymentData": data}


@pytest.mark.parametrize(
    "body, expected",
    [
        (SINGLE, order()),
        (
            SINGLE | {"requestedExecutionDate": "2026-03-05"},
            order(requested_execution_date=date(2026, 3, 5)),
        ),
        (BULK, order(TRANSFER, TRANSFER)),
        (BULK | {"batchBookingPreferred": True}, order(TRANSFER, TRANSFER, batch_booking=True)),
        (BULK | {"batchBookingPreferred": "true"}, order(TRANSFER, TRANSFER, batch_booking=True)),
        (BULK | {"batchBookingPreferred": "false"}, order(TRANSFER, TRANSFER)),
        (
            BULK | {"requestedExecutionTime": "2026-03-05T10:00:00+01:00"},
            order(TRANSFER, TRANSFER, requested_execution_time=datetime(2026, 3, 5, 9, tzinfo=UTC)),
        ),
        (
            PERIODIC | {"requestedExecutionDate": "2026-03-05"},  # its own days count
            order(standing=StandingOrder(date(2026, 4, 1), "Monthly")),
        ),
        (SINGLE | {"batchBookingPreferred": True}, order()),
        (PERIODIC, order(standing=StandingOrder(date(2026, 4, 1), "Monthly"))),
        (
            PERIODIC
            | {
                "frequency": "MonthlyVariable",
                "endDate": "2027-04-01",
                "executionRule": "preceding",
                "dayOfExecution": "31",
                "monthsOfExecution": ["1", "4", "10"],
            },
            order(
                standing=StandingOrder(
                    date(2026, 4, 1),
                    "MonthlyVariable",
                    date(2027, 4, 1),
                    "preceding",
                    day=31,
                    months=(1, 4, 10),
                )
            ),
        ),
        (
            quick(),
            Order(
                "p-1",
                "sandbox-quick-transfers",
                ANTON,
                "EUR",
                (Transfer(MARION, "Marion Mueller", Decimal("12.50"), "EUR"),),
            ),
        ),
    ],
)
def test_each_kind_of_payment_is_read(body: dict[str, Any], expected: Order) -> None:
    assert read_order(body) == expected


@pytest.mark.parametrize(
    "members, remittance",
    [
        ({}, None),
        ({"remittanceInformationUnstructured": "One"}, "One"),
        ({"remittanceInformationUnstructuredArray": ["One", "Two"]}, "One\nTwo"),
        (
            {
                "remittanceInformationUnstructured": "One",
                "remittanceInformationUnstructuredArray": ["Two"],
            },
            "One\nTwo",
        ),
    ],
)
def test_all_lines_of_a_reference_are_read(members: dict[str, Any], remittance: str | None) -> None:
    assert read_order(SINGLE | members).transfers[0].remittance == remittance


USD = ENTRY | {"instructedAmount": {"currency": "USD", "amount": "1.00"}}


@pytest.mark.parametrize(
    "body",
    [
        {},
        KNOWN,
        SINGLE | {"instructedAmount": {"currency": "EUR", "amount": "much"}},
        SINGLE | {"instructedAmount": {"currency": "EUR", "amount": "Infinity"}},
        SINGLE | {"instructedAmount": {"currency": "EUR", "amount": "NaN"}},
        SINGLE | {"instructedAmount": {"currency": "EUR", "amount": "-1"}},
        SINGLE | {"instructedAmount": {"currency": "JPY", "amount": "1"}},
        SINGLE | {"instructedAmount": "12.50 EUR"},
        SINGLE | {"creditorAccount": {"bban": "1"}},
        SINGLE | {"debtorAccount": {"pan": "1"}},
        SINGLE | {"requestedExecutionDate": "soon"},
        BULK | {"payments": []},
        BULK | {"payments": None},
        BULK | {"payments": "all"},
        BULK | {"payments": [ENTRY, 1]},
        BULK | {"payments": [ENTRY, USD]},
        BULK | {"payments": [ENTRY, ENTRY | DEBTOR]},
        BULK | {"payments": [ENTRY, ENTRY | {"requestedExecutionDate": "2026-03-05"}]},
        BULK | {"requestedExecutionTime": 7},
        BULK | {"batchBookingPreferred": []},
        PERIODIC | {"startDate": None},
        PERIODIC | {"dayOfExecution": "last"},
        PERIODIC | {"monthsOfExecution": ["May"]},
        quick(amount="a lot"),
        quick() | {"paymentData": "%"},
        quick() | {"paymentData": ""},
    ],
)
def test_what_makes_no_order(body: dict[str, Any]) -> None:
    with pytest.raises(OrderUnreadable):
        read_order(body)

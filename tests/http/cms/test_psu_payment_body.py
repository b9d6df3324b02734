"""How the psu-api shows a payment: its members in whatever format it came, and the bytes (C1)."""

import base64
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import orjson
import pytest

from cms.domain.money import AccountReference, Amount
from cms.domain.parties import Tpp
from cms.domain.payment import Payment
from cms.domain.payment_order import (
    Address,
    CreditTransfer,
    Document,
    ExecutionRule,
    Frequency,
    PaymentOrder,
    StandingOrder,
    StructuredRemittance,
)
from cms.domain.payment_service import PaymentService
from cms.domain.statuses import Cause, TransactionStatus
from cms.http.bodies import payment_body

XML = Document("application/xml; charset=utf-8", b"<Document/>")
MULTIPART = Document("multipart/form-data; boundary=x", b"--x--")
TPP = Tpp("PSDDE-BAFIN-1", "DE-BAFIN")
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SINGLE, BULK, PERIODIC = PaymentService
DEBTOR = AccountReference(iban="DE80760700240271232400", currency="EUR")
DAY = date(2026, 3, 5)

TRANSFER = CreditTransfer(
    Amount(Decimal("12.50"), "EUR"),
    AccountReference(iban="DE69760700240340283600"),
    "Marion Mueller",
)
TRANSFER_MEMBERS = {
    "instructedAmount": {"currency": "EUR", "amount": "12.50"},
    "creditorAccount": {"iban": "DE69760700240340283600"},
    "creditorName": "Marion Mueller",
}
SHOWN = {"debtorAccount": {"iban": "DE80760700240271232400", "currency": "EUR"}}
ADDRESS = Address("DE", street_name="Main Street", building_number="9")
OURS = {
    "paymentId",
    "paymentType",
    "paymentProduct",
    "transactionStatus",
    "psuIdDatas",
    "tppInfo",
    "creationTimestamp",
    "statusChangeTimestamp",
    "contentType",
    "paymentData",
}


def shown(order: PaymentOrder, service: PaymentService = SINGLE) -> dict[str, Any]:
    """What a page is told of a payment with this order."""
    payment = Payment(
        payment_id="p-1",
        instance_id="UNDEFINED",
        tpp_id=TPP.authorisation_number,
        service=service,
        product="pain.001-sepa-credit-transfers",
        status=TransactionStatus.RCVD,
        status_cause=Cause.INITIATED,
        status_changed_at=NOW,
        created_at=NOW,
        confirm_by=NOW,
        content_type=order.document.content_type,
    )
    return payment_body(payment, order, TPP)


def members(order: PaymentOrder, service: PaymentService = SINGLE) -> dict[str, Any]:
    """The order's own members."""
    return {name: value for name, value in shown(order, service).items() if name not in OURS}


@pytest.mark.parametrize(
    "fact, expected",
    [
        ({}, {}),
        ({"debtor_account": DEBTOR, "debtor_name": "Anton"}, SHOWN | {"debtorName": "Anton"}),
        ({"creditor_agent": "COBADEFFXXX"}, {"creditorAgent": "COBADEFFXXX"}),
        ({"creditor_agent_name": "A bank"}, {"creditorAgentName": "A bank"}),
        (
            {"creditor_address": ADDRESS},
            {
                "creditorAddress": {
                    "streetName": "Main Street",
                    "buildingNumber": "9",
                    "country": "DE",
                }
            },
        ),
        ({"end_to_end_identification": "E2E"}, {"endToEndIdentification": "E2E"}),
        ({"instruction_identification": "I-1"}, {"instructionIdentification": "I-1"}),
        (
            {"remittance_information_unstructured": ("One",)},
            {"remittanceInformationUnstructured": "One"},
        ),
        (
            {"remittance_information_unstructured": ("One", "Two", "Three")},
            {
                "remittanceInformationUnstructured": "One",
                "remittanceInformationUnstructuredArray": ["Two", "Three"],
            },
        ),
        (
            {"remittance_information_structured": (StructuredRemittance("R", "SCOR"),)},
            {"remittanceInformationStructured": {"reference": "R", "referenceType": "SCOR"}},
        ),
        ({"requested_execution_date": DAY}, {"requestedExecutionDate": "2026-03-05"}),
        ({"purpose_code": "SALA"}, {"purposeCode": "SALA"}),
        ({"charge_bearer": "SLEV"}, {"chargeBearer": "SLEV"}),
        ({"creditor_id": "DE98ZZZ"}, {"creditorId": "DE98ZZZ"}),
        (
            {"ultimate_debtor": "A", "ultimate_creditor": "B"},
            {"ultimateDebtor": "A", "ultimateCreditor": "B"},
        ),
    ],
    ids=lambda value: next(iter(value), "") if isinstance(value, dict) else "",
)
def test_a_fact_has_the_name_that_json_has_for_it(
    fact: dict[str, Any], expected: dict[str, Any]
) -> None:
    order = PaymentOrder(XML, (replace(TRANSFER, **fact),))
    assert members(order) == TRANSFER_MEMBERS | expected


@pytest.mark.parametrize("value, text", [("1E+2", "100"), ("0.10", "0.10"), ("7", "7")])
def test_an_amount_is_told_in_digits(value: str, text: str) -> None:
    amount = Amount(Decimal(value), "EUR")
    order = PaymentOrder(XML, (replace(TRANSFER, instructed_amount=amount),))
    assert members(order)["instructedAmount"]["amount"] == text


def test_what_all_transfers_of_a_bulk_have_in_common_is_said_once() -> None:
    moment = datetime(2026, 3, 5, 9, 0, tzinfo=UTC)
    alike = replace(TRANSFER, debtor_account=DEBTOR, requested_execution_time=moment)
    order = PaymentOrder(XML, (alike, replace(alike, creditor_name="Max")), None, True)
    assert members(order, BULK) == {
        **SHOWN,
        "batchBookingPreferred": True,
        "requestedExecutionTime": "2026-03-05T09:00:00+00:00",
        "payments": [TRANSFER_MEMBERS, TRANSFER_MEMBERS | {"creditorName": "Max"}],
    }


def test_what_differs_in_a_bulk_is_said_with_each_transfer() -> None:
    first = replace(TRANSFER, debtor_account=DEBTOR, requested_execution_date=DAY)
    order = PaymentOrder(XML, (first, replace(first, requested_execution_date=None)))
    assert members(order, BULK) == {
        **SHOWN,
        "payments": [TRANSFER_MEMBERS | {"requestedExecutionDate": "2026-03-05"}, TRANSFER_MEMBERS],
    }


@pytest.mark.parametrize(
    "standing, expected",
    [
        (StandingOrder(DAY, Frequency.DAILY), {"startDate": "2026-03-05", "frequency": "Daily"}),
        (
            StandingOrder(
                DAY,
                Frequency.MONTHLY_VARIABLE,
                date(2027, 3, 5),
                ExecutionRule.FOLLOWING,
                day_of_execution=31,
                months_of_execution=(1, 4, 10),
            ),
            {
                "startDate": "2026-03-05",
                "endDate": "2027-03-05",
                "executionRule": "following",
                "frequency": "MonthlyVariable",
                "dayOfExecution": "31",
                "monthsOfExecution": ["1", "4", "10"],
            },
        ),
    ],
)
def test_a_periodic_payment_tells_its_days(
    standing: StandingOrder, expected: dict[str, Any]
) -> None:
    transfer = replace(TRANSFER, requested_execution_date=DAY)  # as a pain.001 must, for nothing
    order = PaymentOrder(MULTIPART, (transfer,), standing)
    assert members(order, PERIODIC) == TRANSFER_MEMBERS | expected


@pytest.mark.parametrize("content_type", ["application/json", "Application/JSON; charset=utf-8"])
def test_the_standards_json_is_shown_as_it_was_sent(content_type: str) -> None:
    sent = TRANSFER_MEMBERS | {"creditorName": "As sent", "chargeBearer": "SLEV"}
    ours = {"paymentId": "sent by the TPP", "paymentData": "too"}
    order = PaymentOrder(Document(content_type, orjson.dumps(sent | ours)), (TRANSFER,))
    assert members(order) == sent
    assert shown(order)["paymentId"] == "p-1"


@pytest.mark.parametrize("service", [SINGLE, BULK, PERIODIC])
@pytest.mark.parametrize(
    "document",
    [
        Document("application/json", b'{"creditorName": "nobody", "paymentId": "x"}'),
        Document("application/json", b"[1]"),
        Document("application/json", b'"text"'),
        XML,
        MULTIPART,
        Document("", b"\xff\x00"),
    ],
)
def test_of_the_banks_own_product_the_bytes_are_shown(
    document: Document, service: PaymentService
) -> None:
    body = shown(PaymentOrder(document, ()), service)
    assert body.keys() == OURS
    assert base64.b64decode(body["paymentData"]) == document.body
    assert (body["contentType"], body["paymentId"]) == (document.content_type, "p-1")
    assert orjson.loads(orjson.dumps(body)) == body

"""What the bank is given for a JSON body: the typed order (spec 8.1; P12)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import orjson
import pytest

from cms.domain.money import AccountReference, Amount
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
from cms.domain.profile import PisProfile, Profile
from tests.json_orders import bulk, entry, periodic, standing_order
from tests.tpps import ABSENT, payment
from xs2a.bodies.json_body import read_json, read_standing_order
from xs2a.checks.payment import BodyRules

TODAY = date(2026, 3, 2)
DEBTOR = AccountReference(iban="DE80760700240271232400")
CREDITOR = AccountReference(iban="DE69760700240340283600")
TRANSFER = CreditTransfer(Amount(Decimal("12.50"), "EUR"), CREDITOR, "Marion Mueller", DEBTOR)


def order_of(service: PaymentService, sent: Any, profile: Profile | None = None) -> PaymentOrder:
    document = Document("application/json", orjson.dumps(sent))
    read = read_json(service, document, BodyRules(profile or Profile(), TODAY))
    assert read.order is not None, read
    assert read.order.document is document
    return read.order


def test_a_single_payment_is_one_transfer() -> None:
    order = order_of(PaymentService.PAYMENTS, payment())

    assert order.transfers == (TRANSFER,)
    assert order.standing_order is None


EVERY_MEMBER = payment(
    endToEndIdentification="E2E",
    instructionIdentification="INSTR",
    debtorName="Anton Brueckner",
    ultimateDebtor="UD",
    ultimateCreditor="UC",
    creditorAgent="AAAADEBBXXX",
    creditorAgentName="Bank",
    creditorAddress={"streetName": "Weg", "townName": "Berlin", "country": "DE"},
    purposeCode="SALA",
    chargeBearer="SLEV",
    requestedExecutionDate="2026-03-05",
    remittanceInformationUnstructured="one",
    remittanceInformationUnstructuredArray=["two", "three"],
    remittanceInformationStructured={"reference": "R1", "referenceType": "SCOR"},
    remittanceInformationStructuredArray=[{"reference": "R2", "referenceIssuer": "I"}],
)


def test_every_member_of_a_payment_arrives() -> None:
    assert order_of(PaymentService.PAYMENTS, EVERY_MEMBER).transfers == (
        CreditTransfer(
            Amount(Decimal("12.50"), "EUR"),
            CREDITOR,
            "Marion Mueller",
            DEBTOR,
            creditor_agent="AAAADEBBXXX",
            end_to_end_identification="E2E",
            remittance_information_unstructured=("one", "two", "three"),
            requested_execution_date=date(2026, 3, 5),
            instruction_identification="INSTR",
            debtor_name="Anton Brueckner",
            creditor_agent_name="Bank",
            creditor_address=Address("DE", street_name="Weg", town_name="Berlin"),
            ultimate_debtor="UD",
            ultimate_creditor="UC",
            purpose_code="SALA",
            charge_bearer="SLEV",
            remittance_information_structured=(
                StructuredRemittance("R1", "SCOR"),
                StructuredRemittance("R2", reference_issuer="I"),
            ),
        ),
    )


def test_a_bulk_says_account_and_day_for_all_its_transfers() -> None:
    sent = bulk(
        entry(),
        entry(instructedAmount__amount="1", debtorName="Her firm"),
        debtorName="Anton Brueckner",
        requestedExecutionDate="2026-03-05",
    )
    first, second = order_of(PaymentService.BULK_PAYMENTS, sent).transfers

    assert [each.instructed_amount.value for each in (first, second)] == [Decimal("12.50"), 1]
    assert [each.debtor_name for each in (first, second)] == ["Anton Brueckner", "Her firm"]
    assert first.debtor_account == DEBTOR
    assert first.debtor_account is second.debtor_account  # a bulk of thousands shares them
    assert first.requested_execution_date == date(2026, 3, 5)
    assert first.requested_execution_date is second.requested_execution_date


@pytest.mark.parametrize(
    "sent, moment",
    [
        ("2026-03-02T00:00:00Z", datetime(2026, 3, 2, tzinfo=UTC)),
        ("2026-03-05T15:46:10.5Z", datetime(2026, 3, 5, 15, 46, 10, 500000, UTC)),
        (
            "2026-03-05T10:00:00+01:00",
            datetime(2026, 3, 5, 10, tzinfo=timezone(timedelta(hours=1))),
        ),
        # yesterday's date where it was written, today here
        (
            "2026-03-01T20:00:00-05:00",
            datetime(2026, 3, 1, 20, tzinfo=timezone(timedelta(hours=-5))),
        ),
    ],
)
def test_the_time_of_a_bulk_is_aware(sent: str, moment: datetime) -> None:
    order = order_of(PaymentService.BULK_PAYMENTS, bulk(requestedExecutionTime=sent))

    assert order.transfers[0].requested_execution_time == moment


def test_the_time_of_a_bulk_may_repeat_its_day() -> None:
    sent = bulk(
        requestedExecutionDate="2026-03-05", requestedExecutionTime="2026-03-05T23:30:00-05:00"
    )

    assert order_of(PaymentService.BULK_PAYMENTS, sent).transfers[0].requested_execution_time


@pytest.mark.parametrize(
    "sent, preferred",
    [(ABSENT, None), (True, True), (False, False), ("true", True), ("false", False)],
)
def test_batch_booking_may_be_preferred(sent: object, *, preferred: bool | None) -> None:
    order = order_of(PaymentService.BULK_PAYMENTS, bulk(batchBookingPreferred=sent))

    assert order.batch_booking_preferred is preferred


def test_the_debtor_account_of_a_bulk_may_be_optional() -> None:
    optional = Profile(pis=PisProfile(debtor_account_optional_in_initial_request=True))
    order = order_of(PaymentService.BULK_PAYMENTS, bulk(debtorAccount=ABSENT), optional)

    assert order.transfers[0].debtor_account is None


# Members of the standing order -> what is different in the typed one.
STANDING_ORDERS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {}),
    ({"startDate": "2026-03-02"}, {"start_date": TODAY}),
    ({"endDate": "2026-03-10"}, {"end_date": date(2026, 3, 10)}),
    ({"executionRule": "following"}, {"execution_rule": ExecutionRule.FOLLOWING}),
    ({"executionRule": "preceding"}, {"execution_rule": ExecutionRule.PRECEDING}),
    ({"dayOfExecution": "1"}, {"day_of_execution": 1}),
    ({"dayOfExecution": "01"}, {"day_of_execution": 1}),
    ({"dayOfExecution": "30"}, {"day_of_execution": 30}),
    ({"dayOfExecution": "31"}, {"day_of_execution": 31}),
    (
        {"frequency": "MonthlyVariable", "monthsOfExecution": ["12", "1"]},
        {"frequency": Frequency.MONTHLY_VARIABLE, "months_of_execution": (12, 1)},
    ),
    *(
        ({"frequency": each.value}, {"frequency": each})
        for each in Frequency
        if each is not Frequency.MONTHLY_VARIABLE
    ),
]


@pytest.mark.parametrize("changes, expected", STANDING_ORDERS)
def test_a_standing_order_is_typed(changes: dict[str, Any], expected: dict[str, Any]) -> None:
    typed = replace(StandingOrder(date(2026, 3, 10), Frequency.MONTHLY), **expected)
    order = order_of(PaymentService.PERIODIC_PAYMENTS, periodic(**changes))
    part = orjson.dumps(standing_order(**changes))

    assert order.transfers == (TRANSFER,)
    assert order.standing_order == typed
    assert read_standing_order(part, BodyRules(Profile(), TODAY)).standing_order == typed


def test_a_large_bulk_is_taken_entry_by_entry() -> None:
    entries = [entry(instructedAmount__amount=f"{cents / 100:.2f}") for cents in range(1, 1001)]
    order = order_of(PaymentService.BULK_PAYMENTS, bulk(*entries))

    assert len(order.transfers) == 1000
    assert sum(each.instructed_amount.value for each in order.transfers) == Decimal("5005.00")

"""Orders of every service and format become the sandbox bank's own."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from cms.domain.money import AccountReference, Amount
from cms.domain.payment_order import (
    CreditTransfer,
    Document,
    ExecutionRule,
    Frequency,
    PaymentOrder,
    StandingOrder,
)
from cms.domain.payment_service import PaymentService
from sandbox.core.bank import Bank
from sandbox.core.orders import Order, Transfer
from sandbox.core.orders import StandingOrder as OwnStandingOrder
from spi.answers import BankCode, Done, Refused
from spi.sandbox import SandboxConnector
from spi.sandbox_orders import order_of
from spi.types import Initiated, PaymentStatusReport
from spi.types import PaymentToInitiate as Payment
from tests.unit.spi.bank_calls import (
    ACCP,
    ANTON,
    CTX,
    DORA,
    JOINT,
    MARION,
    RCVD,
    SEPA,
    TODAY,
    authorise,
    log_in,
    payment,
    ref,
    refused,
)

XML = Document("application/xml", b"<Document/>")
TRANSFER = CreditTransfer(
    instructed_amount=Amount(Decimal("12.50"), "EUR"),
    creditor_account=AccountReference(iban=MARION),
    creditor_name="Marion Mueller",
    debtor_account=AccountReference(iban=ANTON, currency="EUR"),
    remittance_information_unstructured=("Invoice 1", "of March"),
)
TOMORROW = replace(TRANSFER, requested_execution_date=TODAY + timedelta(days=1))
OWN = Transfer(MARION, "Marion Mueller", Decimal("12.50"), "EUR", "Invoice 1\nof March")
QUICK = (
    b'{"from": "DE80760700240271232400", "to": "DE69760700240340283600",'
    b' "name": "Marion Mueller", "amount": "12.50"}'
)
BULK, PERIODIC = PaymentService.BULK_PAYMENTS, PaymentService.PERIODIC_PAYMENTS


def bulk(*transfers: CreditTransfer, batch: bool | None = None, product: str = SEPA) -> Payment:
    order = PaymentOrder(XML, transfers, batch_booking_preferred=batch)
    return Payment("payment-1", BULK, product, order)


def periodic(standing: StandingOrder, product: str = SEPA) -> Payment:
    order = PaymentOrder(XML, (TRANSFER,), standing_order=standing)
    return Payment("payment-1", PERIODIC, product, order)


def own(body: bytes, service: PaymentService = PaymentService.PAYMENTS) -> Payment:
    order = PaymentOrder(Document("application/json", body), ())
    return Payment("payment-1", service, "sandbox-quick-transfers", order)


@pytest.mark.parametrize("batch", [None, False, True])
def test_a_bulk(batch: bool | None) -> None:
    other = replace(TRANSFER, remittance_information_unstructured=())
    assert order_of(bulk(TRANSFER, other, batch=batch)) == Order(
        payment_id="payment-1",
        product=SEPA,
        debtor_iban=ANTON,
        debtor_currency="EUR",
        transfers=(OWN, replace(OWN, remittance=None)),
        batch_booking=batch is True,
    )


@pytest.mark.parametrize(
    "asked, kept",
    [
        (
            StandingOrder(date(2026, 3, 3), Frequency.MONTHLY),
            OwnStandingOrder(date(2026, 3, 3), "Monthly"),
        ),
        (
            StandingOrder(
                date(2026, 3, 3),
                Frequency.MONTHLY_VARIABLE,
                end_date=date(2027, 3, 3),
                execution_rule=ExecutionRule.PRECEDING,
                day_of_execution=31,
                months_of_execution=(1, 7),
            ),
            OwnStandingOrder(
                date(2026, 3, 3), "MonthlyVariable", date(2027, 3, 3), "preceding", 31, (1, 7)
            ),
        ),
    ],
)
def test_a_standing_order(asked: StandingOrder, kept: OwnStandingOrder) -> None:
    order = order_of(periodic(asked))
    assert (order.standing, order.transfers) == (kept, (OWN,))


def test_a_standing_order_has_days_of_its_own() -> None:
    made = periodic(StandingOrder(date(2026, 3, 3), Frequency.MONTHLY))
    dated = replace(made, order=replace(made.order, transfers=(TOMORROW,)))
    assert order_of(dated) == order_of(made)


def test_one_booking_is_for_bulks() -> None:
    made = payment()
    preferred = replace(made, order=replace(made.order, batch_booking_preferred=True))
    assert order_of(preferred) == order_of(made)


def test_days_and_times() -> None:
    nine = datetime(2026, 3, 3, 9, tzinfo=timezone(timedelta(hours=2)))
    order = order_of(bulk(replace(TRANSFER, requested_execution_time=nine)))
    assert order.requested_execution_time == datetime(2026, 3, 3, 7, tzinfo=UTC)
    assert str(order.requested_execution_time) == "2026-03-03 07:00:00+00:00"
    order = order_of(bulk(replace(TRANSFER, requested_execution_date=TODAY)))
    assert order.requested_execution_date == TODAY


def test_a_quick_transfer(connector: SandboxConnector) -> None:
    assert order_of(own(QUICK)).transfers == (replace(OWN, remittance=None),)
    answer = connector.initiate_payment(CTX, own(QUICK))
    assert isinstance(answer, Done)
    assert answer.value.status is RCVD


@pytest.mark.parametrize(
    "made, code, text",
    [
        (bulk(TRANSFER, TOMORROW), "PAYMENT_FAILED", "one day"),
        (
            bulk(TRANSFER, replace(TRANSFER, debtor_account=AccountReference(iban=DORA))),
            "PAYMENT_FAILED",
            "one account",
        ),
        (bulk(TRANSFER, replace(TRANSFER, debtor_account=None)), "PAYMENT_FAILED", "one account"),
        (
            bulk(TRANSFER, replace(TRANSFER, creditor_account=AccountReference(bban="1"))),
            "PAYMENT_FAILED",
            "by IBAN only",
        ),
        (
            bulk(TRANSFER, replace(TRANSFER, creditor_account=AccountReference(iban=ANTON))),
            "PAYMENT_FAILED",
            "Transfer 2: ",
        ),
        (own(b"<quick/>"), "FORMAT_ERROR", "not JSON"),
        (own(QUICK, BULK), "PRODUCT_UNKNOWN", "single payments"),
        (own(QUICK, PERIODIC), "PRODUCT_UNKNOWN", "single payments"),
        (replace(own(QUICK), product="slow-transfers"), "PRODUCT_UNKNOWN", "slow-transfers"),
        (bulk(TRANSFER, product="pain.001-slow-transfers"), "PRODUCT_UNKNOWN", "slow-transfers"),
        (
            periodic(StandingOrder(TODAY - timedelta(days=1), Frequency.DAILY)),
            "EXECUTION_DATE_INVALID",
            "in the past",
        ),
    ],
)
def test_what_this_bank_does_not_do(
    connector: SandboxConnector, made: Payment, code: str, text: str
) -> None:
    answer = connector.initiate_payment(CTX, made)
    assert refused(answer, BankCode(code))
    assert isinstance(answer, Refused)
    assert text in answer.errors[0].text


@pytest.mark.parametrize("format_", ["", "pain.001-"])
@pytest.mark.parametrize(
    "made, fee, total",
    [
        (payment("10.00", SEPA), None, None),
        (payment("10.00"), None, None),
        (payment("10.00", "target-2-payments"), "1.50", "11.50"),
        (payment("10.00", "cross-border-credit-transfers"), "5.00", "15.00"),
        (bulk(TRANSFER, TRANSFER, product="target-2-payments"), "3.00", "28.00"),
        (
            periodic(StandingOrder(TODAY, Frequency.DAILY), "cross-border-credit-transfers"),
            "5.00",
            "17.50",
        ),
    ],
)
def test_the_tpp_is_told_what_it_costs(
    connector: SandboxConnector, format_: str, made: Payment, fee: str | None, total: str | None
) -> None:
    answer = connector.initiate_payment(CTX, replace(made, product=format_ + made.product))
    assert isinstance(answer, Done)
    assert told(answer.value) == (
        fee is not None,
        Amount(Decimal(fee), "EUR") if fee else None,
        Amount(Decimal(total), "EUR") if total else None,
    )


def told(initiated: Initiated) -> tuple[Any, ...]:
    return (
        initiated.transaction_fee_indicator,
        initiated.transaction_fees,
        initiated.estimated_total_amount,
    )


def test_what_is_rejected_costs_nothing(connector: SandboxConnector) -> None:
    answer = connector.initiate_payment(CTX, payment("666.02", "target-2-payments"))
    assert isinstance(answer, Done)
    assert told(answer.value) == (None, None, None)


@pytest.mark.parametrize("day, told", [(None, True), (date(2026, 4, 1), None)])
def test_the_status_tells_of_funds_that_are_set_aside(
    connector: SandboxConnector, bank: Bank, day: date | None, *, told: bool | None
) -> None:
    made = payment("10000.00", SEPA, requested_execution_date=day)
    assert connector.read_payment_status(CTX, ref(made)) == Done(PaymentStatusReport(RCVD))
    log_in(connector, made)
    authorise(bank, made)
    assert connector.read_payment_status(CTX, ref(made)) == Done(PaymentStatusReport(ACCP, told))


def test_a_bulk_of_a_joint_account_is_multilevel(connector: SandboxConnector) -> None:
    joint = replace(TRANSFER, debtor_account=AccountReference(iban=JOINT))
    answer = connector.initiate_payment(CTX, bulk(joint, joint))
    assert isinstance(answer, Done)
    assert answer.value.multilevel

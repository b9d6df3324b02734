"""Bulks: all transfers or none, one sum set aside, one booking for each; and what fees do."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import event, func, select

from sandbox.core.bank import Bank
from sandbox.core.fees import FEES, fee_of
from sandbox.core.orders import CROSS_BORDER, INSTANT, TARGET_2, Executed, OrderRefused, OrderStatus
from sandbox.core.storage import Storage, balances, bookings
from tests.unit.sandbox.bank_world import (
    ANTON,
    ELSEWHERE,
    JOINT,
    MARION,
    MAX,
    Clock,
    available,
    booked,
    cancel,
    make_bulk,
    make_order,
    pay,
)

ANTONS, MAXS, MARIONS = "anton.brueckner", "max.musterman", "marion.mueller"
SEPA = "sepa-credit-transfers"
NOWHERE = "DE08760700240000000001"  # an account number this bank has not given out


@pytest.mark.parametrize("product", [SEPA, f"pain.001-{SEPA}", INSTANT, f"pain.001-{INSTANT}"])
def test_a_bulk_pays_each_creditor(bank: Bank, clock: Clock, product: str) -> None:
    order = make_bulk("10.00", "20.00", "30.00", creditors=(MAX, MARION, MAX), product=product)
    at_once = product.endswith(INSTANT)
    assert pay(bank, order).status == ("ACSC" if at_once else "ACCP")
    assert available(bank, ANTONS) == 9_940
    clock.run(seconds=1)
    assert bank.payment_status("payment-1") == ("ACSC" if at_once else "ACSP")
    clock.run(seconds=10)
    assert bank.payment_status("payment-1") == "ACSC"
    assert [booked(bank, psu) for psu in (ANTONS, MAXS, MARIONS)] == [9_940, 10_040, 10_020]


def test_all_or_nothing(bank: Bank) -> None:
    order = make_bulk("4000", "4000", "4000", creditors=(MAX, MARION), product=INSTANT)
    assert pay(bank, order).status is OrderStatus.RJCT
    assert [booked(bank, psu) for psu in (ANTONS, MAXS, MARIONS)] == [10_000] * 3


@pytest.mark.parametrize(
    "as_one, debits",
    [
        (False, [("Creditor", "-30.00"), ("Creditor", "-20.00"), ("Creditor", "-10.00")]),
        (True, [("3 creditors", "-60.00")]),
    ],
)
def test_the_statement_of_a_bulk(bank: Bank, *, as_one: bool, debits: list[Any]) -> None:
    amounts = ("10.00", "20.00", "30.00")
    order = make_bulk(*amounts, creditors=(MAX,), product=INSTANT, batch_booking=as_one)
    invoices = (replace(each, remittance=f"Invoice {each.amount}") for each in order.transfers)
    pay(bank, replace(order, transfers=tuple(invoices)))
    lines = bank.statement_of(ANTONS)
    assert [(line.counterparty, str(line.amount)) for line in lines] == debits
    assert [line.remittance for line in bank.statement_of(MAXS)] == [
        "Invoice 30.00",
        "Invoice 20.00",
        "Invoice 10.00",
    ]
    assert {line.counterparty for line in bank.statement_of(MAXS)} == {"Anton Brueckner"}


@pytest.mark.parametrize("as_one", [False, True])
def test_a_bulk_of_one_is_shown_as_what_it_is(bank: Bank, *, as_one: bool) -> None:
    pay(bank, make_bulk("10.00", product=INSTANT, batch_booking=as_one))
    assert [line.counterparty for line in bank.statement_of(ANTONS)] == ["Creditor"]


def test_a_bulk_can_be_cancelled_as_a_whole(bank: Bank, clock: Clock) -> None:
    order = make_bulk("10.00", "20.00", product=CROSS_BORDER)
    pay(bank, order)
    assert available(bank, ANTONS) == 9_960
    cancel(bank, order)
    clock.run(days=1)
    assert available(bank, ANTONS) == booked(bank, ANTONS) == 10_000


@pytest.mark.parametrize("product, on_the_day", [(SEPA, "ACSP"), (INSTANT, "ACSC")])
def test_a_bulk_waits_for_its_day(bank: Bank, clock: Clock, product: str, on_the_day: str) -> None:
    order = make_bulk("10.00", "20.00", creditors=(MAX,), product=product, day=date(2026, 3, 5))
    assert pay(bank, order) == Executed(OrderStatus.ACCP)
    assert available(bank, ANTONS) == 10_000
    clock.now = datetime(2026, 3, 5, tzinfo=UTC)
    assert bank.payment_status("payment-1") == on_the_day
    clock.run(seconds=10)
    assert bank.payment_status("payment-1") == "ACSC"
    assert booked(bank, MAXS) == 10_030


def test_a_bulk_waits_for_its_hour(bank: Bank, clock: Clock) -> None:
    at = clock.now + timedelta(hours=3)
    order = replace(make_bulk("10.00", "20.00", creditors=(MAX,)), requested_execution_time=at)
    assert bank.examine(order, psu_id=None, reject_without_funds=False).status == "RCVD"
    pay(bank, order)
    clock.now = at - timedelta(seconds=1)
    assert bank.payment_status("payment-1") == "ACCP"
    clock.run(seconds=1)
    assert bank.payment_status("payment-1") == "ACSP"


@pytest.mark.parametrize(
    "creditors, currencies, text",
    [
        ((MAX, ANTON), (), "Transfer 2: The creditor account is the debtor account."),
        ((MAX, NOWHERE), (), "Transfer 2: The bank keeps no such creditor account."),
        ((MAX, MAX), ("EUR", "USD"), "Transfer 2: All transfers must be in one currency."),
        ((ELSEWHERE, MAX), ("USD", "USD"), "Transfer 2: The creditor account is not kept in USD."),
        ((MAX, MAX), ("EUR", "CHF"), "Transfer 2: No account is kept in CHF."),
        ((NOWHERE,), (), "The bank keeps no such creditor account."),
        ((ANTON,), (), "The creditor account is the debtor account."),
    ],
)
@pytest.mark.parametrize("debtor", [ANTON, None])
def test_each_transfer_is_judged(
    bank: Bank,
    debtor: str | None,
    creditors: tuple[str, ...],
    currencies: tuple[str, ...],
    text: str,
) -> None:
    order = make_bulk(*["10.00"] * len(creditors), creditors=creditors, debtor=debtor)
    if currencies:
        pairs = zip(order.transfers, currencies, strict=True)
        order = replace(
            order, transfers=tuple(replace(each, currency=currency) for each, currency in pairs)
        )
    with pytest.raises(OrderRefused) as refused:
        bank.examine(order, psu_id=ANTONS, reject_without_funds=True)
    assert (refused.value.reason_code, refused.value.text) == ("PAYMENT_FAILED", text)


@pytest.mark.parametrize(
    "amounts, reason_code",
    [
        (("666.00", "0.01"), "PAYMENT_FAILED"),
        (("666.01", "1.00"), None),
        (("333.00", "333.02"), "RJCT"),
    ],
)
def test_the_total_of_a_bulk_may_be_magic(
    bank: Bank, amounts: tuple[str, ...], reason_code: str | None
) -> None:
    def ask() -> str | None:
        try:
            examined = bank.examine(make_bulk(*amounts), psu_id=None, reject_without_funds=False)
        except OrderRefused as refusal:
            return refusal.reason_code
        return "RJCT" if examined.status is OrderStatus.RJCT else None

    assert ask() == reason_code


def test_two_holders_make_one_bulk(bank: Bank) -> None:
    order = make_bulk("10.00", "20.00", debtor=JOINT, creditors=(MAX,), product=INSTANT)
    other = make_bulk("10.00", "20.00", debtor=JOINT, creditors=(MARION,), product=INSTANT)
    assert pay(bank, order, "g.manager").status is OrderStatus.PATC
    with pytest.raises(Exception, match="another order"):
        pay(bank, other, "sc.manager")
    bank.log_in("b", "sc.manager", "12345", order)
    bank.select_method("b", "sms")
    assert bank.authorise("b", order, "123456") == Executed(OrderStatus.ACSC)
    assert [booked(bank, psu) for psu in (MAXS, "g.manager")] == [10_030, 9_970]


@contextmanager
def _statements(storage: Storage) -> Iterator[list[str]]:
    """What is sent to the database meanwhile: many rows at once are one statement."""
    seen: list[str] = []

    def note(*sent: Any) -> None:
        seen.append(sent[2])

    for engine in (storage._reads, storage._writes):
        event.listen(engine, "before_cursor_execute", note)
    yield seen
    for engine in (storage._reads, storage._writes):
        event.remove(engine, "before_cursor_execute", note)


def test_a_thousand_transfers_are_few_statements(bank: Bank, storage: Storage) -> None:
    """The number of statements does not grow with the number of transfers."""
    counted: list[int] = []
    for number, payment_id in ((2, "few"), (1_000, "many")):
        order = make_bulk(
            *["0.01"] * number, creditors=(MAX, MARION, ELSEWHERE), payment_id=payment_id
        )
        with _statements(storage) as statements:
            assert pay(bank, order).status == "ACCP"
            bank.settle_due(datetime(2026, 3, 3, tzinfo=UTC))
        counted.append(len(statements))
    assert counted[0] == counted[1]
    assert bank.payment_status("many") == "ACSC"
    with storage.reading() as connection:
        lines = select(func.count()).where(bookings.c.payment_id == "many")
        assert connection.execute(lines).scalar_one() == 2_000


FEE_CASES = [
    (SEPA, "EUR", 1, "0"),
    (INSTANT, "EUR", 3, "0"),
    (TARGET_2, "EUR", 1, "1.50"),
    (f"pain.001-{TARGET_2}", "EUR", 2, "3.00"),
    (CROSS_BORDER, "EUR", 1, "5.00"),
    (CROSS_BORDER, "USD", 3, "15.00"),
]


@pytest.mark.parametrize("product, currency, transfers, fee", FEE_CASES)
def test_fees(
    bank: Bank,
    storage: Storage,
    clock: Clock,
    *,
    product: str,
    currency: str,
    transfers: int,
    fee: str,
) -> None:
    order = make_bulk(*["10.00"] * transfers, product=product, currency=currency)
    examined = bank.examine(order, psu_id=None, reject_without_funds=True)
    assert examined.fee == fee_of(order) == Decimal(fee)
    opening = booked(bank, ANTONS, currency)
    pay(bank, order)
    cost = transfers * 10 + Decimal(fee)
    assert available(bank, ANTONS, currency) == opening - cost
    clock.run(days=1)
    assert booked(bank, ANTONS, currency) == opening - cost
    told = [(line.counterparty, line.amount) for line in bank.statement_of(ANTONS)]
    charged = [("The bank, its fee", -Decimal(fee))] if Decimal(fee) else []
    assert told == charged + [("Creditor", Decimal("-10.00"))] * transfers
    with storage.reading() as connection:
        earned = select(balances.c.booked).where(balances.c.account_id == f"fees-{currency}")
        assert connection.execute(earned).scalar_one() == Decimal(fee) * 100


@pytest.mark.parametrize("amount, status", [("9995.00", "ACCP"), ("9995.01", "RJCT")])
def test_the_fee_must_be_there_too(bank: Bank, amount: str, status: str) -> None:
    order = make_order(amount, product=CROSS_BORDER)
    examined = bank.examine(order, psu_id=None, reject_without_funds=True)
    assert examined.status == ("RJCT" if status == "RJCT" else "RCVD")
    assert pay(bank, order).status == status


def test_only_offered_products_cost_anything() -> None:
    assert set(FEES) == {TARGET_2, CROSS_BORDER}

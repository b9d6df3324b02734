"""Standing orders: booked or skipped on each of their days, until they end or are cancelled."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from sandbox.core.bank import Bank
from sandbox.core.orders import CROSS_BORDER, INSTANT, Executed, OrderRefused, OrderStatus
from tests.unit.sandbox.bank_world import (
    ANTON,
    JOINT,
    MAX,
    Clock,
    available,
    booked,
    cancel,
    executions_of,
    make_order,
    make_standing,
    pay,
)

ANTONS, MAXS = "anton.brueckner", "max.musterman"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def done(bank: Bank) -> list[tuple[str, bool]]:
    return [(str(one.nominal_day), one.booked) for one in executions_of(bank, "payment-1")]


@pytest.mark.parametrize("product", ["sepa-credit-transfers", "pain.001-sepa-credit-transfers"])
def test_a_standing_order_from_its_start_to_its_end(bank: Bank, clock: Clock, product: str) -> None:
    """It begins on 3 March, on the 3rd of each month, and its last day is 3 May."""
    order = make_standing(end=date(2026, 5, 3), creditor=MAX, product=product)
    assert bank.examine(order, psu_id=None, reject_without_funds=True).status == "RCVD"
    assert pay(bank, order) == Executed(OrderStatus.ACCP)
    assert available(bank, ANTONS) == 10_000
    for moment, status, times in (
        ("2026-03-02T23:59:59", "ACCP", 0),
        ("2026-03-03T00:00:00", "ACSP", 1),
        ("2026-04-02T23:59:59", "ACSP", 1),
        ("2026-04-03T00:00:00", "ACSP", 2),
        ("2026-05-02T23:59:59", "ACSP", 2),
        ("2026-05-03T00:00:00", "ACSC", 3),
        ("2027-05-03T00:00:00", "ACSC", 3),
    ):
        clock.now = at(moment)
        assert bank.payment_status("payment-1") == status
        assert len(executions_of(bank, "payment-1")) == times
        assert booked(bank, ANTONS) == available(bank, ANTONS) == 10_000 - 100 * times
        assert booked(bank, MAXS) == 10_000 + 100 * times


def test_from_today_it_is_executed_when_it_is_authorised(bank: Bank, clock: Clock) -> None:
    order = make_standing("Daily", start=date(2026, 3, 2), product=INSTANT)
    assert pay(bank, order) == Executed(OrderStatus.ACCP)
    clock.run(seconds=1)
    assert bank.payment_status("payment-1") == "ACSP"
    assert done(bank) == [("2026-03-02", True)]
    clock.now = at("2026-03-03T00:00:00")
    assert done(bank) == [("2026-03-02", True), ("2026-03-03", True)]


def test_what_was_due_before_it_was_authorised_is_executed_then(bank: Bank, clock: Clock) -> None:
    order = make_standing("Daily", start=date(2026, 3, 3), end=date(2026, 3, 5))
    clock.now = at("2026-03-04T15:00:00")
    pay(bank, order)
    clock.run(seconds=1)
    assert done(bank) == [("2026-03-03", True), ("2026-03-04", True)]
    assert {line.booked_at for line in bank.statement_of(ANTONS)} == {clock.now}


def test_a_bank_that_slept_executes_each_day_once_in_order_on_its_own_day(
    bank: Bank, clock: Clock
) -> None:
    pay(bank, make_standing("Monthly", "1.00", day=31, rule="preceding", creditor=MAX))
    clock.now = at("2029-03-01T00:00:00")
    assert bank.payment_status("payment-1") == "ACSP"
    lines = bank.statement_of(MAXS, lines=100)[::-1]
    assert len(lines) == len(executions_of(bank, "payment-1")) == 36
    assert [line.booked_at for line in lines[:3]] == [
        at("2026-03-31T00:00:00"),
        at("2026-04-30T00:00:00"),
        at("2026-05-29T00:00:00"),
    ]
    assert lines[-1].booked_at == at("2029-02-28T00:00:00")
    booked_at = [line.booked_at for line in lines]
    assert booked_at == sorted(booked_at)
    assert bank.settle_due(clock.now) == 0


def test_other_orders_keep_their_turn(bank: Bank, clock: Clock) -> None:
    """The one-off of 4 March takes the money that the standing order lacks on 5 March."""
    pay(bank, make_standing("Daily", "4000", end=date(2026, 3, 5), creditor=MAX))
    pay(bank, make_order("3000", payment_id="once", day=date(2026, 3, 4), product=INSTANT))
    clock.run(days=30)
    assert done(bank) == [("2026-03-03", True), ("2026-03-04", False), ("2026-03-05", False)]
    assert bank.payment_status("once") == "ACSC"
    assert booked(bank, ANTONS) == 3_000


@pytest.mark.parametrize(
    "amount, end, executions, status",
    [
        ("6000", date(2026, 3, 4), [True, False], "ACSC"),
        ("10000", date(2026, 3, 5), [True, False, False], "ACSC"),
        ("10000.01", date(2026, 3, 4), [False, False], "RJCT"),
        ("10000.01", None, [False] * 8, "ACCP"),
    ],
)
def test_without_funds_a_day_is_skipped_and_the_order_goes_on(
    bank: Bank, clock: Clock, *, amount: str, end: date | None, executions: list[bool], status: str
) -> None:
    order = make_standing("Daily", amount, end=end)
    assert pay(bank, order) == Executed(OrderStatus.ACCP)
    clock.now = at("2026-03-10T12:00:00")
    assert [booked for _, booked in done(bank)] == executions
    assert bank.payment_status("payment-1") == status


def test_after_a_day_without_funds_the_next_one_is_booked(bank: Bank, clock: Clock) -> None:
    pay(bank, make_standing("Daily", "10000.01", creditor=MAX))
    clock.now = at("2026-03-03T12:00:00")
    assert bank.payment_status("payment-1") == "ACCP"
    refill = make_order("5", payment_id="refill", debtor=MAX, creditor=ANTON, product=INSTANT)
    pay(bank, refill, MAXS)
    clock.now = at("2026-03-04T12:00:00")
    assert bank.payment_status("payment-1") == "ACSP"
    assert done(bank) == [("2026-03-03", False), ("2026-03-04", True)]


@pytest.mark.parametrize("days, status", [(0, "CANC"), (1, "CANC"), (5, "CANC"), (40, None)])
def test_it_is_cancelled_until_its_last_day(
    bank: Bank, clock: Clock, *, days: int, status: str | None
) -> None:
    order = make_standing("Weekly", end=date(2026, 3, 31))
    pay(bank, order)
    clock.run(days=days)
    before = booked(bank, ANTONS)
    if status is None:
        with pytest.raises(OrderRefused, match="cannot be cancelled any more"):
            cancel(bank, order)
        assert bank.payment_status("payment-1") == "ACSC"
        return
    assert cancel(bank, order) == Executed(OrderStatus.CANC)
    clock.run(days=100)
    assert bank.payment_status("payment-1") == "CANC"
    assert booked(bank, ANTONS) == available(bank, ANTONS) == before


def test_each_execution_costs_its_fee(bank: Bank, clock: Clock) -> None:
    pay(bank, make_standing("Daily", product=CROSS_BORDER, end=date(2026, 3, 4)))
    clock.run(days=10)
    assert booked(bank, ANTONS) == 10_000 - 2 * (100 + 5)
    assert [str(line.amount) for line in bank.statement_of(ANTONS)] == ["-5.00", "-100.00"] * 2


def test_both_holders_make_it(bank: Bank, clock: Clock) -> None:
    order = make_standing("Daily", debtor=JOINT)
    assert pay(bank, order, "g.manager").status is OrderStatus.PATC
    clock.run(days=1)
    assert done(bank) == []
    assert pay(bank, order, "sc.manager").status is OrderStatus.ACCP
    clock.run(seconds=1)
    assert done(bank) == [("2026-03-03", True)]


@pytest.mark.parametrize(
    "change, code, text",
    [
        ({"start": date(2026, 3, 1)}, "EXECUTION_DATE_INVALID", "in the past"),
        ({"end": date(2026, 3, 2)}, "PAYMENT_FAILED", "before its first day"),
        ({"end": date(2026, 3, 30), "day": 31}, "PAYMENT_FAILED", "before its first day"),
        ({"frequency": "Hourly"}, "FORMAT_ERROR", "how often"),
        ({"months": (1,)}, "FORMAT_ERROR", "how often"),
        ({"frequency": "MonthlyVariable"}, "FORMAT_ERROR", "how often"),
        ({"rule": "never"}, "FORMAT_ERROR", "weekend"),
    ],
)
def test_what_can_never_be_executed_is_not_taken_in(
    bank: Bank, change: dict[str, Any], code: str, text: str
) -> None:
    order = make_standing()
    assert order.standing is not None
    asked = replace(order, standing=replace(order.standing, **change))
    with pytest.raises(OrderRefused, match=text) as refused:
        bank.examine(asked, psu_id=None, reject_without_funds=False)
    assert refused.value.reason_code == code


@pytest.mark.parametrize("start, status", [(date(2026, 3, 2), "RJCT"), (date(2026, 3, 3), "RCVD")])
def test_only_what_is_due_today_needs_its_money_today(bank: Bank, start: date, status: str) -> None:
    order = make_standing(amount="10000.01", start=start)
    assert bank.examine(order, psu_id=None, reject_without_funds=True).status == status


def test_the_magic_amount_is_that_of_an_execution(bank: Bank) -> None:
    assert pay(bank, make_standing(amount="666.05")).status is OrderStatus.RJCT


@pytest.mark.parametrize(
    "order, moment, funds",
    [
        (make_order("10000"), "2026-03-02T12:00:00", True),
        (make_order("10000", day=date(2026, 3, 5)), "2026-03-02T12:00:00", None),
        (make_order("10000"), "2026-03-02T12:00:02", None),
        (make_order("10000", product=INSTANT), "2026-03-02T12:00:00", None),
        (make_standing(amount="10000"), "2026-03-02T12:00:00", None),
        (make_standing(amount="10000"), "2026-03-03T12:00:00", None),
    ],
    ids=["set aside", "later", "in settlement", "settled", "standing", "begun"],
)
def test_funds_are_told_until_the_order_is_executed(
    bank: Bank, clock: Clock, *, order: Any, moment: str, funds: bool | None
) -> None:
    assert bank.report("payment-1").funds_available is None
    pay(bank, order)
    clock.now = at(moment)
    assert bank.report("payment-1").funds_available is funds


def test_funds_are_told_while_the_other_holder_is_awaited(bank: Bank) -> None:
    pay(bank, make_order(debtor=JOINT), "g.manager")
    assert bank.report("payment-1").funds_available is True
    assert available(bank, "g.manager") == Decimal(10_000)

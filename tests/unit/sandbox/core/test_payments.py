"""Money: reserved, settled as the clock runs, booked twice and never more than once."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from sandbox.core.bank import Bank
from sandbox.core.orders import (
    CROSS_BORDER,
    INSTANT,
    Executed,
    OrderRefused,
    OrderStatus,
    StandingOrder,
)
from sandbox.core.people import PEOPLE
from sandbox.core.sca import WrongTan
from sandbox.core.storage import Storage, balances, bookings, orders
from tests.unit.sandbox.bank_world import (
    ANTON,
    ELSEWHERE,
    JOINT,
    MARION,
    MAX,
    Clock,
    Codes,
    available,
    booked,
    in_threads,
    make_order,
    pay,
)

ANTONS, MAXS = "anton.brueckner", "max.musterman"


@pytest.mark.parametrize(
    "seconds, status, antons_booked, antons_available, maxs_booked",
    [
        (0.0, "ACCP", "10000", "9900", "10000"),
        (0.9, "ACCP", "10000", "9900", "10000"),
        (1.0, "ACSP", "10000", "9900", "10000"),
        (10.9, "ACSP", "10000", "9900", "10000"),
        (11.0, "ACSC", "9900", "9900", "10100"),
        (86_400.0, "ACSC", "9900", "9900", "10100"),
    ],
)
def test_a_credit_transfer_settles_as_the_clock_runs(
    bank: Bank,
    clock: Clock,
    *,
    seconds: float,
    status: str,
    antons_booked: str,
    antons_available: str,
    maxs_booked: str,
) -> None:
    assert pay(bank, make_order(creditor=MAX)) == Executed(OrderStatus.ACCP)
    clock.run(seconds=seconds)
    assert bank.payment_status("payment-1") == status
    assert booked(bank, ANTONS) == Decimal(antons_booked)
    assert available(bank, ANTONS) == Decimal(antons_available)
    assert booked(bank, MAXS) == Decimal(maxs_booked)


def test_an_instant_payment_settles_at_once(bank: Bank) -> None:
    assert pay(bank, make_order(product=INSTANT, creditor=MAX)) == Executed(OrderStatus.ACSC)
    assert booked(bank, ANTONS) == 9_900
    assert booked(bank, MAXS) == 10_100


@pytest.mark.parametrize("product", [INSTANT, "sepa-credit-transfers"])
def test_without_funds_the_bank_rejects_at_execution(bank: Bank, product: str) -> None:
    outcome = pay(bank, make_order("10000.01", product=product))
    assert outcome.status is OrderStatus.RJCT
    assert "not enough money" in outcome.reason
    assert available(bank, ANTONS) == 10_000


def test_the_amount_rejected_at_execution(bank: Bank) -> None:
    assert pay(bank, make_order("666.05")).status is OrderStatus.RJCT
    assert available(bank, ANTONS) == 10_000


def test_what_is_reserved_cannot_be_spent_twice(bank: Bank) -> None:
    first = pay(bank, make_order("6000"))
    second = pay(bank, make_order("6000", payment_id="payment-2"))
    assert (first.status, second.status) == ("ACCP", "RJCT")


def test_sub_accounts_pay_in_their_own_currency(bank: Bank) -> None:
    pay(bank, make_order("50", product=INSTANT, currency="USD"))
    assert booked(bank, ANTONS, "USD") == 4_950
    assert booked(bank, ANTONS, "EUR") == 10_000


@pytest.mark.parametrize("product", [INSTANT, "sepa-credit-transfers"])
def test_a_future_payment_waits_for_its_day(bank: Bank, clock: Clock, product: str) -> None:
    order = make_order(product=product, day=date(2026, 3, 5))
    assert pay(bank, order) == Executed(OrderStatus.ACCP)
    assert available(bank, ANTONS) == 10_000
    clock.now = datetime(2026, 3, 4, 23, 59, 59, tzinfo=UTC)
    assert bank.payment_status("payment-1") == "ACCP"
    clock.run(seconds=1)
    assert bank.payment_status("payment-1") == ("ACSC" if product == INSTANT else "ACSP")
    assert available(bank, ANTONS) == 9_900
    clock.run(seconds=10)
    assert bank.payment_status("payment-1") == "ACSC"
    assert booked(bank, ANTONS) == 9_900


@pytest.mark.parametrize("spent_meanwhile, status", [("9000", "ACSC"), ("9900.01", "RJCT")])
def test_funds_are_checked_again_on_the_day(
    bank: Bank, clock: Clock, spent_meanwhile: str, status: str
) -> None:
    pay(bank, make_order(day=date(2026, 3, 5)))
    pay(bank, make_order(spent_meanwhile, payment_id="payment-2", product=INSTANT))
    clock.run(days=4)
    assert bank.payment_status("payment-1") == status


def test_a_future_payment_beyond_the_balance_is_rejected_at_once(bank: Bank) -> None:
    assert pay(bank, make_order("10000.01", day=date(2026, 3, 5))).status is OrderStatus.RJCT


def test_each_payment_is_booked_out_and_in(bank: Bank, storage: Storage) -> None:
    pay(bank, make_order("12.34", product=INSTANT, creditor=MAX))
    with storage.reading() as connection:
        lines = connection.execute(select(bookings.c.side, bookings.c.minor_units)).all()
    assert sorted(map(tuple, lines)) == [("credit", 1234), ("debit", -1234)]


def test_the_statement_shows_both_sides(bank: Bank) -> None:
    pay(bank, make_order("12.34", product=INSTANT, creditor=MAX))
    (out,) = bank.statement_of(ANTONS)
    (into,) = bank.statement_of(MAXS)
    assert (out.amount, out.counterparty) == (Decimal("-12.34"), "Creditor")
    assert (into.amount, into.counterparty) == (Decimal("12.34"), "Anton Brueckner")


def test_authorising_again_answers_again_and_pays_once(bank: Bank) -> None:
    order = make_order(product=INSTANT)
    first = pay(bank, order)
    assert bank.authorise(f"to-pay-payment-1-by-{ANTONS}", order, "123456") == first
    assert bank.authorise(f"to-pay-payment-1-by-{ANTONS}", order, "wrong") == first
    assert booked(bank, ANTONS) == 9_900


def test_two_authorisations_of_one_payment_pay_once(bank: Bank) -> None:
    order = make_order(product=INSTANT)
    for authorisation_id in ("a", "b"):
        bank.log_in(authorisation_id, ANTONS, "12345", order)
        bank.select_method(authorisation_id, "sms")
        outcome = bank.authorise(authorisation_id, order, "123456")
        assert outcome == Executed(OrderStatus.ACSC)
    assert booked(bank, ANTONS) == 9_900


def test_simultaneous_correct_tans_pay_once(bank: Bank, storage: Storage) -> None:
    order = make_order(product=INSTANT)
    bank.log_in("a", ANTONS, "12345", order)
    bank.select_method("a", "sms")
    outcomes = in_threads(*[lambda: bank.authorise("a", order, "123456")] * 8)
    assert outcomes == [Executed(OrderStatus.ACSC)] * 8
    assert booked(bank, ANTONS) == 9_900
    with storage.reading() as connection:
        assert connection.execute(select(func.count()).select_from(bookings)).scalar_one() == 2


def test_simultaneous_wrong_tans_are_all_counted(bank: Bank) -> None:
    order = make_order()
    bank.log_in("a", ANTONS, "12345", order)
    bank.select_method("a", "sms")
    outcomes = in_threads(*[lambda: bank.authorise("a", order, "0")] * 3)
    assert sorted(o.tries_left for o in outcomes if isinstance(o, WrongTan)) == [0, 1, 2]


def test_simultaneous_payments_never_overdraw(bank: Bank) -> None:
    to_pay = [make_order("4000", payment_id=f"payment-{n}", product=INSTANT) for n in range(6)]
    outcomes = in_threads(*[lambda order=order: pay(bank, order) for order in to_pay])
    statuses = [outcome.status for outcome in outcomes if isinstance(outcome, Executed)]
    assert sorted(statuses) == ["ACSC"] * 2 + ["RJCT"] * 4
    assert booked(bank, ANTONS) == 2_000


def test_simultaneous_settlements_book_once(bank: Bank, clock: Clock) -> None:
    for number in range(5):
        pay(bank, make_order(payment_id=f"payment-{number}"))
    clock.run(seconds=11)
    moves = in_threads(*[lambda: bank.settle_due(clock.now)] * 4)
    assert sum(move for move in moves if isinstance(move, int)) == 10
    assert booked(bank, ANTONS) == 9_500


steps = st.lists(
    st.tuples(
        st.sampled_from(
            [(ANTON, ANTONS), (MAX, MAXS), (MARION, "marion.mueller"), (JOINT, "g.manager")]
        ),
        st.sampled_from([ANTON, MAX, MARION, JOINT, ELSEWHERE]),
        st.integers(1, 900_000),
        st.sampled_from([INSTANT, "sepa-credit-transfers", CROSS_BORDER]),
        st.sampled_from(["single", "bulk", "batch", "standing"]),
        st.sampled_from([None, date(2026, 3, 3), date(2026, 3, 4)]),
        st.sampled_from([0, 1, 11, 86_400]),
        st.booleans(),
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=25, deadline=None)
@given(steps)
def test_no_cent_is_made_or_lost(
    payments: list[tuple[tuple[str, str], str, int, str, str, date | None, int, bool]],
) -> None:
    with TemporaryDirectory() as folder:
        storage = Storage(f"sqlite:///{Path(folder)}/bank.db")
        clock = Clock()
        bank = Bank(storage, clock=clock, sleep=clock.slept.append, new_code=Codes())
        bank.set_up()
        for number, payment in enumerate(payments):
            (debtor, psu_id), creditor, cents, product, kind, day, wait, stopped = payment
            if creditor == debtor:
                continue
            due = day if day is None or day >= clock.now.date() else None
            order = make_order(
                str(Decimal(cents).scaleb(-2)),
                payment_id=f"payment-{number}",
                debtor=debtor,
                creditor=creditor,
                product=product,
                day=due,
            )
            if kind in {"bulk", "batch"}:
                several = (*order.transfers, replace(order.transfers[0], creditor_iban=ELSEWHERE))
                order = replace(order, transfers=several, batch_booking=kind == "batch")
            elif kind == "standing":
                standing = StandingOrder(due or clock.now.date(), "Daily", date(2026, 3, 6))
                order = replace(order, standing=standing, requested_execution_date=None)
            pay(bank, order, psu_id)
            if debtor == JOINT:
                pay(bank, order, "sc.manager")
            clock.run(seconds=wait)
            bank.settle_due(clock.now)
            if stopped:
                with suppress(OrderRefused):
                    bank.cancel(order, deed_id=order.payment_id)
            check_the_books(storage)
        storage.close()


def check_the_books(storage: Storage) -> None:
    with storage.reading() as connection:
        on_accounts = {row.account_id: row for row in connection.execute(select(balances))}
        booked_on = dict(
            map(
                tuple[str, int],
                connection.execute(
                    select(bookings.c.account_id, func.sum(bookings.c.minor_units)).group_by(
                        bookings.c.account_id
                    )
                ),
            )
        )
        set_aside = dict(
            map(
                tuple[str, int],
                connection.execute(
                    select(
                        orders.c.debtor_account_id, func.sum(orders.c.minor_units + orders.c.fee)
                    )
                    .where(orders.c.reserved)
                    .group_by(orders.c.debtor_account_id)
                ),
            )
        )
    for currency in ("EUR", "USD"):
        assert sum(r.booked for r in on_accounts.values() if r.currency == currency) == 0
    for account in (account for person in PEOPLE for account in person.accounts):
        row = on_accounts[account.account_id]
        assert row.booked == account.opening_balance * 100 + booked_on.get(row.account_id, 0)
        assert row.reserved == set_aside.get(row.account_id, 0)
        assert row.booked >= row.reserved


def test_set_up_may_be_repeated_and_keeps_the_balances(bank: Bank) -> None:
    pay(bank, make_order(product=INSTANT))
    in_threads(*[bank.set_up] * 4)
    assert booked(bank, ANTONS) == 9_900

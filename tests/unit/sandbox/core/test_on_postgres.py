"""The rules that hang on locks, on a real PostgreSQL: once, counted, and without deadlock."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import partial

import pytest

from sandbox.core.bank import Bank
from sandbox.core.orders import INSTANT, Executed, OrderStatus
from sandbox.core.sca import WrongTan
from sandbox.core.storage import Storage
from tests.unit.sandbox.bank_world import ANTON, MAX, Clock, booked, in_threads, make_order, pay

pytestmark = pytest.mark.postgres

ANTONS, MAXS = "anton.brueckner", "max.musterman"


@pytest.fixture
def storage(postgres_url: str) -> Iterator[Storage]:
    storage = Storage(postgres_url, pool_size=8)
    yield storage
    storage.close()


def test_simultaneous_correct_tans_pay_once(bank: Bank) -> None:
    order = make_order(product=INSTANT)
    bank.log_in("a", ANTONS, "12345", order)
    bank.select_method("a", "sms")
    outcomes = in_threads(*[lambda: bank.authorise("a", order, "123456")] * 8)
    assert outcomes == [Executed(OrderStatus.ACSC)] * 8
    assert booked(bank, ANTONS) == 9_900


def test_simultaneous_wrong_tans_are_all_counted(bank: Bank) -> None:
    order = make_order()
    bank.log_in("a", ANTONS, "12345", order)
    bank.select_method("a", "sms")
    outcomes = in_threads(*[lambda: bank.authorise("a", order, "0")] * 3)
    assert sorted(o.tries_left for o in outcomes if isinstance(o, WrongTan)) == [0, 1, 2]


def test_payments_in_both_directions_do_not_deadlock(bank: Bank) -> None:
    calls: list[Callable[[], object]] = []
    for number in range(8):
        there = number % 2 == 0
        order = make_order(
            "1",
            payment_id=f"payment-{number}",
            product=INSTANT,
            debtor=ANTON if there else MAX,
            creditor=MAX if there else ANTON,
        )
        psu_id = ANTONS if there else MAXS
        calls.append(partial(pay, bank, order, psu_id))
    assert in_threads(*calls) == [Executed(OrderStatus.ACSC)] * 8
    assert booked(bank, ANTONS) == booked(bank, MAXS) == 10_000


def test_simultaneous_settlements_book_once(bank: Bank, clock: Clock) -> None:
    for number in range(5):
        pay(bank, make_order(payment_id=f"payment-{number}", creditor=MAX))
    clock.run(seconds=11)
    moves = in_threads(*[lambda: bank.settle_due(clock.now)] * 4)
    bank.settle_due(clock.now)
    assert sum(move for move in moves if isinstance(move, int)) <= 10
    assert (booked(bank, ANTONS), booked(bank, MAXS)) == (Decimal(9_500), Decimal(10_500))


def test_simultaneous_set_ups(bank: Bank) -> None:
    in_threads(*[bank.set_up] * 4)
    assert bank.is_ready()


def test_a_declined_order_stays_declined(bank: Bank) -> None:
    order = make_order()
    bank.log_in("a", ANTONS, "12345", order)
    assert bank.decline("a", order).status is OrderStatus.RJCT
    assert pay(bank, order).status is OrderStatus.RJCT
    assert booked(bank, ANTONS) == 10_000

"""Two at the same moment: money moves once or not at all, on both databases."""

from collections.abc import Callable, Iterator
from datetime import date
from functools import partial

import pytest

from sandbox.core.bank import Bank
from sandbox.core.deeds import Deed, DeedRefused
from sandbox.core.orders import INSTANT, Executed, OrderRefused, OrderStatus
from sandbox.core.purposes import Purpose
from sandbox.core.storage import Storage
from tests.unit.sandbox.bank_world import (
    ANTON,
    DORA,
    JOINT,
    Clock,
    available,
    booked,
    come_to_tan,
    executions_of,
    in_threads,
    make_bulk,
    make_order,
    make_standing,
    pay,
)

ANTONS, DORAS = "anton.brueckner", "dora.push"
PAID, CANCELLED = Executed(OrderStatus.ACSC), Executed(OrderStatus.CANC)
ROUNDS = range(5)


@pytest.fixture
def storage(database_url: str) -> Iterator[Storage]:
    storage = Storage(database_url, pool_size=8)
    yield storage
    storage.close()


def caught(call: Callable[[], object]) -> object:
    """The call's answer, or what it raised as an answer: a thread must not die of it."""
    try:
        return call()
    except (OrderRefused, DeedRefused) as refusal:
        return type(refusal)


def test_one_deed_at_once(bank: Bank) -> None:
    order = make_order(product=INSTANT)
    come_to_tan(bank, order)
    call = partial(bank.authorise, "a", order, "123456", deed_id="deed-1")
    assert in_threads(*[call] * 6) == [PAID] * 6
    assert booked(bank, ANTONS) == 9_900


def test_one_wrong_deed_at_once_costs_one_try(bank: Bank) -> None:
    order = make_order()
    come_to_tan(bank, order)
    answers = in_threads(*[partial(bank.authorise, "a", order, "1", deed_id="deed-1")] * 4)
    assert answers == [answers[0]] * 4
    assert bank.authorise("a", order, "1", deed_id="deed-2") != answers[0]


@pytest.mark.parametrize("number", ROUNDS)
def test_a_deed_is_done_or_void_never_both(bank: Bank, number: int) -> None:
    order = make_order(product=INSTANT)
    come_to_tan(bank, order)
    done, told = in_threads(
        partial(caught, partial(bank.authorise, "a", order, "123456", deed_id="deed-1")),
        partial(bank.outcome_of, Deed("deed-1", order.payment_id, Purpose.PAY)),
    )
    assert (done, told) in [(PAID, PAID), (DeedRefused, None)]
    assert booked(bank, ANTONS) == (9_900 if told else 10_000)


@pytest.mark.parametrize("number", ROUNDS)
def test_a_page_an_embedded_tan_and_the_phone_pay_once(bank: Bank, number: int) -> None:
    order = make_order(debtor=DORA, product=INSTANT)
    come_to_tan(bank, order, DORAS, authorisation_id="page")
    come_to_tan(bank, order, DORAS, authorisation_id="embedded")
    bank.request_push("phone", DORAS, order, Purpose.PAY)
    answers = in_threads(
        partial(bank.authorise, "page", order, "123456"),
        partial(bank.authorise, "embedded", order, "123456", deed_id="deed-1"),
        partial(bank.approve_push, "phone", DORAS),
    )
    assert answers == [PAID] * 3
    assert booked(bank, DORAS) == 9_900


@pytest.mark.parametrize("product", [INSTANT, "sepa-credit-transfers"])
@pytest.mark.parametrize("number", ROUNDS)
def test_tan_against_cancellation(bank: Bank, clock: Clock, product: str, number: int) -> None:
    order = make_order(product=product)
    come_to_tan(bank, order)
    _, cancelled = in_threads(
        partial(bank.authorise, "a", order, "123456"),
        partial(caught, partial(bank.cancel, order, deed_id="deed-1")),
    )
    clock.run(seconds=11)
    is_paid = bank.payment_status("payment-1") == "ACSC"
    assert available(bank, ANTONS) == booked(bank, ANTONS) == (9_900 if is_paid else 10_000)
    assert is_paid == (cancelled is OrderRefused)
    if not is_paid:
        assert cancelled == CANCELLED


@pytest.mark.parametrize("number", ROUNDS)
def test_settlement_against_cancellation(bank: Bank, clock: Clock, number: int) -> None:
    order = make_order()
    pay(bank, order)
    clock.run(seconds=1)
    bank.settle_due(clock.now)
    clock.run(seconds=10)
    in_threads(
        partial(bank.settle_due, clock.now),
        partial(caught, partial(bank.cancel, order, deed_id="deed-1")),
    )
    clock.run(seconds=1)
    status = bank.payment_status("payment-1")
    expected = {"ACSC": 9_900, "CANC": 10_000}[str(status)]
    assert available(bank, ANTONS) == booked(bank, ANTONS) == expected


@pytest.mark.parametrize("number", ROUNDS)
def test_two_who_settle_execute_a_standing_order_once_a_day(
    bank: Bank, clock: Clock, number: int
) -> None:
    pay(bank, make_standing("Daily", "1.00", creditor=DORA, end=date(2026, 3, 22)))
    pay(
        bank,
        make_standing(
            "Daily",
            "1.00",
            payment_id="payment-2",
            debtor=DORA,
            creditor=ANTON,
            end=date(2026, 3, 22),
        ),
        DORAS,
    )
    clock.run(days=30)
    in_threads(*[partial(bank.settle_due, clock.now)] * 4)
    for payment_id in ("payment-1", "payment-2"):
        assert bank.payment_status(payment_id) == "ACSC"
        noted = executions_of(bank, payment_id)
        assert [one.nominal_day.day for one in noted] == list(range(3, 23))
    assert len(bank.statement_of(ANTONS, lines=100)) == 40
    assert booked(bank, ANTONS) == booked(bank, DORAS) == 10_000


@pytest.mark.parametrize("number", ROUNDS)
def test_an_execution_against_the_cancellation(bank: Bank, clock: Clock, number: int) -> None:
    order = make_standing("Daily")
    pay(bank, order)
    clock.run(days=1)
    in_threads(partial(bank.settle_due, clock.now), partial(bank.cancel, order, deed_id="deed-1"))
    clock.run(days=10)
    assert bank.payment_status("payment-1") == "CANC"
    assert len(executions_of(bank, "payment-1")) == 1  # it was due, whoever came first
    assert booked(bank, ANTONS) == available(bank, ANTONS) == 9_900


@pytest.mark.parametrize("number", ROUNDS)
def test_bulks_in_both_directions(bank: Bank, clock: Clock, number: int) -> None:
    amounts = ["1.00"] * 20
    pay(bank, make_bulk(*amounts, creditors=(DORA, JOINT)))
    back = make_bulk(*amounts, payment_id="payment-2", debtor=DORA, creditors=(JOINT, ANTON))
    pay(bank, back, DORAS)
    clock.run(seconds=11)
    in_threads(*[partial(bank.settle_due, clock.now)] * 4)
    bank.settle_due(clock.now)
    assert [booked(bank, psu) for psu in (ANTONS, DORAS, "g.manager")] == [9_990, 9_990, 10_020]


@pytest.mark.parametrize("number", ROUNDS)
def test_both_holders_at_once_pay_once(bank: Bank, number: int) -> None:
    order = make_order(debtor=JOINT, product=INSTANT)
    for psu_id in ("g.manager", "sc.manager"):
        come_to_tan(bank, order, psu_id, authorisation_id=psu_id)
    answers = in_threads(
        partial(bank.authorise, "g.manager", order, "123456"),
        partial(bank.authorise, "sc.manager", order, "123456", deed_id="deed-1"),
    )
    assert sorted(answers, key=str) == [PAID, Executed(OrderStatus.PATC)]
    assert booked(bank, "g.manager") == 9_900


@pytest.mark.parametrize("number", ROUNDS)
def test_yes_and_no_on_the_phone(bank: Bank, number: int) -> None:
    order = make_order(debtor=DORA, product=INSTANT)
    bank.request_push("a", DORAS, order, Purpose.PAY)
    bank.request_push("b", DORAS, order, Purpose.PAY)
    yes, no = in_threads(
        partial(bank.approve_push, "a", DORAS), partial(bank.decline_push, "b", DORAS)
    )
    assert yes == no
    assert booked(bank, DORAS) == (9_900 if yes == PAID else 10_000)

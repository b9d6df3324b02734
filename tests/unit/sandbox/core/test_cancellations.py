"""Who may cancel what, and until when; what was set aside comes back."""

from datetime import date
from typing import Any

import pytest

from sandbox.core.bank import Bank
from sandbox.core.cancellations import CancellationAsked
from sandbox.core.orders import INSTANT, Executed, Order, OrderRefused, OrderStatus
from sandbox.core.purposes import Purpose
from sandbox.core.sca import NotYourAccount, OutOfTurn, ScaStatus
from tests.unit.sandbox.bank_world import (
    ANTON,
    JOINT,
    MAX,
    Clock,
    available,
    booked,
    cancel,
    come_to_tan,
    make_order,
    pay,
)

ANTONS = "anton.brueckner"
CANCELLED = Executed(OrderStatus.CANC)
LATER = date(2026, 3, 5)


def without_sca(bank: Bank, order: Order) -> object:
    return bank.cancel(order, deed_id=f"cancel-{order.payment_id}")


@pytest.mark.parametrize("way", [cancel, without_sca], ids=["with SCA", "without SCA"])
@pytest.mark.parametrize(
    "order, seconds, status",
    [({}, 0, "ACCP"), ({}, 1, "ACSP"), ({"day": LATER}, 0, "ACCP"), ({"day": LATER}, 9, "ACCP")],
)
def test_what_has_not_moved_yet_is_cancelled(
    bank: Bank, clock: Clock, way: Any, *, order: dict[str, Any], seconds: int, status: str
) -> None:
    made = make_order(**order)
    pay(bank, made)
    clock.run(seconds=seconds)
    assert bank.payment_status("payment-1") == status
    assert way(bank, made) == CANCELLED
    assert available(bank, ANTONS) == 10_000
    clock.run(days=9)
    assert bank.payment_status("payment-1") == "CANC"
    assert booked(bank, ANTONS) == 10_000


@pytest.mark.parametrize("way", [cancel, without_sca], ids=["with SCA", "without SCA"])
@pytest.mark.parametrize("order", [{"product": INSTANT}, {"amount": "666.05"}, {}])
def test_what_has_ended_is_not_cancelled(
    bank: Bank, clock: Clock, way: Any, order: dict[str, Any]
) -> None:
    made = make_order(**order)
    pay(bank, made)
    clock.run(seconds=11)
    ended = bank.payment_status("payment-1")
    with pytest.raises(OrderRefused) as refused:
        way(bank, made)
    assert refused.value.reason_code == "CANCELLATION_INVALID"
    assert bank.payment_status("payment-1") == ended


@pytest.mark.parametrize("way", [cancel, without_sca], ids=["with SCA", "without SCA"])
def test_what_was_cancelled_before_anybody_authorised_it_is_never_executed(
    bank: Bank, way: Any
) -> None:
    order = make_order(product=INSTANT)
    come_to_tan(bank, order)
    assert way(bank, order) == CANCELLED
    assert bank.payment_status("payment-1") == "CANC"
    assert bank.authorise("a", order, "123456") == CANCELLED
    assert available(bank, ANTONS) == 10_000


def test_cancelling_again_answers_again(bank: Bank) -> None:
    order = make_order("666.08")
    pay(bank, order)
    come_to_tan(bank, order, authorisation_id="b", purpose=Purpose.CANCEL)
    answers = [cancel(bank, order), bank.authorise("b", order, "123456"), without_sca(bank, order)]
    assert answers == [CANCELLED] * 3
    assert available(bank, ANTONS) == 10_000


@pytest.mark.parametrize(
    "amount, paid, asked",
    [
        ("100.00", False, CancellationAsked(None, mandated=False)),
        ("100.00", True, CancellationAsked(OrderStatus.ACCP, mandated=False)),
        ("666.08", False, CancellationAsked(None, mandated=False)),
        ("666.08", True, CancellationAsked(OrderStatus.ACCP, mandated=True)),
    ],
)
def test_whether_the_psu_must_be_asked(
    bank: Bank, amount: str, *, paid: bool, asked: CancellationAsked
) -> None:
    if paid:
        pay(bank, make_order(amount))
    assert bank.ask_for_cancellation("payment-1") == asked


def test_asking_sees_the_order_as_it_stands_now(bank: Bank, clock: Clock) -> None:
    pay(bank, make_order("666.08"))
    clock.run(seconds=11)
    assert bank.ask_for_cancellation("payment-1") == CancellationAsked(
        OrderStatus.ACSC, mandated=False
    )


def test_where_the_bank_insists_nobody_cancels_without_the_psu(bank: Bank) -> None:
    order = make_order("666.08")
    pay(bank, order)
    with pytest.raises(OrderRefused) as refused:
        without_sca(bank, order)
    assert refused.value.reason_code == "SCA_INVALID"
    assert bank.payment_status("payment-1") == "ACCP"
    assert cancel(bank, order) == CANCELLED


@pytest.mark.parametrize(
    "amount, debtor, only_while, ends",
    [
        ("100.00", ANTON, OrderStatus.ACCP, "CANC"),  # nothing has changed since it was seen
        ("666.08", ANTON, OrderStatus.ACCP, "CANC"),  # nobody asks whom the bank would insist on
        ("100.00", ANTON, OrderStatus.RCVD, "ACCP"),  # authorised since
        ("100.00", JOINT, OrderStatus.PATC, "CANC"),
        ("100.00", JOINT, OrderStatus.RCVD, "PATC"),
    ],
)
def test_what_has_moved_on_is_not_cancelled_as_unauthorised(
    bank: Bank, amount: str, debtor: str, only_while: OrderStatus, ends: str
) -> None:
    """What is to expire unauthorised must not stop what a PSU has authorised meanwhile (P8)."""
    order = make_order(amount, debtor=debtor)
    pay(bank, order, "g.manager" if debtor == JOINT else ANTONS)
    if ends == "CANC":
        assert bank.cancel(order, deed_id="d", only_while=only_while) == CANCELLED
    else:
        with pytest.raises(OrderRefused) as refused:
            bank.cancel(order, deed_id="d", only_while=only_while)
        assert refused.value.reason_code == "STATUS_INVALID"
    assert bank.payment_status("payment-1") == ends


@pytest.mark.parametrize("only_while", [OrderStatus.RCVD, OrderStatus.PATC])
def test_what_nobody_has_authorised_is_given_up_for_good(
    bank: Bank, only_while: OrderStatus
) -> None:
    order = make_order()
    come_to_tan(bank, order)
    for deed_id in ("d", "d", "another"):
        assert bank.cancel(order, deed_id=deed_id, only_while=only_while) == CANCELLED
    assert bank.authorise("a", order, "123456") == CANCELLED
    assert available(bank, ANTONS) == 10_000


def test_it_never_insists_before_anybody_has_authorised(bank: Bank) -> None:
    assert without_sca(bank, make_order("666.08")) == CANCELLED


def test_declining_a_cancellation_leaves_the_payment_alone(bank: Bank) -> None:
    order = make_order()
    pay(bank, order)
    come_to_tan(bank, order, authorisation_id="b", purpose=Purpose.CANCEL)
    assert [bank.decline("b", order) for _ in range(2)] == [Executed(OrderStatus.ACCP)] * 2
    progress = bank.progress("b")
    assert progress is not None
    assert (progress.purpose, progress.sca_status) == (Purpose.CANCEL, ScaStatus.FAILED)
    assert progress.declined
    assert bank.payment_status("payment-1") == "ACCP"


def test_declining_the_cancellation_of_what_nobody_has_authorised(bank: Bank) -> None:
    come_to_tan(bank, make_order(), purpose=Purpose.CANCEL)
    assert bank.decline("a", make_order()) == Executed(OrderStatus.RCVD)
    assert bank.payment_status("payment-1") is None


def test_an_authorisation_serves_one_purpose(bank: Bank) -> None:
    come_to_tan(bank, make_order())
    with pytest.raises(OutOfTurn):
        bank.log_in("a", ANTONS, "12345", make_order(), purpose=Purpose.CANCEL)


def test_only_who_pays_may_cancel(bank: Bank) -> None:
    order = make_order(debtor=None)
    pay(bank, order)
    outcome = bank.log_in("b", "max.musterman", "12345", order, purpose=Purpose.CANCEL)
    assert isinstance(outcome, NotYourAccount)


def test_who_began_to_cancel_before_somebody_else_paid_cancels_nothing(bank: Bank) -> None:
    order = make_order(debtor=None)
    come_to_tan(bank, order, "max.musterman", authorisation_id="b", purpose=Purpose.CANCEL)
    pay(bank, order)
    with pytest.raises(OrderRefused):
        bank.authorise("b", order, "123456")
    assert bank.payment_status("payment-1") == "ACCP"


def test_one_holder_cancels_for_both(bank: Bank) -> None:
    order = make_order(debtor=JOINT)
    pay(bank, order, "g.manager")
    assert cancel(bank, order, "sc.manager") == CANCELLED
    assert pay(bank, order, "sc.manager") == CANCELLED
    assert available(bank, "g.manager") == 10_000


def test_the_creditor_cannot_cancel(bank: Bank) -> None:
    order = make_order(creditor=MAX)
    pay(bank, order)
    outcome = bank.log_in("b", "max.musterman", "12345", order, purpose=Purpose.CANCEL)
    assert isinstance(outcome, NotYourAccount)

"""The magic amounts after initiation: an answer lost after execution, and exemption from SCA."""

from collections.abc import Callable

import pytest

from sandbox.core.bank import Bank
from sandbox.core.deeds import Deed
from sandbox.core.orders import INSTANT, BankUnavailable, Executed, OrderStatus
from sandbox.core.purposes import Purpose
from sandbox.core.sca import AwaitsConfirmation, LoggedIn, OutOfTurn, ScaStatus, WrongTan
from tests.unit.sandbox.bank_world import (
    DORA,
    JOINT,
    available,
    booked,
    cancel,
    come_to_tan,
    make_order,
    pay,
)

PAID = Executed(OrderStatus.ACSC)
LOST = make_order("666.06", debtor=DORA, product=INSTANT)
DORAS = "dora.push"


def by_tan(bank: Bank) -> Callable[[], object]:
    come_to_tan(bank, LOST, DORAS)
    return lambda: bank.authorise("a", LOST, "123456")


def by_tan_and_deed(bank: Bank) -> Callable[[], object]:
    come_to_tan(bank, LOST, DORAS)
    return lambda: bank.authorise("a", LOST, "123456", deed_id="deed-1")


def by_code(bank: Bank) -> Callable[[], object]:
    come_to_tan(bank, LOST, DORAS)
    answer = bank.authorise("a", LOST, "123456", confirmation=True)
    assert isinstance(answer, AwaitsConfirmation)
    return lambda: bank.confirm("a", LOST, answer.code, deed_id="deed-1")


def by_phone(bank: Bank) -> Callable[[], object]:
    bank.request_push("a", DORAS, LOST, Purpose.PAY)
    return lambda: bank.approve_push("a", DORAS)


@pytest.mark.parametrize("way", [by_tan, by_tan_and_deed, by_code, by_phone])
def test_the_answer_is_lost_once_after_the_money_has_moved(
    bank: Bank, way: Callable[[Bank], Callable[[], object]]
) -> None:
    ask = way(bank)
    with pytest.raises(BankUnavailable):
        ask()
    assert bank.payment_status("payment-1") == "ACSC"
    assert bank.sca_status("a") is ScaStatus.FINALISED
    assert ask() == PAID
    assert booked(bank, DORAS) == make_order("9333.94").amount


def test_a_lost_answer_is_found_under_its_deed(bank: Bank) -> None:
    with pytest.raises(BankUnavailable):
        by_tan_and_deed(bank)()
    assert bank.outcome_of(Deed("deed-1", "payment-1", Purpose.PAY)) == PAID


def test_with_two_holders_the_second_answer_is_lost(bank: Bank) -> None:
    order = make_order("666.06", debtor=JOINT)
    assert pay(bank, order, "g.manager") == Executed(OrderStatus.PATC)
    with pytest.raises(BankUnavailable):
        pay(bank, order, "sc.manager")


def test_the_answer_to_a_cancellation_is_not_lost(bank: Bank) -> None:
    order = make_order("666.06")
    with pytest.raises(BankUnavailable):
        pay(bank, order)
    assert cancel(bank, order) == Executed(OrderStatus.CANC)


@pytest.mark.parametrize(
    "amount, purpose, exempted",
    [
        ("666.07", Purpose.PAY, True),
        ("666.07", Purpose.CANCEL, False),
        ("100.00", Purpose.PAY, False),
    ],
)
def test_which_payments_are_exempt_from_sca(
    bank: Bank, amount: str, purpose: Purpose, *, exempted: bool
) -> None:
    order = make_order(amount, product=INSTANT)
    outcome = bank.log_in("a", "anton.brueckner", "12345", order, purpose=purpose)
    assert isinstance(outcome, LoggedIn)
    assert outcome.exempted is exempted
    if exempted:
        assert bank.authorise("a", order, None) == PAID
        assert bank.sca_status("a") is ScaStatus.EXEMPTED
        assert bank.authorise("a", order, None) == PAID
    else:
        with pytest.raises(OutOfTurn):
            bank.authorise("a", order, None)
        assert available(bank, "anton.brueckner") == 10_000


def test_who_sends_a_tan_nevertheless_must_send_the_right_one(bank: Bank) -> None:
    order = make_order("666.07")
    come_to_tan(bank, order)
    assert bank.authorise("a", order, "1") == WrongTan(2)
    assert bank.authorise("a", order, "123456") == Executed(OrderStatus.ACCP)
    assert bank.sca_status("a") is ScaStatus.FINALISED


def test_an_exempted_payment_still_needs_the_password(bank: Bank) -> None:
    with pytest.raises(OutOfTurn):
        bank.authorise("a", make_order("666.07"), None)

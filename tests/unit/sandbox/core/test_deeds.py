"""A deed acts once and answers the same again; one that was asked for in vain never acts."""

from collections.abc import Callable

import pytest

from sandbox.core.bank import Bank
from sandbox.core.deeds import Deed, DeedRefused
from sandbox.core.orders import INSTANT, Executed, OrderRefused, OrderStatus
from sandbox.core.purposes import Purpose
from sandbox.core.sca import OutOfTurn, ScaStatus, WrongTan
from tests.unit.sandbox.bank_world import available, booked, come_to_tan, make_order, pay

ANTONS = "anton.brueckner"
ORDER = make_order(product=INSTANT)
PAID = Executed(OrderStatus.ACSC)


def authorise(bank: Bank, tan: str = "123456", deed_id: str = "deed-1") -> object:
    return bank.authorise("a", ORDER, tan, deed_id=deed_id)


def outcome(bank: Bank, deed_id: str = "deed-1", purpose: Purpose = Purpose.PAY) -> object:
    return bank.outcome_of(Deed(deed_id, ORDER.payment_id, purpose))


def test_a_deed_answers_the_same_again(bank: Bank) -> None:
    come_to_tan(bank, ORDER)
    answers = [authorise(bank), authorise(bank, "wrong"), outcome(bank), outcome(bank)]
    assert answers == [PAID] * 4
    assert booked(bank, ANTONS) == 9_900


def test_a_deed_keeps_its_answer_though_the_order_moves_on(bank: Bank) -> None:
    order = make_order()
    come_to_tan(bank, order)
    first = bank.authorise("a", order, "123456", deed_id="deed-1")
    assert bank.cancel(order, deed_id="deed-2") == Executed(OrderStatus.CANC)
    assert outcome(bank) == first == Executed(OrderStatus.ACCP)


def test_a_wrong_tan_under_one_deed_costs_one_try(bank: Bank) -> None:
    come_to_tan(bank, ORDER)
    assert [authorise(bank, "1"), authorise(bank), outcome(bank)] == [WrongTan(2)] * 3
    assert authorise(bank, "1", "deed-2") == WrongTan(1)
    assert authorise(bank, "1", "deed-3") == WrongTan(0)
    assert outcome(bank, "deed-3") == WrongTan(0)
    assert bank.payment_status("payment-1") is None


def test_a_deed_asked_for_in_vain_never_acts(bank: Bank) -> None:
    come_to_tan(bank, ORDER)
    assert [outcome(bank), outcome(bank)] == [None, None]
    with pytest.raises(DeedRefused):
        authorise(bank)
    assert bank.payment_status("payment-1") is None
    assert bank.sca_status("a") is ScaStatus.SCA_METHOD_SELECTED
    assert authorise(bank, deed_id="deed-2") == PAID


def test_a_cancellation_asked_for_in_vain_never_happens(bank: Bank) -> None:
    assert outcome(bank, purpose=Purpose.CANCEL) is None
    with pytest.raises(DeedRefused):
        bank.cancel(ORDER, deed_id="deed-1")
    assert pay(bank, ORDER) == PAID


def _other_payment(bank: Bank) -> object:
    order = make_order(payment_id="payment-2", product=INSTANT)
    come_to_tan(bank, order, authorisation_id="b")
    return bank.authorise("b", order, "123456", deed_id="deed-1")


@pytest.mark.parametrize(
    "misuse",
    [
        _other_payment,
        lambda bank: bank.cancel(ORDER, deed_id="deed-1"),
        lambda bank: outcome(bank, purpose=Purpose.CANCEL),
        lambda bank: bank.outcome_of(Deed("deed-1", "payment-2", Purpose.PAY)),
    ],
    ids=["another payment", "cancellation", "asked as cancellation", "asked for another payment"],
)
def test_a_deed_id_serves_one_thing(bank: Bank, misuse: Callable[[Bank], object]) -> None:
    come_to_tan(bank, ORDER)
    authorise(bank)
    with pytest.raises(DeedRefused):
        misuse(bank)
    assert available(bank, ANTONS) == 9_900


def test_what_was_not_even_tried_leaves_the_deed_free(bank: Bank) -> None:
    bank.log_in("a", ANTONS, "12345", ORDER)
    with pytest.raises(OutOfTurn):
        authorise(bank)
    bank.select_method("a", "sms")
    assert authorise(bank) == PAID


def test_a_refused_cancellation_leaves_the_deed_free(bank: Bank) -> None:
    pay(bank, ORDER)
    with pytest.raises(OrderRefused):
        bank.cancel(ORDER, deed_id="deed-1")
    assert outcome(bank, purpose=Purpose.CANCEL) is None

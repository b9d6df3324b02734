"""What waits on the phone, and what saying yes or no there does."""

import pytest

from sandbox.core.bank import Bank
from sandbox.core.orders import INSTANT, Executed, Order, OrderRefused, OrderStatus
from sandbox.core.purposes import Purpose
from sandbox.core.pushes import Push
from sandbox.core.sca import AuthorisationClosed, OutOfTurn, ScaStatus
from tests.unit.sandbox.bank_world import DORA, Clock, booked, make_order, pay

DORAS = "dora.push"
ORDER = make_order(debtor=DORA, product=INSTANT)
PAID = Executed(OrderStatus.ACSC)


def ask_alone(bank: Bank, order: Order = ORDER, authorisation_id: str = "a") -> None:
    """The decoupled approach: nothing but the phone."""
    bank.request_push(authorisation_id, DORAS, order, Purpose.PAY)


def ask_after_log_in(bank: Bank, order: Order = ORDER, authorisation_id: str = "a") -> None:
    """The phone as second factor."""
    bank.log_in(authorisation_id, DORAS, "12345", order)
    bank.select_method(authorisation_id, "push")


ASKING = pytest.mark.parametrize(
    "ask, status",
    [(ask_alone, ScaStatus.STARTED), (ask_after_log_in, ScaStatus.SCA_METHOD_SELECTED)],
)


@ASKING
def test_the_phone_shows_what_is_asked(
    bank: Bank, clock: Clock, ask: object, status: ScaStatus
) -> None:
    ask(bank)  # type: ignore[operator]
    assert bank.pushes_of(DORAS) == (Push("a", Purpose.PAY, ORDER, clock.now),)
    assert bank.sca_status("a") is status
    assert bank.pushes_of("anton.brueckner") == ()


@ASKING
def test_yes_on_the_phone_pays_once(bank: Bank, ask: object, status: ScaStatus) -> None:
    ask(bank)  # type: ignore[operator]
    assert [bank.approve_push("a", DORAS) for _ in range(2)] == [PAID] * 2
    assert bank.sca_status("a") is ScaStatus.FINALISED
    assert bank.pushes_of(DORAS) == ()
    assert booked(bank, DORAS) == 9_900


@ASKING
def test_no_on_the_phone_rejects(bank: Bank, ask: object, status: ScaStatus) -> None:
    ask(bank)  # type: ignore[operator]
    answers = [bank.decline_push("a", DORAS) for _ in range(2)]
    assert [answer.status for answer in answers] == ["RJCT", "RJCT"]
    assert bank.sca_status("a") is ScaStatus.FAILED
    assert bank.pushes_of(DORAS) == ()
    with pytest.raises(AuthorisationClosed):
        bank.approve_push("a", DORAS)


def test_the_challenge_says_where_to_look(bank: Bank) -> None:
    bank.log_in("a", DORAS, "12345", ORDER)
    challenge = bank.select_method("a", "push")
    assert "banking app" in challenge.text
    assert challenge.method.decoupled
    assert bank.request_push("b", DORAS, ORDER, Purpose.PAY) == challenge


def test_no_tan_replaces_the_phone(bank: Bank) -> None:
    ask_after_log_in(bank)
    with pytest.raises(OutOfTurn):
        bank.authorise("a", ORDER, "123456")
    ask_alone(bank, authorisation_id="b")
    with pytest.raises(OutOfTurn):
        bank.authorise("b", ORDER, "123456")
    assert bank.payment_status("payment-1") is None


def test_choosing_another_method_takes_the_question_back(bank: Bank) -> None:
    ask_after_log_in(bank)
    bank.select_method("a", "sms")
    assert bank.pushes_of(DORAS) == ()
    with pytest.raises(OutOfTurn):
        bank.approve_push("a", DORAS)
    assert bank.authorise("a", ORDER, "123456") == PAID


def test_nobody_answers_for_somebody_else(bank: Bank) -> None:
    ask_alone(bank)
    for answer in (bank.approve_push, bank.decline_push):
        with pytest.raises(OutOfTurn):
            answer("a", "anton.brueckner")
    assert len(bank.pushes_of(DORAS)) == 1


@pytest.mark.parametrize(
    "psu_id, order, code",
    [
        (None, ORDER, "PSU_CREDENTIALS_INVALID"),
        ("nobody", ORDER, "PSU_CREDENTIALS_INVALID"),
        ("anton.brueckner", make_order(), "SCA_METHOD_UNKNOWN"),
        (DORAS, make_order(), "PAYMENT_FAILED"),
    ],
)
def test_who_cannot_be_asked_on_the_phone(
    bank: Bank, psu_id: str | None, order: Order, code: str
) -> None:
    with pytest.raises(OrderRefused) as refused:
        bank.request_push("a", psu_id, order, Purpose.PAY)
    assert refused.value.reason_code == code
    assert bank.progress("a") is None


def test_asking_again_is_one_question(bank: Bank, clock: Clock) -> None:
    ask_alone(bank)
    clock.run(seconds=1)
    ask_alone(bank)
    assert [push.authorisation_id for push in bank.pushes_of(DORAS)] == ["a"]


def test_a_newer_question_for_the_same_replaces_the_older(bank: Bank, clock: Clock) -> None:
    other = make_order(debtor=DORA, payment_id="payment-2")
    for authorisation_id, order in (("a", ORDER), ("b", other), ("c", ORDER)):
        ask_alone(bank, order, authorisation_id)
        clock.run(seconds=1)
    assert [push.authorisation_id for push in bank.pushes_of(DORAS)] == ["b", "c"]


def test_who_logs_in_elsewhere_is_not_asked_on_the_phone(bank: Bank) -> None:
    bank.log_in("a", DORAS, "12345", ORDER)
    with pytest.raises(OutOfTurn):
        ask_alone(bank)


def test_what_is_decided_is_not_asked_any_more(bank: Bank) -> None:
    ask_alone(bank)
    pay(bank, ORDER, DORAS)
    assert bank.pushes_of(DORAS) == ()
    assert bank.approve_push("a", DORAS) == PAID
    assert booked(bank, DORAS) == 9_900


def test_a_cancellation_is_asked_for_until_it_is_too_late(bank: Bank, clock: Clock) -> None:
    order = make_order(debtor=DORA)
    pay(bank, order, DORAS)
    bank.request_push("c", DORAS, order, Purpose.CANCEL)
    assert [push.purpose for push in bank.pushes_of(DORAS)] == [Purpose.CANCEL]
    clock.run(seconds=11)
    assert bank.pushes_of(DORAS) == ()
    with pytest.raises(OrderRefused):
        bank.approve_push("c", DORAS)


def test_a_cancellation_is_approved_or_declined_on_the_phone(bank: Bank) -> None:
    order = make_order(debtor=DORA)
    pay(bank, order, DORAS)
    bank.request_push("b", DORAS, order, Purpose.CANCEL)
    assert bank.decline_push("b", DORAS) == Executed(OrderStatus.ACCP)
    bank.request_push("c", DORAS, order, Purpose.CANCEL)
    assert bank.approve_push("c", DORAS) == Executed(OrderStatus.CANC)

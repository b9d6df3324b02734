"""Confirmation codes: nothing is done before the TPP has sent the right one."""

import pytest
from sqlalchemy import select

from sandbox.core.bank import Bank
from sandbox.core.orders import INSTANT, Executed, OrderStatus
from sandbox.core.purposes import Purpose
from sandbox.core.sca import (
    AuthorisationClosed,
    AwaitsConfirmation,
    LoggedIn,
    OutOfTurn,
    ScaStatus,
    WrongTan,
)
from sandbox.core.storage import Storage, authorisations
from tests.unit.sandbox.bank_world import (
    JOINT,
    MARION,
    available,
    booked,
    come_to_tan,
    make_order,
    pay,
)

ANTONS = "anton.brueckner"
ORDER = make_order(product=INSTANT)
PAID = Executed(OrderStatus.ACSC)


def give_code(bank: Bank, authorisation_id: str = "a") -> str:
    answer = bank.authorise(authorisation_id, ORDER, "123456", confirmation=True)
    assert isinstance(answer, AwaitsConfirmation)
    return answer.code


def test_the_tan_alone_moves_no_money(bank: Bank) -> None:
    come_to_tan(bank, ORDER)
    give_code(bank)
    assert bank.sca_status("a") is ScaStatus.UNCONFIRMED
    assert bank.payment_status("payment-1") is None
    with pytest.raises(OutOfTurn):
        bank.authorise("a", ORDER, "123456")


@pytest.mark.parametrize("checked_elsewhere", [False, True])
def test_the_right_code_pays_once(bank: Bank, *, checked_elsewhere: bool) -> None:
    come_to_tan(bank, ORDER)
    code = give_code(bank)
    sent = None if checked_elsewhere else code
    assert [bank.confirm("a", ORDER, sent, deed_id="deed-1") for _ in range(2)] == [PAID] * 2
    assert bank.sca_status("a") is ScaStatus.FINALISED
    assert booked(bank, ANTONS) == 9_900


def test_a_code_is_used_up(bank: Bank) -> None:
    come_to_tan(bank, ORDER)
    code = give_code(bank)
    bank.confirm("a", ORDER, code, deed_id="deed-1")
    with pytest.raises(AuthorisationClosed):
        bank.confirm("a", ORDER, code, deed_id="deed-2")


def test_a_wrong_code_ends_it_and_the_payment_is_rejected(bank: Bank) -> None:
    come_to_tan(bank, ORDER)
    code = give_code(bank)
    answers = [bank.confirm("a", ORDER, "another", deed_id="deed-1") for _ in range(2)]
    assert answers == [WrongTan(0)] * 2
    assert bank.sca_status("a") is ScaStatus.FAILED
    assert bank.payment_status("payment-1") == "RJCT"
    with pytest.raises(AuthorisationClosed):
        bank.confirm("a", ORDER, code, deed_id="deed-2")
    assert available(bank, ANTONS) == 10_000


def test_the_newest_code_counts(bank: Bank) -> None:
    come_to_tan(bank, ORDER)
    first, second = give_code(bank), give_code(bank)
    assert first != second
    assert bank.confirm("a", ORDER, first, deed_id="deed-1") == WrongTan(0)


def test_logging_in_again_takes_nothing_back(bank: Bank) -> None:
    come_to_tan(bank, ORDER)
    code = give_code(bank)
    assert isinstance(bank.log_in("a", ANTONS, "12345", ORDER), LoggedIn)
    with pytest.raises(OutOfTurn):
        bank.select_method("a", "sms")
    assert bank.confirm("a", ORDER, code, deed_id="deed-1") == PAID


def test_a_wrong_tan_gets_no_code(bank: Bank) -> None:
    come_to_tan(bank, ORDER)
    assert bank.authorise("a", ORDER, "1", confirmation=True) == WrongTan(2)
    assert bank.sca_status("a") is ScaStatus.SCA_METHOD_SELECTED


def test_without_second_factor_a_code_is_needed_too(bank: Bank) -> None:
    order = make_order(debtor=MARION, product=INSTANT)
    bank.log_in("a", "marion.mueller", "12345", order)
    answer = bank.authorise("a", order, None, confirmation=True)
    assert isinstance(answer, AwaitsConfirmation)
    assert bank.confirm("a", order, answer.code, deed_id="deed-1") == PAID


def test_when_all_is_done_there_is_no_code_any_more(bank: Bank) -> None:
    pay(bank, ORDER)
    done = f"to-pay-payment-1-by-{ANTONS}"
    assert bank.authorise(done, ORDER, "123456", confirmation=True) == PAID


def test_the_code_is_for_the_order_the_psu_was_shown(bank: Bank) -> None:
    come_to_tan(bank, ORDER)
    code = give_code(bank)
    with pytest.raises(OutOfTurn):
        bank.confirm("a", make_order("1000.00", product=INSTANT), code, deed_id="deed-1")


def test_nothing_is_confirmed_before_the_second_factor(bank: Bank) -> None:
    come_to_tan(bank, ORDER)
    for code in (None, ""):
        with pytest.raises(OutOfTurn):
            bank.confirm("a", ORDER, code, deed_id="deed-1")
    with pytest.raises(OutOfTurn):
        bank.fail_confirmation("a")


def test_a_code_found_wrong_elsewhere_ends_it_too(bank: Bank) -> None:
    come_to_tan(bank, ORDER)
    give_code(bank)
    answers = [bank.fail_confirmation("a") for _ in range(2)]
    assert [answer.status for answer in answers] == ["RJCT", "RJCT"]
    assert bank.sca_status("a") is ScaStatus.FAILED


def test_a_wrong_code_for_a_cancellation_leaves_the_payment_alone(bank: Bank) -> None:
    order = make_order()
    pay(bank, order)
    for authorisation_id in ("b", "c"):
        come_to_tan(bank, order, authorisation_id=authorisation_id, purpose=Purpose.CANCEL)
        bank.authorise(authorisation_id, order, "123456", confirmation=True)
    assert bank.confirm("b", order, "another", deed_id="deed-1") == WrongTan(0)
    assert bank.fail_confirmation("c") == Executed(OrderStatus.ACCP)
    assert bank.payment_status("payment-1") == "ACCP"


def test_a_cancellation_is_confirmed(bank: Bank) -> None:
    order = make_order()
    pay(bank, order)
    come_to_tan(bank, order, authorisation_id="b", purpose=Purpose.CANCEL)
    answer = bank.authorise("b", order, "123456", confirmation=True)
    assert isinstance(answer, AwaitsConfirmation)
    assert bank.payment_status("payment-1") == "ACCP"
    assert bank.confirm("b", order, answer.code, deed_id="deed-1").status == "CANC"  # type: ignore[union-attr]


def test_in_a_joint_account_each_holder_confirms(bank: Bank) -> None:
    order = make_order(debtor=JOINT, product=INSTANT)
    seen = []
    for psu_id in ("g.manager", "sc.manager"):
        come_to_tan(bank, order, psu_id, authorisation_id=psu_id)
        answer = bank.authorise(psu_id, order, "123456", confirmation=True)
        assert isinstance(answer, AwaitsConfirmation)
        seen.append(bank.confirm(psu_id, order, answer.code, deed_id=psu_id))
    assert seen == [Executed(OrderStatus.PATC), PAID]


def test_no_code_is_kept_or_printed(bank: Bank, storage: Storage) -> None:
    come_to_tan(bank, ORDER)
    answer = bank.authorise("a", ORDER, "123456", confirmation=True)
    assert isinstance(answer, AwaitsConfirmation)
    assert answer.code not in repr(answer)
    with storage.reading() as connection:
        row = connection.execute(select(authorisations)).one()
    assert row.confirmation_hash
    assert not any(answer.code in str(value) for value in row)

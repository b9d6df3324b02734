"""What the bank says of an order at initiation, and how a PSU gets through an authorisation."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select

from sandbox.core.bank import Bank
from sandbox.core.orders import BankUnavailable, Executed, OrderRefused, OrderStatus
from sandbox.core.sca import (
    AuthorisationClosed,
    LoggedIn,
    NotYourAccount,
    OutOfTurn,
    ScaStatus,
    WrongCredentials,
    WrongTan,
)
from sandbox.core.storage import Storage, metadata
from tests.unit.sandbox.bank_world import MARION, MAX, Clock, available, make_order, pay

ANTONS = "anton.brueckner"


@pytest.mark.parametrize(
    "order, psu_id, code",
    [
        ({"debtor": "DE89370400440532013000"}, None, "PAYMENT_FAILED"),
        ({"debtor": MAX}, ANTONS, "PAYMENT_FAILED"),
        ({}, "nobody", "PSU_CREDENTIALS_INVALID"),
        ({"debtor": MAX, "currency": "USD"}, None, "PAYMENT_FAILED"),
        ({"debtor_currency": "USD"}, None, "PAYMENT_FAILED"),
        ({"currency": "CHF"}, None, "PAYMENT_FAILED"),
        ({"currency": "USD", "creditor": MAX}, None, "PAYMENT_FAILED"),
        ({"debtor": None, "currency": "USD"}, "max.musterman", "PAYMENT_FAILED"),
        ({"product": "carrier-pigeon"}, None, "PRODUCT_UNKNOWN"),
        ({"day": date(2026, 3, 1)}, None, "EXECUTION_DATE_INVALID"),
        ({"amount": "0.001"}, None, "FORMAT_ERROR"),
        ({"amount": "666.01"}, None, "PAYMENT_FAILED"),
    ],
)
def test_an_order_is_refused(
    bank: Bank, order: dict[str, Any], psu_id: str | None, code: str
) -> None:
    with pytest.raises(OrderRefused) as refused:
        bank.examine(make_order(**order), psu_id=psu_id, reject_without_funds=False)
    assert refused.value.reason_code == code
    assert refused.value.text


@pytest.mark.parametrize(
    "order, psu_id, reject_without_funds, status, knows_account",
    [
        ({}, None, True, "RCVD", True),
        ({}, ANTONS, False, "RCVD", True),
        ({"currency": "USD"}, None, False, "RCVD", True),
        ({"currency": "USD", "debtor_currency": "USD"}, None, False, "RCVD", True),
        ({"debtor": None}, None, True, "RCVD", False),
        ({"debtor": None}, ANTONS, True, "RCVD", True),
        ({"amount": "10000.00"}, None, True, "RCVD", True),
        ({"amount": "10000.01"}, None, False, "RCVD", True),
        ({"amount": "10000.01"}, None, True, "RJCT", True),
        ({"amount": "10000.01", "day": date(2026, 3, 3)}, None, True, "RCVD", True),
        ({"amount": "666.02"}, None, False, "RJCT", False),
    ],
)
def test_an_order_is_examined(
    bank: Bank,
    order: dict[str, Any],
    psu_id: str | None,
    reject_without_funds: bool,
    status: str,
    knows_account: bool,
) -> None:
    examined = bank.examine(
        make_order(**order), psu_id=psu_id, reject_without_funds=reject_without_funds
    )
    assert examined.status == status
    assert bool(examined.reason) == (status == "RJCT")
    assert (examined.account_id is not None) == knows_account
    assert examined.bank_reference == make_order().bank_reference


def test_examining_writes_nothing(bank: Bank, storage: Storage) -> None:
    def rows() -> dict[str, int]:
        with storage.reading() as connection:
            return {
                table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
                for table in metadata.sorted_tables
            }

    before = rows()
    bank.examine(make_order(), psu_id=ANTONS, reject_without_funds=True)
    assert rows() == before
    assert bank.payment_status("payment-1") is None


def test_the_unavailable_bank(bank: Bank) -> None:
    with pytest.raises(BankUnavailable):
        bank.examine(make_order("666.03"), psu_id=None, reject_without_funds=False)


def test_the_slow_bank_answers_after_five_seconds(bank: Bank, clock: Clock) -> None:
    examined = bank.examine(make_order("666.04"), psu_id=None, reject_without_funds=False)
    assert examined.status is OrderStatus.RCVD
    assert clock.slept == [5.0]


@pytest.mark.parametrize(
    "psu_id, methods",
    [
        (ANTONS, ["SMS_OTP"]),
        ("max.musterman", ["SMS_OTP", "SMTP_OTP"]),
        ("marion.mueller", []),
    ],
)
def test_log_in(bank: Bank, psu_id: str, methods: list[str]) -> None:
    outcome = bank.log_in("a", psu_id, "12345", make_order(debtor=None))
    assert isinstance(outcome, LoggedIn)
    assert [method.type for method in outcome.methods] == methods
    assert bank.sca_status("a") is ScaStatus.PSU_AUTHENTICATED


@pytest.mark.parametrize("psu_id", [ANTONS, "nobody"])
def test_the_third_wrong_password_closes_for_good(bank: Bank, psu_id: str) -> None:
    tries = [bank.log_in("a", psu_id, "wrong", make_order()) for _ in range(3)]
    assert tries == [WrongCredentials(2), WrongCredentials(1), WrongCredentials(0)]
    assert bank.sca_status("a") is ScaStatus.FAILED
    with pytest.raises(AuthorisationClosed):
        bank.log_in("a", ANTONS, "12345", make_order())
    assert bank.payment_status("payment-1") is None


def test_another_authorisation_has_its_own_tries(bank: Bank) -> None:
    for _ in range(3):
        bank.log_in("a", ANTONS, "wrong", make_order())
    assert isinstance(bank.log_in("b", ANTONS, "12345", make_order()), LoggedIn)


def test_only_the_owner_may_authorise_and_others_lose_no_try(bank: Bank) -> None:
    outcomes = [bank.log_in("a", "max.musterman", "12345", make_order()) for _ in range(4)]
    assert all(isinstance(outcome, NotYourAccount) for outcome in outcomes)
    assert isinstance(bank.log_in("a", ANTONS, "12345", make_order()), LoggedIn)


def test_a_second_psu_cannot_take_over_what_another_began(bank: Bank) -> None:
    bank.log_in("a", ANTONS, "12345", make_order(debtor=None))
    second = bank.log_in("a", "max.musterman", "12345", make_order(debtor=None))
    assert isinstance(second, NotYourAccount)


def test_the_third_wrong_tan_closes_for_good(bank: Bank) -> None:
    order = make_order()
    bank.log_in("a", ANTONS, "12345", order)
    bank.select_method("a", "sms")
    tries = [bank.authorise("a", order, tan) for tan in ("", "000000", "12345")]
    assert tries == [WrongTan(2), WrongTan(1), WrongTan(0)]
    assert bank.sca_status("a") is ScaStatus.FAILED
    with pytest.raises(AuthorisationClosed):
        bank.authorise("a", order, "123456")
    assert bank.payment_status("payment-1") is None


def test_choosing_again_or_logging_in_again_gives_no_new_tries(bank: Bank) -> None:
    order = make_order(debtor=MAX)
    bank.log_in("a", "max.musterman", "12345", order)
    bank.select_method("a", "sms")
    assert bank.authorise("a", order, "1") == WrongTan(2)
    bank.select_method("a", "email")
    assert bank.authorise("a", order, "1") == WrongTan(1)
    bank.log_in("a", "max.musterman", "12345", order)
    bank.select_method("a", "sms")
    assert bank.authorise("a", order, "1") == WrongTan(0)


def test_the_challenge_tells_where_the_tan_went(bank: Bank) -> None:
    bank.log_in("a", "max.musterman", "12345", make_order(debtor=MAX))
    assert "65" in bank.select_method("a", "sms").text
    assert "example.com" in bank.select_method("a", "email").text
    assert bank.sca_status("a") is ScaStatus.SCA_METHOD_SELECTED


def test_without_second_factor_no_tan_is_asked(bank: Bank) -> None:
    order = make_order(debtor=MARION)
    bank.log_in("a", "marion.mueller", "12345", order)
    assert bank.authorise("a", order, None) == Executed(OrderStatus.ACCP)
    assert bank.sca_status("a") is ScaStatus.FINALISED


def test_no_tan_is_taken_before_a_method_is_chosen(bank: Bank) -> None:
    bank.log_in("a", ANTONS, "12345", make_order())
    with pytest.raises(OutOfTurn):
        bank.authorise("a", make_order(), "123456")


@pytest.mark.parametrize("step", ["select_method", "authorise", "decline"])
@pytest.mark.parametrize("visited", [False, True])
def test_nothing_goes_before_the_log_in(bank: Bank, step: str, visited: bool) -> None:
    if visited:
        bank.log_in("a", ANTONS, "wrong", make_order())
    arguments: dict[str, tuple[Any, ...]] = {
        "select_method": ("a", "sms"),
        "authorise": ("a", make_order(), "123456"),
        "decline": ("a", make_order()),
    }
    with pytest.raises(OutOfTurn):
        getattr(bank, step)(*arguments[step])
    assert bank.payment_status("payment-1") is None


def test_a_method_of_somebody_else_cannot_be_chosen(bank: Bank) -> None:
    bank.log_in("a", ANTONS, "12345", make_order())
    with pytest.raises(OutOfTurn):
        bank.select_method("a", "email")


def test_a_tan_counts_only_for_the_order_the_psu_was_shown(bank: Bank) -> None:
    bank.log_in("a", ANTONS, "12345", make_order("1.00"))
    bank.select_method("a", "sms")
    with pytest.raises(OutOfTurn):
        bank.authorise("a", make_order("1000.00"), "123456")
    assert available(bank, ANTONS) == 10_000


def test_declining_rejects_the_order_and_may_be_repeated(bank: Bank) -> None:
    bank.log_in("a", ANTONS, "12345", make_order())
    answers = [bank.decline("a", make_order()) for _ in range(2)]
    assert [answer.status for answer in answers] == ["RJCT", "RJCT"]
    assert bank.payment_status("payment-1") == "RJCT"
    assert bank.sca_status("a") is ScaStatus.FAILED


def test_an_executed_order_cannot_be_declined(bank: Bank) -> None:
    executed = pay(bank, make_order())
    assert bank.decline(f"to-pay-payment-1-by-{ANTONS}", make_order()) == executed


def test_a_declined_order_is_never_executed(bank: Bank) -> None:
    order = make_order()
    bank.log_in("a", ANTONS, "12345", order)
    bank.log_in("b", ANTONS, "12345", order)
    bank.select_method("b", "sms")
    bank.decline("a", order)
    outcome = bank.authorise("b", order, "123456")
    assert isinstance(outcome, Executed)
    assert outcome.status is OrderStatus.RJCT
    assert available(bank, ANTONS) == 10_000


def test_a_blocked_authorisation_leaves_nothing_to_decline(bank: Bank) -> None:
    bank.log_in("a", ANTONS, "12345", make_order())
    bank.select_method("a", "sms")
    for _ in range(3):
        bank.authorise("a", make_order(), "1")
    with pytest.raises(AuthorisationClosed):
        bank.decline("a", make_order())


def test_one_authorisation_serves_one_payment(bank: Bank) -> None:
    bank.log_in("a", ANTONS, "12345", make_order())
    with pytest.raises(OutOfTurn):
        bank.log_in("a", ANTONS, "12345", make_order(payment_id="payment-2"))
    with pytest.raises(OutOfTurn):
        bank.decline("a", make_order(payment_id="payment-2"))


def test_progress_tells_it_all(bank: Bank) -> None:
    assert bank.progress("a") is None
    bank.log_in("a", "max", "wrong", make_order())
    first = bank.progress("a")
    assert first is not None
    assert first.psu_id is None
    pay(bank, make_order())
    last = bank.progress(f"to-pay-payment-1-by-{ANTONS}")
    assert last is not None
    assert (last.psu_id, last.sca_status) == (ANTONS, ScaStatus.FINALISED)
    assert last.outcome == Executed(OrderStatus.ACCP)
    assert last.challenge is not None


def test_unknown_ids_have_no_status(bank: Bank) -> None:
    assert bank.sca_status("nobody-came") is None
    assert bank.payment_status("nobody-paid") is None
    assert bank.accounts_of("nobody") == ()
    assert bank.statement_of("nobody") == ()

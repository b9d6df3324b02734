"""The joint account: each holder may log in, and a payment needs them all."""

from typing import Any

import pytest

from sandbox.core.bank import Bank
from sandbox.core.orders import INSTANT, Executed, OrderStatus
from sandbox.core.sca import LoggedIn, NotYourAccount, OutOfTurn, ScaStatus
from tests.unit.sandbox.bank_world import (
    ELSEWHERE,
    JOINT,
    MAX,
    available,
    booked,
    come_to_tan,
    make_order,
    pay,
)

HOLDERS = ["g.manager", "sc.manager"]
ORDER = make_order(debtor=JOINT, product=INSTANT)
PARTLY, PAID = Executed(OrderStatus.PATC), Executed(OrderStatus.ACSC)


@pytest.mark.parametrize(
    "order, psu_id, multilevel",
    [
        ({"debtor": JOINT}, None, True),
        ({"debtor": JOINT}, "g.manager", True),
        ({"debtor": None}, "sc.manager", True),
        ({"debtor": None}, None, False),
        ({}, None, False),
    ],
)
def test_the_bank_says_at_once_that_several_must_authorise(
    bank: Bank, order: dict[str, Any], psu_id: str | None, *, multilevel: bool
) -> None:
    examined = bank.examine(make_order(**order), psu_id=psu_id, reject_without_funds=False)
    assert examined.multilevel is multilevel


@pytest.mark.parametrize("first, second", [HOLDERS, HOLDERS[::-1]])
def test_the_last_holder_makes_it_happen(bank: Bank, first: str, second: str) -> None:
    assert pay(bank, ORDER, first) == PARTLY
    assert bank.payment_status("payment-1") == "PATC"
    assert available(bank, first) == 10_000
    assert pay(bank, ORDER, second) == PAID
    assert booked(bank, first) == booked(bank, second) == 9_900


def test_one_holder_twice_is_not_two(bank: Bank) -> None:
    for authorisation_id in ("a", "b"):
        come_to_tan(bank, ORDER, "g.manager", authorisation_id=authorisation_id)
        assert bank.authorise(authorisation_id, ORDER, "123456") == PARTLY
    assert available(bank, "g.manager") == 10_000


def test_without_funds_it_is_rejected_at_the_end(bank: Bank) -> None:
    order = make_order("10000.01", debtor=JOINT)
    assert pay(bank, order, "g.manager") == PARTLY
    assert pay(bank, order, "sc.manager").status is OrderStatus.RJCT


def test_what_one_declines_nobody_pays(bank: Bank) -> None:
    pay(bank, ORDER, "g.manager")
    come_to_tan(bank, ORDER, "sc.manager")
    assert bank.decline("a", ORDER).status is OrderStatus.RJCT
    assert bank.payment_status("payment-1") == "RJCT"
    assert available(bank, "g.manager") == 10_000


@pytest.mark.parametrize(
    "change",
    [{"amount": "200.00"}, {"creditor": MAX}, {"product": "sepa-credit-transfers"}],
    ids=lambda change: next(iter(change)),
)
def test_both_authorise_the_same_order(bank: Bank, change: dict[str, Any]) -> None:
    pay(bank, ORDER, "g.manager")
    order = make_order(**({"debtor": JOINT, "product": INSTANT, "creditor": ELSEWHERE} | change))
    come_to_tan(bank, order, "sc.manager")
    with pytest.raises(OutOfTurn):
        bank.authorise("a", order, "123456")
    assert bank.payment_status("payment-1") == "PATC"
    assert bank.sca_status("a") is ScaStatus.SCA_METHOD_SELECTED


def test_the_amount_is_the_same_however_it_is_written(bank: Bank) -> None:
    pay(bank, ORDER, "g.manager")
    assert pay(bank, make_order("100", debtor=JOINT, product=INSTANT), "sc.manager") == PAID


def test_after_one_holder_only_the_others_may_come(bank: Bank) -> None:
    order = make_order(debtor=None, product=INSTANT)
    come_to_tan(bank, order, "max.musterman", authorisation_id="early")
    pay(bank, order, "g.manager")
    stranger = bank.log_in("a", "anton.brueckner", "12345", order)
    assert isinstance(stranger, NotYourAccount)
    with pytest.raises(OutOfTurn):
        bank.authorise("early", order, "123456")
    assert isinstance(bank.log_in("b", "sc.manager", "12345", order), LoggedIn)
    assert pay(bank, order, "sc.manager") == PAID

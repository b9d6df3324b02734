from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from sandbox.core.orders import Order, OrderRefused, from_minor_units
from tests.unit.sandbox.bank_world import make_order


@pytest.mark.parametrize(
    "amount, currency, minor_units",
    [("0.01", "EUR", 1), ("100", "EUR", 10_000), ("1.50", "USD", 150), ("2.500", "EUR", 250)],
)
def test_amounts_become_minor_units(amount: str, currency: str, minor_units: int) -> None:
    assert make_order(amount, currency=currency).minor_units == minor_units
    assert from_minor_units(minor_units, currency) == Decimal(amount)


@pytest.mark.parametrize(
    "amount, currency, code",
    [
        ("0", "EUR", "FORMAT_ERROR"),
        ("-1", "EUR", "FORMAT_ERROR"),
        ("0.001", "EUR", "FORMAT_ERROR"),
        ("1.00", "JPY", "PAYMENT_FAILED"),
    ],
)
def test_impossible_amounts_are_refused(amount: str, currency: str, code: str) -> None:
    with pytest.raises(OrderRefused) as refused:
        _ = make_order(amount, currency=currency).minor_units
    assert refused.value.reason_code == code


@pytest.mark.parametrize(
    "change",
    [
        {"amount": Decimal("100.01")},
        {"creditor_iban": "DE02100100109307118603"},
        {"creditor_name": "Somebody else"},
        {"debtor_iban": None},
        {"currency": "USD"},
        {"requested_execution_date": date(2026, 3, 3)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_an_order_that_was_kept_is_the_same_one_and_no_other(change: dict[str, Any]) -> None:
    order = make_order()
    assert Order.from_text(order.to_text()) == order
    assert Order.from_text(replace(order, **change).to_text()) != order


def test_an_amount_is_the_same_however_it_is_written() -> None:
    assert Order.from_text(make_order("100").to_text()) == make_order("100.00")


def test_one_payment_has_one_bank_reference() -> None:
    assert make_order().bank_reference == make_order("5.00").bank_reference
    assert make_order().bank_reference != make_order(payment_id="payment-2").bank_reference

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from sandbox.core.orders import INSTANT, Order, OrderRefused, StandingOrder, from_minor_units
from tests.unit.sandbox.bank_world import make_bulk, make_order

TRANSFER = make_order().transfers[0]


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
        {"transfers": (replace(TRANSFER, amount=Decimal("100.01")),)},
        {"transfers": (replace(TRANSFER, creditor_iban="DE02100100109307118603"),)},
        {"transfers": (replace(TRANSFER, creditor_name="Somebody else"),)},
        {"transfers": (replace(TRANSFER, currency="USD"),)},
        {"transfers": (replace(TRANSFER, remittance="Invoice 1"),)},
        {"transfers": (TRANSFER, TRANSFER)},
        {"transfers": (TRANSFER, replace(TRANSFER, remittance="")), "batch_booking": True},
        {"debtor_iban": None},
        {"requested_execution_date": date(2026, 3, 3)},
        {"requested_execution_time": datetime(2026, 3, 3, 4, 5, tzinfo=UTC)},
        {"batch_booking": True},
        {"standing": StandingOrder(date(2026, 3, 3), "Daily")},
        {
            "standing": StandingOrder(
                date(2026, 3, 3), "MonthlyVariable", date(2027, 1, 1), "following", 31, (1, 7)
            )
        },
    ],
    ids=lambda change: next(iter(change)),
)
def test_an_order_that_was_kept_is_the_same_one_and_no_other(change: dict[str, Any]) -> None:
    order = make_order()
    changed = replace(order, **change)
    assert Order.from_text(order.to_text()) == order
    assert Order.from_text(changed.to_text()) == changed != order


def test_an_amount_is_the_same_however_it_is_written() -> None:
    assert Order.from_text(make_order("100").to_text()) == make_order("100.00")


def test_one_payment_has_one_bank_reference() -> None:
    assert make_order().bank_reference == make_order("5.00").bank_reference
    assert make_order().bank_reference != make_order(payment_id="payment-2").bank_reference


def test_what_is_written_to_the_creditor_moves_no_money() -> None:
    order = make_order()
    transfers = (replace(TRANSFER, remittance="Invoice 1"),)
    annotated = replace(order, transfers=transfers, batch_booking=True)
    assert annotated != order
    assert annotated.bare() == order.bare()


@pytest.mark.parametrize(
    "product, scheme",
    [
        ("sepa-credit-transfers", "sepa-credit-transfers"),
        ("pain.001-sepa-credit-transfers", "sepa-credit-transfers"),
        ("pain.001-instant-sepa-credit-transfers", INSTANT),
    ],
)
def test_a_format_is_no_other_product(product: str, scheme: str) -> None:
    assert make_order(product=product).scheme == scheme


def test_a_bulk_is_the_sum_of_its_transfers() -> None:
    bulk = make_bulk("1.10", "2.20", "3.30")
    assert (bulk.amount, bulk.minor_units, bulk.currency) == (Decimal("6.60"), 660, "EUR")


@pytest.mark.parametrize(
    "amounts, text",
    [
        (("1.00", "2.00", "0.001"), "Transfer 3: 0.001 is not a possible amount in EUR."),
        (("0.001",), "0.001 is not a possible amount in EUR."),
        (("99999999999999", "1000000000000000"), "The bank makes no payment of this size."),
    ],
)
def test_a_refusal_names_the_transfer(amounts: tuple[str, ...], text: str) -> None:
    with pytest.raises(OrderRefused) as refused:
        _ = make_bulk(*amounts).minor_units
    assert refused.value.text == text

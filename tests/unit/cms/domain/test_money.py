"""Amounts are exact, and values are compared by what they hold."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms.domain.money import AccountReference, Amount

amounts = st.decimals(min_value="0.001", max_value="99999999999999.999", places=3)


@given(amounts)
def test_an_amount_keeps_every_digit(value: Decimal) -> None:
    assert str(Amount(Decimal(str(value)), "EUR").value) == str(value)


@given(amounts, amounts)
def test_amounts_are_equal_by_value_and_currency(one: Decimal, other: Decimal) -> None:
    assert (Amount(one, "EUR") == Amount(other, "EUR")) is (one == other)
    assert Amount(one, "EUR") != Amount(one, "USD")


@pytest.mark.parametrize("value", [Amount(Decimal(1), "EUR"), AccountReference(iban="DE00")])
def test_values_never_change(value: Amount | AccountReference) -> None:
    with pytest.raises(AttributeError):
        value.currency = "USD"  # type: ignore[misc]

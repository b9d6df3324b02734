"""What docs/sandbox-bank.md publishes is what the bank has."""

import re
from decimal import Decimal
from pathlib import Path

import pytest

from sandbox.core import quick_transfers
from sandbox.core.fees import FEES
from sandbox.core.magic import MAGIC, Magic
from sandbox.core.orders import PRODUCTS
from sandbox.core.people import PASSWORD, PEOPLE, TAN, Person
from sandbox.core.schedule import FREQUENCIES, Every
from sandbox.core.storage import metadata

DOCUMENT = (Path(__file__).parents[3] / "docs" / "sandbox-bank.md").read_text()
PLAIN = DOCUMENT.replace("`", "")


@pytest.mark.parametrize("person", [*PEOPLE[:5], PEOPLE[-1]], ids=lambda person: person.psu_id)
def test_a_person_is_published(person: Person) -> None:
    assert f"`{person.psu_id}`" in DOCUMENT


@pytest.mark.parametrize("person", PEOPLE[:5], ids=lambda person: person.psu_id)
def test_accounts_are_published(person: Person) -> None:
    row = next(line for line in DOCUMENT.splitlines() if f"`{person.psu_id}`" in line)
    for account in person.accounts:
        assert account.iban in row
        assert f"{account.opening_balance:,.2f} {account.currency}" in row
    for method in person.methods:
        assert f"`{method.type}`" in row


@pytest.mark.parametrize("magic", MAGIC, ids=lambda magic: str(magic.amount))
def test_magic_values_are_published(magic: Magic) -> None:
    assert f"| {magic.amount} | {magic.meaning} |" in PLAIN


@pytest.mark.parametrize("product", sorted(PRODUCTS))
def test_fees_are_published(product: str) -> None:
    costs = str(FEES[product]) if product in FEES else "nothing"
    assert f"| {product} | single, bulk, periodic | {costs} |" in PLAIN


@pytest.mark.parametrize("frequency, every", FREQUENCIES.items())
def test_frequencies_are_published(frequency: str, every: Every) -> None:
    number, unit = (every.days, "day") if every.days else (every.months, "month")
    assert f"| {frequency} | {number} {unit}{'s' if number > 1 else ''} |" in PLAIN


def test_the_example_of_the_banks_own_product_is_one() -> None:
    (example,) = re.findall(r"```json\n(.*?)```", DOCUMENT, re.DOTALL)
    assert f"`{quick_transfers.PRODUCT}`" in DOCUMENT
    assert quick_transfers.read("payment-1", example.encode()).amount == Decimal("12.50")


def test_password_and_tan_are_published() -> None:
    assert f"Every password is `{PASSWORD}`, every TAN is `{TAN}`" in DOCUMENT


def test_the_tables_bear_the_banks_prefix() -> None:
    assert {name.split("_")[0] for name in metadata.tables} == {"bank"}

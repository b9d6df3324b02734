"""What docs/sandbox-bank.md publishes is what the bank has."""

from pathlib import Path

import pytest

from sandbox.core.magic import MAGIC, Magic
from sandbox.core.people import PASSWORD, PEOPLE, TAN, Person
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


def test_password_and_tan_are_published() -> None:
    assert f"Every password is `{PASSWORD}`, every TAN is `{TAN}`" in DOCUMENT


def test_the_tables_bear_the_banks_prefix() -> None:
    assert {name.split("_")[0] for name in metadata.tables} == {"bank"}

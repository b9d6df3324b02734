import pytest
from sqlalchemy import select

from sandbox.core import accounts
from sandbox.core.bank import Bank
from sandbox.core.people import PERSON_BY_ID
from sandbox.core.storage import Storage, balances
from tests.unit.sandbox.bank_world import ANTON, ELSEWHERE, MAX, make_order


@pytest.mark.parametrize(
    "iban, currency, psu_id, found",
    [
        (ANTON, "EUR", None, 0),
        (ANTON, "USD", None, 1),
        (None, "EUR", "anton.brueckner", 0),
        (None, "USD", "anton.brueckner", 1),
    ],
)
def test_the_debtor_account(
    iban: str | None, currency: str, psu_id: str | None, found: int
) -> None:
    order = make_order(debtor=iban, currency=currency)
    account = accounts.debtor_account(order, psu_id)
    assert account is PERSON_BY_ID["anton.brueckner"].accounts[found]


def test_nobody_knows_the_debtor_before_the_psu_comes() -> None:
    assert accounts.debtor_account(make_order(debtor=None), None) is None


@pytest.mark.parametrize(
    "iban, account_id",
    [
        (MAX, PERSON_BY_ID["max.musterman"].accounts[0].account_id),
        (ELSEWHERE, "clearing-EUR"),
    ],
)
def test_the_creditor_account(iban: str, account_id: str) -> None:
    assert accounts.creditor_account_ids(make_order(creditor=iban), None) == [account_id]


def test_reserving_takes_only_what_is_there(bank: Bank, storage: Storage) -> None:
    account_id = PERSON_BY_ID["max.musterman"].accounts[0].account_id
    with storage.writing() as connection:
        taken = [accounts.reserve(connection, account_id, 600_000) for _ in range(2)]
        assert taken == [True, False]
        assert accounts.available(connection, account_id) == 400_000


def test_the_opening_balances_stand_against_clearing(bank: Bank, storage: Storage) -> None:
    with storage.reading() as connection:
        rows = connection.execute(select(balances)).all()
    clearing = {row.currency: row.booked for row in rows if row.may_overdraw}
    kept = sum(row.booked for row in rows if row.currency == "USD" and not row.may_overdraw)
    assert clearing["USD"] == -kept == -500_000

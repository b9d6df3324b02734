from collections import Counter

import pytest
from schwifty import IBAN

from sandbox.core.people import PEOPLE, PERSON_BY_ID, Account, Person, german_iban, who_knows
from tests.unit.sandbox.bank_world import JOINT

ACCOUNTS = [account for person in PEOPLE for account in person.accounts]


@pytest.mark.parametrize("account", ACCOUNTS, ids=lambda a: f"{a.iban}-{a.currency}")
def test_every_iban_is_valid(account: Account) -> None:
    assert IBAN(account.iban).country_code == "DE"


def test_account_ids_are_unique_and_do_not_show_the_iban() -> None:
    assert len({account.account_id for account in ACCOUNTS}) == len(set(ACCOUNTS))
    assert not any(account.iban in account.account_id for account in ACCOUNTS)


def test_an_account_belongs_to_one_person_save_the_joint_one() -> None:
    owners = {(account.iban, person.psu_id) for person in PEOPLE for account in person.accounts}
    shared = [iban for iban, count in Counter(iban for iban, _ in owners).items() if count > 1]
    assert shared == [JOINT]
    assert {psu_id for iban, psu_id in owners if iban == JOINT} == {"g.manager", "sc.manager"}


@pytest.mark.parametrize(
    "psu_id, methods, currencies",
    [
        ("marion.mueller", [], ["EUR"]),
        ("anton.brueckner", ["SMS_OTP"], ["EUR", "USD"]),
        ("max.musterman", ["SMS_OTP", "SMTP_OTP"], ["EUR"]),
        ("dora.push", ["SMS_OTP", "PUSH_OTP"], ["EUR"]),
        ("g.manager", ["SMS_OTP"], ["EUR"]),
        ("sc.manager", ["SMS_OTP"], ["EUR"]),
        ("user_01", ["SMS_OTP"], ["EUR"]),
        ("user_49", ["SMS_OTP"], ["EUR"]),
    ],
)
def test_published_people(psu_id: str, methods: list[str], currencies: list[str]) -> None:
    person = PERSON_BY_ID[psu_id]
    assert [method.type for method in person.methods] == methods
    assert [account.currency for account in person.accounts] == currencies
    assert who_knows(psu_id, "12345") is person
    assert who_knows(psu_id, "123456") is None


def test_nobody_knows_the_password_of_a_stranger() -> None:
    assert who_knows("stranger", "12345") is None


@pytest.mark.parametrize("person", PEOPLE[:6], ids=lambda p: p.psu_id)
def test_a_password_is_never_printed(person: Person) -> None:
    assert person.password not in repr(person)


def test_only_the_banking_app_is_decoupled() -> None:
    apps = {person.psu_id: person.app for person in PEOPLE if person.app}
    assert {psu_id: app.type for psu_id, app in apps.items()} == {"dora.push": "PUSH_OTP"}


def test_iban_check_digits() -> None:
    assert german_iban("76070024", 271232400) == "DE80760700240271232400"

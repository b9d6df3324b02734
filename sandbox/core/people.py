"""Who lives in the sandbox: every published name, account, password and TAN is in this file."""

from dataclasses import dataclass, field
from decimal import Decimal
from hmac import compare_digest
from uuid import NAMESPACE_URL, uuid5

PASSWORD = "12345"  # noqa: S105  published: this is a sandbox
TAN = "123456"
TRIES = 3

BANK_CODE = "76070024"
LOAD_USERS = 49


@dataclass(frozen=True, slots=True)
class ScaMethod:
    """A second factor of one person. `id` is stable; `type` is the Berlin Group's
    authenticationType; `name` is what the PSU reads; `target` is where the TAN goes. With a
    decoupled one there is no TAN: the PSU approves on that device.
    """

    id: str
    type: str
    name: str
    target: str
    decoupled: bool = False


@dataclass(frozen=True, slots=True)
class Account:
    """One account in one currency. Sub-accounts in other currencies share the IBAN."""

    iban: str
    currency: str
    holder: str
    opening_balance: Decimal

    account_id: str = field(init=False)
    """The bank's own id of the account: always the same, and it does not show the IBAN."""

    def __post_init__(self) -> None:
        account_id = str(uuid5(NAMESPACE_URL, f"sandbox-bank:{self.iban}/{self.currency}"))
        object.__setattr__(self, "account_id", account_id)


@dataclass(frozen=True, slots=True)
class Person:
    """A customer with online banking."""

    psu_id: str
    name: str
    accounts: tuple[Account, ...]
    methods: tuple[ScaMethod, ...]
    password: str = field(default=PASSWORD, repr=False)

    def method(self, method_id: str | None) -> ScaMethod | None:
        """The person's method of this id, if there is one."""
        return next((method for method in self.methods if method.id == method_id), None)

    @property
    def app(self) -> ScaMethod | None:
        """The method that asks on the person's phone, if there is one."""
        return next((method for method in self.methods if method.decoupled), None)


def german_iban(bank_code: str, account_number: int) -> str:
    """The IBAN of a German account: check digits after ISO 13616 (mod 97, DE is 1314)."""
    bban = f"{bank_code}{account_number:010d}"
    return f"DE{98 - int(bban + '131400') % 97:02d}{bban}"


def _person(
    psu_id: str, name: str, methods: tuple[ScaMethod, ...], *balances: tuple[str, str, str]
) -> Person:
    accounts = tuple(
        Account(iban, currency, name, Decimal(balance)) for iban, currency, balance in balances
    )
    return Person(psu_id, name, accounts, methods)


def _manager(psu_id: str, name: str, digits: str) -> Person:
    joint = Account("DE32760700240271232100", "EUR", "Greta and Scott Manager", Decimal("10000.00"))
    return Person(psu_id, name, (joint,), (_sms(digits),))


def _sms(digits: str) -> ScaMethod:
    return ScaMethod("sms", "SMS_OTP", "TAN by SMS", f"mobile phone ending in {digits}")


def _load_user(number: int) -> Person:
    iban = german_iban(BANK_CODE, 9_000_000_000 + number)
    return _person(
        f"user_{number:02d}",
        f"Load User {number:02d}",
        (_sms(f"{number:02d}"),),
        (iban, "EUR", "1000000.00"),
    )


PEOPLE: tuple[Person, ...] = (
    _person("marion.mueller", "Marion Mueller", (), ("DE69760700240340283600", "EUR", "10000.00")),
    _person(
        "anton.brueckner",
        "Anton Brueckner",
        (_sms("21"),),
        ("DE80760700240271232400", "EUR", "10000.00"),
        ("DE80760700240271232400", "USD", "5000.00"),
    ),
    _person(
        "max.musterman",
        "Max Musterman",
        (
            _sms("65"),
            ScaMethod("email", "SMTP_OTP", "TAN by e-mail", "e-mail address m***n@example.com"),
        ),
        ("DE38760700240320465700", "EUR", "10000.00"),
    ),
    _person(
        "dora.push",
        "Dora Push",
        (
            _sms("18"),
            ScaMethod(
                "push", "PUSH_OTP", "Approve in the banking app", "banking app", decoupled=True
            ),
        ),
        ("DE02100100109307118603", "EUR", "10000.00"),
    ),
    _manager("g.manager", "Greta Manager", "32"),
    _manager("sc.manager", "Scott Manager", "74"),
    *(_load_user(number) for number in range(1, LOAD_USERS + 1)),
)

PERSON_BY_ID: dict[str, Person] = {person.psu_id: person for person in PEOPLE}


def who_knows(psu_id: str, password: str) -> Person | None:
    """The customer with this PSU-ID, if it is the password too."""
    person = PERSON_BY_ID.get(psu_id)
    known = person is not None and compare_digest(password.encode(), person.password.encode())
    return person if known else None

"""The accounts: who owns which (in memory, it never changes) and what is on them (in tables)."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Connection, select, update

from sandbox.core.orders import DECIMALS, Order, OrderRefused, Transfer, from_minor_units
from sandbox.core.people import BANK_CODE, PEOPLE, PERSON_BY_ID, Account
from sandbox.core.storage import balances, insert_new


@dataclass(frozen=True, slots=True)
class AccountWithBalance:
    """An account and what is on it; `available` is booked less what is set aside for orders."""

    account: Account
    booked: Decimal
    available: Decimal


_ACCOUNTS = {
    (account.iban, account.currency): account for person in PEOPLE for account in person.accounts
}
_BY_ID = {account.account_id: account for account in _ACCOUNTS.values()}
_HOLDERS = {
    iban: tuple(
        person for person in PEOPLE if any(account.iban == iban for account in person.accounts)
    )
    for iban, _currency in _ACCOUNTS
}


def clearing_account(currency: str) -> str:
    """The id of the account through which money leaves for other banks and comes from them."""
    return f"clearing-{currency}"


def fee_account(currency: str) -> str:
    """The id of the account on which the bank earns its fees."""
    return f"fees-{currency}"


def account_of(account_id: str) -> Account:
    """The customer's account with this id."""
    return _BY_ID[account_id]


def holders_of(account_id: str) -> frozenset[str]:
    """The PSU-IDs of those to whom the account belongs: all of them must authorise a payment."""
    return frozenset(person.psu_id for person in _HOLDERS[_BY_ID[account_id].iban])


def debtor_account(order: Order, psu_id: str | None) -> Account | None:
    """The account that pays; None while neither the order nor a known PSU tells.

    Raises OrderRefused when there is no such account, the PSU may not dispose of it or it
    is not kept in the order's currency (the bank does not exchange money).
    """
    person = PERSON_BY_ID.get(psu_id) if psu_id is not None else None
    if psu_id is not None and person is None:
        raise OrderRefused("PSU_CREDENTIALS_INVALID", "The PSU is not known to this bank.")
    if order.debtor_iban is None:
        if person is None:
            return None
        held = (account for account in person.accounts if account.currency == order.currency)
        account = next(held, None)
    else:
        holders = _HOLDERS.get(order.debtor_iban)
        if holders is None:
            raise OrderRefused("PAYMENT_FAILED", "The debtor account is not kept here.")
        if person is not None and person not in holders:
            raise OrderRefused("PAYMENT_FAILED", "The PSU may not dispose of this account.")
        account = _ACCOUNTS.get((order.debtor_iban, order.currency))
    if account is None or order.debtor_currency not in {None, order.currency}:
        raise OrderRefused(
            "PAYMENT_FAILED", f"The debtor account does not pay in {order.currency}."
        )
    return account


def creditor_account_ids(order: Order, debtor: Account | None) -> list[str]:
    """Which account each transfer pays into.

    Raises OrderRefused for what cannot be paid from the order's account: each transfer is judged
    by itself, and the refusal names the first that is not right.
    """

    def judge(transfer: Transfer) -> str:
        if transfer.currency != order.currency:
            raise OrderRefused("PAYMENT_FAILED", "All transfers must be in one currency.")
        account_id = creditor_account_id(transfer)
        if debtor is not None and account_id == debtor.account_id:
            raise OrderRefused("PAYMENT_FAILED", "The creditor account is the debtor account.")
        return account_id

    return order.each(judge)


def creditor_account_id(transfer: Transfer) -> str:
    """The id of the account that is paid: the creditor's if kept here, else clearing.

    Raises OrderRefused when it should be kept here and is not, or not in the transfer's currency.
    """
    if transfer.creditor_iban not in _HOLDERS:
        if transfer.creditor_iban.startswith("DE") and transfer.creditor_iban[4:12] == BANK_CODE:
            raise OrderRefused("PAYMENT_FAILED", "The bank keeps no such creditor account.")
        return clearing_account(transfer.currency)
    account = _ACCOUNTS.get((transfer.creditor_iban, transfer.currency))
    if account is None:
        raise OrderRefused(
            "PAYMENT_FAILED", f"The creditor account is not kept in {transfer.currency}."
        )
    return account.account_id


def open_accounts(connection: Connection) -> None:
    """Give every account its opening balance, once. The clearing accounts stand against them."""
    for currency, decimals in DECIMALS.items():
        total = 0
        for account in _ACCOUNTS.values():
            if account.currency == currency:
                opening = int(account.opening_balance.scaleb(decimals))
                _open(connection, account.account_id, currency, opening, may_overdraw=False)
                total += opening
        _open(connection, clearing_account(currency), currency, -total, may_overdraw=True)
        _open(connection, fee_account(currency), currency, 0, may_overdraw=False)


def _open(
    connection: Connection, account_id: str, currency: str, booked: int, *, may_overdraw: bool
) -> None:
    row = {"account_id": account_id, "currency": currency, "may_overdraw": may_overdraw}
    insert_new(connection, balances, row | {"booked": booked, "reserved": 0})


def available(connection: Connection, account_id: str) -> int:
    """What can be spent, in minor units."""
    statement = select(balances.c.booked - balances.c.reserved)
    return int(
        connection.execute(statement.where(balances.c.account_id == account_id)).scalar_one()
    )


def lock(connection: Connection, account_ids: Iterable[str]) -> None:
    """Lock the rows, always in one order: two transfers the other way round cannot deadlock.

    Just as strongly as an update does: rows that refer to an account share a weaker lock on it,
    and a stronger one would wait for theirs.
    """
    connection.execute(
        select(balances.c.account_id)
        .where(balances.c.account_id.in_(sorted(set(account_ids))))
        .order_by(balances.c.account_id)
        .with_for_update(key_share=True)
    ).all()


def reserve(connection: Connection, account_id: str, minor_units: int) -> bool:
    """Set the amount aside if it is there; False if not."""
    statement = (
        update(balances)
        .where(
            balances.c.account_id == account_id,
            balances.c.booked - balances.c.reserved >= minor_units,
        )
        .values(reserved=balances.c.reserved + minor_units)
    )
    return connection.execute(statement).rowcount == 1


def release(connection: Connection, account_id: str, minor_units: int) -> None:
    """What was set aside can be spent again."""
    connection.execute(
        update(balances)
        .where(balances.c.account_id == account_id)
        .values(reserved=balances.c.reserved - minor_units)
    )


def with_balances(
    connection: Connection, accounts: Iterable[Account]
) -> tuple[AccountWithBalance, ...]:
    """The accounts, in the order given, with their balances."""
    wanted = {account.account_id: account for account in accounts}
    rows = connection.execute(select(balances).where(balances.c.account_id.in_(wanted)))
    found = {row.account_id: row for row in rows}
    return tuple(
        AccountWithBalance(
            account,
            booked=from_minor_units(found[account_id].booked, account.currency),
            available=from_minor_units(
                found[account_id].booked - found[account_id].reserved, account.currency
            ),
        )
        for account_id, account in wanted.items()
    )

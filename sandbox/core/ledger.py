"""The journal: what was moved from which account to which, and why; and statements out of it."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Connection, bindparam, insert, select, update

from sandbox.core import accounts
from sandbox.core.fees import fee_in_minor_units
from sandbox.core.orders import Order, from_minor_units
from sandbox.core.people import Account
from sandbox.core.storage import balances, bookings, from_ms

FEE = "The bank, its fee"

_BATCH, _FEE = 0, -1  # positions beside those of the transfers, which count from 1


@dataclass(frozen=True, slots=True)
class Booking:
    """One line of an account statement; negative amounts went out."""

    account: Account
    amount: Decimal
    counterparty: str
    booked_at: datetime
    remittance: str | None = None


@dataclass(frozen=True, slots=True)
class _Line:
    position: int
    side: str
    account_id: str
    minor_units: int
    counterparty: str
    remittance: str | None = None


def lock_accounts(connection: Connection, order: Order, debtor: Account) -> None:
    """Lock every account that the order moves money on."""
    touched = {debtor.account_id, *accounts.creditor_account_ids(order, debtor)}
    if fee_in_minor_units(order):
        touched.add(accounts.fee_account(order.currency))
    accounts.lock(connection, touched)


def book(
    connection: Connection,
    order: Order,
    debtor: Account,
    *,
    booked_ms: int,
    execution: date | None = None,
) -> None:
    """Move what was set aside for the order and its fee: each line has its counterpart.

    A standing order is booked once for each `execution`, any other order once for ever.
    """
    lines = list(_lines(order, debtor))
    moved: Counter[str] = Counter()
    for line in lines:
        moved[line.account_id] += line.minor_units
    _move(connection, debtor.account_id, moved)
    once = {
        "payment_id": order.payment_id,
        "execution": execution.toordinal() if execution else 0,
        "booked_ms": booked_ms,
    }
    rows = [once | {name: getattr(line, name) for name in _Line.__slots__} for line in lines]
    connection.execute(insert(bookings), rows)


def statement_of(
    connection: Connection, held: Iterable[Account], *, lines: int
) -> tuple[Booking, ...]:
    """The newest bookings on these accounts, newest first."""
    by_id = {account.account_id: account for account in held}
    rows = connection.execute(
        select(bookings)
        .where(bookings.c.account_id.in_(by_id))
        .order_by(bookings.c.booking_id.desc())
        .limit(lines)
    )
    return tuple(
        Booking(
            account=by_id[row.account_id],
            amount=from_minor_units(row.minor_units, by_id[row.account_id].currency),
            counterparty=row.counterparty,
            booked_at=from_ms(row.booked_ms),
            remittance=row.remittance,
        )
        for row in rows
    )


def _lines(order: Order, debtor: Account) -> Iterator[_Line]:
    paid = zip(order.transfers, accounts.creditor_account_ids(order, debtor), strict=True)
    payer, as_one = debtor.account_id, order.batch_booking and len(order.transfers) > 1
    for position, (transfer, creditor_id) in enumerate(paid, start=1):
        amount, why = transfer.minor_units, transfer.remittance
        if not as_one:
            yield _Line(position, "debit", payer, -amount, transfer.creditor_name, why)
        yield _Line(position, "credit", creditor_id, amount, debtor.holder, why)
    if as_one:
        creditors = f"{len(order.transfers)} creditors"
        yield _Line(_BATCH, "debit", payer, -order.minor_units, creditors)
    fee = fee_in_minor_units(order)
    if fee:
        yield _Line(_FEE, "debit", payer, -fee, FEE)
        yield _Line(_FEE, "credit", accounts.fee_account(order.currency), fee, debtor.holder)


def _move(connection: Connection, debtor_id: str, moved: Counter[str]) -> None:
    """Money that leaves the debtor was set aside before."""
    connection.execute(
        update(balances)
        .where(balances.c.account_id == debtor_id)
        .values(
            booked=balances.c.booked + moved[debtor_id],
            reserved=balances.c.reserved + moved[debtor_id],
        )
    )
    into = [
        {"into": account_id, "amount": amount}
        for account_id, amount in moved.items()
        if account_id != debtor_id
    ]
    connection.execute(
        update(balances)
        .where(balances.c.account_id == bindparam("into"))
        .values(booked=balances.c.booked + bindparam("amount")),
        into,
    )

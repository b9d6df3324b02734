"""Orders the bank has taken in: accepted, settled as the clock runs, booked exactly once.

authorised --> ACCP --(1 s, or its day)--> ACSP --(10 s)--> ACSC, booked
|   |        '--(its day, no funds)--> RJCT
|   '--> PATC while another holder of the account has to authorise it; then as above
|--> ACSC at once (instant)
'--> RJCT (no funds, or a magic amount)

Before it is ACSC or RJCT it can be cancelled: CANC, also an order that nobody has authorised.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select, update

from sandbox.core import accounts
from sandbox.core.magic import Misbehaviour, misbehaviour_for
from sandbox.core.orders import INSTANT, Executed, Order, OrderRefused, OrderStatus
from sandbox.core.people import Account
from sandbox.core.sca import OutOfTurn
from sandbox.core.storage import Storage, approvals, insert_new, orders, to_ms

ACCEPTED_FOR = timedelta(seconds=1)
SETTLING_FOR = timedelta(seconds=10)

NO_FUNDS = "There is not enough money on the account."
REJECTED = "The bank rejected the payment when it was about to execute it."
DECLINED = "The PSU declined the payment."
NOT_CONFIRMED = "The payment was not confirmed with the right code."


def take_in(
    connection: Connection, order: Order, debtor: Account, *, psu_id: str, now: datetime
) -> Executed:
    """This PSU has authorised the order: accept or reject it once all holders of the account have.

    An order decided before stays what it became. Raises OutOfTurn when the other holder has
    authorised something else under this payment's id.
    """
    creditor_id = accounts.creditor_account_id(order)
    parties = {"debtor_account_id": debtor.account_id, "creditor_account_id": creditor_id}
    _insert(connection, order, now, OrderStatus.PATC, **parties)
    row = locked(connection, order.payment_id)
    if row.status != OrderStatus.PATC:
        return Executed(OrderStatus(row.status), row.reason)
    if not _is_same(row, order, debtor):
        raise OutOfTurn("another order was authorised under this payment's id")
    insert_new(connection, approvals, {"payment_id": order.payment_id, "psu_id": psu_id})
    if _approved_by(connection, order.payment_id) < accounts.holders_of(debtor.account_id):
        return Executed(OrderStatus.PATC)
    accounts.lock(connection, (debtor.account_id, creditor_id))
    outcome = _accept(connection, order, debtor, now)
    if outcome.status is OrderStatus.ACSC:
        accounts.book(
            connection,
            order.payment_id,
            debtor_id=debtor.account_id,
            creditor_id=creditor_id,
            minor_units=order.minor_units,
            booked_ms=to_ms(now),
        )
    later = _is_later(order.requested_execution_date, now)
    _move(
        connection,
        order.payment_id,
        OrderStatus.PATC,
        status=outcome.status,
        reason=outcome.reason,
        reserved=outcome.status is OrderStatus.ACCP and not later,
        due_ms=_first_due(order, now) if outcome.status is OrderStatus.ACCP else None,
    )
    return replace(outcome, first=True)


def reject(connection: Connection, order: Order, reason: str, now: datetime) -> Executed:
    """Note that the order was declined, unless it has become something else before."""
    if _insert(connection, order, now, OrderStatus.RJCT, reason=reason):
        return Executed(OrderStatus.RJCT, reason)
    row = locked(connection, order.payment_id)
    if row.status == OrderStatus.PATC:
        _move(
            connection,
            order.payment_id,
            OrderStatus.PATC,
            status=OrderStatus.RJCT,
            reason=reason,
        )
        return Executed(OrderStatus.RJCT, reason)
    return Executed(OrderStatus(row.status), row.reason)


def ensure_may_decide(connection: Connection, order: Order, psu_id: str) -> None:
    """Is it this PSU's money, as far as the order and those who have authorised it tell?

    Raises OrderRefused.
    """
    accounts.debtor_account(order, psu_id)
    row = read(connection, order.payment_id)
    payer = row.debtor_account_id if row is not None else None
    if payer is not None and psu_id not in accounts.holders_of(payer):
        raise OrderRefused("PAYMENT_FAILED", "The payment is made from somebody else's account.")


def read(connection: Connection, payment_id: str) -> Row[Any] | None:
    """The row of an order; None while nobody has decided anything about it."""
    statement = select(orders).where(orders.c.payment_id == payment_id)
    return connection.execute(statement).one_or_none()


def locked(connection: Connection, payment_id: str) -> Row[Any]:
    """The row of an order that is there, locked for the rest of the transaction."""
    statement = select(orders).where(orders.c.payment_id == payment_id).with_for_update()
    return connection.execute(statement).one()


def note_cancelled(connection: Connection, order: Order, now: datetime) -> bool:
    """Note that an order is cancelled before anybody has authorised it; False if one has."""
    return _insert(connection, order, now, OrderStatus.CANC)


def end_cancelled(connection: Connection, payment_id: str, expected: OrderStatus) -> None:
    """It is not executed any more."""
    _move(connection, payment_id, expected, status=OrderStatus.CANC, reserved=False, due_ms=None)


def find(storage: Storage, payment_id: str, now: datetime) -> Executed | None:
    """What became of an order, as of now; None for one that nobody has authorised or declined."""
    statement = select(orders.c.status, orders.c.reason, orders.c.due_ms)
    statement = statement.where(orders.c.payment_id == payment_id)
    with storage.reading() as connection:
        row = connection.execute(statement).one_or_none()
    if row is not None and row.due_ms is not None and row.due_ms <= to_ms(now):
        settle_due(storage, now)
        with storage.reading() as connection:
            row = connection.execute(statement).one()
    return None if row is None else Executed(OrderStatus(row.status), row.reason)


def settle_due(storage: Storage, now: datetime) -> int:
    """Move all orders whose time has come, oldest first, each in its own transaction.

    Safe to call from many processes at once; answers how many moves this call made.
    """
    due = select(orders).where(orders.c.due_ms <= to_ms(now))
    due = due.order_by(orders.c.due_ms, orders.c.payment_id).limit(1)
    with storage.reading() as connection:
        if connection.execute(due).one_or_none() is None:
            return 0
    moves = 0
    while True:
        with storage.writing() as connection:
            row = connection.execute(due.with_for_update(skip_locked=True)).one_or_none()
            if row is None:
                return moves
            _settle_one(connection, row)
        moves += 1


def _settle_one(connection: Connection, row: Row[Any]) -> None:
    accounts.lock(connection, (row.debtor_account_id, row.creditor_account_id))
    status = OrderStatus(row.status)
    has_money = row.reserved or accounts.reserve(connection, row.debtor_account_id, row.minor_units)
    if not has_money:
        _move(
            connection,
            row.payment_id,
            status,
            status=OrderStatus.RJCT,
            reason=NO_FUNDS,
            due_ms=None,
        )
    elif status is OrderStatus.ACCP and row.product != INSTANT:
        _move(
            connection,
            row.payment_id,
            status,
            status=OrderStatus.ACSP,
            reserved=True,
            due_ms=row.due_ms + SETTLING_FOR // timedelta(milliseconds=1),
        )
    else:
        accounts.book(
            connection,
            row.payment_id,
            debtor_id=row.debtor_account_id,
            creditor_id=row.creditor_account_id,
            minor_units=row.minor_units,
            booked_ms=row.due_ms,
        )
        _move(
            connection,
            row.payment_id,
            status,
            status=OrderStatus.ACSC,
            reserved=False,
            due_ms=None,
        )


def _accept(connection: Connection, order: Order, debtor: Account, now: datetime) -> Executed:
    if misbehaviour_for(order.amount) is Misbehaviour.REJECTED_AT_EXECUTION:
        return Executed(OrderStatus.RJCT, REJECTED)
    if _is_later(order.requested_execution_date, now):
        # Its money is set aside on its day only; until then the PSU may spend it.
        enough = accounts.available(connection, debtor.account_id) >= order.minor_units
    else:
        enough = accounts.reserve(connection, debtor.account_id, order.minor_units)
    if not enough:
        return Executed(OrderStatus.RJCT, NO_FUNDS)
    if order.product == INSTANT and not _is_later(order.requested_execution_date, now):
        return Executed(OrderStatus.ACSC)
    return Executed(OrderStatus.ACCP)


def _is_same(row: Row[Any], order: Order, debtor: Account) -> bool:
    """Is it, account and day and all, what was authorised before?"""
    return (
        row.debtor_account_id == debtor.account_id
        and row.minor_units == order.minor_units
        and (row.product, row.currency, row.creditor_iban, row.creditor_name)
        == (order.product, order.currency, order.creditor_iban, order.creditor_name)
        and row.requested_execution_date == order.requested_execution_date
    )


def _approved_by(connection: Connection, payment_id: str) -> frozenset[str]:
    statement = select(approvals.c.psu_id).where(approvals.c.payment_id == payment_id)
    return frozenset(connection.execute(statement).scalars())


def _is_later(day: date | None, now: datetime) -> bool:
    return day is not None and day > now.date()


def _first_due(order: Order, now: datetime) -> int:
    day = order.requested_execution_date
    if day is not None and _is_later(day, now):
        return to_ms(datetime.combine(day, time(), UTC))
    return to_ms(now + ACCEPTED_FOR)


def _insert(
    connection: Connection, order: Order, now: datetime, status: OrderStatus, **more: object
) -> bool:
    row: dict[str, object] = {
        "payment_id": order.payment_id,
        "product": order.product,
        "creditor_iban": order.creditor_iban,
        "creditor_name": order.creditor_name,
        "minor_units": order.minor_units,
        "currency": order.currency,
        "requested_execution_date": order.requested_execution_date,
        "status": status,
        "reason": "",
        "reserved": False,
        "taken_in_ms": to_ms(now),
    }
    return insert_new(connection, orders, row | more)


def _move(connection: Connection, payment_id: str, expected: OrderStatus, **values: object) -> None:
    connection.execute(
        update(orders)
        .where(orders.c.payment_id == payment_id, orders.c.status == expected)
        .values(values)
    )

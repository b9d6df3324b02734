"""What becomes of accepted orders as the clock runs; each is booked exactly once.

ACCP --(1 s, or its day)--> ACSP --(10 s)--> ACSC, booked
|--(its day, instant)--> ACSC, booked
'--(its day, no funds)--> RJCT

A standing order has days of its own. On each of them it is booked, or skipped without funds:

ACCP --(first booking)--> ACSP --(no day left)--> ACSC
'--(no day left, all skipped)--> RJCT
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from sandbox.core import accounts, ledger, schedule
from sandbox.core.orders import INSTANT, Executed, Order, OrderStatus
from sandbox.core.payments import NO_FUNDS, cost_of, move
from sandbox.core.people import Account
from sandbox.core.storage import (
    Storage,
    balances,
    executions,
    orders,
    to_ms,
)

SETTLING_FOR = timedelta(seconds=10)
MOVES_AT_ONCE = 50  # of one order in one transaction; others must not wait for longer

_ALL_BUT_CONTENT = [column for column in orders.c if column is not orders.c.content]

NEVER_BOOKED = "There never was enough money on the account."


@dataclass(frozen=True, slots=True)
class Report:
    """Where an order stands, None while nobody has decided anything about it, and whether its
    money is there: told until it is executed.
    """

    outcome: Executed | None
    funds_available: bool | None = None


def settle_due(storage: Storage, now: datetime) -> int:
    """Move all orders whose time has come, oldest first, each in transactions of its own.

    Safe to call from many processes at once; answers how many moves this call made.
    """
    due = select(orders).where(orders.c.due_ms <= to_ms(now))
    due = due.order_by(orders.c.due_ms, orders.c.payment_id).limit(1)
    with storage.reading() as connection:
        if connection.execute(due.with_only_columns(orders.c.payment_id)).one_or_none() is None:
            return 0
    due = due.with_for_update(skip_locked=True)
    moves = 0
    while True:
        with storage.writing() as connection:
            row = first = connection.execute(due).one_or_none()
            if first is None:
                return moves
            for _ in range(MOVES_AT_ONCE):
                if row is None or row.payment_id != first.payment_id:
                    break
                _settle(connection, row)
                moves += 1
                row = connection.execute(due).one_or_none()


def find(storage: Storage, payment_id: str, now: datetime) -> Report:
    """What became of an order, as of now."""
    paying = orders.c.debtor_account_id == balances.c.account_id
    statement = (
        select(*_ALL_BUT_CONTENT, (balances.c.booked - balances.c.reserved).label("available"))
        .select_from(orders.outerjoin(balances, paying))
        .where(orders.c.payment_id == payment_id)
    )
    with storage.reading() as connection:
        row = connection.execute(statement).one_or_none()
        if row is None:
            return Report(None)
    if row.due_ms is not None and row.due_ms <= to_ms(now):
        settle_due(storage, now)
        with storage.reading() as connection:
            row = connection.execute(statement).one()
    return Report(Executed(OrderStatus(row.status), row.reason), _funds_for(row))


def _settle(connection: Connection, row: Row[Any]) -> None:
    order, status = Order.from_text(row.content), OrderStatus(row.status)
    debtor = accounts.account_of(row.debtor_account_id)
    ledger.lock_accounts(connection, order, debtor)
    has_money = row.reserved or accounts.reserve(connection, debtor.account_id, cost_of(row))
    becomes: dict[str, object]
    if order.standing is not None:
        becomes = _execute(connection, row, order, debtor, booked=has_money)
    elif not has_money:
        becomes = {"status": OrderStatus.RJCT, "reason": NO_FUNDS, "due_ms": None}
    elif status is OrderStatus.ACCP and order.scheme != INSTANT:
        settled_ms = row.due_ms + SETTLING_FOR // timedelta(milliseconds=1)
        becomes = {"status": OrderStatus.ACSP, "reserved": True, "due_ms": settled_ms}
    else:
        ledger.book(connection, order, debtor, booked_ms=row.due_ms)
        becomes = {"status": OrderStatus.ACSC, "reserved": False, "due_ms": None}
    move(connection, row.payment_id, status, **becomes)


def _execute(
    connection: Connection, row: Row[Any], order: Order, debtor: Account, *, booked: bool
) -> dict[str, object]:
    """Book or skip what is due of a standing order; answers what the order becomes.

    What was due while nobody looked is done now, and counts from its own day.
    """
    nominal = row.due_execution
    if booked:
        ledger.book(connection, order, debtor, booked_ms=row.due_ms, execution=nominal)
    note = {"payment_id": row.payment_id, "nominal_day": nominal, "booked": booked}
    connection.execute(insert(executions).values(note | {"done_ms": row.due_ms}))
    executed = row.executed + booked
    status = OrderStatus.ACSP if executed else OrderStatus.ACCP
    after = schedule.next_execution(order.standing, nominal) if order.standing else None
    if after is not None:
        due_ms = max(row.due_ms, to_ms(schedule.midnight(after.day)))
        following = {"due_ms": due_ms, "due_execution": after.nominal}
        return {"status": status, "executed": executed, **following}
    ended = {"executed": executed, "due_ms": None, "due_execution": None}
    if executed:
        return {"status": OrderStatus.ACSC, **ended}
    return {"status": OrderStatus.RJCT, "reason": NEVER_BOOKED, **ended}


def _funds_for(row: Row[*tuple[Any, ...]]) -> bool | None:
    """Of what waits for a later day nobody knows; and to tell what is there until then would let a
    TPP watch the balance.
    """
    if row.status == OrderStatus.PATC and row.available is not None:
        return bool(row.available >= cost_of(row))
    return True if row.status == OrderStatus.ACCP and row.reserved else None

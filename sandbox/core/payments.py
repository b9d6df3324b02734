"""Orders the bank has taken in: who has authorised them, and what they became.

authorised --> ACCP, and from there as `settling` tells
|   '--> PATC while another holder of the account has to authorise it; then as above
|--> ACSC at once (instant)
'--> RJCT (no funds, or a magic amount)

Before it is ACSC or RJCT it can be cancelled: CANC, also an order that nobody has authorised.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select, update

from sandbox.core import accounts, ledger, schedule
from sandbox.core.fees import cost_in_minor_units, fee_in_minor_units
from sandbox.core.magic import Misbehaviour, misbehaviour_for
from sandbox.core.orders import INSTANT, Executed, Order, OrderRefused, OrderStatus
from sandbox.core.people import Account
from sandbox.core.sca import OutOfTurn
from sandbox.core.storage import approvals, insert_new, orders, to_ms

ACCEPTED_FOR = timedelta(seconds=1)

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
    payer = debtor.account_id
    is_new = _insert(connection, order, now, OrderStatus.PATC, debtor_account_id=payer)
    row = locked(connection, order.payment_id)
    if row.status != OrderStatus.PATC:
        return Executed(OrderStatus(row.status), row.reason)
    if not is_new and (row.debtor_account_id != payer or not _is_same(row, order)):
        raise OutOfTurn("another order was authorised under this payment's id")
    insert_new(connection, approvals, {"payment_id": order.payment_id, "psu_id": psu_id})
    if _approved_by(connection, order.payment_id) < accounts.holders_of(payer):
        return Executed(OrderStatus.PATC)
    ledger.lock_accounts(connection, order, debtor)
    outcome = _accept(connection, order, debtor, now)
    if outcome.status is OrderStatus.ACSC:
        ledger.book(connection, order, debtor, booked_ms=to_ms(now))
    accepted = outcome.status is OrderStatus.ACCP
    first = schedule.next_execution(order.standing) if order.standing else None
    move(
        connection,
        order.payment_id,
        OrderStatus.PATC,
        status=outcome.status,
        reason=outcome.reason,
        reserved=accepted and not _waits(order, now),
        due_ms=_first_due(order, now) if accepted else None,
        due_execution=first.nominal if accepted and first else None,
    )
    return replace(outcome, first=True)


def reject(connection: Connection, order: Order, reason: str, now: datetime) -> Executed:
    """Note that the order was declined, unless it has become something else before."""
    if _insert(connection, order, now, OrderStatus.RJCT, reason=reason):
        return Executed(OrderStatus.RJCT, reason)
    row = locked(connection, order.payment_id)
    if row.status == OrderStatus.PATC:
        move(
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

    Raises OrderRefused, also for transfers that cannot be made from the PSU's account.
    """
    accounts.creditor_account_ids(order, accounts.debtor_account(order, psu_id))
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


def cost_of(row: Row[Any]) -> int:
    """What an execution takes off the account, the fee included, in minor units."""
    return int(row.minor_units + row.fee)


def note_cancelled(connection: Connection, order: Order, now: datetime) -> bool:
    """Note that an order is cancelled before anybody has authorised it; False if one has."""
    return _insert(connection, order, now, OrderStatus.CANC)


def end_cancelled(connection: Connection, payment_id: str, expected: OrderStatus) -> None:
    """It is not executed any more."""
    move(connection, payment_id, expected, status=OrderStatus.CANC, reserved=False, due_ms=None)


def move(connection: Connection, payment_id: str, expected: OrderStatus, **values: object) -> None:
    """Note where the order has come, unless it is not where it was expected."""
    connection.execute(
        update(orders)
        .where(orders.c.payment_id == payment_id, orders.c.status == expected)
        .values(values)
    )


def _accept(connection: Connection, order: Order, debtor: Account, now: datetime) -> Executed:
    cost = cost_in_minor_units(order)
    if misbehaviour_for(order.amount) is Misbehaviour.REJECTED_AT_EXECUTION:
        return Executed(OrderStatus.RJCT, REJECTED)
    if order.standing is not None:
        enough = True  # each execution looks for its money on its day
    elif _waits(order, now):
        # Its money is set aside on its day only; until then the PSU may spend it.
        enough = accounts.available(connection, debtor.account_id) >= cost
    else:
        enough = accounts.reserve(connection, debtor.account_id, cost)
    if not enough:
        return Executed(OrderStatus.RJCT, NO_FUNDS)
    at_once = order.scheme == INSTANT and not _waits(order, now)
    return Executed(OrderStatus.ACSC if at_once else OrderStatus.ACCP)


def _is_same(row: Row[Any], order: Order) -> bool:
    """Is it, creditors and amounts and days, what was authorised before?"""
    before, again = Order.from_text(row.content).bare(), order.bare()
    # The accounts that pay have been compared: an order may name its own or leave it to the PSU.
    return replace(before, debtor_iban=None, debtor_currency=None) == replace(
        again, debtor_iban=None, debtor_currency=None
    )


def _approved_by(connection: Connection, payment_id: str) -> frozenset[str]:
    statement = select(approvals.c.psu_id).where(approvals.c.payment_id == payment_id)
    return frozenset(connection.execute(statement).scalars())


def _waits(order: Order, now: datetime) -> bool:
    """Is nothing to be set aside yet? A standing order always finds its money on its days."""
    begins = schedule.begins(order)
    return order.standing is not None or (begins is not None and begins > now)


def _first_due(order: Order, now: datetime) -> int:
    begins = schedule.begins(order)
    if begins is not None and begins > now:
        return to_ms(begins)
    return to_ms(now + ACCEPTED_FOR)


def _insert(
    connection: Connection, order: Order, now: datetime, status: OrderStatus, **more: object
) -> bool:
    row: dict[str, object] = {
        "payment_id": order.payment_id,
        "content": order.to_text(),
        "minor_units": order.minor_units,
        "fee": fee_in_minor_units(order),
        "currency": order.currency,
        "status": status,
        "reason": "",
        "reserved": False,
        "taken_in_ms": to_ms(now),
        "executed": 0,
    }
    return insert_new(connection, orders, row | more)

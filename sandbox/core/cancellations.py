"""Cancellation: an order is stopped for good, and what was set aside for it can be spent again.

Possible until the money has moved; afterwards it is refused, and so is that of a rejected order.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from sandbox.core import accounts, payments
from sandbox.core.magic import Misbehaviour, misbehaviour_for
from sandbox.core.orders import Executed, Order, OrderRefused, OrderStatus, from_minor_units

_OVER = {OrderStatus.ACSC, OrderStatus.RJCT}
_ENDED = _OVER | {OrderStatus.CANC}


@dataclass(frozen=True, slots=True)
class CancellationAsked:
    """Where the order stands (None: nobody has authorised it), and whether the bank insists that
    the PSU authorises the cancellation.
    """

    status: OrderStatus | None
    mandated: bool


def look(connection: Connection, payment_id: str) -> CancellationAsked:
    """What a cancellation would need now."""
    row = payments.read(connection, payment_id)
    if row is None:
        return CancellationAsked(None, mandated=False)
    return CancellationAsked(OrderStatus(row.status), mandated=_is_mandated(row))


def cancel_authorised(
    connection: Connection, order: Order, *, psu_id: str, now: datetime
) -> Executed:
    """Cancel what a PSU wants cancelled. One holder of the account is enough.

    Raises OrderRefused, also for a PSU who has nothing to do with the account that pays.
    """
    if payments.note_cancelled(connection, order, now):
        return Executed(OrderStatus.CANC)
    row = payments.locked(connection, order.payment_id)
    payer = row.debtor_account_id
    if payer is not None and psu_id not in accounts.holders_of(payer):
        raise OrderRefused("PAYMENT_FAILED", "The PSU may not dispose of this account.")
    return _stop(connection, row)


def cancel_without_sca(
    connection: Connection, order: Order, *, only_while: OrderStatus | None, now: datetime
) -> Executed:
    """Cancel without asking the PSU.

    Raises OrderRefused, also where the order has moved on from `only_while`, or the bank mandates
    the PSU's agreement.
    """
    if payments.note_cancelled(connection, order, now):
        return Executed(OrderStatus.CANC)
    row = payments.locked(connection, order.payment_id)
    if only_while is not None and row.status not in {only_while, OrderStatus.CANC}:
        raise OrderRefused("STATUS_INVALID", "The payment has been authorised meanwhile.")
    if only_while is None and _is_mandated(row):
        raise OrderRefused("SCA_INVALID", "The PSU has to authorise this cancellation.")
    return _stop(connection, row)


def _is_mandated(row: Row[Any]) -> bool:
    amount = from_minor_units(row.minor_units, row.currency)
    magic = misbehaviour_for(amount) is Misbehaviour.CANCELLATION_MANDATED
    return magic and row.status not in _ENDED


def _stop(connection: Connection, row: Row[Any]) -> Executed:
    status = OrderStatus(row.status)
    if status in _OVER:
        raise OrderRefused(
            "CANCELLATION_INVALID", "The payment has ended and cannot be cancelled any more."
        )
    if row.reserved:
        accounts.release(connection, row.debtor_account_id, payments.cost_of(row))
    payments.end_cancelled(connection, row.payment_id, status)
    return Executed(OrderStatus.CANC)

"""What the bank says of an order at initiation. Nothing is written."""

from collections.abc import Callable
from datetime import datetime

from sandbox.core import accounts, payments, quick_transfers, schedule
from sandbox.core.fees import cost_in_minor_units, fee_of
from sandbox.core.magic import SLOW_FOR, Misbehaviour, misbehaviour_for
from sandbox.core.orders import (
    PRODUCTS,
    BankUnavailable,
    Examined,
    Order,
    OrderRefused,
    OrderStatus,
    StandingOrder,
)
from sandbox.core.storage import Storage


def misbehave(order: Order, sleep: Callable[[float], None]) -> Examined | None:
    """What a magic amount makes of the initiation; None where all goes on as usual."""
    match misbehaviour_for(order.amount):
        case Misbehaviour.UNAVAILABLE:
            raise BankUnavailable("a magic amount")
        case Misbehaviour.REFUSED:
            raise OrderRefused("PAYMENT_FAILED", "The bank refuses this payment.")
        case Misbehaviour.DECLINED:
            return Examined(OrderStatus.RJCT, order.bank_reference, None, "A magic amount.")
        case Misbehaviour.SLOW:
            sleep(SLOW_FOR.total_seconds())
        case _:
            pass
    return None


def examine(
    storage: Storage, order: Order, *, psu_id: str | None, now: datetime, check_funds: bool
) -> Examined:
    """Judge an order by who, what, when and, if asked to, by what is on the account today.

    Raises OrderRefused for an order the bank does not take in.
    """
    if order.scheme not in PRODUCTS and order.product != quick_transfers.PRODUCT:
        raise OrderRefused("PRODUCT_UNKNOWN", f"The bank does not offer {order.product}.")
    cost = cost_in_minor_units(order)
    if order.standing is not None:
        _ensure_executable(order.standing)
    begins = schedule.begins(order) or now
    if begins < schedule.midnight(now.date()):
        raise OrderRefused("EXECUTION_DATE_INVALID", "The execution date is in the past.")
    debtor = accounts.debtor_account(order, psu_id)
    accounts.creditor_account_ids(order, debtor)
    reference, fee = order.bank_reference, fee_of(order)
    if debtor is None:
        return Examined(OrderStatus.RCVD, reference, None, fee=fee)
    account_id = debtor.account_id
    if check_funds and begins.date() == now.date():
        with storage.reading() as connection:
            enough = accounts.available(connection, account_id) >= cost
        if not enough:
            return Examined(OrderStatus.RJCT, reference, account_id, payments.NO_FUNDS)
    multilevel = len(accounts.holders_of(account_id)) > 1
    return Examined(OrderStatus.RCVD, reference, account_id, multilevel=multilevel, fee=fee)


def _ensure_executable(standing: StandingOrder) -> None:
    """Raises OrderRefused for a standing order that makes no sense, or has no day at all."""
    named = (standing.frequency == schedule.IN_NAMED_MONTHS) == bool(standing.months)
    if standing.frequency not in schedule.FREQUENCIES or not named:
        raise OrderRefused("FORMAT_ERROR", "This is not how often a payment can be made.")
    if standing.rule not in {None, schedule.FOLLOWING, schedule.PRECEDING}:
        raise OrderRefused("FORMAT_ERROR", "This is not how a weekend can be avoided.")
    if schedule.next_execution(standing) is None:
        raise OrderRefused("PAYMENT_FAILED", "The standing order ends before its first day.")

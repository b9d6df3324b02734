"""What the bank says of an order at initiation. Nothing is written."""

from collections.abc import Callable
from datetime import date

from sandbox.core import accounts, payments
from sandbox.core.magic import SLOW_FOR, Misbehaviour, misbehaviour_for
from sandbox.core.orders import (
    PRODUCTS,
    BankUnavailable,
    Examined,
    Order,
    OrderRefused,
    OrderStatus,
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
    storage: Storage, order: Order, *, psu_id: str | None, today: date, check_funds: bool
) -> Examined:
    """Judge an order by who, what, when and, if asked to, by what is on the account today.

    Raises OrderRefused for an order the bank does not take in.
    """
    if order.product not in PRODUCTS:
        raise OrderRefused("PRODUCT_UNKNOWN", f"The bank does not offer {order.product}.")
    minor_units = order.minor_units
    day = order.requested_execution_date or today
    if day < today:
        raise OrderRefused("EXECUTION_DATE_INVALID", "The execution date is in the past.")
    debtor = accounts.debtor_account(order, psu_id)
    accounts.creditor_account_id(order)
    if debtor is None:
        return Examined(OrderStatus.RCVD, order.bank_reference, None)
    account_id = debtor.account_id
    if check_funds and day == today:
        with storage.reading() as connection:
            enough = accounts.available(connection, account_id) >= minor_units
        if not enough:
            return Examined(OrderStatus.RJCT, order.bank_reference, account_id, payments.NO_FUNDS)
    multilevel = len(accounts.holders_of(account_id)) > 1
    return Examined(OrderStatus.RCVD, order.bank_reference, account_id, multilevel=multilevel)

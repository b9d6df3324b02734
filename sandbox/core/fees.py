"""What the bank charges: by product, for each transfer, in the currency of the order."""

from decimal import Decimal
from typing import Final

from sandbox.core.orders import CROSS_BORDER, DECIMALS, TARGET_2, Order

FEES: Final = {CROSS_BORDER: Decimal("5.00"), TARGET_2: Decimal("1.50")}


def fee_of(order: Order) -> Decimal:
    """What one execution of the order costs, beside its amount; 0 where the product is free."""
    return FEES.get(order.scheme, Decimal()) * len(order.transfers)


def fee_in_minor_units(order: Order) -> int:
    """The same in the smallest unit of the currency."""
    return int(fee_of(order).scaleb(DECIMALS[order.currency]))


def cost_in_minor_units(order: Order) -> int:
    """What one execution of the order takes off the account, the fee included."""
    return order.minor_units + fee_in_minor_units(order)

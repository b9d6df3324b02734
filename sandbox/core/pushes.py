"""What waits on a PSU's phone: the decoupled approach, and the decoupled second factor."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, or_, select

from sandbox.core.orders import Order, OrderStatus
from sandbox.core.purposes import Purpose
from sandbox.core.sca import OPEN
from sandbox.core.storage import authorisations, from_ms, orders

# Orders in these statuses leave nothing to ask for.
_PAID_OR_DEAD = [status for status in OrderStatus if status is not OrderStatus.PATC]
_OVER = [OrderStatus.ACSC, OrderStatus.RJCT, OrderStatus.CANC]


@dataclass(frozen=True, slots=True)
class Push:
    """One question on a PSU's phone: shall this be paid, or cancelled?"""

    authorisation_id: str
    purpose: Purpose
    order: Order
    asked_at: datetime


def waiting_for(connection: Connection, psu_id: str) -> tuple[Push, ...]:
    """The questions this person has not answered, oldest first.

    Asked twice for the same, the PSU sees the newer question only. What has been decided
    elsewhere meanwhile is not asked any more.
    """
    order_of = orders.c.payment_id == authorisations.c.payment_id
    paying, cancelling = (authorisations.c.purpose == purpose for purpose in Purpose)
    decided = or_(
        and_(paying, orders.c.status.in_(_PAID_OR_DEAD)),
        and_(cancelling, orders.c.status.in_(_OVER)),
    )
    rows = connection.execute(
        select(authorisations)
        .outerjoin(orders, order_of)
        .where(
            authorisations.c.psu_id == psu_id,
            authorisations.c.asked_on_phone_ms.is_not(None),
            authorisations.c.sca_status.in_(OPEN),
            or_(orders.c.payment_id.is_(None), ~decided),
        )
        .order_by(authorisations.c.asked_on_phone_ms, authorisations.c.authorisation_id)
    ).all()
    newest = {(row.payment_id, row.purpose): row for row in rows}
    return tuple(
        Push(
            row.authorisation_id,
            Purpose(row.purpose),
            Order.from_text(row.order_shown),
            from_ms(row.asked_on_phone_ms),
        )
        for row in rows
        if newest[row.payment_id, row.purpose] is row
    )

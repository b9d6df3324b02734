"""What is due, found by the indexes that hold nothing else; never by a look at whole tables.

The conditions that make these indexes are written into the statements as they stand there: no
engine could tell otherwise that a parameter will fit.
"""

from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Select, bindparam, select, tuple_

from cms.domain.authorisation import Authorisation
from cms.store.columns import Id, UtcDateTime
from cms.store.queries.authorisations import authorisation_of
from cms.store.tables import authorisations, bank_intents, payments
from cms.store.tables.authorisations import AWAITS_PSU, PSU_HAS_COME
from cms.store.tables.intents import UNSETTLED
from cms.store.tables.payments import AWAITS_CONFIRMATION


class Due(NamedTuple):
    """A payment for which something is due since a moment; `row_id` orders those of the same."""

    since: datetime
    row_id: str
    payment_id: str
    instance_id: str


Page = Select[tuple[datetime, str, str, str]]

_AFTER: Final = tuple_(bindparam("since", type_=UtcDateTime), bindparam("row_id", type_=Id))
OVERDUE_PAYMENTS: Final[Page] = (
    select(
        payments.c.confirm_by,
        payments.c.payment_id.label("row_id"),
        payments.c.payment_id,
        payments.c.instance_id,
    )
    .where(
        AWAITS_CONFIRMATION,
        payments.c.confirm_by <= bindparam("now", type_=UtcDateTime),
        payments.c.open_intent_id.is_(None),
    )
    .order_by(payments.c.confirm_by, payments.c.payment_id)
)
OVERDUE_PAYMENTS_AFTER: Final[Page] = OVERDUE_PAYMENTS.where(
    payments.c.confirm_by >= bindparam("since", type_=UtcDateTime),
    tuple_(payments.c.confirm_by, payments.c.payment_id) > _AFTER,
)
UNANSWERED_INTENTS: Final[Page] = (
    select(
        bank_intents.c.resolve_from,
        bank_intents.c.intent_id,
        bank_intents.c.payment_id,
        bank_intents.c.instance_id,
    )
    .where(UNSETTLED, bank_intents.c.resolve_from <= bindparam("now", type_=UtcDateTime))
    .order_by(bank_intents.c.resolve_from, bank_intents.c.intent_id)
)
UNANSWERED_INTENTS_AFTER: Final[Page] = UNANSWERED_INTENTS.where(
    bank_intents.c.resolve_from >= bindparam("since", type_=UtcDateTime),
    tuple_(bank_intents.c.resolve_from, bank_intents.c.intent_id) > _AFTER,
)
# Their payments are held, and nobody waits: whoever has one of them at work does without us.
_LAPSED: Final = (
    select(authorisations)
    .join(payments, payments.c.payment_id == authorisations.c.parent_id)
    .where(payments.c.open_intent_id.is_(None))
    .with_for_update(of=payments, key_share=True, skip_locked=True)
)
LAPSED_LINKS: Final = _LAPSED.where(
    AWAITS_PSU, authorisations.c.redirect_expires_at <= bindparam("now", type_=UtcDateTime)
).order_by(authorisations.c.redirect_expires_at)
LAPSED_AUTHORISATIONS: Final = _LAPSED.where(
    PSU_HAS_COME, authorisations.c.expires_at <= bindparam("now", type_=UtcDateTime)
).order_by(authorisations.c.expires_at)


class DueQueries:
    """What is due, over one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def overdue_payments(self, now: datetime, after: Due | None, limit: int) -> list[Due]:
        """Payments whose PSU has not confirmed in time, those on which the bank acts left out."""
        return self._page((OVERDUE_PAYMENTS, OVERDUE_PAYMENTS_AFTER), now, after, limit)

    def unanswered_intents(self, now: datetime, after: Due | None, limit: int) -> list[Due]:
        """Payments of which the bank has to be asked what came of a deed."""
        return self._page((UNANSWERED_INTENTS, UNANSWERED_INTENTS_AFTER), now, after, limit)

    def claim_lapsed(self, now: datetime, limit: int) -> list[Authorisation]:
        """Authorisations that time has ended, each with its payment held until we commit."""
        links = self._claim(LAPSED_LINKS, now, limit)
        return links + self._claim(LAPSED_AUTHORISATIONS, now, limit - len(links))

    def _claim(self, statement: Select[Any], now: datetime, limit: int) -> list[Authorisation]:
        if limit <= 0:
            return []
        rows = self._connection.execute(statement.limit(limit), {"now": now})
        return [authorisation_of(row) for row in rows]

    def _page(
        self,
        statements: tuple[Page, Page],
        now: datetime,
        after: Due | None,
        limit: int,
    ) -> list[Due]:
        first, following = statements
        if after is None:
            rows = self._connection.execute(first.limit(limit), {"now": now})
        else:
            place = {"now": now, "since": after.since, "row_id": after.row_id}
            rows = self._connection.execute(following.limit(limit), place)
        return [Due._make(row) for row in rows]

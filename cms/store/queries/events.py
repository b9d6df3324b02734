"""Events: rows to domain and back; found by their ids, which tell the time, and purged by them."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import orjson
from sqlalchemy import ColumnElement, Connection, Row, delete, func, select

from cms.domain.events import Event, EventFilter, EventOrigin, EventType
from cms.domain.ids import first_id_at
from cms.domain.parties import PsuId
from cms.domain.statuses import Cause
from cms.store.inserts import PreparedInsert, insert_or
from cms.store.journal import EventRow
from cms.store.queries.payments import PaymentQueries
from cms.store.tables import events

INSERT_EVENT: Final = PreparedInsert(events)
ROWS_AT_ONCE: Final = 500
# An event's id is made with its row, after the moment that it tells of: so much later at the most,
# for between the two a lock may be waited for, or the bank.
LATEST_ID: Final = timedelta(minutes=10)
_FIRST_ID_TIME: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_ID_TIME: Final = datetime(9999, 1, 1, tzinfo=UTC)


class EventQueries:
    """Events over one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add_all(self, rows: Sequence[EventRow]) -> None:
        """Keep events. One that is there already is the same: it was tried again."""
        statement = insert_or(self._connection, events).on_conflict_do_nothing()
        whole = [{column.name: row.get(column.name) for column in events.c} for row in rows]
        for start in range(0, len(whole), ROWS_AT_ONCE):
            self._connection.execute(statement, whole[start : start + ROWS_AT_ONCE])

    def find(self, wanted: EventFilter, *, offset: int, limit: int) -> list[Event]:
        """A part of the events that fit, the oldest first."""
        query = select(events).where(*_conditions(wanted)).order_by(events.c.event_id)
        return self._read(self._connection.execute(query.offset(offset).limit(limit)).all())

    def latest_of_payment(
        self, payment_id: str, instance_id: str, *, reads: bool, limit: int
    ) -> list[Event]:
        """The latest events of a payment, the oldest of them first: of requests that only ask, or
        all others.
        """
        of_reads = events.c.event_type.in_([each.value for each in EventType if each.is_read])
        query = (
            select(events)
            .where(
                events.c.payment_id == payment_id,
                _tenant_only_compared() == instance_id,
                of_reads if reads else ~of_reads,
            )
            .order_by(events.c.event_id.desc())
            .limit(limit)
        )
        return self._read(self._connection.execute(query).all()[::-1])

    def tenants(self) -> Iterator[str]:
        """The tenants that have events: each by one look at the index."""
        last = ""
        while True:
            query = select(func.min(events.c.instance_id)).where(events.c.instance_id > last)
            found = self._connection.execute(query).scalar_one()
            if found is None:
                return
            yield found
            last = found

    def delete_before(self, before: datetime, instance_id: str, *, limit: int) -> int:
        """Delete at most so many of a tenant's events that are older; how many there were."""
        old = (
            select(events.c.event_id)
            .where(
                events.c.instance_id == instance_id,
                events.c.event_id < _id_bound(before, later=LATEST_ID),
                events.c.at < before,
            )
            .order_by(events.c.event_id)
            .limit(limit)
        )
        statement = delete(events).where(
            events.c.instance_id == instance_id, events.c.event_id.in_(old)
        )
        return self._connection.execute(statement).rowcount

    def _read(self, rows: Sequence[Row[Any]]) -> list[Event]:
        ids = {row.payment_id for row in rows if row.payment_id is not None}
        payments = PaymentQueries(self._connection).find_all(ids) if ids else {}
        # A TPP may have asked for another tenant's payment: its PSUs are no business of this one.
        psus = {(each.instance_id, each.payment_id): each.psus for each in payments.values()}
        return [_event(row, psus.get((row.instance_id, row.payment_id), ())) for row in rows]


def _conditions(wanted: EventFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.payment_id is None:
        yield events.c.instance_id == wanted.instance_id
    else:
        yield events.c.payment_id == wanted.payment_id
        yield _tenant_only_compared() == wanted.instance_id
    yield events.c.event_id >= _id_bound(wanted.since)
    yield events.c.event_id < _id_bound(wanted.until, later=LATEST_ID)
    yield events.c.at.between(wanted.since, wanted.until)
    if wanted.event_type is not None:
        yield events.c.event_type == wanted.event_type.value
    if wanted.origin is not None:
        yield events.c.origin == wanted.origin.value


def _tenant_only_compared() -> ColumnElement[str]:
    """The tenant, for a query by payment. SQLite would rather read all events of the tenant, in the
    order of the primary key, than those of one payment by their index; what is computed from a
    column, it only compares.
    """
    return func.coalesce(events.c.instance_id, "")


def _id_bound(moment: datetime, *, later: timedelta = timedelta()) -> str:
    """The smallest id of a moment, or of so much later; ids tell the time from 1970 on."""
    return first_id_at(min(max(moment, _FIRST_ID_TIME), _LAST_ID_TIME) + later)


def _event(row: Row[Any], psus: tuple[PsuId, ...]) -> Event:
    return Event(
        event_id=row.event_id,
        instance_id=row.instance_id,
        at=row.at,
        origin=EventOrigin(row.origin),
        event_type=EventType(row.event_type),
        payment_id=row.payment_id,
        authorisation_id=row.authorisation_id,
        from_status=row.from_status,
        to_status=row.to_status,
        cause=None if row.cause is None else Cause(row.cause),
        tpp_authorisation_number=row.tpp_authorisation_number,
        x_request_id=row.x_request_id,
        internal_request_id=row.internal_request_id,
        payload=None if row.payload is None else orjson.loads(row.payload),
        psus=psus,
    )

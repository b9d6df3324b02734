"""The stop list: rows to domain and back."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, select, tuple_, update

from cms.domain.stop_list import StopListEntry, StopStatus
from cms.store.inserts import insert_or
from cms.store.tables import tpp_stop_list as entries

_KEY = (entries.c.instance_id, entries.c.authorisation_number)
_BLOCKED = entries.c.status == StopStatus.BLOCKED.value
_NEWEST_FIRST = (entries.c.changed_at.desc(), *_KEY)


class StopListQueries:
    """The stop list over one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, instance_id: str, authorisation_number: str) -> StopListEntry | None:
        """The entry, or None for a TPP that was never listed."""
        query = select(entries).where(*_is(instance_id, authorisation_number))
        row = self._connection.execute(query).one_or_none()
        return _entry(row) if row else None

    def of_tenant(self, instance_id: str, *, first: int, most: int) -> list[StopListEntry]:
        """The tenant's entries, the one that was changed last first; some of them."""
        query = select(entries).where(entries.c.instance_id == instance_id)
        rows = self._connection.execute(query.order_by(*_NEWEST_FIRST).offset(first).limit(most))
        return [_entry(row) for row in rows]

    def blocking(self, most: int) -> list[StopListEntry]:
        """The locks of all tenants, also those that have ended and are not lifted yet."""
        rows = self._connection.execute(select(entries).where(_BLOCKED).limit(most))
        return [_entry(row) for row in rows]

    def put(self, entry: StopListEntry) -> None:
        """Add the entry, or put it in the place of the one that is there."""
        statement = insert_or(self._connection, entries).values(_row(entry))
        changes = {
            column.name: statement.excluded[column.name]
            for column in entries.c
            if not column.primary_key
        }
        self._connection.execute(statement.on_conflict_do_update(index_elements=_KEY, set_=changes))

    def replace(self, entry: StopListEntry) -> bool:
        """Put the entry in the place of the one that is there; False if there is none."""
        statement = update(entries).where(*_is(entry.instance_id, entry.authorisation_number))
        return self._connection.execute(statement.values(_row(entry))).rowcount == 1

    def lift_expired(self, now: datetime, limit: int) -> int:
        """Let in again whose lock has ended, save for those that somebody else holds; how many
        there were.
        """
        over = select(*_KEY).where(_BLOCKED, entries.c.blocked_until <= now)
        over = over.order_by(*_KEY).limit(limit).with_for_update(skip_locked=True)
        statement = update(entries).where(tuple_(*_KEY).in_(over))
        statement = statement.values(status=StopStatus.ENABLED.value, blocked_until=None)
        return self._connection.execute(statement).rowcount


def _is(instance_id: str, authorisation_number: str) -> tuple[ColumnElement[bool], ...]:
    return (
        entries.c.instance_id == instance_id,
        entries.c.authorisation_number == authorisation_number,
    )


def _row(entry: StopListEntry) -> dict[str, Any]:
    return {
        "instance_id": entry.instance_id,
        "authorisation_number": entry.authorisation_number,
        "status": entry.status.value,
        "blocked_until": entry.blocked_until,
        "reason": entry.reason,
        "changed_by": entry.changed_by,
        "changed_at": entry.changed_at,
    }


def _entry(row: Row[Any]) -> StopListEntry:
    return StopListEntry(
        instance_id=row.instance_id,
        authorisation_number=row.authorisation_number,
        status=StopStatus(row.status),
        changed_at=row.changed_at,
        blocked_until=row.blocked_until,
        reason=row.reason,
        changed_by=row.changed_by,
    )

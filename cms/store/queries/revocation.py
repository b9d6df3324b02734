"""Lists of revoked certificates: rows to domain and back."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, func, select, update

from cms.domain.revocation import DistributionPoint, KnownList, RevocationList, RevocationSource
from cms.store.inserts import insert_or
from cms.store.tables import revocation_sources as sources

_LONGEST_TEXT: Final = 500
# All but what may be megabytes.
_HEAD: Final = tuple(column for column in sources.c if column.name != "serials")


class RevocationQueries:
    """Sources of lists over one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def count(self) -> int:
        """How many sources there are."""
        query = select(func.count()).select_from(sources)
        return int(self._connection.execute(query).scalar_one())

    def revoked_by_others(self, point_id: str) -> int:
        """How many serial numbers the lists of all other sources have."""
        query = select(func.coalesce(func.sum(sources.c.revoked), 0))
        return int(self._connection.execute(query.where(_HEAD[0] != point_id)).scalar_one())

    def all(self) -> list[RevocationSource]:
        """Every source, without the serial numbers."""
        rows = self._connection.execute(select(*_HEAD).order_by(sources.c.issuer_name, _HEAD[0]))
        return [_source(row) for row in rows]

    def known(self) -> list[KnownList]:
        """Every source, in short."""
        columns = (sources.c[name] for name in ("point_id", "needed_until", "next_update"))
        rows = self._connection.execute(select(*columns, sources.c.list_id))
        return [
            KnownList(row.point_id, row.needed_until, row.next_update, row.list_id) for row in rows
        ]

    def due(self, now: datetime, limit: int) -> list[RevocationSource]:
        """Where to ask now; who has waited longest comes first."""
        query = select(*_HEAD).where(sources.c.due_at <= now).order_by(sources.c.due_at)
        return [_source(row) for row in self._connection.execute(query.limit(limit))]

    def serials(self, point_id: str) -> bytes:
        """The revoked serial numbers, packed; nothing where there is no list."""
        query = select(sources.c.serials).where(sources.c.point_id == point_id)
        return bytes(self._connection.execute(query).scalar_one_or_none() or b"")

    def expect(self, point: DistributionPoint, *, needed_until: datetime, due_at: datetime) -> None:
        """Add the source, or need it for longer if it is there."""
        statement = insert_or(self._connection, sources).values(
            point_id=point.point_id,
            issuer=point.issuer,
            issuer_name=point.issuer_name[:_LONGEST_TEXT],
            urls="\n".join(point.names),
            for_authorities=point.for_authorities,
            needed_until=needed_until,
            due_at=due_at,
            failures=0,
        )
        longer = {"needed_until": statement.excluded.needed_until}
        statement = statement.on_conflict_do_update(
            index_elements=["point_id"],
            set_=longer,
            where=sources.c.needed_until < statement.excluded.needed_until,
        )
        self._connection.execute(statement)

    def keep(
        self, point_id: str, fetched: RevocationList, *, fetched_at: datetime, due_at: datetime
    ) -> None:
        """The list that was fetched, in the place of an earlier one."""
        statement = update(sources).where(sources.c.point_id == point_id)
        changes = {
            "due_at": due_at,
            "failures": 0,
            "failure": None,
            "fetched_at": fetched_at,
            "this_update": fetched.this_update,
            "next_update": fetched.next_update,
            "list_id": fetched.list_id,
            "revoked": len(fetched.serials),
            "serials": fetched.packed,
        }
        self._connection.execute(statement.values(changes))

    def keep_failure(self, point_id: str, failure: str, *, failures: int, due_at: datetime) -> None:
        """That it was of no use to ask there; an earlier list stays."""
        statement = update(sources).where(sources.c.point_id == point_id)
        told = failure[:_LONGEST_TEXT]
        self._connection.execute(statement.values(failure=told, failures=failures, due_at=due_at))

    def forget(self, now: datetime, limit: int) -> int:
        """Forget sources that no certificate needs any more; how many there were."""
        over = (
            select(sources.c.point_id)
            .where(sources.c.needed_until < now)
            .order_by(sources.c.point_id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        statement = delete(sources).where(sources.c.point_id.in_(over))
        return self._connection.execute(statement).rowcount

    def remove(self, point_id: str) -> None:
        """Forget a source, whoever needs it."""
        self._connection.execute(delete(sources).where(sources.c.point_id == point_id))


def _source(row: Row[Any]) -> RevocationSource:
    return RevocationSource(
        point=DistributionPoint(
            bytes(row.issuer),
            row.issuer_name,
            tuple(row.urls.split("\n")),
            for_authorities=row.for_authorities,
        ),
        needed_until=row.needed_until,
        due_at=row.due_at,
        failures=row.failures,
        failure=row.failure,
        fetched_at=row.fetched_at,
        this_update=row.this_update,
        next_update=row.next_update,
        list_id=row.list_id,
        revoked=row.revoked,
    )

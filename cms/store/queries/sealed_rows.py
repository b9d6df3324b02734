"""All that is sealed, wherever it is: which key has sealed it, and another seal round it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Column, Connection, func, select, update

from cms.store.sealing import Place, Sealed
from cms.store.tables import bank_states, oauth_requests


@dataclass(frozen=True, slots=True)
class SealedColumns:
    """The columns of a table that hold sealed values, or nothing; `name` is what a value is bound
    to beside its resource and tenant.
    """

    name: str
    resource_id: Column[str]
    instance_id: Column[str]
    key_id: Column[str]
    content: Column[bytes]


@dataclass(frozen=True, slots=True)
class SealedRow:
    """A sealed value, and where it belongs."""

    place: Place
    sealed: Sealed


BANK_STATES: Final = SealedColumns(
    bank_states.name,
    bank_states.c.resource_id,
    bank_states.c.instance_id,
    bank_states.c.key_id,
    bank_states.c.sealed,
)
CONFIRMATION_CODES: Final = SealedColumns(
    "oauth_requests.confirmation",
    oauth_requests.c.request_id,
    oauth_requests.c.instance_id,
    oauth_requests.c.confirmation_key_id,
    oauth_requests.c.confirmation_sealed,
)
SEALED: Final = (BANK_STATES, CONFIRMATION_CODES)


class SealedRowQueries:
    """All sealed rows over one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def count_by_key(self) -> dict[str, int]:
        """How many rows each key has sealed."""
        counts: Counter[str] = Counter()
        for each in SEALED:
            rows = func.count().label("rows")
            query = select(each.key_id.label("key_id"), rows).where(each.key_id.is_not(None))
            for row in self._connection.execute(query.group_by(each.key_id)):
                counts[row.key_id] += row.rows
        return dict(counts)

    def sealed_by_others(self, key_ids: Sequence[str]) -> str | None:
        """The id of a key that has sealed something and is none of these; None without one."""
        for each in SEALED:
            query = select(each.key_id).where(each.key_id.is_not(None), each.key_id.not_in(key_ids))
            found = self._connection.execute(query.limit(1)).scalar_one_or_none()
            if found is not None:
                return found
        return None

    def batch_of_others(
        self, of: SealedColumns, key_id: str, *, after: str, most: int
    ) -> list[SealedRow]:
        """The next rows, in the order of their ids, that this key has not sealed."""
        columns = of.resource_id, of.instance_id, of.key_id, of.content
        query = (
            select(*columns)
            .where(of.resource_id > after, of.key_id.is_not(None), of.key_id != key_id)
            .order_by(of.resource_id)
            .limit(most)
        )
        return [
            SealedRow(Place(of.name, resource_id, instance_id), Sealed(key, bytes(content)))
            for resource_id, instance_id, key, content in self._connection.execute(query)
        ]

    def replace_seal(self, of: SealedColumns, seen: SealedRow, sealed: Sealed) -> bool:
        """Another seal round the same; False when the row is no longer what was seen."""
        statement = update(of.resource_id.table).where(
            of.resource_id == seen.place.resource_id,
            of.instance_id == seen.place.instance_id,
            of.key_id == seen.sealed.key_id,
            of.content == seen.sealed.content,
        )
        changes = {of.key_id.name: sealed.key_id, of.content.name: sealed.content}
        return bool(self._connection.execute(statement.values(changes)).rowcount)

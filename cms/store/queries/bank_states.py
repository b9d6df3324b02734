"""Bank states: the connector's sealed bytes, one row for each resource that has some."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Row, delete, select, update

from cms.store.inserts import NewRow, PreparedInsert, insert_or
from cms.store.sealing import Place, Sealed
from cms.store.tables import bank_states

_INSERT = PreparedInsert(bank_states)
_CHANGES = ("key_id", "sealed", "changed_at")


@dataclass(frozen=True, slots=True)
class StoredState:
    """A row: whose state it is, sealed."""

    resource_id: str
    instance_id: str
    sealed: Sealed

    @property
    def place(self) -> Place:
        """What the state is bound to."""
        return place_of(self.resource_id, self.instance_id)


def place_of(resource_id: str, instance_id: str) -> Place:
    """What the state of this resource of this tenant is bound to."""
    return Place(bank_states.name, resource_id, instance_id)


class BankStateQueries:
    """Bank states over one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, resource_id: str, instance_id: str) -> StoredState | None:
        """The state of this tenant's resource, or None."""
        query = select(bank_states).where(_is(resource_id, instance_id))
        row = self._connection.execute(query).one_or_none()
        return None if row is None else _stored(row)

    def put(self, state: StoredState, at: datetime) -> None:
        """Store the state, in the place of what was there."""
        _, row = new_state_row(state, at)
        statement = insert_or(self._connection, bank_states).values(row)
        self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=[bank_states.c.resource_id],
                set_={name: statement.excluded[name] for name in _CHANGES},
            )
        )

    def add(self, state: StoredState, at: datetime) -> bool:
        """Store the state; False where there is one already."""
        _, row = new_state_row(state, at)
        statement = insert_or(self._connection, bank_states).values(row).on_conflict_do_nothing()
        # Not by the count of rows, which the toolkit does not know of such a statement.
        added = self._connection.execute(statement.returning(bank_states.c.resource_id))
        return added.one_or_none() is not None

    def replace(self, seen: StoredState, state: StoredState, at: datetime) -> bool:
        """Store another state; False when the row is no longer what was seen."""
        sealed = state.sealed
        statement = update(bank_states).where(_is_still(seen))
        changes = {"key_id": sealed.key_id, "sealed": sealed.content, "changed_at": at}
        return bool(self._connection.execute(statement.values(changes)).rowcount)

    def remove_seen(self, seen: StoredState) -> bool:
        """Forget the state; False when the row is no longer what was seen."""
        return bool(self._connection.execute(delete(bank_states).where(_is_still(seen))).rowcount)

    def remove(self, resource_id: str, instance_id: str) -> bool:
        """Forget the state; False where there was none."""
        gone = self._connection.execute(delete(bank_states).where(_is(resource_id, instance_id)))
        return bool(gone.rowcount)


def _is(resource_id: str, instance_id: str) -> ColumnElement[bool]:
    return (bank_states.c.resource_id == resource_id) & (bank_states.c.instance_id == instance_id)


def _is_still(seen: StoredState) -> ColumnElement[bool]:
    return (
        _is(seen.resource_id, seen.instance_id)
        & (bank_states.c.key_id == seen.sealed.key_id)
        & (bank_states.c.sealed == seen.sealed.content)
    )


def _stored(row: Row[tuple[object, ...]]) -> StoredState:
    return StoredState(row.resource_id, row.instance_id, Sealed(row.key_id, bytes(row.sealed)))


def new_state_row(state: StoredState, at: datetime) -> NewRow:
    """A state to be kept."""
    return _INSERT, {
        "resource_id": state.resource_id,
        "instance_id": state.instance_id,
        "key_id": state.sealed.key_id,
        "sealed": state.sealed.content,
        "changed_at": at,
    }

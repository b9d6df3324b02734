"""Status moves: the resource's row and its history, always together."""

from typing import Any, Final

from sqlalchemy import Connection, Table, bindparam, select, update

from cms.domain.errors import ChangedMeanwhile
from cms.domain.moving import StatusMove
from cms.store.inserts import NewRow, PreparedInsert
from cms.store.tables import authorisations, payments, status_history

# Per kind of resource: its table, its key and the column of its status.
_PLACES: Final[dict[str, tuple[Table, str, str]]] = {
    "payment": (payments, "payment_id", "transaction_status"),
    "authorisation": (authorisations, "authorisation_id", "sca_status"),
}
_UPDATES = {
    kind: update(table)
    .where(table.c[key] == bindparam("id"), table.c[status] == bindparam("source"))
    .values(
        {
            status: bindparam("target"),
            "status_cause": bindparam("cause"),
            "status_changed_at": bindparam("at"),
        }
    )
    for kind, (table, key, status) in _PLACES.items()
}
_INSERT = PreparedInsert(status_history, without=("row_number",))


class MoveQueries:
    """Status moves over one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def record(self, move: StatusMove) -> None:
        """Move the stored status, if it still is what the move starts from, and keep the history.

        Raises ChangedMeanwhile when somebody else was faster (S1).
        """
        result = self._connection.execute(
            _UPDATES[move.kind],
            {
                "id": move.resource_id,
                "source": move.source.value,
                "target": move.target.value,
                "cause": move.cause.value,
                "at": move.at,
            },
        )
        if result.rowcount != 1:
            raise ChangedMeanwhile
        _INSERT.run(self._connection, _history_row(move))

    def of_resource(self, resource_id: str) -> list[dict[str, Any]]:
        """The history of one resource, oldest first."""
        query = (
            select(status_history)
            .where(status_history.c.resource_id == resource_id)
            .order_by(status_history.c.row_number)
        )
        return [dict(row) for row in self._connection.execute(query).mappings()]


def new_history_row(move: StatusMove) -> NewRow:
    """The history of a resource that is new itself and has moved already."""
    return _INSERT, _history_row(move)


def _history_row(move: StatusMove) -> dict[str, Any]:
    return {
        "resource_kind": move.kind,
        "resource_id": move.resource_id,
        "instance_id": move.instance_id,
        "from_status": move.source.value,
        "to_status": move.target.value,
        "cause": move.cause.value,
        "at": move.at,
    }

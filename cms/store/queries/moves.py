"""Status moves: the resource's row and the event that tells of it, always together."""

from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import Connection, Table, bindparam, select, update

from cms.domain.errors import ChangedMeanwhile
from cms.domain.moving import StatusMove
from cms.store.inserts import NewRow, PreparedInsert
from cms.store.tables import authorisations, events, payments

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
_INSERT = PreparedInsert(events)
_EVENT_TYPES: Final = {
    "payment": "TRANSACTION_STATUS_CHANGED",
    "authorisation": "SCA_STATUS_CHANGED",
}


class MoveQueries:
    """Status moves over one connection."""

    def __init__(self, connection: Connection, new_id: Callable[[], str]) -> None:
        self._connection = connection
        self._new_id = new_id

    def record(self, move: StatusMove) -> None:
        """Move the stored status, if it still is what the move starts from, and keep the event.

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
        _INSERT.run(self._connection, _event_row(move, self._new_id()))

    def of_payment(self, payment_id: str) -> list[dict[str, Any]]:
        """The moves of a payment and of its authorisations, oldest first."""
        query = (
            select(events)
            .where(events.c.payment_id == payment_id, events.c.to_status.is_not(None))
            .order_by(events.c.event_id)
        )
        return [dict(row) for row in self._connection.execute(query).mappings()]


def new_move_row(move: StatusMove, event_id: str) -> NewRow:
    """The event of a resource that is new itself and has moved already."""
    return _INSERT, _event_row(move, event_id)


def _event_row(move: StatusMove, event_id: str) -> dict[str, Any]:
    return {
        "instance_id": move.instance_id,
        "event_id": event_id,
        "at": move.at,
        "origin": "XS2A_INTERNAL",
        "event_type": _EVENT_TYPES[move.kind],
        "payment_id": move.payment_id,
        "authorisation_id": None if move.resource_id == move.payment_id else move.resource_id,
        "from_status": move.source.value,
        "to_status": move.target.value,
        "cause": move.cause.value,
    }

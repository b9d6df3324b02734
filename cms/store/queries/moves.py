"""Status moves: the resource's row and the event that tells of it, always together."""

from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import Connection, Table, bindparam, update

from cms.domain.errors import ChangedMeanwhile
from cms.domain.events import EventType
from cms.domain.moving import StatusMove
from cms.store.inserts import NewRow
from cms.store.journal import stamp
from cms.store.queries.events import INSERT_EVENT
from cms.store.tables import authorisations, payments

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
_EVENT_TYPES: Final = {
    "payment": EventType.TRANSACTION_STATUS_CHANGED,
    "authorisation": EventType.SCA_STATUS_CHANGED,
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
        INSERT_EVENT.run(self._connection, _event_row(move, self._new_id()))


def new_move_row(move: StatusMove, event_id: str) -> NewRow:
    """The event of a resource that is new itself and has moved already."""
    return INSERT_EVENT, _event_row(move, event_id)


def _event_row(move: StatusMove, event_id: str) -> dict[str, Any]:
    return {
        "instance_id": move.instance_id,
        "event_id": event_id,
        "at": move.at,
        "origin": move.cause.origin.value,
        "event_type": _EVENT_TYPES[move.kind].value,
        "payment_id": move.payment_id,
        "authorisation_id": None if move.resource_id == move.payment_id else move.resource_id,
        "from_status": move.source.value,
        "to_status": move.target.value,
        "cause": move.cause.value,
    } | stamp()

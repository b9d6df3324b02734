"""The stop list: TPPs whom the bank does not let in."""

from datetime import datetime

from sqlalchemy import Connection, select, tuple_, update

from cms.store.tables import tpp_stop_list


class StopListQueries:
    """The stop list over one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def lift_expired(self, now: datetime, limit: int) -> int:
        """Let in again whose time on the list is over; how many there were."""
        columns = tpp_stop_list.c
        key = (columns.instance_id, columns.authorisation_number)
        over = (
            select(*key)
            .where(columns.status == "BLOCKED", columns.blocked_until <= now)
            .order_by(columns.blocked_until)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        statement = update(tpp_stop_list).where(tuple_(*key).in_(over))
        lifted = statement.values(status="ENABLED", blocked_until=None, changed_at=now)
        return self._connection.execute(lifted).rowcount

"""How a connection to PostgreSQL begins: how long anything may take before the database counts as
away, and that what is committed is on the disk (S2).

Without limits a server that answers nobody would hold up all threads one by one. Whatever the
operator has set wins: in the URL, for the database or the role, or in the server's own file.
"""

from collections.abc import Mapping
from typing import Any, Final, LiteralString

import psycopg
from sqlalchemy import URL, Connection
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import OperationalError

READ_ONLY: Final = psycopg.errors.ReadOnlySqlTransaction

_CONNECT: Final[Mapping[str, str]] = {
    "connect_timeout": "5",  # seconds
    # A machine that is there no more, or a network that swallows everything: whether we wait for
    # it to take what was sent, or for its answer.
    "tcp_user_timeout": "20000",  # milliseconds
    "keepalives_idle": "10",  # seconds
    "keepalives_interval": "5",
}
# Nobody holds a row for longer than milliseconds, so this is a session that hangs, or a migration;
# SQLite's writers wait as long for each other. And the longest look through millions of payments
# takes seconds, while proxies wait a minute for an answer.
_BEGIN: Final[LiteralString] = """
SELECT set_config(name, wanted, false)
FROM (VALUES ('lock_timeout', '10s'), ('statement_timeout', '30s')) AS ours (known_as, wanted)
JOIN pg_settings ON name = known_as WHERE source = 'default'
UNION ALL
SELECT set_config('synchronous_commit', 'on', false)
WHERE current_setting('synchronous_commit') = 'off'
"""


def connect_arguments(url: URL) -> dict[str, Any]:
    """What the driver is told beside the URL, which says the last word."""
    return {name: value for name, value in _CONNECT.items() if name not in url.query}


def begin_session(connection: psycopg.Connection[Any], _record: object) -> None:
    """Once for each new connection, in one round trip beside its transaction."""
    connection.execute(_BEGIN)
    connection.commit()


def takes_writes(connection: Connection) -> bool:
    """A standby does not."""
    asked = connection.exec_driver_sql("SHOW transaction_read_only")
    writable: bool = asked.scalar_one() == "off"
    return writable


def refused_as_read_only(context: ExceptionContext) -> OperationalError | None:
    """A server that takes no writes is as good as away, to the toolkit too; None for other errors.
    Another server may have taken its place: connections to it are of no use any more.
    """
    error = context.original_exception
    if not isinstance(error, READ_ONLY):
        return None
    context.is_disconnect = True
    return OperationalError(context.statement, None, error, hide_parameters=True)

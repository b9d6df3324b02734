"""Opens the database: SQLite or PostgreSQL, durable, with one engine to read and one to write.

Reads run without a transaction (S3), so they cost no BEGIN and no ROLLBACK. Writes on SQLite
begin with BEGIN IMMEDIATE: read-then-write under the default would lose updates (S1, S2).
"""

import sqlite3
from contextlib import AbstractContextManager, nullcontext
from threading import Lock
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import ExceptionContext, make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import PoolProxiedConnection

from cms.store.postgres_connections import (
    READ_ONLY,
    begin_session,
    connect_arguments,
    refused_as_read_only,
)
from cms.store.shared_commits import SharedCommits

SQLITE_BUSY_TIMEOUT_MS = 10_000

# What is raised when the database cannot be reached, does not answer in time, or takes no writes:
# by the toolkit, and by the drivers where they are used directly.
UNAVAILABLE = (
    OperationalError,
    PoolTimeoutError,
    sqlite3.OperationalError,
    psycopg.OperationalError,
    READ_ONLY,
)
# What the drivers raise when a row is there already.
CONFLICT = (sqlite3.IntegrityError, psycopg.errors.UniqueViolation)


class Database:
    """Two engines on one database, over the same pool settings."""

    def __init__(self, url: str, *, pool_size: int) -> None:
        self.url = make_url(url)
        self.sqlite = self.url.get_backend_name() == "sqlite"
        # Values are personal: they must not show in an error that is logged.
        options: dict[str, Any] = {
            "pool_size": pool_size,
            "max_overflow": pool_size,
            "hide_parameters": True,
        }
        if not self.sqlite:
            options["connect_args"] = connect_arguments(self.url)
        # Every unit of work ends its transaction itself, so there is nothing to reset.
        options["pool_reset_on_return"] = None
        self.writes: Engine = create_engine(self.url, **options)
        self.reads: Engine = create_engine(self.url, isolation_level="AUTOCOMMIT", **options)
        # Taken from the pool for new rows, and idle; adding to a list and taking from it is atomic.
        self._for_new_rows: list[PoolProxiedConnection] = []
        # SQLite lets one writer in and has the others poll, unfairly. The threads of this process
        # queue here instead; PostgreSQL needs no queue.
        self.turn: AbstractContextManager[object] = Lock() if self.sqlite else nullcontext()
        self.shared_commits = SharedCommits(
            self.turn, self.take_for_new_rows, self.keep_for_new_rows
        )
        if self.sqlite:
            event.listen(self.reads, "connect", _prepare_sqlite)
            event.listen(self.writes, "connect", _prepare_sqlite)
            event.listen(self.writes, "begin", _begin_immediate)
        else:
            for engine in (self.reads, self.writes):
                event.listen(engine, "connect", begin_session)
                event.listen(engine, "handle_error", self._turned_read_only)

    def take_for_new_rows(self) -> PoolProxiedConnection:
        """A connection for one transaction of new rows, to be kept for the next one afterwards.

        Fetching one from the pool and giving it back costs a tenth of an initiation. It belongs to
        no thread: the threads of a server come and go. As many are kept as were ever taken at once:
        at most one for each thread, which is half of what the pool gives.
        """
        try:
            return self._for_new_rows.pop()
        except IndexError:
            engine = self.writes if self.sqlite else self.reads
            return engine.raw_connection()

    def keep_for_new_rows(self, pooled: PoolProxiedConnection) -> None:
        """For the next one."""
        self._for_new_rows.append(pooled)

    def close(self) -> None:
        """Close all connections that nobody is using; new ones are made when they are needed."""
        idle, self._for_new_rows = self._for_new_rows, []
        for pooled in idle:
            pooled.invalidate()
        self.reads.dispose()
        self.writes.dispose()

    def _turned_read_only(self, context: ExceptionContext) -> OperationalError | None:
        told = refused_as_read_only(context)
        if told is not None:
            self.close()
        return told


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # sqlite3 itself begins nothing; we do
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={SQLITE_BUSY_TIMEOUT_MS}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_immediate(connection: Connection) -> None:
    driver: Any = connection.connection.dbapi_connection
    driver.execute("BEGIN IMMEDIATE")

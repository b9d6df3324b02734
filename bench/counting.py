"""SQL statements and durable commits per request, counted from outside the server.

PostgreSQL tells by itself: pg_stat_statements counts statements, and each transaction that wrote
took one transaction id. SQLite is asked through its trace (bench/trace) and through its write-ahead
log, in which the last page of each commit is marked.
"""

import sqlite3
import struct
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from psycopg import Connection
from psycopg.rows import TupleRow

from tests.postgres import PostgresServer

WAL_HEADER = 32
FRAME_HEADER = 24
POSTGRES_SETTINGS = {"shared_preload_libraries": "pg_stat_statements"}
STATEMENTS = """
    SELECT coalesce(sum(calls), 0) FROM pg_stat_statements
    JOIN pg_database ON pg_database.oid = dbid AND datname = current_database()
    WHERE query !~* '^(begin|commit|rollback|set|show|deallocate)'
      AND query NOT LIKE '%pg_stat_statements%' AND query NOT LIKE '%pg_current_snapshot%'
"""
WRITES = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint"


@dataclass(frozen=True, slots=True)
class Cost:
    """Per request: SQL statements without BEGIN, COMMIT and the like; transactions that wrote."""

    statements: float
    commits: float


class Meter(Protocol):
    """Running totals of a database."""

    def totals(self) -> tuple[int, int]:
        """Statements and writing transactions so far."""


class PostgresMeter:
    """Totals of one database of a server started with POSTGRES_SETTINGS."""

    def __init__(self, server: PostgresServer, database: str) -> None:
        self._connection: Connection[TupleRow] = server.connect(database)
        self._connection.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")

    def totals(self) -> tuple[int, int]:
        return self._number(STATEMENTS), self._number(WRITES)

    def _number(self, query: str) -> int:
        row = self._connection.execute(query.encode()).fetchone()
        assert row is not None
        return int(row[0])


class SqliteMeter:
    """Totals of one SQLite file whose server writes its statements to `tally` (bench/trace).

    Asking for them empties the write-ahead log, so that no commit is lost to SQLite's own restart
    of the log; between two times there may be no more than its 1,000 pages.
    """

    def __init__(self, file: Path, tally: Path) -> None:
        self._file = file
        self._tally = tally
        self._commits = 0

    def totals(self) -> tuple[int, int]:
        self._commits += commits_in(self._file.with_name(self._file.name + "-wal"))
        with closing(sqlite3.connect(self._file)) as connection:
            busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        assert not busy
        return self._tally.stat().st_size, self._commits


def commits_in(log: Path) -> int:
    """Commits in a write-ahead log that began empty: frames that carry the database's size."""
    content = log.read_bytes() if log.exists() else b""
    if len(content) < WAL_HEADER:
        return 0
    page = int.from_bytes(content[8:12], "big")
    salt = content[16:24]
    commits = 0
    for start in range(WAL_HEADER, len(content), FRAME_HEADER + page):
        _page_number, size = struct.unpack_from(">II", content, start)
        commits += size != 0 and content[start + 8 : start + 16] == salt
    return commits


def cost_per_request(meter: Meter, ask: Callable[[], object], times: int) -> Cost:
    """What `ask`, which sends so many requests, costs per request."""
    before = meter.totals()
    ask()
    statements, commits = (now - then for now, then in zip(meter.totals(), before, strict=True))
    return Cost(statements / times, commits / times)

"""Durable commits are counted from SQLite's write-ahead log, whoever made them."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bench.counting import SqliteMeter, cost_per_request


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(tmp_path / "db", isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE t (x BLOB)")
        yield connection


@pytest.mark.parametrize(
    "statements, commits",
    [
        (["SELECT * FROM t"], 0),
        (["INSERT INTO t VALUES (1)"], 1),
        (["INSERT INTO t VALUES (zeroblob(100000))"], 1),
        (["INSERT INTO t VALUES (1)", "INSERT INTO t VALUES (2)"], 2),
        (["BEGIN", "INSERT INTO t VALUES (1)", "INSERT INTO t VALUES (2)", "COMMIT"], 1),
        (["BEGIN", "INSERT INTO t VALUES (1)", "ROLLBACK"], 0),
    ],
)
def test_commits_per_request(
    tmp_path: Path, connection: sqlite3.Connection, statements: list[str], commits: int
) -> None:
    tally = tmp_path / "statements"
    tally.touch()

    def ask() -> None:
        for statement in statements * 3:
            connection.execute(statement)
            tally.write_bytes(tally.read_bytes() + b".")

    cost = cost_per_request(SqliteMeter(tmp_path / "db", tally), ask, times=3)
    assert (cost.statements, cost.commits) == (len(statements), commits)

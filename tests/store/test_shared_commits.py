"""Who waits for its turn to write on SQLite has its rows committed by the one that has the turn."""

import sqlite3
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from cms.store.database import Database
from tests.serving import eventually

THERE = "there already"
INSERT = "INSERT INTO things VALUES (?)"
NO_SUCH_TABLE = "INSERT INTO nothing VALUES (?)"
Row = tuple[str, str]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(f"sqlite:///{tmp_path / 'shared.db'}", pool_size=8)
    with opened.writes.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE things (name TEXT PRIMARY KEY)")
        connection.exec_driver_sql(INSERT, (THERE,))
    try:
        yield opened
    finally:
        opened.close()


def names(database: Database) -> list[str]:
    with database.reads.connect() as connection:
        rows = connection.exec_driver_sql("SELECT name FROM things ORDER BY name")
        return [name for (name,) in rows]


def statements_of(database: Database) -> list[str]:
    """What the connection for new rows is given from now on."""
    given: list[str] = []
    pooled = database.take_for_new_rows()
    driver: Any = pooled.dbapi_connection
    driver.set_trace_callback(given.append)
    database.keep_for_new_rows(pooled)
    return given


def written_at_once(database: Database, groups: Sequence[Sequence[Row]]) -> list[Any]:
    """What became of each group's writing, by a thread of its own, while the turn was another's."""
    shared = database.shared_commits
    with ThreadPoolExecutor(len(groups)) as threads:
        with database.turn:
            futures = [
                threads.submit(shared.write, [(sql, (name,)) for sql, name in group])
                for group in groups
            ]
            assert eventually(lambda: len(shared._waiting) == len(groups))
        return [future.exception() for future in futures]


def test_all_that_wait_share_one_commit(database: Database) -> None:
    given = statements_of(database)
    groups = [[(INSERT, f"{place} a"), (INSERT, f"{place} b")] for place in range(5)]

    assert written_at_once(database, groups) == [None] * 5
    assert names(database) == sorted([name for group in groups for _, name in group] + [THERE])
    assert given.count("COMMIT") == 1


@pytest.mark.parametrize("place", range(4))
def test_what_is_there_already_is_told_to_the_one_that_wrote_it(
    database: Database, place: int
) -> None:
    groups = [[(INSERT, f"{each} a"), (INSERT, f"{each} b")] for each in range(4)]
    groups[place][1] = (INSERT, THERE)

    told = written_at_once(database, groups)

    assert [type(each) for each in told] == [
        sqlite3.IntegrityError if each == place else type(None) for each in range(4)
    ]
    kept = [name for each, group in enumerate(groups) if each != place for _, name in group]
    assert names(database) == sorted([*kept, THERE])


def test_what_nobody_knows_the_cause_of_is_told_to_all(database: Database) -> None:
    groups = [[(INSERT, "a")], [(INSERT, "b"), (NO_SUCH_TABLE, "b")], [(INSERT, "c")]]

    assert [type(each) for each in written_at_once(database, groups)] == (
        [sqlite3.OperationalError] * 3
    )
    assert names(database) == [THERE]
    assert written_at_once(database, [[(INSERT, "d")]]) == [None]
    assert names(database) == ["d", THERE]


def test_who_finds_the_database_locked_lets_the_next_one_try(database: Database) -> None:
    given = statements_of(database)
    other = sqlite3.connect(str(database.url.database), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    pooled = database.take_for_new_rows()
    driver: Any = pooled.dbapi_connection
    driver.execute("PRAGMA busy_timeout = 0")
    database.keep_for_new_rows(pooled)

    with pytest.raises(sqlite3.OperationalError, match="locked"):
        database.shared_commits.write([(INSERT, ("a",))])
    other.execute("ROLLBACK")
    other.close()

    database.shared_commits.write([(INSERT, ("b",))])
    assert names(database) == ["b", THERE]
    assert "COMMIT" not in given

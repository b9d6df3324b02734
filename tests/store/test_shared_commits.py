"""Who waits for its turn to write on SQLite has its rows committed by the one that has the turn."""

import sqlite3
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy.pool import PoolProxiedConnection

from cms.store.database import Database
from cms.store.shared_commits import SharedCommits
from tests.serving import eventually

THERE = "there already"
INSERT = "INSERT INTO things VALUES (?)"
NO_SUCH_TABLE = "INSERT INTO nothing VALUES (?)"
Row = tuple[str, Any]


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


@dataclass
class LockedAt:
    """A connection to the database, which another process has locked after so many a BEGIN."""

    database: Database
    begin: int
    invalidated: bool = False

    def __post_init__(self) -> None:
        self.own: Any = sqlite3.connect(
            str(self.database.url.database), isolation_level=None, check_same_thread=False
        )
        self.rollback = self.own.rollback

    @property
    def dbapi_connection(self) -> Any:
        return self

    def execute(self, sql: str, values: Sequence[Any] = ()) -> None:
        if sql.startswith("BEGIN"):
            if self.begin == 0:
                raise sqlite3.OperationalError("database is locked")
            self.begin -= 1
        self.own.execute(sql, values)

    def invalidate(self) -> None:
        self.invalidated = True
        self.own.close()


def written_at_once(
    database: Database, groups: Sequence[Sequence[Row]], shared: SharedCommits | None = None
) -> list[Any]:
    """What became of each group's writing, by a thread of its own, while the turn was another's."""
    shared = shared or database.shared_commits
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


@pytest.mark.parametrize(
    "faulty, error",
    [
        ((NO_SUCH_TABLE, "b"), sqlite3.OperationalError),
        ((INSERT, "\ud800"), UnicodeEncodeError),
        ((INSERT, object()), (sqlite3.InterfaceError, sqlite3.ProgrammingError)),
    ],
)
def test_what_the_driver_does_not_take_is_told_to_the_one_that_wrote_it(
    database: Database, faulty: tuple[str, Any], error: type[Exception] | tuple[type[Exception]]
) -> None:
    told = written_at_once(database, [[(INSERT, "a")], [(INSERT, "b"), faulty], [(INSERT, "c")]])

    assert [each is None for each in told] == [True, False, True]
    assert isinstance(told[1], error)
    assert names(database) == ["a", "c", THERE]
    assert written_at_once(database, [[(INSERT, "d")]]) == [None]
    assert names(database) == ["a", "c", "d", THERE]


def test_who_gets_no_connection_leaves_no_rows_to_the_next_one(database: Database) -> None:
    """It was told that nothing is stored, and may have asked again."""
    away = [sqlite3.OperationalError("unable to open database file")]

    def take() -> PoolProxiedConnection:
        if away:
            raise away.pop()
        return database.take_for_new_rows()

    shared = SharedCommits(database.turn, take, database.keep_for_new_rows)
    with pytest.raises(sqlite3.OperationalError, match="unable"):
        shared.write([(INSERT, ("a",))])
    shared.write([(INSERT, ("b",))])

    assert names(database) == ["b", THERE]


def test_what_is_committed_is_told_to_be_whatever_becomes_of_the_others(
    database: Database,
) -> None:
    """Each is written by itself, and before the last one the database is locked by another."""
    written = ["a", "b", "c", "d", "e", "f", "g", THERE]
    driver = LockedAt(database, begin=len(written))
    shared = SharedCommits(database.turn, lambda: cast(Any, driver), lambda _: None)
    told = written_at_once(database, [[(INSERT, name)] for name in written], shared)

    assert sqlite3.OperationalError in {type(each) for each in told}
    kept = [name for name, error in zip(written, told, strict=True) if error is None]
    assert names(database) == sorted([*kept, THERE])
    assert driver.invalidated


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

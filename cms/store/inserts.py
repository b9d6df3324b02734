"""New rows of one transaction, handed straight to the driver.

Initiations are where the server's throughput is decided, and nearly all that the toolkit does
between us and the driver is for nothing there: the statements never change and nothing is read
back. They are compiled once per database; PostgreSQL gets all rows in a single statement, hence
in one round trip. ADR 0009 has the figures.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import psycopg
from sqlalchemy import Column, Connection, Table, insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect

from cms.store.database import Database
from cms.store.postgres_connections import READ_ONLY

Processor = Callable[[Any], Any]


class PreparedInsert:
    """`INSERT INTO table (all its columns)`; a column without a value gets NULL."""

    def __init__(self, table: Table, *, without: tuple[str, ...] = ()) -> None:
        self._table = table
        self._columns = tuple(column for column in table.c if column.name not in without)
        self._shapes: dict[str, _Shape] = {}

    def run(self, connection: Connection, row: Mapping[str, Any]) -> None:
        """Insert one row, given by column names, in the connection's transaction."""
        dialect = connection.dialect
        connection.exec_driver_sql(self.sql(dialect), tuple(self.values(dialect, row)))

    @lru_cache(maxsize=64)  # noqa: B019  a handful of instances, made at import
    def sql(self, dialect: Dialect) -> str:
        """The statement, with the driver's mark for each value in the order of the columns."""
        style: Any = {"paramstyle": "qmark" if dialect.name == "sqlite" else "format"}
        names = [column.name for column in self._columns]
        return str(insert(self._table).compile(dialect=type(dialect)(**style), column_keys=names))

    def values(self, dialect: Dialect, row: Mapping[str, Any]) -> list[Any]:
        """The row's values as the driver takes them."""
        shape = self._shapes.get(dialect.name)
        if shape is None:
            shape = self._shapes[dialect.name] = _shape_of(self._columns, dialect)
        values = list(map(row.get, shape.names))
        for place, process in shape.processed:
            values[place] = process(values[place])
        return values


@dataclass(frozen=True, slots=True)
class _Shape:
    """The columns of a row for one database, and those whose values the driver cannot take."""

    names: tuple[str, ...]
    processed: tuple[tuple[int, Processor], ...]


def _shape_of(columns: Sequence[Column[Any]], dialect: Dialect) -> _Shape:
    processors = [column.type.dialect_impl(dialect).bind_processor(dialect) for column in columns]
    return _Shape(
        tuple(column.name for column in columns),
        tuple((place, each) for place, each in enumerate(processors) if each is not None),
    )


NewRow = tuple[PreparedInsert, Mapping[str, Any]]


def insert_or(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT of the database's own kind, which can say what to do (`on_conflict_do_...`) where
    the row is there already.
    """
    on_sqlite = connection.dialect.name == "sqlite"
    return sqlite.insert(table) if on_sqlite else postgresql.insert(table)


def insert_together(database: Database, rows: Sequence[NewRow]) -> None:
    """Insert the rows in one transaction of their own: all of them, or none.

    Raises what the driver raises (see `database.UNAVAILABLE` and `database.CONFLICT`).
    """
    if database.sqlite:
        dialect = database.writes.dialect
        database.shared_commits.write(
            [(each.sql(dialect), each.values(dialect, row)) for each, row in rows]
        )
    else:
        _in_one_statement(database, rows)


def _in_one_statement(database: Database, rows: Sequence[NewRow]) -> None:
    dialect = database.reads.dialect
    values: list[Any] = []
    for each, row in rows:
        values += each.values(dialect, row)
    pooled = database.take_for_new_rows()
    driver: Any = pooled.dbapi_connection  # in autocommit: a single statement is a transaction
    try:
        # A cursor that takes the statement as it is: others look for their marks in it each time
        # anew where a statement has more than fifty values.
        psycopg.RawCursor(driver).execute(
            _combined(tuple(each for each, _ in rows), dialect), values
        )
    except READ_ONLY:
        driver.close()
        database.close()  # the others lead there too
        raise
    finally:
        if driver.closed:  # the server behind it went away
            pooled.invalidate()
        else:
            database.keep_for_new_rows(pooled)


@lru_cache(maxsize=64)
def _combined(inserts: tuple[PreparedInsert, ...], dialect: Dialect) -> str:
    """All inserts as one statement, with PostgreSQL's own marks ($1, $2 and so on); what refers to
    a row of the same statement is checked at its end, so the order does not matter.
    """
    *before, last = [each.sql(dialect) for each in inserts]
    parts = ", ".join(f"new_{place} AS ({sql})" for place, sql in enumerate(before))
    whole = f"WITH {parts} {last}" if before else last
    first, *others = whole.split("%s")
    return first + "".join(f"${place}{text}" for place, text in enumerate(others, 1))

"""New rows of one transaction, handed straight to the driver.

Initiations are where the server's throughput is decided, and nearly all that the toolkit does
between us and the driver is for nothing there: the statements never change and nothing is read
back. They are compiled once per database; on PostgreSQL the whole transaction is sent in one go.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, insert
from sqlalchemy.engine import Dialect

from cms.store.database import Database

Processor = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Compiled:
    sql: str
    places: tuple[tuple[str, Processor | None], ...]
    positional: bool

    def values(self, row: Mapping[str, Any]) -> Any:
        processed = [
            row.get(name) if process is None else process(row.get(name))
            for name, process in self.places
        ]
        if self.positional:
            return processed
        return {name: value for (name, _), value in zip(self.places, processed, strict=True)}


class PreparedInsert:
    """`INSERT INTO table (all its columns)`; a column without a value gets NULL."""

    def __init__(self, table: Table, *, without: tuple[str, ...] = ()) -> None:
        self._table = table
        self._columns = [column for column in table.c if column.name not in without]
        self._compiled: dict[str, _Compiled] = {}

    def run(self, connection: Connection, row: Mapping[str, Any]) -> None:
        """Insert one row, given by column names, in the connection's transaction."""
        sql, values = self.statement(connection.dialect, row)
        connection.exec_driver_sql(sql, tuple(values) if isinstance(values, list) else values)

    def statement(self, dialect: Dialect, row: Mapping[str, Any]) -> tuple[str, Any]:
        """The statement and its values, as the database's driver takes them."""
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = self._compiled[dialect.name] = self._compile(dialect)
        return compiled.sql, compiled.values(row)

    def _compile(self, dialect: Dialect) -> _Compiled:
        names = [column.name for column in self._columns]
        compiled = insert(self._table).compile(dialect=dialect, column_keys=names)
        processors: dict[str, Processor | None] = {
            column.name: column.type.dialect_impl(dialect).bind_processor(dialect)
            for column in self._columns
        }
        positional = bool(compiled.positional)
        order = list(compiled.positiontup or ()) if positional else names
        places = tuple((name, processors[name]) for name in order)
        return _Compiled(str(compiled), places, positional)


NewRow = tuple[PreparedInsert, Mapping[str, Any]]


def insert_together(database: Database, rows: Sequence[NewRow]) -> None:
    """Insert the rows in one transaction of their own: all of them, or none.

    Raises what the driver raises (see `database.UNAVAILABLE` and `database.CONFLICT`).
    """
    dialect = database.writes.dialect
    statements = [prepared.statement(dialect, row) for prepared, row in rows]
    pooled = database.writes.raw_connection()
    driver: Any = pooled.dbapi_connection
    try:
        if database.sqlite:
            driver.execute("BEGIN IMMEDIATE")
            for sql, values in statements:
                driver.execute(sql, values)
            driver.commit()
        else:
            with driver.pipeline():
                for sql, values in statements:
                    driver.execute(sql, values)
                driver.commit()
    except BaseException:
        driver.rollback()
        raise
    finally:
        pooled.close()

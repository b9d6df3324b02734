"""A database that fails: at an insert, or only when the transaction is committed."""

import sqlalchemy as sa

from cms.store.database import Database

_SQLITE = (
    """CREATE TRIGGER broken BEFORE INSERT ON {table} {when}
    BEGIN SELECT RAISE(ABORT, 'broken'); END""",
)
_SQLITE_MENDED = ("DROP TRIGGER broken",)

# Deferred: the rows go in, and the commit fails as it does on a full disk.
_POSTGRES = (
    """CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'broken' USING ERRCODE = 'disk_full'; END $$""",
    """CREATE CONSTRAINT TRIGGER broken AFTER INSERT ON {table} DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW {when} EXECUTE FUNCTION broken()""",
)
_POSTGRES_MENDED = ("DROP FUNCTION broken CASCADE",)


def break_inserts(database: Database, table: str, when: str = "") -> None:
    """From now on nothing can be added to the table, or nothing that is as `when` says."""
    statements = _SQLITE if database.sqlite else _POSTGRES
    _run(database, statements, table=table, when=f"WHEN ({when})" if when else "")


def break_moves(database: Database) -> None:
    """From now on no status can move, as no move can be written down."""
    break_inserts(database, "events", "NEW.to_status IS NOT NULL")


def mend(database: Database) -> None:
    """As it was before."""
    _run(database, _SQLITE_MENDED if database.sqlite else _POSTGRES_MENDED)


def _run(database: Database, statements: tuple[str, ...], **parts: str) -> None:
    with database.writes.begin() as connection:
        for statement in statements:
            connection.execute(sa.text(statement.format(**parts)))

"""Alembic's way in: which database, and how a migration may touch it.

The address is `config.attributes["url"]`, else XS2A_DATABASE_URL. The tables to compare with
(`alembic check`, autogenerate) are `config.attributes["metadata"]`: nothing of our code is imported
here, so an old migration never breaks on new code.
"""

import os
import sqlite3
from typing import Literal

import sqlalchemy as sa
from alembic import context

# One migration at a time over all nodes; the number is arbitrary, but must never change.
ADVISORY_LOCK = 4_118_240_702
# A migration that cannot get its lock soon gives up rather than stop the traffic behind it; once it
# has it, nothing that the operator has set for the server's short statements may end it.
LOCK_TIMEOUT = "10s"
STATEMENT_TIMEOUT = "0"

config = context.config
metadata: sa.MetaData | None = config.attributes.get("metadata")


def database_url() -> str:
    """The SQLAlchemy URL to migrate; raises RuntimeError when none is set."""
    url = config.attributes.get("url") or os.environ.get("XS2A_DATABASE_URL")
    if not url:
        raise RuntimeError("Set XS2A_DATABASE_URL to the database that is to be migrated")
    return str(url)


def ours(name: str | None, kind: str, _parents: object) -> bool:
    """Leave out tables that other owners keep in the same database (the sandbox bank's)."""
    if kind != "table" or name is None or (metadata is not None and name in metadata.tables):
        return True
    return not name.startswith("bank_")


def plain_type(kind: str, item: object, _context: object) -> str | Literal[False]:
    """Write a type of our own into a new revision as the database's type that it stands for."""
    return f"sa.{item.impl!r}" if kind == "type" and isinstance(item, sa.TypeDecorator) else False


def migrate_offline() -> None:
    """Print the SQL instead of running it (`alembic upgrade head --sql`)."""
    context.configure(url=database_url(), target_metadata=metadata, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()


def hold_sqlite_transactions(engine: sa.Engine) -> None:
    """Make the driver leave BEGIN to us: by itself it would commit before each CREATE TABLE."""

    @sa.event.listens_for(engine, "connect")
    def _(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA busy_timeout = 30000")
        connection.execute("PRAGMA journal_mode = WAL")

    @sa.event.listens_for(engine, "begin")
    def _(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def migrate(connection: sa.Connection) -> None:
    """Run all pending migrations in one transaction: all of them happen, or none."""
    postgresql = connection.dialect.name == "postgresql"
    context.configure(
        connection=connection,
        target_metadata=metadata,
        include_name=ours,
        render_item=plain_type,
        render_as_batch=not postgresql,  # SQLite cannot alter a column: it copies the table
        transactional_ddl=True,
    )
    with context.begin_transaction():
        if postgresql:
            connection.execute(sa.text(f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK})"))
            connection.execute(sa.text(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"))
            connection.execute(sa.text(f"SET LOCAL statement_timeout = '{STATEMENT_TIMEOUT}'"))
        context.run_migrations()


def migrate_online() -> None:
    """Connect and migrate."""
    engine = sa.create_engine(database_url(), poolclass=sa.NullPool)
    if engine.dialect.name == "sqlite":
        hold_sqlite_transactions(engine)
    with engine.connect() as connection:
        migrate(connection)
    engine.dispose()


if context.is_offline_mode():
    migrate_offline()
else:
    migrate_online()

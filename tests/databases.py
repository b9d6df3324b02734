"""Migrated databases for tests: made once per engine by Alembic, then copied for each test."""

import shutil
from pathlib import Path
from typing import Any, LiteralString

import alembic.command
import psycopg
import sqlalchemy as sa
from alembic.config import Config

from cms.store.database import Database
from cms.store.tables import events, metadata
from tests.postgres import PostgresServer

MIGRATIONS = Path(__file__).parent.parent / "migrations"
POSTGRES_TEMPLATE = "migrated"
DISCONNECT_OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
# All that a test may make in a database beside rows. Indexes have columns as tables do.
SHAPE = """
SELECT relname, attname, attnum::text || ' ' || format_type(atttypid, atttypmod) || attnotnull
FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
WHERE relnamespace = 'public'::regnamespace
UNION ALL SELECT tgrelid::regclass::text, tgname, tgenabled::text FROM pg_trigger
UNION ALL SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT proname, prosrc, '' FROM pg_proc WHERE pronamespace = 'public'::regnamespace
"""
# The order does not matter to a session in which references are not looked at.
DELETE_ALL_ROWS: LiteralString = "SET session_replication_role = replica;" + ";".join(
    f'DELETE FROM "{name}"' for name in metadata.tables
)


def migrate(url: str, revision: str = "head") -> None:
    """Bring the database behind a SQLAlchemy URL to a revision, as `xs2a migrate` does."""
    alembic.command.upgrade(alembic_config(url), revision)


def alembic_config(url: str) -> Config:
    """Alembic's settings for our migrations and one database."""
    config = Config(attributes={"url": url})
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    return config


def row_counts(database: Database) -> dict[str, int]:
    """How many rows each table has; `moves` are those of the events that tell of one."""
    counted = {
        name: sa.select(sa.func.count()).select_from(t) for name, t in metadata.tables.items()
    }
    counted["moves"] = counted["events"].where(events.c.to_status.is_not(None))
    with database.reads.connect() as connection:
        return {name: connection.execute(query).scalar_one() for name, query in counted.items()}


def moves_of(database: Database, resource_id: str) -> list[tuple[str, str, str]]:
    """From, to and cause of a resource's moves, oldest first."""
    below = sa.func.coalesce(events.c.authorisation_id, events.c.payment_id)
    query = sa.select(events.c.from_status, events.c.to_status, events.c.cause)
    query = query.where(below == resource_id, events.c.to_status.is_not(None))
    with database.reads.connect() as connection:
        return [(a, b, c) for a, b, c in connection.execute(query.order_by(events.c.event_id))]


class SqliteDatabases:
    """Migrated SQLite files in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._template = folder / "template.sqlite"
        self._made = 0
        migrate(f"sqlite:///{self._template}")

    def make(self) -> str:
        """The URL of a fresh copy."""
        self._made += 1
        copy = self._folder / f"{self._made}.sqlite"
        shutil.copyfile(self._template, copy)
        return f"sqlite:///{copy}"


class PostgresDatabases:
    """Migrated databases on one server. One that is taken back is emptied and given out again,
    in a fiftieth of the time that a copy takes.
    """

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self._made = 0
        self._empty: list[str] = []
        server.create_database(POSTGRES_TEMPLATE)
        migrate(server.url(POSTGRES_TEMPLATE))
        with server.connect(POSTGRES_TEMPLATE) as connection:
            self._shape = _shape(connection)

    def make(self) -> str:
        """The URL of one without rows."""
        if self._empty:
            return self._server.url(self._empty.pop())
        self._made += 1
        name = f"test_{self._made}"
        self._server.create_database(name, template=POSTGRES_TEMPLATE)
        return self._server.url(name)

    def take_back(self, url: str) -> None:
        """Whoever still holds a connection loses it. Where a test has left other tables than it
        was given, nobody else gets them.
        """
        name = url.rpartition("/")[2]
        with self._server.connect(name) as connection:
            connection.execute(DISCONNECT_OTHERS)
            as_given = _shape(connection) == self._shape
            if as_given:
                connection.execute(DELETE_ALL_ROWS)
        if as_given:
            self._empty.append(name)
        else:
            self._server.drop_database(name)


def _shape(connection: psycopg.Connection[tuple[Any, ...]]) -> set[tuple[Any, ...]]:
    """What the database consists of, beside its rows."""
    return set(connection.execute(SHAPE).fetchall())

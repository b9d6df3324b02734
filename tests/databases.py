"""Migrated databases for tests: made once per engine by Alembic, then copied for each test."""

import shutil
from pathlib import Path

import alembic.command
from alembic.config import Config

from tests.postgres import PostgresServer

MIGRATIONS = Path(__file__).parent.parent / "migrations"
POSTGRES_TEMPLATE = "migrated"


def migrate(url: str, revision: str = "head") -> None:
    """Bring the database behind a SQLAlchemy URL to a revision, as `xs2a migrate` does."""
    alembic.command.upgrade(alembic_config(url), revision)


def alembic_config(url: str) -> Config:
    """Alembic's settings for our migrations and one database."""
    config = Config(attributes={"url": url})
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    return config


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
    """Migrated databases on one server."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self._made = 0
        server.create_database(POSTGRES_TEMPLATE)
        migrate(server.url(POSTGRES_TEMPLATE))

    def make(self) -> str:
        """The URL of a fresh copy."""
        self._made += 1
        name = f"test_{self._made}"
        self._server.create_database(name, template=POSTGRES_TEMPLATE)
        return self._server.url(name)

    def drop(self, url: str) -> None:
        """Forget a copy, whoever still holds a connection to it."""
        self._server.drop_database(url.rpartition("/")[2])

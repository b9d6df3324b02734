"""Brings databases to where this version needs them."""

from pathlib import Path

import alembic.command
import sqlalchemy as sa
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

import migrations
from xs2a.settings import Settings
from xs2a.wiring import folder_of, sandbox_bank


class EncodingUnfit(Exception):
    """The database cannot hold every text; the message says what to do."""


def demand_utf8(settings: Settings) -> None:
    """In another encoding the name of a Greek TPP would be an error of ours. Raises EncodingUnfit;
    of SQLite nobody can choose it.
    """
    if sa.make_url(settings.database_url).get_backend_name() == "sqlite":
        return
    # So that one without any encoding can be asked as well.
    encoded = {"client_encoding": "utf8"}
    engine = sa.create_engine(settings.database_url, poolclass=sa.NullPool, connect_args=encoded)
    with engine.connect() as connection:
        encoding = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
    if encoding != "UTF8":
        raise EncodingUnfit(
            f"The database is encoded as {encoding}, and must be as UTF8: make another one with "
            "CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0"
        )


def migrate(settings: Settings) -> None:
    """Apply all migrations that the database does not have yet. Raises EncodingUnfit."""
    _make_folder(settings.database_url)
    demand_utf8(settings)
    alembic.command.upgrade(_config(settings.database_url), "head")


def is_migrated(settings: Settings) -> bool:
    """Is the database at the head of our migrations?"""
    folder = folder_of(settings.database_url)
    if folder is not None and not Path(settings.database_url.removeprefix("sqlite:///")).exists():
        return False
    engine = sa.create_engine(settings.database_url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    head = ScriptDirectory.from_config(_config(settings.database_url)).get_current_head()
    return current == head


def set_up_sandbox_bank(settings: Settings) -> None:
    """The sandbox bank's own tables, people and opening balances; harmless when repeated."""
    _make_folder(settings.sandbox_bank_url)
    sandbox_bank(settings).set_up()


def _config(url: str) -> Config:
    config = Config(attributes={"url": url})
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.set_main_option("path_separator", "os")
    return config


def _make_folder(url: str) -> None:
    folder = folder_of(url)
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)

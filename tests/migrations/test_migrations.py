"""Migrations run on both engines, back and forth, and end at what the store's tables say."""

import alembic.command
import sqlalchemy as sa
from alembic.script import ScriptDirectory

from cms.store.tables import metadata
from tests.databases import alembic_config, migrate


def tables(url: str) -> set[str]:
    engine = sa.create_engine(url)
    try:
        return set(sa.inspect(engine).get_table_names())
    finally:
        engine.dispose()


def test_each_test_gets_a_migrated_database_of_its_own(database_url: str) -> None:
    assert tables(database_url) == set(metadata.tables) | {"alembic_version"}


def test_each_revision_goes_up_and_down(database_url: str) -> None:
    config = alembic_config(database_url)
    revisions = list(ScriptDirectory.from_config(config).walk_revisions())
    for _ in revisions:
        alembic.command.downgrade(config, "-1")
    assert tables(database_url) == {"alembic_version"}
    for revision in reversed(revisions):
        migrate(database_url, revision.revision)
    assert tables(database_url) == set(metadata.tables) | {"alembic_version"}


def test_tables_and_migrations_agree(database_url: str) -> None:
    config = alembic_config(database_url)
    config.attributes["metadata"] = metadata
    alembic.command.check(config)

"""Migrations run on both engines, back and forth, and end at what the store's tables say."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import alembic.command
import sqlalchemy as sa
from alembic.script import ScriptDirectory

from cms.store.tables import metadata
from tests.databases import alembic_config, migrate

LONG_AGO: Final = datetime(2026, 1, 5, 8, 15, 30, 123456, tzinfo=UTC)
_MOVED: Final = {"status_cause": "initiated", "status_changed_at": LONG_AGO, "created_at": LONG_AGO}
_NOBODY: Final = {"psu_id": "", "psu_id_type": "", "psu_corporate_id": ""}

# One row of each table as revision 0001 knows it, in an order that keeps foreign keys.
ROWS_OF_0001: Final[Mapping[str, Mapping[str, Any]]] = {
    "tpps": {
        "tpp_id": "tpp",
        "instance_id": "UNDEFINED",
        "authorisation_number": "PSDDE-BAFIN-100001",
        "authority_id": "DE-BAFIN",
        "roles": "PISP",
        "updated_at": LONG_AGO,
    },
    "payments": {
        "payment_id": "payment",
        "instance_id": "UNDEFINED",
        "tpp_id": "tpp",
        "payment_service": "payments",
        "payment_product": "sepa-credit-transfers",
        "transaction_status": "RCVD",
        **_MOVED,
        "confirm_by": LONG_AGO,
        "content_type": "application/json",
        "redirect_uri": "https://pay.example/ok",
        "body": b'{"creditorName": "M\xc3\xbcller"}',
    },
    "payment_psus": {"payment_id": "payment", "position": 0, **_NOBODY, "psu_id": "anton"},
    "authorisations": {
        "authorisation_id": "authorisation",
        "kind": "PIS_CREATION",
        "parent_id": "payment",
        "instance_id": "UNDEFINED",
        "sca_approach": "REDIRECT",
        "sca_status": "psuIdentified",
        **_MOVED,
        "expires_at": LONG_AGO,
        "redirect_expires_at": LONG_AGO,
    },
    "status_history": {
        "row_number": 1,
        "resource_kind": "payment",
        "resource_id": "payment",
        "instance_id": "UNDEFINED",
        "from_status": "RCVD",
        "to_status": "ACSP",
        "cause": "bank_reported",
        "at": LONG_AGO,
    },
    "idempotent_answers": {
        "request_key": "key",
        "body_digest": "digest",
        "http_status": 201,
        "headers": "{}",
        "body": b"{}",
        "created_at": LONG_AGO,
    },
}
# What 0002 says of a payment and an authorisation that it finds.
FILLED_BY_0002: Final[Mapping[str, Mapping[str, Any]]] = {
    "payments": {
        "multilevel": False,
        "cancellation_requested_at": None,
        "cancellation_redirect_uri": None,
        "cancellation_nok_redirect_uri": None,
        "cancellation_internal_request_id": None,
        "open_intent_id": None,
    },
    "authorisations": {"confirmation_code_hash": None},
}


def tables(url: str) -> set[str]:
    engine = sa.create_engine(url)
    try:
        return set(sa.inspect(engine).get_table_names())
    finally:
        engine.dispose()


def insert(url: str, rows: Mapping[str, Mapping[str, Any]]) -> None:
    """One row into each table, as the database has it at its present revision."""
    engine = sa.create_engine(url)
    try:
        with engine.begin() as connection:
            for name, row in rows.items():
                table = sa.Table(name, sa.MetaData(), autoload_with=connection)
                connection.execute(sa.insert(table).values(row))
    finally:
        engine.dispose()


def the_row(url: str, name: str) -> dict[str, Any]:
    """The only row of a table, all its columns."""
    engine = sa.create_engine(url)
    try:
        with engine.connect() as connection:
            table = sa.Table(name, sa.MetaData(), autoload_with=connection)
            return dict(connection.execute(sa.select(table)).mappings().one())
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


def test_0002_keeps_what_is_there_on_the_way_up_and_down(database_url: str) -> None:
    config = alembic_config(database_url)
    alembic.command.downgrade(config, "0001")
    insert(database_url, ROWS_OF_0001)
    before = {name: the_row(database_url, name) for name in ROWS_OF_0001}

    migrate(database_url, "0002")
    for name, row in before.items():
        assert the_row(database_url, name) == {**row, **FILLED_BY_0002.get(name, {})}

    alembic.command.downgrade(config, "0001")
    assert {name: the_row(database_url, name) for name in ROWS_OF_0001} == before


def test_tables_and_migrations_agree(database_url: str) -> None:
    config = alembic_config(database_url)
    config.attributes["metadata"] = metadata
    alembic.command.check(config)


def test_tables_of_the_sandbox_bank_are_no_business_of_ours(database_url: str) -> None:
    """They may lie in the same database; ours that are called so too are compared all the same."""
    theirs = sa.MetaData()
    sa.Table("bank_orders", theirs, sa.Column("order_id", sa.Integer, primary_key=True))
    engine = sa.create_engine(database_url)
    theirs.create_all(engine)
    engine.dispose()
    config = alembic_config(database_url)
    config.attributes["metadata"] = metadata

    alembic.command.check(config)

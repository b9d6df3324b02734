"""Migrations run on both engines, back and forth, and end at what the store's tables say."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import alembic.command
import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Dialect

from cms.domain.ids import first_id_at, is_id
from cms.store.tables import metadata
from tests.databases import alembic_config, migrate

LONG_AGO: Final = datetime(2026, 1, 5, 8, 15, 30, 123456, tzinfo=UTC)
MILLISECOND: Final = timedelta(milliseconds=1)
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
    (row,) = all_rows(url, name)
    return row


def all_rows(url: str, name: str, *order: str) -> list[dict[str, Any]]:
    """The rows of a table, all their columns."""
    engine = sa.create_engine(url)
    try:
        with engine.connect() as connection:
            table = sa.Table(name, sa.MetaData(), autoload_with=connection)
            query = sa.select(table).order_by(*(table.c[column] for column in order))
            return [dict(row) for row in connection.execute(query).mappings()]
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


# From, to and cause of two moves, as 0002 knows them and as 0003 does.
MOVES_OF_0002: Final[tuple[Mapping[str, Any], ...]] = (
    ROWS_OF_0001["status_history"],
    {
        "row_number": 2,
        "resource_kind": "authorisation",
        "resource_id": "authorisation",
        "instance_id": "UNDEFINED",
        "from_status": "psuIdentified",
        "to_status": "failed",
        "cause": "superseded",
        "at": LONG_AGO,
    },
)


def test_0003_makes_events_of_moves_and_moves_of_events(database_url: str) -> None:
    config = alembic_config(database_url)
    alembic.command.downgrade(config, "0002")
    without_moves = {n: row for n, row in ROWS_OF_0001.items() if n != "status_history"}
    with_multilevel = {**ROWS_OF_0001["payments"], "multilevel": False}
    insert(database_url, {**without_moves, "payments": with_multilevel})
    for move in MOVES_OF_0002:
        insert(database_url, {"status_history": move})

    migrate(database_url, "0003")
    paid, authorised = all_rows(database_url, "events", "event_id")
    for event, move in zip((paid, authorised), MOVES_OF_0002, strict=True):
        kept = ("instance_id", "from_status", "to_status", "cause", "at")
        assert [moment_in_utc(event[name]) for name in kept] == [move[name] for name in kept]
        assert (event["payment_id"], event["origin"]) == ("payment", "XS2A_INTERNAL")
        assert first_id_at(LONG_AGO) <= event["event_id"] < first_id_at(LONG_AGO + MILLISECOND)
        assert is_id(event["event_id"])
    assert (paid["event_type"], paid["authorisation_id"]) == ("TRANSACTION_STATUS_CHANGED", None)
    assert authorised["event_type"] == "SCA_STATUS_CHANGED"
    assert authorised["authorisation_id"] == "authorisation"

    request = {**paid, "event_id": "7", "to_status": None, "from_status": None, "cause": None}
    insert(database_url, {"events": request})  # no move: there is no place for it in 0002
    alembic.command.downgrade(config, "0002")
    back = all_rows(database_url, "status_history", "row_number")
    assert [{**row, "at": moment_in_utc(row["at"])} for row in back] == [
        dict(move) for move in MOVES_OF_0002
    ]


def moment_in_utc(value: Any) -> Any:
    """SQLite gives moments without their zone."""
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) else value


def test_tables_and_migrations_agree(database_url: str) -> None:
    config = alembic_config(database_url)
    config.attributes["metadata"] = metadata
    alembic.command.check(config)


@pytest.mark.postgres
def test_text_is_compared_as_the_tables_say(postgres_url: str) -> None:
    """Alembic's check does not look at this."""
    config = alembic_config(postgres_url)
    here = collations(postgres_url)
    dialect: Dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    said = {
        (table.name, column.name): getattr(column.type.dialect_impl(dialect), "collation", None)
        for table in metadata.sorted_tables
        for column in table.c
    }
    assert here == said
    assert set(said.values()) == {None, "C"}

    alembic.command.downgrade(config, "0006")
    assert set(collations(postgres_url).values()) == {None}
    migrate(postgres_url)
    assert collations(postgres_url) == here


def collations(url: str) -> dict[tuple[str, str], str | None]:
    """By what order each column of ours is compared: None is the database's own."""
    query = sa.text(
        "SELECT table_name, column_name, collation_name FROM information_schema.columns"
        " WHERE table_schema = 'public' AND table_name <> 'alembic_version'"
    )
    engine = sa.create_engine(url)
    try:
        with engine.connect() as connection:
            return {(table, column): name for table, column, name in connection.execute(query)}
    finally:
        engine.dispose()


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

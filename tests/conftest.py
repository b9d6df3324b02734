"""Fixtures of all tests: databases, a browser, and the Berlin Group's OpenAPI as a judge."""

import gc
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, sync_playwright

from tests.compiled_routes import compile_routes_once
from tests.contract.berlin_group import BerlinGroup, openapi_file
from tests.databases import PostgresDatabases, SqliteDatabases
from tests.postgres import PostgresServer, running_postgres
from tests.serving import migrate_once

CHROMIUM_ARGUMENTS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
)

# A busy machine is no finding, and a red build must be red again when it is repeated.
settings.register_profile("house", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("house")

compile_routes_once()


def pytest_collection_finish() -> None:
    """What was collected stays: to look through it anew took a twentieth of all the time."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A real PostgreSQL, started when a test first asks for it; one per test process."""
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_databases(postgres_server: PostgresServer) -> PostgresDatabases:
    return PostgresDatabases(postgres_server)


@pytest.fixture(scope="session")
def sqlite_databases(tmp_path_factory: pytest.TempPathFactory) -> SqliteDatabases:
    return SqliteDatabases(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture
def sqlite_url(sqlite_databases: SqliteDatabases) -> str:
    """The URL of a fresh, migrated SQLite database."""
    return sqlite_databases.make()


@pytest.fixture
def postgres_url(postgres_databases: PostgresDatabases) -> Iterator[str]:
    """The URL of a migrated PostgreSQL database without rows."""
    url = postgres_databases.make()
    yield url
    postgres_databases.take_back(url)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of a fresh, migrated database: the test runs once on each engine we promise."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(scope="session")
def migrated_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `xs2a migrate` makes for a sandbox; each server of the tests is given a copy."""
    return migrate_once(tmp_path_factory.mktemp("migrated"))


@pytest.fixture(scope="session")
def berlin_group() -> BerlinGroup:
    """The Berlin Group's OpenAPI as a judge of answers; skips where the file is not at hand."""
    path = openapi_file()
    if path is None:
        pytest.skip("the Berlin Group's OpenAPI is not at hand; set XS2A_BERLIN_GROUP_OPENAPI")
    return BerlinGroup.load(path)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium, headless. Skips without one; XS2A_REQUIRE_BROWSER=1 fails instead."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None and os.environ.get("XS2A_REQUIRE_BROWSER") == "1":
        pytest.fail("XS2A_REQUIRE_BROWSER is set, but there is no chromium in PATH")
    if chromium is None:
        pytest.skip("no chromium in PATH")
    # Chromium's own sandbox does not start for root.
    root = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=chromium, args=[*CHROMIUM_ARGUMENTS, *root]
        )
        yield launched
        launched.close()

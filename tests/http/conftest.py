"""Houses for the HTTP tests: the real rooms on SQLite, with a bank and a clock of the test's."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from sandbox.certificates import SandboxQtsp
from tests.contract.berlin_group import BerlinGroup, openapi_file
from tests.databases import SqliteDatabases
from tests.houses import World, certificate, open_world
from tests.qtsp import the_qtsp
from tests.tpps import TppClient

OpenHouse = Callable[..., World]


@pytest.fixture(scope="session")
def judge() -> BerlinGroup | None:
    """The Berlin Group's OpenAPI, which judges every answer of the XS2A face where it is there."""
    path = openapi_file()
    return None if path is None else BerlinGroup.load(path)


@pytest.fixture(scope="session")
def qtsp() -> SandboxQtsp:
    return the_qtsp()


@pytest.fixture(scope="session")
def pisp(qtsp: SandboxQtsp) -> str:
    """The certificate of a payment initiation service provider."""
    return certificate(qtsp)


@pytest.fixture
def open_house(
    sqlite_databases: SqliteDatabases, tmp_path: Path, judge: BerlinGroup | None
) -> Iterator[OpenHouse]:
    """Opens a house for a profile and settings of the test's."""
    with ExitStack() as houses:

        def opened(**how: Any) -> World:
            return houses.enter_context(open_world(sqlite_databases.make(), tmp_path, judge, **how))

        yield opened


@pytest.fixture
def world(open_house: OpenHouse) -> World:
    """A house with the documented defaults."""
    return open_house()


@pytest.fixture
def tpp(world: World, pisp: str) -> TppClient:
    return TppClient(world, pisp)

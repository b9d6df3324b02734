"""One house for all tests of a module, which names its profile: `HOUSE`. Each test finds the bank
and the clock as new, and works on payments of its own.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from typing import Any

import pytest

from tests.contract.berlin_group import BerlinGroup
from tests.databases import SqliteDatabases
from tests.houses import NOW, FakeBank, World, open_world
from tests.http.conftest import judge, pisp, qtsp
from tests.tpps import TppClient

__all__ = ["judge", "pisp", "qtsp"]

OpenShared = Callable[[Mapping[str, Any]], World]


@pytest.fixture(scope="module")
def open_shared(
    sqlite_databases: SqliteDatabases,
    tmp_path_factory: pytest.TempPathFactory,
    judge: BerlinGroup | None,
) -> Iterator[OpenShared]:
    """Opens a house for the module, by the sections of its profile."""
    with ExitStack() as houses:

        def opened(profile: Mapping[str, Any]) -> World:
            folder = tmp_path_factory.mktemp("house")
            return houses.enter_context(
                open_world(sqlite_databases.make(), folder, judge, **profile)
            )

        yield opened


@pytest.fixture(scope="module")
def shared(request: pytest.FixtureRequest, open_shared: OpenShared) -> World:
    return open_shared(request.module.HOUSE)


@pytest.fixture
def world(shared: World) -> World:
    return as_new(shared)


@pytest.fixture
def tpp(world: World, pisp: str) -> TppClient:
    return TppClient(world, pisp)


def as_new(world: World) -> World:
    """The bank answers as it does by itself, and has been asked nothing."""
    vars(world.bank).update(vars(FakeBank()))
    world.clock.now = NOW
    return world

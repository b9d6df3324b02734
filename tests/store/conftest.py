"""The CMS's rooms over a fresh database, each test once on SQLite and once on PostgreSQL."""

from collections.abc import Iterator

import pytest

from cms.store.database import Database
from tests.store.rooms import Rooms


@pytest.fixture
def rooms(database_url: str) -> Iterator[Rooms]:
    database = Database(database_url, pool_size=8)
    try:
        yield Rooms(database)
    finally:
        database.close()

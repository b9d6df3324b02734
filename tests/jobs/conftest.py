"""Workers over a fresh database, each test once on SQLite and once on PostgreSQL."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.http.conftest import pisp, qtsp
from tests.jobs.working import Works, open_works

__all__ = ["pisp", "qtsp"]

OpenWorks = Callable[..., Works]


@pytest.fixture
def open_shop(database_url: str, tmp_path: Path, pisp: str) -> Iterator[OpenWorks]:
    """Opens one for a profile of the test's; again for the same database under another."""
    with ExitStack() as opened:

        def shop(**profile: Any) -> Works:
            return opened.enter_context(open_works(database_url, tmp_path, pisp, **profile))

        yield shop


@pytest.fixture
def works(open_shop: OpenWorks) -> Works:
    return open_shop()

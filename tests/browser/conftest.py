from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.landing import Landing, running_landing
from tests.browser.visiting import Visit, opened_visit
from tests.serving import RunningServer, server

__all__ = ["server"]


@pytest.fixture(scope="session")
def landing() -> Iterator[Landing]:
    """A TPP's own pages, on an origin that is not the bank's."""
    with running_landing() as pages:
        yield pages


@pytest.fixture
def visit(browser: Browser, server: RunningServer) -> Iterator[Visit]:
    """A PSU with a fresh browser."""
    with opened_visit(browser, server) as visit:
        yield visit

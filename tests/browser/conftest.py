from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ViewportSize

from tests.browser.landing import Landing, running_landing
from tests.browser.visiting import Visit
from tests.serving import RunningServer, server

__all__ = ["server"]

WIDE = ViewportSize(width=1200, height=900)


@pytest.fixture(scope="session")
def landing() -> Iterator[Landing]:
    """A TPP's own pages, on an origin that is not the bank's."""
    with running_landing() as pages:
        yield pages


@pytest.fixture
def visit(browser: Browser, server: RunningServer) -> Iterator[Visit]:
    """A PSU with a fresh browser. At the end: nothing on the console, nothing from elsewhere."""
    context = browser.new_context(viewport=WIDE, locale="en-GB")
    visit = Visit(context.new_page(), server)
    yield visit
    context.close()
    assert visit.complaints == []
    assert visit.strangers() == []

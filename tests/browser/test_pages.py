"""What holds for every page: it can be read, heard and used by everybody, on a desk and a phone."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.looking import (
    LARGEST_SCREENSHOT,
    LOW_CONTRAST,
    SCREENSHOTS,
    SMALL,
    faults_of_build,
    not_reached_by_tab,
    take,
    updating_screenshots,
)
from tests.browser.stations import STATIONS
from tests.browser.visiting import WIDE, Visit, opened_visit
from tests.serving import RunningServer

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SHOWN = (
    "log-in",
    "payment-with-tan",
    "two-methods",
    "back-at-the-tpp",
    "expired",
    "wrong-tan",
    "bulk",
    "standing-order",
    "cancellation",
    "two-people",
    "in-app",
    "phone",
    "code",
    "access",
)
BUILT_LIKE_ANOTHER = ("standing-order",)  # as payment-with-tan, with other facts


@pytest.fixture(
    scope="module", params=[name for name in STATIONS if name not in BUILT_LIKE_ANOTHER]
)
def arrived(
    request: pytest.FixtureRequest, browser: Browser, server: RunningServer
) -> Iterator[Visit]:
    """A PSU who has come to one of the pages. Several tests look at it, and none goes on."""
    with opened_visit(browser, server) as visit:
        STATIONS[request.param](visit)
        visit.page.wait_for_load_state()  # its style sheet is there
        yield visit


@pytest.fixture
def page(arrived: Visit) -> Page:
    """The page as it came, whatever another test has looked at it through."""
    arrived.page.set_viewport_size(WIDE)
    arrived.page.emulate_media(color_scheme="null")
    return arrived.page


def test_every_page_is_built_for_everybody(arrived: Visit, page: Page) -> None:
    assert page.locator("html").get_attribute("lang") == "en"
    assert arrived.heading()
    assert page.title()
    expect(page.locator("main")).to_have_count(1)
    expect(page.locator("img:not([alt])")).to_have_count(0)
    assert faults_of_build(page) == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_has_contrast(page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    assert page.evaluate(LOW_CONTRAST) == []


@pytest.mark.parametrize("px", [320, 390, 1200])
def test_no_page_scrolls_sideways(page: Page, px: int) -> None:
    page.set_viewport_size({"width": px, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= px
    assert page.evaluate(SMALL) == []


def test_everything_that_can_be_used_is_reached_by_tab_and_shows_it(page: Page) -> None:
    assert not_reached_by_tab(page) == 0


def test_pages_are_closed_to_scripts_frames_and_caches(arrived: Visit, page: Page) -> None:
    documents = [each for each in arrived.answers if each.request.resource_type == "document"]
    assert documents
    for answer in documents:
        policy = answer.headers.get("content-security-policy", "")
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "script-src" not in policy
        assert answer.headers["cache-control"] == "no-store"
    expect(page.locator("script, [style], style")).to_have_count(0)


def test_errors_are_told_where_they_are(visit: Visit) -> None:
    STATIONS["wrong-tan"](visit)
    assert visit.page.title().startswith("Error: ")
    tan = visit.page.get_by_label("TAN", exact=True)
    expect(tan).to_have_attribute("aria-invalid", "true")
    expect(tan).to_be_focused()


def test_on_a_phone_the_error_is_in_sight_of_the_field(visit: Visit) -> None:
    visit.page.set_viewport_size({"width": 390, "height": 780})
    STATIONS["wrong-tan"](visit)
    expect(visit.page.get_by_label("TAN", exact=True)).to_be_in_viewport()
    expect(visit.page.get_by_role("alert")).to_be_in_viewport()


@pytest.mark.parametrize("px", [1200, 390])
@pytest.mark.parametrize("name", SHOWN)
def test_screenshots_of_the_main_pages_are_in_the_docs(
    request: pytest.FixtureRequest, name: str, px: int
) -> None:
    """UPDATE_SCREENSHOTS=1 takes them anew; only that needs a browser."""
    path = SCREENSHOTS / f"{name}-{px}.png"
    if updating_screenshots():
        visit: Visit = request.getfixturevalue("visit")
        show(visit, name, px)
        take(visit.page, path)
    assert 1_000 < path.stat().st_size < LARGEST_SCREENSHOT


def show(visit: Visit, name: str, px: int) -> None:
    visit.page.set_viewport_size({"width": px, "height": 760 if px == 1200 else 780})
    STATIONS[name](visit)

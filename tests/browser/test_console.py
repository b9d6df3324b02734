"""The operators' console in a real browser: what operators do there, and that everybody can."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.console_stations import OTHER_TPP, STATIONS, blocked, log_in, open_console
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
from tests.browser.visiting import Visit

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SHOWN = ("log-in", "payments", "payment", "tpps", "blocked", "profile-changed", "jobs", "trail")


@pytest.fixture
def desk(visit: Visit) -> Visit:
    """An operator's browser; what it may ask for is the console, and the bank's own pages."""
    visit.known.add(urlsplit(visit.server.cms).netloc)
    return visit


@pytest.mark.parametrize("name", STATIONS)
def test_every_page_is_for_everybody_on_a_desk_and_a_phone(desk: Visit, name: str) -> None:
    STATIONS[name](desk)
    page = desk.page
    page.wait_for_load_state()
    assert page.locator("html").get_attribute("lang") == "en"
    assert desk.heading()
    expect(page.locator("main")).to_have_count(1)
    expect(page.locator("script, [style], style")).to_have_count(0)
    assert faults_of_build(page) == {}
    for px in (320, 390, 1200):
        page.set_viewport_size({"width": px, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= px, px
        assert page.evaluate(SMALL) == [], px
    page.emulate_media(color_scheme="light")
    assert page.evaluate(LOW_CONTRAST) == []
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(LOW_CONTRAST) == []


@pytest.mark.parametrize("name", ["log-in", "payments", "payment", "blocked", "trail"])
def test_everything_is_reached_by_tab_and_shows_it(desk: Visit, name: str) -> None:
    STATIONS[name](desk)
    desk.page.wait_for_load_state()
    assert not_reached_by_tab(desk.page) == 0


def test_a_payment_is_found_by_its_psu_and_tells_its_story(desk: Visit) -> None:
    STATIONS["payments"](desk)
    page = desk.page
    page.get_by_label("PSU-ID").fill("anton.brueckner")
    page.get_by_label("Transaction status").select_option("ACSC")
    desk.press("Search")
    page.locator("tbody a").first.click()
    page.wait_for_load_state()

    facts = page.locator("main").inner_text()
    for told in ("12.50 EUR", "Marion Mueller", "anton.brueckner", "ACSC"):
        assert told in facts
    story = page.locator(".timeline").inner_text()
    for told in (
        "Payment initiation",
        "Authorisation of the payment started",
        "SCA status",
        "Bank:",
    ):
        assert told in story


def test_a_blocked_tpp_is_seen_and_let_in_again(desk: Visit) -> None:
    blocked(desk)
    main = desk.page.locator("main")
    expect(main).to_contain_text("blocked")
    expect(main).to_contain_text("Its certificate was reported as stolen")
    desk.follow("TPPs")
    row = desk.page.get_by_role("table", name="On the stop list").locator("tr", has_text=OTHER_TPP)
    expect(row).to_contain_text("operator")
    row.get_by_role("link").click()
    desk.page.wait_for_load_state()
    desk.page.get_by_label("Reason").fill("A new certificate")
    desk.press("Let in again")
    expect(main).to_contain_text("let in")


def test_without_a_reason_the_browser_sends_nothing(desk: Visit) -> None:
    log_in(desk)
    open_console(desk, "/tpps/one?number=PSDDE-BAFIN-777777")
    desk.button("Block").click()
    expect(desk.page.get_by_label("Reason")).to_be_focused()


def test_a_viewer_is_offered_nothing_to_do(desk: Visit) -> None:
    log_in(desk, "viewer")
    expect(desk.page.get_by_role("link", name="Trail")).to_have_count(0)
    open_console(desk, f"/tpps/one?number={OTHER_TPP}")
    expect(desk.page.locator("main button")).to_have_count(0)


def test_logging_out_leaves_nothing_behind(desk: Visit) -> None:
    log_in(desk)
    desk.press("Log out")
    assert not any(c["name"] == "console_session" for c in desk.page.context.cookies())
    desk.page.go_back()
    expect(desk.page.get_by_role("heading", name="Log in")).to_be_visible()


@pytest.mark.parametrize("px", [1200, 390])
@pytest.mark.parametrize("name", SHOWN)
def test_screenshots_are_in_the_docs(request: pytest.FixtureRequest, name: str, px: int) -> None:
    """UPDATE_SCREENSHOTS=1 takes them anew; only that needs a browser."""
    path = SCREENSHOTS / f"console-{name}-{px}.png"
    if updating_screenshots():
        desk: Visit = request.getfixturevalue("desk")
        desk.page.set_viewport_size({"width": px, "height": 1000})
        STATIONS[name](desk)
        take(desk.page, path, whole=False)
    assert 1_000 < path.stat().st_size < LARGEST_SCREENSHOT

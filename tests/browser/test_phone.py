"""The page that stands in for the phone, alone and beside the page that waits for it."""

import pytest
from playwright.sync_api import expect

from tests.browser.landing import Landing
from tests.browser.stations import STATIONS
from tests.browser.visiting import DORA, Visit

pytestmark = [pytest.mark.browser, pytest.mark.slow]

A_WHILE_MS = 20_000  # longer than a page takes to look again


@pytest.mark.parametrize(
    "button, heading, statuses",
    [
        ("Approve", "Payment authorised", ("finalised", "ACSC")),
        ("Decline", "Payment declined", ("failed", "RJCT")),
    ],
)
def test_the_psu_decides_on_the_phone(
    visit: Visit, button: str, heading: str, statuses: tuple[str, str]
) -> None:
    STATIONS["phone"](visit)
    shown = visit.page.locator("main").inner_text().replace("\u202f", "")
    for fact in ("Make this payment?", "12.50 EUR", "DE69760700240340283600", "Sandbox TPP"):
        assert fact in shown
    visit.press(button)
    assert visit.heading() == heading
    assert visit.statuses() == statuses
    visit.follow("What waits for you")
    assert visit.heading() == "Nothing waits for you"


def test_a_request_appears_by_itself(visit: Visit) -> None:
    STATIONS["phone"](visit)
    visit.press("Decline")
    visit.follow("What waits for you")
    assert visit.heading() == "Nothing waits for you"
    visit.ask_in_app(DORA)
    expect(visit.button("Approve")).to_be_visible(timeout=A_WHILE_MS)


def test_the_page_goes_on_when_the_phone_has_confirmed(visit: Visit, landing: Landing) -> None:
    STATIONS["phone"](visit)
    visit.press("Decline")
    visit.arrive(DORA, at=landing)
    visit.log_in("dora.push")
    visit.page.get_by_label("Approve in the banking app").check()
    visit.press("Go on")
    assert visit.heading() == "Confirm in your app"
    phone = visit.beside()
    phone.page.goto(f"{visit.server.bank}/phone")
    phone.press("Approve")
    assert phone.heading() == "Payment authorised"
    back = visit.page.get_by_role("link", name="Back to Sandbox TPP")
    expect(back).to_be_visible(timeout=A_WHILE_MS)
    back.click()
    expect(visit.page).to_have_url(landing.ok)
    assert visit.statuses() == ("finalised", "ACSC")


def test_who_says_too_early_to_have_confirmed_is_told_so(visit: Visit) -> None:
    STATIONS["in-app"](visit)
    visit.press("I have confirmed")
    assert "You have not approved it in your app yet." in visit.alert()
    assert visit.statuses() == ("scaMethodSelected", "RCVD")

"""A bulk and a standing order: seen as a whole, authorised once (RTS on SCA, art. 5)."""

import pytest
from playwright.sync_api import expect

from tests.browser import orders
from tests.browser.landing import Landing
from tests.browser.stations import STATIONS
from tests.browser.visiting import Visit

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def shown(visit: Visit) -> str:
    return visit.page.locator("main").inner_text().replace("\u202f", "").replace("\u00a0", " ")


def test_a_bulk_is_shown_and_authorised(visit: Visit, landing: Landing) -> None:
    order = orders.bulk(requestedExecutionDate=orders.DAY, batchBookingPreferred=True)
    visit.page.goto(visit.initiate_order(order, landing))
    visit.log_in("anton.brueckner")
    assert visit.heading() == "Confirm these payments"
    for fact in ("457.50 EUR for 12 payments", orders.ANTON, "5 January 2099", "One line for all"):
        assert fact in shown(visit)
    expect(visit.page.get_by_role("rowheader", name="Jonas Petersen")).to_be_visible()
    expect(visit.page.get_by_text("Luca Moretti")).to_be_hidden()
    visit.page.locator("summary").press("Enter")
    last = visit.page.get_by_role("row", name="Luca Moretti")
    expect(last).to_contain_text("47.75")
    visit.enter_tan(button="Pay 457.50 EUR in all")
    expect(visit.page).to_have_url(landing.ok)
    assert visit.statuses() == ("finalised", "ACCP")
    visit.page.go_back()
    assert visit.heading() == "Payments authorised"


def test_a_standing_order_is_shown_and_authorised(visit: Visit, landing: Landing) -> None:
    visit.page.goto(visit.initiate_order(orders.rent(), landing))
    visit.log_in("anton.brueckner")
    assert visit.heading() == "Confirm this standing order"
    for fact in (
        "480.00 EUR each time",
        "Marion Mueller",
        "Rent, second floor",
        "Every month on the 31st (last day)",
        "30 January 2099",  # the 31st is a Saturday
        "Paid on the working day before",
    ):
        assert fact in shown(visit)
    visit.enter_tan(button="Pay 480.00 EUR each time")
    expect(visit.page).to_have_url(landing.ok)
    assert visit.statuses() == ("finalised", "ACCP")


def test_a_bulk_is_approved_on_the_phone(visit: Visit) -> None:
    STATIONS["phone-bulk"](visit)
    assert "Make these payments?" in shown(visit)
    expect(visit.page.get_by_role("row")).to_have_count(1 + len(orders.NAMES))
    visit.press("Approve")
    assert visit.heading() == "Payments rejected"  # nobody has that much

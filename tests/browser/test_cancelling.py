"""The PSU's visit by the link that cancels a payment."""

import pytest
from playwright.sync_api import expect

from tests.browser.landing import Landing
from tests.browser.stations import STATIONS
from tests.browser.visiting import CREDIT_TRANSFER, TO_CANCEL, Visit

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def authorise(visit: Visit) -> None:
    visit.page.goto(visit.initiate(TO_CANCEL, path=CREDIT_TRANSFER))
    visit.log_in("anton.brueckner")
    visit.enter_tan(button="Pay 666.08 EUR")


def test_a_payment_is_cancelled(visit: Visit, landing: Landing) -> None:
    authorise(visit)
    assert visit.statuses() == ("finalised", "ACCP")
    visit.page.goto(visit.cancel(at=landing))
    expect(visit.page.get_by_text("Sandbox TPP has sent you here to cancel")).to_be_visible()
    visit.log_in("anton.brueckner")
    assert visit.heading() == "Cancel this payment?"
    shown = visit.page.locator("main").inner_text()
    for fact in ("666.08 EUR", "Marion Mueller", "4 January 2099", "Authorised, not made yet"):
        assert fact in shown
    visit.enter_tan(button="Cancel this payment")
    expect(visit.page).to_have_url(landing.ok)
    assert visit.statuses() == ("finalised", "CANC")
    visit.page.go_back()
    assert visit.heading() == "Payment cancelled"


def test_a_payment_may_be_kept(visit: Visit, landing: Landing) -> None:
    authorise(visit)
    visit.page.goto(visit.cancel(at=landing))
    visit.log_in("anton.brueckner")
    visit.button("Keep it").click()
    expect(visit.page).to_have_url(landing.nok)
    assert visit.statuses() == ("failed", "ACCP")


def test_a_double_click_cancels_once_and_leads_back(visit: Visit, landing: Landing) -> None:
    authorise(visit)
    visit.page.goto(visit.cancel(at=landing))
    visit.log_in("anton.brueckner")
    visit.page.get_by_label("TAN", exact=True).fill("123456")
    visit.button("Cancel this payment").dblclick(no_wait_after=True)
    expect(visit.page).to_have_url(landing.ok)
    assert visit.statuses() == ("finalised", "CANC")


def test_the_money_is_free_again(visit: Visit) -> None:
    STATIONS["cancellation"](visit)
    visit.enter_tan(button="Cancel this payment")
    expect(visit.page).to_have_url(f"{visit.server.bank}/tpp/ok")
    visit.page.goto(visit.server.bank)
    visit.log_in("anton.brueckner")
    assert visit.heading() == "Your accounts"
    expect(visit.page.locator("tbody tr", has_text="666.08")).to_have_count(0)

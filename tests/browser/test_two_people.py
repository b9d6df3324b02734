"""An account of two people, who share a browser here."""

import pytest
from playwright.sync_api import expect

from tests.browser.landing import Landing
from tests.browser.visiting import JOINT, Visit

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_it_is_made_when_both_have_authorised(visit: Visit, landing: Landing) -> None:
    visit.initiate(JOINT)
    visit.page.goto(visit.start(at=landing))
    visit.log_in("g.manager")
    expect(visit.page.get_by_text("Greta Manager and Scott Manager")).to_be_visible()
    visit.enter_tan()
    assert visit.heading() == "One more person has to authorise"
    assert visit.statuses() == ("finalised", "PATC")
    visit.page.get_by_role("link", name="Back to Sandbox TPP").click()
    expect(visit.page).to_have_url(landing.ok)

    visit.page.goto(visit.start())
    visit.log_in("g.manager")
    assert "You have authorised it before; now it is somebody else's turn." in visit.alert()
    assert visit.statuses() == ("received", "PATC")

    visit.log_in("sc.manager")
    expect(visit.page.get_by_text("Already authorised by Greta Manager")).to_be_visible()
    visit.enter_tan()
    expect(visit.page).to_have_url(f"{visit.server.bank}/tpp/ok")
    assert visit.statuses() == ("finalised", "ACSC")

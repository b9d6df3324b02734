"""The confirmation code, which the PSU's browser takes to the TPP."""

from urllib.parse import parse_qs, urlsplit

import pytest

from tests.browser.landing import Landing
from tests.browser.stations import STATIONS
from tests.browser.visiting import Visit

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_the_tpp_confirms_with_the_code_from_the_link(visit: Visit, landing: Landing) -> None:
    with visit.server.profile_with(authorisationConfirmationRequestMandated=True):
        link = visit.initiate(at=landing)
        visit.page.goto(link)
        visit.log_in("anton.brueckner")
        visit.enter_tan()
        visit.page.wait_for_url(f"{landing.ok}?*")
        (code,) = parse_qs(urlsplit(visit.page.url).query)["confirmationCode"]
        assert visit.statuses() == ("unconfirmed", "RCVD")

        visit.page.goto(link)
        assert visit.heading() == "Sandbox TPP still has to confirm"

        confirmed = visit.server.tpp(
            "PUT", visit.links["scaStatus"]["href"], {"confirmationCode": code}
        )
        assert (confirmed.status_code, confirmed.json()["scaStatus"]) == (200, "finalised")
        assert visit.statuses() == ("finalised", "ACSC")
        visit.page.goto(link)
        assert visit.heading() == "Payment authorised"


def test_a_code_that_no_link_can_carry_is_shown(visit: Visit) -> None:
    STATIONS["code"](visit)
    assert visit.heading() == "Give this code to Sandbox TPP"
    code = visit.page.locator(".code").inner_text()
    with visit.server.profile_with(authorisationConfirmationRequestMandated=True):
        visit.server.tpp("PUT", visit.links["scaStatus"]["href"], {"confirmationCode": code})
    assert visit.statuses() == ("finalised", "ACSC")

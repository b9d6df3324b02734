"""OAuth in a real browser: log in, approve, and come back to the TPP's own page with a code."""

from urllib.parse import parse_qs, urlsplit

import pytest

from tests.browser.landing import Landing
from tests.browser.stations import STATIONS
from tests.browser.visiting import Visit

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def answer(visit: Visit, at: Landing) -> dict[str, list[str]]:
    """What the TPP reads from the address that the browser came back to."""
    visit.page.wait_for_url(f"{at.ok}?*")
    return parse_qs(urlsplit(visit.page.url).query)


def arrive(visit: Visit, at: Landing) -> None:
    visit.initiate(at=at)
    payment_id = visit.links["self"]["href"].rpartition("/")[2]
    visit.page.goto(visit.asks(f"PIS:{payment_id}", at.ok))


def test_a_payment_is_authorised(visit: Visit, landing: Landing) -> None:
    with visit.server.profile_with(scaRedirectFlow="OAUTH"):
        arrive(visit, landing)
        visit.log_in("anton.brueckner")
        assert visit.heading() == "Confirm this payment"
        visit.enter_tan()

        told = answer(visit, landing)
    assert told.keys() == {"code", "state", "iss"}
    assert told["iss"] == [visit.server.xs2a]
    assert visit.statuses() == ("finalised", "ACSC")


def test_a_payment_is_declined(visit: Visit, landing: Landing) -> None:
    with visit.server.profile_with(scaRedirectFlow="OAUTH"):
        arrive(visit, landing)
        visit.log_in("anton.brueckner")
        visit.press("Decline")

        assert answer(visit, landing)["error"] == ["access_denied"]


def test_access_is_allowed(visit: Visit) -> None:
    STATIONS["access"](visit)
    assert visit.heading() == "Let Sandbox TPP initiate payments?"
    visit.page.get_by_label("TAN", exact=True).fill("123456")
    visit.press("Allow")
    visit.page.wait_for_url(f"{visit.server.bank}/tpp/ok?*")

    assert parse_qs(urlsplit(visit.page.url).query).keys() == {"code", "state", "iss"}


def test_who_comes_with_a_strange_address_goes_nowhere(visit: Visit) -> None:
    with visit.server.profile_with(scaRedirectFlow="OAUTH_PRE_STEP"):
        visit.page.goto(visit.asks("PIS", "https://evil.example/"))

    assert visit.heading() == "We cannot send you back"

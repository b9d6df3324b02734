"""The PSU's visit in a real browser, from the link to the TPP's page, and all that may go wrong."""

from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from tests.browser.landing import Landing
from tests.browser.visiting import MARION, MAX, Visit

ELSEWHERE = {"iban": "DE89370400440532013000"}  # an account at another bank

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_payment_is_shown_authorised_and_settled(visit: Visit) -> None:
    visit.arrive()
    assert visit.heading() == "Log in"
    expect(visit.page.get_by_text("Sandbox TPP has sent you here")).to_be_visible()
    visit.log_in("anton.brueckner")
    assert visit.heading() == "Confirm this payment"
    shown = visit.page.locator("main").inner_text().replace("\u202f", "")
    for fact in (
        "12.50 EUR",
        "Marion Mueller",
        "DE69760700240340283600",
        "Anton Brueckner",
        "DE80760700240271232400",
        "Dinner on Friday",
        "Sandbox TPP",
    ):
        assert fact in shown
    visit.enter_tan()
    expect(visit.page).to_have_url(f"{visit.server.bank}/tpp/ok")
    assert visit.heading() == "You are back at the example TPP"
    assert visit.statuses() == ("finalised", "ACSC")


def test_the_psu_comes_back_to_the_tpps_own_origin(visit: Visit, landing: Landing) -> None:
    visit.arrive(at=landing)
    visit.log_in("anton.brueckner")
    visit.enter_tan()
    expect(visit.page).to_have_url(landing.ok)
    assert visit.heading() == "/ok"
    assert visit.statuses() == ("finalised", "ACSC")


def test_declining_leads_to_the_nok_address(visit: Visit, landing: Landing) -> None:
    visit.arrive(at=landing)
    visit.log_in("anton.brueckner")
    visit.button("Decline").click()
    expect(visit.page).to_have_url(landing.nok)
    assert visit.statuses() == ("failed", "RJCT")


def test_the_psu_chooses_the_method_and_may_choose_again(visit: Visit) -> None:
    visit.arrive(MAX)
    visit.log_in("max.musterman")
    assert visit.heading() == "Check this payment"
    visit.page.get_by_label("TAN by SMS").check()
    visit.button("Send me the TAN").click()
    expect(visit.page.get_by_text("mobile phone ending in 65")).to_be_visible()
    visit.page.get_by_role("link", name="Get it another way").click()
    visit.page.get_by_label("TAN by e-mail").check()
    visit.button("Send me the TAN").click()
    expect(visit.page.get_by_text("We have sent a TAN to your e-mail address")).to_be_visible()
    visit.enter_tan()
    expect(visit.page).to_have_url(f"{visit.server.bank}/tpp/ok")
    assert visit.statuses() == ("finalised", "ACSC")


def test_without_a_second_factor_one_button_is_enough(visit: Visit) -> None:
    visit.arrive(MARION)
    visit.log_in("marion.mueller")
    expect(visit.page.get_by_label("TAN")).to_have_count(0)
    visit.button("Pay 12.50 EUR").click()
    expect(visit.page).to_have_url(f"{visit.server.bank}/tpp/ok")
    assert visit.statuses() == ("finalised", "ACSC")


def test_a_wrong_password_may_be_corrected(visit: Visit) -> None:
    visit.arrive()
    visit.log_in("anton.brueckner", "wrong")
    assert "PSU-ID or password is not right. You have 2 tries left." in visit.alert()
    expect(visit.page.get_by_label("PSU-ID")).to_have_value("anton.brueckner")
    expect(visit.page.get_by_label("Password")).to_be_focused()
    visit.log_in("anton.brueckner")
    assert visit.heading() == "Confirm this payment"


def test_the_third_wrong_password_blocks_the_link(visit: Visit, landing: Landing) -> None:
    visit.arrive(at=landing)
    for _ in range(3):
        visit.log_in("anton.brueckner", "wrong")
    assert visit.heading() == "This payment link is blocked"
    assert visit.statuses()[0] == "failed"


def test_the_third_wrong_tan_blocks_the_link(visit: Visit, landing: Landing) -> None:
    visit.arrive(at=landing)
    visit.log_in("anton.brueckner")
    for left in ("2 tries", "one try"):
        visit.enter_tan("000000")
        assert f"This TAN is not right. You have {left} left." in visit.alert()
        expect(visit.page.get_by_label("TAN", exact=True)).to_be_focused()
    visit.enter_tan("000000")
    assert visit.heading() == "This payment link is blocked"
    visit.page.get_by_role("link", name="Back to Sandbox TPP").click()
    expect(visit.page).to_have_url(landing.nok)
    assert visit.statuses() == ("failed", "RCVD")


def test_somebody_elses_account_cannot_be_debited(visit: Visit) -> None:
    visit.arrive()
    visit.log_in("marion.mueller")
    assert "You cannot authorise this payment." in visit.alert()
    assert visit.statuses() == ("received", "RCVD")


def test_an_expired_link_says_so_and_leads_back(visit: Visit, landing: Landing) -> None:
    with visit.server.profile_with(redirectUrlExpirationTimeMs=1):
        link = visit.initiate(at=landing)
    visit.page.goto(link)
    assert visit.heading() == "This link has expired"
    visit.page.get_by_role("link", name="Back to where you came from").click()
    expect(visit.page).to_have_url(landing.nok)
    assert visit.statuses()[0] == "failed"


def test_an_unknown_link_is_a_page_too(visit: Visit) -> None:
    visit.page.goto(f"{visit.server.bank}/pis/{quote('<b>no such link')}")
    assert visit.heading() == "We do not know this link"


def test_a_double_click_pays_once(visit: Visit, landing: Landing) -> None:
    payee = "Paid Once Only"
    visit.arrive({"creditorName": payee, "creditorAccount": ELSEWHERE}, at=landing)
    visit.log_in("anton.brueckner")
    visit.page.get_by_label("TAN", exact=True).fill("123456")
    visit.button("Pay 12.50 EUR").dblclick(no_wait_after=True)
    # Whichever of the two is answered last: both lead back to the TPP.
    expect(visit.page).to_have_url(landing.ok)
    assert visit.statuses() == ("finalised", "ACSC")
    visit.page.goto(visit.server.bank)
    visit.log_in("anton.brueckner")
    booked = visit.page.locator("tbody tr", has_text=payee)
    expect(booked).to_have_count(1)


def test_back_after_the_end_does_not_pay_again(visit: Visit, landing: Landing) -> None:
    visit.arrive(at=landing)
    visit.log_in("anton.brueckner")
    visit.enter_tan()
    expect(visit.page).to_have_url(landing.ok)
    visit.page.go_back()
    assert visit.heading() == "Payment authorised"
    expect(visit.page.get_by_label("TAN")).to_have_count(0)
    visit.page.get_by_role("link", name="Back to Sandbox TPP").click()
    expect(visit.page).to_have_url(landing.ok)
    assert visit.statuses() == ("finalised", "ACSC")


def test_the_visit_goes_by_keyboard_alone(visit: Visit) -> None:
    visit.arrive()
    keyboard = visit.page.keyboard
    expect(visit.page.get_by_label("PSU-ID")).to_be_focused()
    keyboard.type("anton.brueckner")
    keyboard.press("Tab")
    expect(visit.page.get_by_label("Password")).to_be_focused()
    keyboard.type("12345")
    keyboard.press("Enter")
    expect(visit.page.get_by_label("TAN", exact=True)).to_be_focused()
    keyboard.type("123456")
    keyboard.press("Tab")
    expect(visit.button("Pay 12.50 EUR")).to_be_focused()
    keyboard.press("Tab")
    expect(visit.button("Decline")).to_be_focused()
    keyboard.press("Shift+Tab")
    keyboard.press("Enter")
    expect(visit.page).to_have_url(f"{visit.server.bank}/tpp/ok")


def test_enter_in_the_tan_field_pays(visit: Visit) -> None:
    visit.arrive()
    visit.log_in("anton.brueckner")
    expect(visit.page.locator("#tan")).to_be_focused()  # the PSU may just type
    visit.page.keyboard.type("123456")
    visit.page.keyboard.press("Enter")
    expect(visit.page).to_have_url(f"{visit.server.bank}/tpp/ok")


def test_the_money_is_seen_on_the_account(visit: Visit) -> None:
    visit.arrive()
    visit.log_in("anton.brueckner")
    visit.enter_tan()
    visit.page.goto(visit.server.bank)
    visit.log_in("anton.brueckner")
    assert visit.heading() == "Your accounts"
    newest = visit.page.locator("tbody tr").first
    expect(newest).to_contain_text("Marion Mueller")
    expect(newest).to_contain_text("\N{MINUS SIGN}12.50 EUR")
    visit.button("Log out").click()
    expect(visit.page).to_have_url(f"{visit.server.bank}/")

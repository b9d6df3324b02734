"""A PSU who comes by a link and chooses to confirm in the banking app."""

from typing import Any

import pytest
from webtest import TestApp

from sandbox.core.bank import Bank
from tests.unit.sandbox.bank_world import available
from tests.unit.sandbox.cms_world import LINK, NOK, OK, FakeCms, a_payment
from tests.unit.sandbox.online_banking.walking import (
    DORA,
    DORAS,
    PAY,
    choose,
    enter_tan,
    log_in_to_payment,
    open_phone,
    press,
)


@pytest.fixture(autouse=True)
def doras(cms: FakeCms) -> None:
    cms.payment = a_payment(debtor_iban=DORA)


def wait_for_app(browser: TestApp) -> Any:
    return choose(log_in_to_payment(browser, DORAS), "push")


def test_the_page_waits_and_looks_again_by_itself(browser: TestApp, cms: FakeCms) -> None:
    page = wait_for_app(browser)
    assert "Confirm in your app" in page
    assert page.html.find("a", string="Open the phone in a new tab")["href"] == "/phone"
    assert page.html.find("meta", {"http-equiv": "refresh"})["content"].endswith(f"{PAY}/payment")
    assert cms.news == ["psuAuthenticated", "scaMethodSelected"]


def test_approved_on_the_phone_the_page_goes_on(browser: TestApp, cms: FakeCms, bank: Bank) -> None:
    page = wait_for_app(browser)
    press(open_phone(browser), "Approve")
    assert cms.news[-2:] == ["finalised", "ACCP"]
    assert "Payment authorised" in browser.get(f"{PAY}/payment")
    assert page.forms["go-on"].submit().location == OK
    assert available(bank, DORAS) < 10_000


def test_declined_on_the_phone_the_page_says_so(browser: TestApp, cms: FakeCms) -> None:
    page = wait_for_app(browser)
    press(open_phone(browser), "Decline")
    assert cms.news[-2:] == ["failed", "RJCT"]
    assert "Payment declined" in browser.get(f"{PAY}/payment")
    assert page.forms["go-on"].submit().location == NOK


@pytest.mark.parametrize("tan", [None, "123456"])
def test_nothing_but_the_phone_confirms(
    browser: TestApp, cms: FakeCms, bank: Bank, tan: str | None
) -> None:
    token = wait_for_app(browser).forms["go-on"]["csrf_token"].value
    sent = {"csrf_token": token} | ({"tan": tan} if tan else {})
    page = browser.post(f"{PAY}/confirm", sent, status=422)
    assert "You have not approved it in your app yet." in page.html.find(role="alert").text
    # The page is no answer to be asked for again: the refresh leads to where it can be.
    assert page.html.find("meta", {"http-equiv": "refresh"})["content"].endswith("/payment")
    assert available(bank, DORAS) == 10_000


def test_the_psu_may_take_a_tan_after_all(browser: TestApp, cms: FakeCms, bank: Bank) -> None:
    page = choose(wait_for_app(browser).click("confirm another way"), "sms")
    assert bank.pushes_of(DORAS) == ()
    assert enter_tan(page).location == OK


def test_the_visit_stays_open_beside_the_phone(browser: TestApp) -> None:
    """In one browser, in two tabs: neither log-in ends the other."""
    open_phone(browser)
    page = wait_for_app(browser)
    assert "Waiting for you" in browser.get("/phone")
    assert page.forms["decline"].submit().location == NOK
    assert "Nothing waits" in browser.get("/phone")
    assert browser.get(f"/pis/{LINK}").status_int == 200

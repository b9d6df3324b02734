"""Where the TPP has to bring a confirmation code, the bank does nothing before it has."""

import logging

import pytest
from webtest import TestApp

from sandbox.core.bank import Bank
from sandbox.core.orders import OrderStatus
from tests.unit.sandbox.cms_world import NOK, ORDER, FakeCms, a_payment
from tests.unit.sandbox.online_banking.walking import (
    DORA,
    DORAS,
    PAY,
    enter_tan,
    log_in_to_payment,
)

AWAITED = "Example TPP still has to confirm"


@pytest.fixture(autouse=True)
def mandated(cms: FakeCms) -> None:
    cms.mandates_confirmation = True


@pytest.mark.parametrize(
    "ok_uri, location",
    [
        ("https://tpp.example/ok", "https://tpp.example/ok?confirmationCode={}"),
        ("https://tpp.example/ok?state=7", "https://tpp.example/ok?state=7&confirmationCode={}"),
        ("https://tpp.example/#/ok", "https://tpp.example/?confirmationCode={}#/ok"),
        ("org.example.app:/ok", "org.example.app:/ok?confirmationCode={}"),
    ],
)
def test_the_code_goes_with_the_psu(
    browser: TestApp, cms: FakeCms, bank: Bank, ok_uri: str, location: str
) -> None:
    cms.payment = a_payment(ok_uri=ok_uri)
    back = enter_tan(log_in_to_payment(browser))
    assert (back.status_int, back.location) == (303, location.format(cms.codes[0]))
    assert cms.news == ["psuAuthenticated", "scaMethodSelected", "unconfirmed"]
    assert bank.payment_status("payment-1") is None


@pytest.mark.parametrize("ok_uri", [None, "javascript:alert(1)"])
def test_without_a_way_back_the_code_is_shown(
    browser: TestApp, cms: FakeCms, ok_uri: str | None
) -> None:
    cms.payment = a_payment(ok_uri=ok_uri)
    page = enter_tan(log_in_to_payment(browser))
    assert "Give this code to Example TPP" in page
    assert page.html.find("p", class_="code").text == cms.codes[0]


def test_coming_again_the_psu_is_told_who_has_to_act(browser: TestApp, cms: FakeCms) -> None:
    enter_tan(log_in_to_payment(browser))
    for path in (PAY, f"{PAY}/payment"):
        assert AWAITED in browser.get(path)
    assert len(cms.codes) == 1


def test_a_tan_sent_twice_brings_the_newest_code(browser: TestApp, cms: FakeCms) -> None:
    page = log_in_to_payment(browser)
    places = [enter_tan(page).location for _ in range(2)]
    assert [place.rpartition("=")[2] for place in places] == cms.codes
    assert len(set(cms.codes)) == 2


def test_a_code_the_cms_has_not_heard_of_is_made_anew(
    browser: TestApp, cms: FakeCms, bank: Bank
) -> None:
    page = log_in_to_payment(browser)
    cms.down_for = ["set_sca_status"]
    assert (enter_tan(page).status_int, cms.codes) == (503, [])
    code = enter_tan(browser.get(f"{PAY}/payment")).location.rpartition("=")[2]
    assert cms.codes == [code]


def test_a_code_the_cms_does_not_take_is_not_handed_over(browser: TestApp, cms: FakeCms) -> None:
    page = log_in_to_payment(browser)
    cms.refuses = ["set_sca_status"]
    assert "has been used" in enter_tan(page)


def test_after_the_tpp_has_confirmed_the_link_says_so(
    browser: TestApp, cms: FakeCms, bank: Bank
) -> None:
    enter_tan(log_in_to_payment(browser))
    bank.confirm("link-1", ORDER, cms.codes[0], deed_id="deed-1")
    cms.status = "finalised"
    assert "Payment authorised" in browser.get(PAY)


def test_after_a_wrong_code_the_link_says_so(browser: TestApp, cms: FakeCms, bank: Bank) -> None:
    enter_tan(log_in_to_payment(browser))
    bank.confirm("link-1", ORDER, "wrong", deed_id="deed-1")
    cms.status = "failed"
    page = browser.get(PAY)
    assert "Payment rejected" in page
    assert page.html.find("a", class_="button")["href"] == NOK


def test_the_psu_may_still_decline(browser: TestApp, cms: FakeCms, bank: Bank) -> None:
    page = log_in_to_payment(browser)
    enter_tan(page)
    assert page.forms["decline"].submit().location == NOK
    assert cms.news[-2:] == ["failed", "RJCT"]
    assert bank.payment_status("payment-1") is OrderStatus.RJCT


def test_the_app_is_not_offered(browser: TestApp, cms: FakeCms) -> None:
    cms.payment = a_payment(debtor_iban=DORA)
    page = log_in_to_payment(browser, DORAS)
    assert "Confirm this payment" in page
    assert enter_tan(page).status_int == 303


def test_the_app_cannot_be_chosen_by_hand(browser: TestApp, cms: FakeCms) -> None:
    cms.payment = a_payment(debtor_iban=DORA)
    page = log_in_to_payment(browser, DORAS)
    token = page.forms["go-on"]["csrf_token"].value
    page = browser.post(f"{PAY}/method", {"method": "push", "csrf_token": token}, status=422)
    assert "Please choose" in page


def test_the_profile_is_asked_each_time(browser: TestApp, cms: FakeCms, bank: Bank) -> None:
    page = log_in_to_payment(browser)
    cms.mandates_confirmation = False
    enter_tan(page)
    assert bank.payment_status("payment-1") is OrderStatus.ACCP


def test_nothing_is_executed_while_nobody_knows_what_is_mandated(
    browser: TestApp, cms: FakeCms, bank: Bank
) -> None:
    page = log_in_to_payment(browser)
    cms.down_for = ["confirmation_mandated"]
    assert enter_tan(page).status_int == 503
    assert bank.payment_status("payment-1") is None


def test_the_code_is_not_logged(
    browser: TestApp, cms: FakeCms, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    enter_tan(log_in_to_payment(browser))
    assert cms.codes[0] not in caplog.text

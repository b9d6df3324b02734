"""The same pages, behind the link that cancels a payment."""

from decimal import Decimal
from typing import Any

import pytest
from webtest import TestApp

from sandbox.core.bank import Bank
from sandbox.core.orders import OrderStatus
from sandbox.core.purposes import Purpose
from tests.unit.sandbox.bank_world import Clock, available, pay
from tests.unit.sandbox.cms_world import LINK, NOK, OK, ORDER, FakeCms, a_payment
from tests.unit.sandbox.online_banking.walking import (
    ANTONS,
    CANCEL,
    PAY,
    enter_tan,
    log_in,
    log_in_to_payment,
)


@pytest.fixture(autouse=True)
def paid(bank: Bank, cms: FakeCms) -> None:
    """The payment was authorised before, and a TPP wants it cancelled."""
    pay(bank, ORDER)
    cms.payment = a_payment(
        purpose=Purpose.CANCEL,
        transaction_status="ACCP",
        psu_ids=(ANTONS,),
    )


def to_payment(browser: TestApp) -> Any:
    return log_in_to_payment(browser, path=CANCEL)


def test_the_psu_cancels_and_goes_back(browser: TestApp, cms: FakeCms, bank: Bank) -> None:
    back = enter_tan(to_payment(browser))
    assert (back.status_int, back.location) == (303, OK)
    assert cms.news == ["psuAuthenticated", "scaMethodSelected", "finalised", "CANC"]
    assert bank.payment_status("payment-1") is OrderStatus.CANC
    assert available(bank, ANTONS) == 10_000


@pytest.mark.parametrize(
    "shown",
    ["Cancel this payment?", "1,234.50", "Bike Shop", "Authorised, not made yet", "Keep it"],
)
def test_the_psu_sees_what_is_cancelled(browser: TestApp, shown: str) -> None:
    assert shown in to_payment(browser)


def test_the_psu_may_keep_the_payment(browser: TestApp, cms: FakeCms, bank: Bank) -> None:
    back = to_payment(browser).forms["decline"].submit()
    assert (back.status_int, back.location) == (303, NOK)
    assert cms.news[-1] == "failed"
    assert cms.payment.transaction_status == "ACCP"
    assert bank.payment_status("payment-1") is OrderStatus.ACCP
    assert "Payment kept" in browser.get(CANCEL)


def test_coming_again_after_it_is_cancelled(browser: TestApp) -> None:
    enter_tan(to_payment(browser))
    page = browser.get(CANCEL)
    assert "Payment cancelled" in page
    assert page.html.find("a", class_="button")["href"] == OK


def test_a_tan_sent_twice_cancels_once(browser: TestApp, bank: Bank) -> None:
    page = to_payment(browser)
    assert [enter_tan(page).location for _ in range(2)] == [OK, OK]
    assert available(bank, ANTONS) == 10_000


def test_the_third_wrong_tan_keeps_the_payment(browser: TestApp, cms: FakeCms, bank: Bank) -> None:
    page = to_payment(browser)
    for _ in range(3):
        page = enter_tan(page, "000000")
    assert (page.status_int, "Nothing has been cancelled" in page.text.replace("\n", " ")) == (
        403,
        True,
    )
    assert (cms.status, cms.payment.transaction_status) == ("failed", "ACCP")
    assert bank.payment_status("payment-1") is OrderStatus.ACCP


def test_it_may_be_too_late(browser: TestApp, cms: FakeCms, clock: Clock, bank: Bank) -> None:
    page = to_payment(browser)
    clock.run(seconds=11)
    page = enter_tan(page)
    assert (page.status_int, "It is too late" in page) == (409, True)
    assert cms.payment.transaction_status == "ACSC"
    assert available(bank, ANTONS) == Decimal("8765.50")


@pytest.mark.parametrize("psu_id", ["max.musterman", "g.manager"])
def test_somebody_who_took_no_part_cannot_cancel(
    browser: TestApp, cms: FakeCms, psu_id: str
) -> None:
    page = log_in(browser, psu_id, path=CANCEL)
    assert "You cannot cancel this payment." in page.html.find(role="alert").text
    assert cms.news == []
    assert enter_tan(to_payment(browser)).location == OK  # the link is still Anton's


def test_each_link_leads_to_its_own_purpose_only(browser: TestApp, cms: FakeCms) -> None:
    browser.get(PAY, status=404)
    cms.payment = a_payment()
    browser.get(CANCEL, status=404)


@pytest.mark.parametrize("lost", ["set_sca_status", "set_payment_status"])
def test_news_lost_after_the_cancellation_is_told_again(
    browser: TestApp, cms: FakeCms, lost: str
) -> None:
    page = to_payment(browser)
    cms.down_for = [lost]
    assert enter_tan(page).status_int == 503
    assert "Payment cancelled" in browser.get(CANCEL)
    assert (cms.status, cms.payment.transaction_status) == ("finalised", "CANC")


def test_a_cancellation_that_ended_elsewhere(browser: TestApp, cms: FakeCms) -> None:
    cms.status = "failed"
    assert "has been used" in browser.get(CANCEL, status=410)


def test_an_expired_link_cancels_nothing(browser: TestApp, cms: FakeCms, bank: Bank) -> None:
    page = to_payment(browser)
    cms.expired = True
    assert enter_tan(page).status_int == 410
    assert bank.payment_status("payment-1") is OrderStatus.ACCP
    assert (
        browser.get(f"{CANCEL}/payment", status=410).html.find("a", class_="button")["href"] == NOK
    )


def test_a_wrong_id_is_no_link(browser: TestApp) -> None:
    assert "do not know this link" in browser.get(f"/pis/cancellation/{LINK}!", status=404)

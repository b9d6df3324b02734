"""An account of two people: both authorise a payment, one may cancel it."""

import pytest
from webtest import TestApp

from sandbox.core.bank import Bank
from sandbox.core.orders import OrderStatus
from sandbox.core.purposes import Purpose
from tests.unit.sandbox.bank_world import available
from tests.unit.sandbox.cms_world import OK, FakeCms, a_payment
from tests.unit.sandbox.online_banking.walking import enter_tan, log_in, log_in_to_payment

JOINT = "DE32760700240271232100"
SECOND = "/pis/link-2"


@pytest.fixture(autouse=True)
def joint(cms: FakeCms) -> None:
    cms.payment = a_payment(debtor_iban=JOINT)


def first_authorises(browser: TestApp, cms: FakeCms) -> None:
    """Greta, by the first link; the TPP then starts an authorisation for somebody else."""
    enter_tan(log_in_to_payment(browser, "g.manager"))
    status = cms.payment.transaction_status
    cms.signed = frozenset({"g.manager"})
    cms.payment = a_payment(debtor_iban=JOINT, authorisation_id="link-2", transaction_status=status)
    cms.status, cms.news = "received", []


def test_the_first_is_told_that_one_more_is_needed(browser: TestApp, cms: FakeCms) -> None:
    page = log_in_to_payment(browser, "g.manager")
    assert "Greta Manager and Scott Manager" in page
    assert "Already authorised by" not in page
    page = enter_tan(page)
    assert "One more person has to authorise" in page
    assert page.html.find("a", class_="button")["href"] == OK
    assert cms.news == ["psuAuthenticated", "scaMethodSelected", "finalised", "PATC"]


def test_the_second_sees_who_has_authorised_and_it_is_made(
    browser: TestApp, cms: FakeCms, bank: Bank
) -> None:
    first_authorises(browser, cms)
    assert browser.get(SECOND).form["psu_id"].value == ""
    page = log_in_to_payment(browser, "sc.manager", path=SECOND)
    assert "Greta Manager" in page.html.find("strong", string="Greta Manager").text
    assert enter_tan(page).location == OK
    assert cms.news == ["psuAuthenticated", "scaMethodSelected", "finalised", "ACCP"]
    assert available(bank, "g.manager") == available(bank, "sc.manager") < 10_000


def test_the_same_person_twice_is_told_so_and_the_link_stays_the_others(
    browser: TestApp, cms: FakeCms, bank: Bank
) -> None:
    first_authorises(browser, cms)
    page = log_in(browser, "g.manager", path=SECOND)
    assert "You have authorised it before" in page.html.find(role="alert").text
    assert (cms.news, bank.payment_status("payment-1")) == ([], OrderStatus.PATC)
    assert enter_tan(log_in_to_payment(browser, "sc.manager", path=SECOND)).location == OK


def test_the_second_may_decline(browser: TestApp, cms: FakeCms, bank: Bank) -> None:
    first_authorises(browser, cms)
    log_in_to_payment(browser, "sc.manager", path=SECOND).forms["decline"].submit()
    assert cms.news[-2:] == ["failed", "RJCT"]
    assert available(bank, "g.manager") == 10_000


def test_a_second_link_that_expires_leaves_what_the_first_has_done(
    browser: TestApp, cms: FakeCms, bank: Bank
) -> None:
    first_authorises(browser, cms)
    page = log_in_to_payment(browser, "sc.manager", path=SECOND)
    cms.expired = True
    page = enter_tan(page)
    assert (page.status_int, "expired" in page) == (410, True)
    assert bank.payment_status("payment-1") is OrderStatus.PATC


def test_one_of_them_may_cancel(browser: TestApp, cms: FakeCms, bank: Bank) -> None:
    first_authorises(browser, cms)
    cms.signed = frozenset()  # the cancellation, that is
    cms.payment = a_payment(
        debtor_iban=JOINT,
        authorisation_id="link-3",
        purpose=Purpose.CANCEL,
        transaction_status="PATC",
        psu_ids=("g.manager",),
    )
    page = log_in_to_payment(browser, "g.manager", path="/pis/cancellation/link-3")
    assert "Needs two" not in page
    assert enter_tan(page).location == OK
    assert bank.payment_status("payment-1") is OrderStatus.CANC

"""A PSU's way through the pages, and what the CMS hears of it."""

from datetime import date
from decimal import Decimal

import pytest
from webtest import TestApp

from sandbox.core.bank import Bank
from sandbox.core.storage import Storage
from tests.unit.sandbox.bank_world import MARION, MAX, Clock, available, booked, make_order, pay
from tests.unit.sandbox.cms_world import LINK, NOK, OK, FakeCms, a_payment
from tests.unit.sandbox.online_banking.walking import (
    ANTONS,
    enter_tan,
    log_in,
    log_in_to_payment,
)


def test_one_method_log_in_tan_and_back(browser: TestApp, cms: FakeCms, bank: Bank) -> None:
    back = enter_tan(log_in_to_payment(browser))
    assert (back.status_int, back.location) == (303, OK)
    assert cms.news == ["psuAuthenticated", "scaMethodSelected", "finalised", "ACCP"]
    assert cms.psus == [ANTONS]
    assert available(bank, ANTONS) == Decimal("8765.50")


def test_two_methods_choose_first(browser: TestApp, cms: FakeCms) -> None:
    cms.payment = a_payment(debtor_iban=MAX)
    page = log_in_to_payment(browser, "max.musterman")
    assert "How would you like to get your TAN?" in page
    page.forms["go-on"]["method"] = "email"
    page = page.forms["go-on"].submit().follow()
    assert "e-mail address" in page
    assert enter_tan(page).location == OK
    assert cms.news == ["psuAuthenticated", "scaMethodSelected", "finalised", "ACCP"]


def test_the_method_may_be_changed(browser: TestApp, cms: FakeCms) -> None:
    cms.payment = a_payment(debtor_iban=MAX)
    page = log_in_to_payment(browser, "max.musterman").forms["go-on"].submit().follow()
    page = page.click("Get it another way")
    page.forms["go-on"]["method"] = "email"
    assert "e-mail address" in page.forms["go-on"].submit().follow()


def test_no_method_just_confirm(browser: TestApp, cms: FakeCms) -> None:
    cms.payment = a_payment(debtor_iban=MARION)
    page = log_in_to_payment(browser, "marion.mueller")
    assert "You need no TAN" in page
    assert page.forms["go-on"].submit().location == OK
    assert cms.news == ["psuAuthenticated", "finalised", "ACCP"]


def test_an_instant_payment_is_told_as_settled(browser: TestApp, cms: FakeCms) -> None:
    cms.payment = a_payment(product="instant-sepa-credit-transfers")
    enter_tan(log_in_to_payment(browser))
    assert cms.news[-1] == "ACSC"


@pytest.mark.parametrize(
    "shown",
    [
        "1,234.50",
        "Bike Shop",
        "DE23\u202f1001",
        "DE80\u202f7607",
        "Invoice 4711",
        "Example TPP",
        "5 March 2026",
    ],
)
def test_the_psu_sees_what_is_authorised(browser: TestApp, cms: FakeCms, shown: str) -> None:
    cms.payment = a_payment(requested_execution_date=date(2026, 3, 5))
    assert shown in log_in_to_payment(browser)


def test_nothing_of_the_payment_is_shown_before_the_log_in(browser: TestApp) -> None:
    page = browser.get(f"/pis/{LINK}")
    assert "1,234.50" not in page
    assert "Bike Shop" not in page
    assert browser.get(f"/pis/{LINK}/payment").location.endswith(f"/pis/{LINK}")


def test_a_known_psu_id_is_filled_in(browser: TestApp, cms: FakeCms) -> None:
    cms.payment = a_payment(psu_ids=(ANTONS,))
    assert browser.get(f"/pis/{LINK}").form["psu_id"].value == ANTONS


def test_decline_goes_back_and_rejects(browser: TestApp, cms: FakeCms, bank: Bank) -> None:
    back = log_in_to_payment(browser).forms["decline"].submit()
    assert (back.status_int, back.location) == (303, NOK)
    assert cms.news[-2:] == ["failed", "RJCT"]
    assert available(bank, ANTONS) == 10_000


@pytest.mark.parametrize(
    "psu_id, password, text",
    [
        (ANTONS, "wrong", "2 tries left"),
        ("nobody", "12345", "2 tries left"),
        ("", "12345", "Please enter"),
        (ANTONS, "", "Please enter"),
        ("x" * 51, "12345", "Please enter"),
        ("max.musterman", "12345", "may not dispose of this account"),
    ],
)
def test_a_log_in_that_fails_says_why(
    browser: TestApp, cms: FakeCms, psu_id: str, password: str, text: str
) -> None:
    page = log_in(browser, psu_id, password)
    assert page.status_int == 422
    assert text in page.html.find(role="alert").text
    assert cms.news == []


@pytest.mark.parametrize("known, news", [((ANTONS,), ["failed"]), ((), [])])
def test_the_third_wrong_password_fails_the_authorisation(
    browser: TestApp, bank: Bank, cms: FakeCms, known: tuple[str, ...], news: list[str]
) -> None:
    """What was typed names nobody, and might be a password: where no PSU is known the CMS hears
    nothing, and learns it from the bank's connector.
    """
    cms.payment = a_payment(psu_ids=known)
    pages = [log_in(browser, ANTONS, "wrong") for _ in range(3)]
    assert "one try left" in pages[1]
    assert (pages[2].status_int, "blocked" in pages[2]) == (403, True)
    assert pages[2].html.find("a", class_="button")["href"] == NOK
    assert (cms.news, cms.payment.transaction_status) == (news, "RCVD")
    assert (cms.psus, bank.sca_status(LINK)) == ([], "failed")
    assert "blocked" in browser.get(f"/pis/{LINK}", status=403)


def test_the_third_wrong_tan_fails_the_authorisation(browser: TestApp, cms: FakeCms) -> None:
    page = log_in_to_payment(browser)
    texts = ["2 tries left", "one try left"]
    for text in texts:
        page = enter_tan(page, "000000")
        assert (page.status_int, text in page.html.find(role="alert").text) == (422, True)
    page = enter_tan(page, "000000")
    assert (page.status_int, "blocked" in page) == (403, True)
    assert cms.status == "failed"
    assert cms.payment.transaction_status == "RCVD"


def test_an_empty_tan_costs_no_try(browser: TestApp) -> None:
    page = log_in_to_payment(browser)
    for _ in range(4):
        page = enter_tan(page, " ")
        assert "Please enter your TAN" in page
    assert enter_tan(page).location == OK


@pytest.mark.parametrize("amount, why", [("10000.01", "not enough money"), ("666.05", "rejected")])
def test_a_rejection_at_execution_is_explained(
    browser: TestApp, cms: FakeCms, amount: str, why: str
) -> None:
    cms.payment = a_payment(amount=Decimal(amount))
    page = enter_tan(log_in_to_payment(browser))
    assert (page.status_int, why in page) == (200, True)
    assert page.html.find("a", class_="button")["href"] == NOK
    assert cms.news[-2:] == ["finalised", "RJCT"]


def test_an_unknown_link(browser: TestApp) -> None:
    assert "do not know this link" in browser.get("/pis/other", status=404)


@pytest.mark.parametrize("before_the_tan", [False, True])
def test_an_expired_link(browser: TestApp, cms: FakeCms, bank: Bank, before_the_tan: bool) -> None:
    page = log_in_to_payment(browser) if before_the_tan else None
    cms.expired = True
    page = enter_tan(page) if page else browser.get(f"/pis/{LINK}", status=410)
    assert (page.status_int, "expired" in page) == (410, True)
    assert page.html.find("a", class_="button")["href"] == NOK
    assert available(bank, ANTONS) == 10_000


@pytest.mark.parametrize(
    "sca_status, transaction_status",
    [("finalised", "ACSC"), ("failed", "RCVD"), ("received", "CANC"), ("received", "RJCT")],
)
def test_a_link_that_was_decided_elsewhere(
    browser: TestApp, cms: FakeCms, sca_status: str, transaction_status: str
) -> None:
    cms.status = sca_status
    cms.payment = a_payment(transaction_status=transaction_status)
    assert "has been used" in browser.get(f"/pis/{LINK}", status=410)


def test_a_payment_cancelled_before_the_tan_is_not_made(
    browser: TestApp, cms: FakeCms, bank: Bank
) -> None:
    page = log_in_to_payment(browser)
    cms.payment = a_payment(transaction_status="CANC")
    assert enter_tan(page).status_int == 410
    assert available(bank, ANTONS) == 10_000


def test_a_payment_changed_before_the_tan_is_not_made(
    browser: TestApp, cms: FakeCms, bank: Bank
) -> None:
    page = log_in_to_payment(browser)
    cms.payment = a_payment(amount=Decimal(9000))
    assert enter_tan(page).status_int == 409
    assert available(bank, ANTONS) == 10_000


def test_coming_again_after_all_is_done(browser: TestApp, cms: FakeCms) -> None:
    enter_tan(log_in_to_payment(browser))
    page = browser.get(f"/pis/{LINK}")
    assert "You have authorised this payment" in page
    assert page.html.find("a", class_="button")["href"] == OK


def test_a_tan_sent_twice_pays_once(browser: TestApp, cms: FakeCms, bank: Bank) -> None:
    page = log_in_to_payment(browser)
    assert [enter_tan(page).location for _ in range(2)] == [OK, OK]
    assert available(bank, ANTONS) == Decimal("8765.50")


@pytest.mark.parametrize("again", ["visit", "post"])
@pytest.mark.parametrize("lost", ["set_sca_status", "set_payment_status"])
def test_news_lost_after_execution_is_told_again(
    browser: TestApp, cms: FakeCms, bank: Bank, lost: str, again: str
) -> None:
    page = log_in_to_payment(browser)
    cms.down_for = [lost]
    unavailable = enter_tan(page)
    assert (unavailable.status_int, "Nothing is lost" in unavailable) == (503, True)
    assert cms.payment.transaction_status == "RCVD"
    if again == "visit":
        assert "You have authorised" in browser.get(f"/pis/{LINK}")
    else:
        assert enter_tan(page).location == OK
    assert (cms.status, cms.payment.transaction_status) == ("finalised", "ACCP")
    assert available(bank, ANTONS) == Decimal("8765.50")


def test_news_of_an_executed_payment_reaches_the_cms_after_the_link_expired(
    browser: TestApp, cms: FakeCms
) -> None:
    page = log_in_to_payment(browser)
    cms.down_for = ["set_sca_status"]
    enter_tan(page)
    cms.expired = True
    assert "You have authorised" in browser.get(f"/pis/{LINK}")
    assert cms.payment.transaction_status == "ACCP"


@pytest.mark.parametrize(
    "lost",
    [
        "authorised_by",
        "set_psu",
        "set_sca_status",
        "authorisation",
        "payment_by_link",
    ],
)
def test_a_cms_that_is_down_costs_nothing(browser: TestApp, cms: FakeCms, lost: str) -> None:
    form = browser.get(f"/pis/{LINK}").form
    form["psu_id"], form["password"] = ANTONS, "12345"
    cms.down_for = [lost]
    page = form.submit(status=503)
    assert page.html.find("a", class_="button")["href"] == f"/pis/{LINK}"
    assert enter_tan(log_in_to_payment(browser)).location == OK
    assert cms.news == ["psuAuthenticated", "scaMethodSelected", "finalised", "ACCP"]


def test_a_psu_whom_the_cms_does_not_take_goes_no_further(
    browser: TestApp, cms: FakeCms, bank: Bank
) -> None:
    cms.refuses = ["set_psu"]
    assert "has been used" in log_in(browser)
    assert browser.get(f"/pis/{LINK}/payment").location.endswith(f"/pis/{LINK}")
    assert cms.news == []


def test_a_bank_whose_books_are_away(browser: TestApp, storage: Storage) -> None:
    with storage.writing() as connection:
        connection.exec_driver_sql("ALTER TABLE bank_authorisations RENAME TO away")
    assert "cannot go on" in browser.get(f"/pis/{LINK}", status=503)


def test_the_cms_heard_the_final_status_from_elsewhere(
    browser: TestApp, cms: FakeCms, clock: Clock
) -> None:
    page = log_in_to_payment(browser)
    cms.down_for = ["set_payment_status"]
    enter_tan(page)
    clock.run(seconds=11)
    cms.payment = a_payment(transaction_status="ACSC")
    assert "You have authorised" in browser.get(f"/pis/{LINK}")


def test_another_link_needs_another_log_in(browser: TestApp, cms: FakeCms, bank: Bank) -> None:
    page = log_in_to_payment(browser)
    cms.payment = a_payment(authorisation_id="link-2", payment_id="payment-2")
    assert browser.get("/pis/link-2/payment").location.endswith("/pis/link-2")
    assert "password" in browser.get("/pis/link-2").form.fields
    assert enter_tan(page).status_int == 404


def test_a_session_of_another_psu_is_no_session(browser: TestApp, cms: FakeCms, bank: Bank) -> None:
    cms.payment = a_payment(debtor_iban=None)
    browser.get(f"/pis/{LINK}")
    page = log_in(browser, "max.musterman").follow()
    assert "Max Musterman" in page
    second = log_in(TestApp(browser.app), ANTONS)
    assert "Somebody else has begun" in second.html.find(role="alert").text


def test_without_uris_the_bank_says_itself_how_it_ended(browser: TestApp, cms: FakeCms) -> None:
    cms.payment = a_payment(ok_uri=None, nok_uri=None)
    page = enter_tan(log_in_to_payment(browser))
    assert (page.status_int, "Payment authorised" in page) == (200, True)


def test_a_dangerous_uri_is_no_way_back(browser: TestApp, cms: FakeCms) -> None:
    cms.payment = a_payment(ok_uri="javascript:alert(1)", nok_uri="javascript:alert(1)")
    assert "javascript:" not in browser.get(f"/pis/{LINK}")
    assert enter_tan(log_in_to_payment(browser)).status_int == 200


@pytest.mark.parametrize("token", [{}, {"csrf_token": ""}, {"csrf_token": "made-up"}])
@pytest.mark.parametrize("step", ["confirm", "decline"])
def test_a_form_from_elsewhere_is_not_taken(
    browser: TestApp, cms: FakeCms, bank: Bank, step: str, token: dict[str, str]
) -> None:
    log_in_to_payment(browser)
    page = browser.post(f"/pis/{LINK}/{step}", {"tan": "123456", **token}, status=400)
    assert "open for too long" in page
    assert available(bank, ANTONS) == 10_000
    assert cms.news[-1] == "scaMethodSelected"


def test_a_payment_made_elsewhere_is_not_made_again(
    browser: TestApp, cms: FakeCms, bank: Bank
) -> None:
    pay(bank, make_order("1234.50", product="instant-sepa-credit-transfers"))
    cms.payment = a_payment(product="instant-sepa-credit-transfers")
    assert enter_tan(log_in_to_payment(browser)).location == OK
    assert booked(bank, ANTONS) == Decimal("8765.50")

"""The page that stands in for a phone: what waits there, and what comes of an answer."""

from decimal import Decimal
from typing import Any

import pytest
from webtest import TestApp

from sandbox.core.bank import Bank
from sandbox.core.orders import Order, OrderStatus
from sandbox.core.purposes import Purpose
from tests.unit.sandbox.bank_world import Clock, available, make_order, pay
from tests.unit.sandbox.cms_world import LINK, FakeCms, a_payment
from tests.unit.sandbox.online_banking.walking import DORA, DORAS, open_phone, press

ORDER = make_order("1234.50", debtor=DORA)


def ask(bank: Bank, cms: FakeCms, purpose: Purpose = Purpose.PAY, order: Order = ORDER) -> None:
    """A TPP has started a decoupled authorisation."""
    cms.payment = a_payment(debtor_iban=DORA, purpose=purpose, psu_ids=(DORAS,))
    cms.status = "started"
    bank.request_push(LINK, DORAS, order, purpose)


def waiting(page: Any) -> int:
    return len(page.html.find_all("li", class_="card"))


@pytest.mark.parametrize(
    "shown",
    [
        "Make this payment?",
        "1,234.50",
        "Creditor",
        "DE23\u202f1001",
        "Example TPP",
        "2 March 2026, 12:00 UTC",
    ],
)
def test_what_waits_is_shown(browser: TestApp, bank: Bank, cms: FakeCms, shown: str) -> None:
    ask(bank, cms)
    assert shown in open_phone(browser)


def test_nothing_is_shown_before_the_log_in(browser: TestApp, bank: Bank, cms: FakeCms) -> None:
    ask(bank, cms)
    assert "1,234.50" not in browser.get("/phone")
    form = browser.get("/phone").form
    form["psu_id"], form["password"] = DORAS, "wrong"
    page = form.submit(status=422)
    assert "not right" in page.html.find(role="alert").text
    assert "1,234.50" not in browser.get("/phone")


def test_a_phone_shows_its_own_requests_only(browser: TestApp, bank: Bank, cms: FakeCms) -> None:
    ask(bank, cms)
    assert "Nothing waits for you" in open_phone(browser, "max.musterman")


def test_the_page_looks_again_by_itself(browser: TestApp) -> None:
    refresh = open_phone(browser).html.find("meta", {"http-equiv": "refresh"})
    assert refresh["content"].endswith("url=/phone")


@pytest.mark.parametrize(
    "purpose, button, title, news",
    [
        (Purpose.PAY, "Approve", "Payment authorised", ["finalised", "ACCP"]),
        (Purpose.PAY, "Decline", "Payment declined", ["failed", "RJCT"]),
        (Purpose.CANCEL, "Approve", "Payment cancelled", ["finalised", "CANC"]),
        (Purpose.CANCEL, "Decline", "Payment kept", ["failed"]),
    ],
)
def test_an_answer_is_acted_on_and_told(
    browser: TestApp,
    bank: Bank,
    cms: FakeCms,
    purpose: Purpose,
    button: str,
    title: str,
    news: list[str],
) -> None:
    if purpose is Purpose.CANCEL:
        pay(bank, ORDER, DORAS)
    ask(bank, cms, purpose)
    page = press(open_phone(browser), button)
    assert title in page
    assert cms.news == news
    assert waiting(page.click("What waits for you")) == 0


def test_a_rejection_is_explained(browser: TestApp, bank: Bank, cms: FakeCms) -> None:
    ask(bank, cms, order=make_order("10000.01", debtor=DORA))
    assert "not enough money" in press(open_phone(browser), "Approve")
    assert cms.news == ["finalised", "RJCT"]


@pytest.mark.parametrize("button", ["Approve", "Decline"])
@pytest.mark.parametrize("gone", ["expired", "closed", "unknown"])
def test_what_does_not_count_any_more_is_not_acted_on(
    browser: TestApp, bank: Bank, cms: FakeCms, gone: str, button: str
) -> None:
    ask(bank, cms)
    page = open_phone(browser)
    match gone:
        case "expired":
            cms.expired = True
        case "closed":
            cms.status = "failed"
        case "unknown":
            cms.payment = a_payment(authorisation_id="link-2")
    assert "does not wait any more" in press(page, button)
    assert bank.payment_status("payment-1") is None
    assert waiting(browser.get("/phone")) == 0


def test_too_late_to_cancel(browser: TestApp, bank: Bank, cms: FakeCms, clock: Clock) -> None:
    pay(bank, ORDER, DORAS)
    ask(bank, cms, Purpose.CANCEL)
    page = open_phone(browser)
    clock.run(seconds=11)
    assert "It is too late" in press(page, "Approve")
    assert bank.payment_status("payment-1") is OrderStatus.ACSC


@pytest.mark.parametrize(
    "purpose, title, left",
    [
        (Purpose.PAY, "Payment authorised", "8765.50"),
        (Purpose.CANCEL, "Payment cancelled", "10000"),
    ],
)
def test_a_double_click_acts_once(
    browser: TestApp, bank: Bank, cms: FakeCms, purpose: Purpose, title: str, left: str
) -> None:
    if purpose is Purpose.CANCEL:
        pay(bank, ORDER, DORAS)
    ask(bank, cms, purpose)
    page = open_phone(browser)
    assert all(title in press(page, "Approve") for _ in range(2))
    assert available(bank, DORAS) == Decimal(left)
    assert cms.news.count("finalised") == 1


@pytest.mark.parametrize("lost", ["payment_by_link", "authorisation", "set_sca_status"])
def test_a_cms_that_is_down_costs_nothing(
    browser: TestApp, bank: Bank, cms: FakeCms, lost: str
) -> None:
    ask(bank, cms)
    page = open_phone(browser)
    cms.down_for = [lost]
    unavailable = press(page, "Approve")
    assert unavailable.status_int == 503
    assert unavailable.html.find("a", class_="button")["href"] == "/phone"
    assert "Payment authorised" in press(page, "Approve")
    assert cms.news == ["finalised", "ACCP"]


@pytest.mark.parametrize("path", [f"/phone/{LINK}/approve", f"/phone/{LINK}/decline"])
def test_nobody_else_answers(browser: TestApp, bank: Bank, cms: FakeCms, path: str) -> None:
    ask(bank, cms)
    token = browser.get("/phone").form["csrf_token"].value
    browser.post(path, status=400)  # a form from elsewhere
    assert "does not wait" in browser.post(path, {"csrf_token": token})
    open_phone(browser, "max.musterman")
    assert "does not wait" in browser.post(path, {"csrf_token": token})
    assert bank.payment_status("payment-1") is None


def test_log_out(browser: TestApp, bank: Bank, cms: FakeCms) -> None:
    ask(bank, cms)
    page = open_phone(browser)
    page.forms[0].submit()
    assert "1,234.50" not in browser.get("/phone")

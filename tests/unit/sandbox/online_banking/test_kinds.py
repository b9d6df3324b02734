"""What the PSU sees of a bulk and of a standing order, from first to last (RTS on SCA, art. 5)."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from webtest import TestApp

from sandbox.core.bank import Bank
from sandbox.core.orders import Order, StandingOrder
from sandbox.core.purposes import Purpose
from tests.unit.sandbox.bank_world import JOINT, pay
from tests.unit.sandbox.cms_world import LINK, OK, FakeCms, a_bulk, a_payment, an_order
from tests.unit.sandbox.online_banking.walking import (
    ANTONS,
    CANCEL,
    DORA,
    DORAS,
    PAY,
    choose,
    enter_tan,
    log_in_to_payment,
    open_phone,
    press,
)

STANDING = an_order(
    standing=StandingOrder(date(2026, 4, 4), "Monthly", date(2027, 3, 31), "following", day=31)
)
UNTIL_CANCELLED = an_order(
    standing=StandingOrder(date(2026, 4, 4), "MonthlyVariable", months=(4, 10), rule="following")
)
BULK = a_bulk(12, requested_execution_date=date(2026, 3, 5))
TO_THREE = a_bulk(3, product="target-2-payments")


def pages(browser: TestApp, cms: FakeCms, order: Order, purpose: Purpose = Purpose.PAY) -> Any:
    """The page on which Anton confirms or cancels this order."""
    known = {"psu_ids": (ANTONS,), "transaction_status": "ACCP"}
    cms.payment = a_payment(
        order=order, purpose=purpose, **(known if purpose is Purpose.CANCEL else {})
    )
    return log_in_to_payment(browser, path=CANCEL if purpose is Purpose.CANCEL else PAY)


def facts(page: Any) -> dict[str, str]:
    """The list of facts, by what they are about."""
    rows = page.html.find("dl", class_="facts").find_all("div")
    return {row.dt.text.strip(): row.dd.text.strip() for row in rows}


@pytest.mark.parametrize(
    "order, amount, expected",
    [
        (
            BULK,
            "78.00 EUR for 12 payments",
            {"When": "5 March 2026", "Statement": "One line for each of them"},
        ),
        (
            a_bulk(2, batch_booking=True),
            "3.00 EUR for 2 payments",
            {"When": "As soon as possible", "Statement": "One line for all of them"},
        ),
        (TO_THREE, "6.00 EUR for 3 payments", {"Our fee": "4.50 EUR in all, on top of the amount"}),
        (
            STANDING,
            "1,234.50 EUR each time",
            {
                "To": "Bike ShopDE23 1001 2002 0123 4567 89",
                "Reference": "Invoice 4711",
                "How often": "Every month on the 31st (last day)",
                "First payment": "30 April 2026",
                "Ends": "31 March 2027",
                "At weekends": "Paid on the next working day",
            },
        ),
        (
            UNTIL_CANCELLED,
            "1,234.50 EUR each time",
            {
                "How often": "In April and October, on the 4th",
                "First payment": "6 April 2026",
                "Ends": "When it is cancelled",
            },
        ),
        (
            an_order(product="cross-border-credit-transfers"),
            "1,234.50 EUR",
            {"Our fee": "5.00 EUR, on top of the amount"},
        ),
        (
            an_order(product="pain.001-target-2-payments", standing=STANDING.standing),
            "1,234.50 EUR each time",
            {"Our fee": "1.50 EUR each time, on top of the amount"},
        ),
    ],
)
def test_the_psu_sees_all_of_it(
    browser: TestApp, cms: FakeCms, order: Order, amount: str, expected: dict[str, str]
) -> None:
    page = pages(browser, cms, order)
    assert page.html.find(class_="amount").text.split() == amount.split()
    shown = {name: text.replace("\u202f", " ") for name, text in facts(page).items()}
    assert expected.items() <= shown.items()
    assert shown["Asked for by"] == "Example TPP"


@pytest.mark.parametrize("order", [an_order(), a_bulk(1), a_bulk(3)])
def test_nothing_is_said_that_does_not_apply(browser: TestApp, cms: FakeCms, order: Order) -> None:
    shown = facts(pages(browser, cms, order))
    assert not {"Our fee", "How often", "Ends", "At weekends"} & shown.keys()
    assert ("Statement" in shown) == (len(order.transfers) > 1)
    assert ("To" in shown) == (len(order.transfers) == 1)


@pytest.mark.parametrize("count, hidden", [(1, None), (2, 0), (10, 0), (11, 1), (1000, 990)])
def test_every_transfer_of_a_bulk_is_there(
    browser: TestApp, cms: FakeCms, count: int, hidden: int | None
) -> None:
    page = pages(browser, cms, a_bulk(count))
    tables = page.html.find_all("table", class_="transfers")
    rows = [row for table in tables for row in table.tbody.find_all("tr")]
    assert len(rows) == (count if count > 1 else 0)
    for number, row in enumerate(rows, start=1):
        assert row.th["scope"] == "row"
        assert row.th.text.startswith(f"Payee {number} DE23")
        assert row.th.text.endswith(f"Wages {number}")
        assert row.td.text == f"{number:,}.00"
    assert all(table.caption.text for table in tables)
    details = page.html.find("details")
    assert (len(details.find("tbody").find_all("tr")) if details else 0) == (hidden or 0)


@pytest.mark.parametrize(
    "count, text", [(11, "Show the other payment"), (1200, "Show the other 1,190 payments")]
)
def test_the_rest_of_a_long_list_is_one_step_away(
    browser: TestApp, cms: FakeCms, count: int, text: str
) -> None:
    assert pages(browser, cms, a_bulk(count)).html.find("summary").text == text


def test_what_the_tpp_has_written_is_text(browser: TestApp, cms: FakeCms) -> None:
    order = a_bulk(2)
    marked = replace(order.transfers[0], creditor_name="<b>&", remittance="<i>\nin two lines")
    page = pages(browser, cms, replace(order, transfers=(marked, marked)))
    assert page.html.find(class_="transfers").th.find_next("th", scope="row").span.text == "<b>&"
    assert page.html.find("b") is page.html.find("i") is None


def test_of_a_list_one_reads_first(browser: TestApp, cms: FakeCms) -> None:
    page = pages(browser, cms, BULK)
    assert not page.html.find(id="tan").has_attr("autofocus")
    wrong = enter_tan(page, "000000")
    assert wrong.html.find(id="tan").has_attr("autofocus")


@pytest.mark.parametrize(
    "order, purpose, heading, button, decline, caution",
    [
        (
            BULK,
            Purpose.PAY,
            "Confirm these payments",
            "Pay 78.00 EUR in all",
            "Decline",
            "only if all amounts and payees are right",
        ),
        (
            STANDING,
            Purpose.PAY,
            "Confirm this standing order",
            "Pay 1,234.50 EUR each time",
            "Decline",
            "only if amount, payee and days are right",
        ),
        (
            BULK,
            Purpose.CANCEL,
            "Cancel these payments?",
            "Cancel these payments",
            "Keep them",
            "only if these are the payments you want to stop",
        ),
        (
            STANDING,
            Purpose.CANCEL,
            "Cancel this standing order?",
            "Cancel this standing order",
            "Keep it",
            "only if this is the standing order you want to stop",
        ),
    ],
)
def test_the_words_fit_the_order(
    browser: TestApp,
    cms: FakeCms,
    bank: Bank,
    order: Order,
    purpose: Purpose,
    heading: str,
    button: str,
    decline: str,
    caution: str,
) -> None:
    if purpose is Purpose.CANCEL:
        pay(bank, order)
    page = pages(browser, cms, order, purpose)
    assert page.html.h1.text == heading
    assert [each.text for each in page.html.find_all("button")] == [button, decline]
    assert caution in page.html.find(id="tan-hint").text


ENDINGS = [
    (BULK, "Payments", "these payments", "Each of them is made once only."),
    (STANDING, "Standing order", "this standing order", "We pay it on its days"),
]


@pytest.mark.parametrize("order, name, this, promise", ENDINGS)
def test_the_end_is_told_in_the_same_words(
    browser: TestApp, cms: FakeCms, order: Order, name: str, this: str, promise: str
) -> None:
    assert enter_tan(pages(browser, cms, order)).location == OK
    page = browser.get(PAY)
    assert page.html.h1.text == f"{name} authorised"
    assert f"You have authorised {this}" in page
    assert promise in page


@pytest.mark.parametrize(
    "order, text",
    [
        (BULK, "You have authorised these payments. They are made when somebody else"),
        (STANDING, "You have authorised this standing order. It begins when somebody else"),
    ],
)
def test_somebody_else_is_waited_for_in_the_same_words(
    browser: TestApp, cms: FakeCms, order: Order, text: str
) -> None:
    cms.payment = a_payment(order=replace(order, debtor_iban=JOINT))
    assert text in enter_tan(log_in_to_payment(browser, "g.manager"))


@pytest.mark.parametrize("order, name, this, promise", ENDINGS)
def test_declined_in_the_same_words(
    browser: TestApp, cms: FakeCms, order: Order, name: str, this: str, promise: str
) -> None:
    pages(browser, cms, order).forms["decline"].submit()
    page = browser.get(PAY)
    assert page.html.h1.text == f"{name} declined"
    assert f"You have declined {this}" in page


@pytest.mark.parametrize(
    "order, button, title, text",
    [
        (BULK, "Cancel these", "Payments cancelled", "None of them will be made."),
        (BULK, "Keep", "Payments kept", "They go on as before."),
        (STANDING, "Cancel this", "Standing order cancelled", "Nothing more is paid with it."),
        (STANDING, "Keep", "Standing order kept", "It goes on as before."),
    ],
)
def test_cancelled_and_kept_in_the_same_words(
    browser: TestApp, cms: FakeCms, bank: Bank, order: Order, button: str, title: str, text: str
) -> None:
    pay(bank, order)
    page = pages(browser, cms, order, Purpose.CANCEL)
    if button != "Keep":
        page.forms["go-on"]["tan"] = "123456"
    press(page, button)
    ended = browser.get(CANCEL)
    assert ended.html.h1.text == title
    assert text in ended


def on_phone(browser: TestApp, bank: Bank, cms: FakeCms, order: Order) -> Any:
    cms.payment = a_payment(order=order, psu_ids=(DORAS,))
    cms.status = "started"
    bank.request_push(LINK, DORAS, order, Purpose.PAY)
    return open_phone(browser)


@pytest.mark.parametrize(
    "order, request_, shown, said",
    [
        (
            a_bulk(3, debtor_iban=DORA),
            "Make these payments?",
            ["for 3\u00a0payments", "Payee 3"],
            "Approve: 6.00 EUR in 3 payments",
        ),
        (
            an_order(debtor_iban=DORA, standing=STANDING.standing),
            "Set up this standing order?",
            ["each time", "Bike Shop", "Every month on the 31st", "30 April 2026"],
            "Approve: 1,234.50 EUR to Bike Shop, every month on the 31st (last day)",
        ),
    ],
)
def test_the_phone_asks_in_the_same_words(
    browser: TestApp,
    bank: Bank,
    cms: FakeCms,
    order: Order,
    request_: str,
    shown: list[str],
    said: str,
) -> None:
    page = on_phone(browser, bank, cms, order)
    assert page.html.h2.text == request_
    for text in shown:
        assert text in page
    assert page.html.find("button", class_="main").text == said
    assert "authorised" in press(page, "Approve").html.h1.text


def test_a_long_list_on_the_phone_stays_open(browser: TestApp, bank: Bank, cms: FakeCms) -> None:
    page = on_phone(browser, bank, cms, a_bulk(30, debtor_iban=DORA))
    assert "Payee 11" not in page
    page = page.click("Show the other 20 payments")
    assert "Payee 30" in page
    assert page.html.find("meta", {"http-equiv": "refresh"}) is None
    assert "Payments authorised" in press(page, "Approve")


def test_a_long_list_stays_open_while_the_page_waits_for_the_phone(
    browser: TestApp, cms: FakeCms
) -> None:
    cms.payment = a_payment(order=a_bulk(30, debtor_iban=DORA))
    page = choose(log_in_to_payment(browser, DORAS), "push")
    assert "This page goes on by itself then." in page
    page = page.click("Show the other 20 payments")
    assert "Payee 30" in page
    assert page.html.find("meta", {"http-equiv": "refresh"}) is None
    assert "goes on by itself" in page.click("Go on")


def test_a_thousand_transfers_are_one_small_page(browser: TestApp, cms: FakeCms) -> None:
    page = pages(browser, cms, a_bulk(1000))
    assert len(page.body) < 400_000

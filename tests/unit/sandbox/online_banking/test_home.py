from typing import Any

import pytest
from webtest import TestApp

from sandbox.core.bank import Bank
from sandbox.core.people import PEOPLE
from sandbox.core.storage import Storage
from tests.unit.sandbox.bank_world import Clock, make_order, pay
from tests.unit.sandbox.cms_world import a_bulk


def log_in(browser: TestApp, psu_id: str, password: str = "12345") -> Any:
    form = browser.get("/").form
    form["psu_id"], form["password"] = psu_id, password
    return form.submit(expect_errors=True)


@pytest.mark.parametrize("psu_id", [person.psu_id for person in PEOPLE[:7]])
def test_the_front_page_lists_who_lives_here(browser: TestApp, psu_id: str) -> None:
    assert psu_id in browser.get("/")


def test_the_front_page_says_who_must_authorise_together(browser: TestApp) -> None:
    people = browser.get("/").html.find("table", class_="people")
    (greta,) = (row for row in people.find_all("tr") if row.th.text.strip() == "g.manager")
    assert "joint with sc.manager: both must authorise" in greta.text
    assert people.text.count("joint with") == 2


def test_the_front_page_leads_to_the_phone(browser: TestApp) -> None:
    assert "Log in to the app" in browser.get("/").click("stands in for the phone")


def test_one_sees_the_money_move(browser: TestApp, bank: Bank) -> None:
    assert "10,000.00" in log_in(browser, "anton.brueckner").follow()
    pay(bank, make_order("12.34", product="instant-sepa-credit-transfers"))
    page = browser.get("/accounts")
    assert "9,987.66" in page
    assert "\u221212.34" in page
    assert "5,000.00" in page


@pytest.mark.parametrize(
    "batch, lines",
    [
        (False, [("The bank, its fee", 10), ("Payee 2Wages 2", 2), ("Payee 1Wages 1", 1)]),
        (True, [("The bank, its fee", 10), ("2 creditors", 3)]),
    ],
)
def test_the_statement_has_a_line_for_each_booking(
    browser: TestApp, bank: Bank, clock: Clock, lines: list[tuple[str, int]], *, batch: bool
) -> None:
    pay(bank, a_bulk(2, product="cross-border-credit-transfers", batch_booking=batch))
    clock.run(minutes=1)
    rows = log_in(browser, "anton.brueckner").follow().html.find("tbody").find_all("tr")
    assert [[cell.text for cell in row.find_all("td")[1:]] for row in rows] == [
        [whom, f"\u2212{euros}.00 EUR"] for whom, euros in lines
    ]


def test_accounts_need_a_log_in(browser: TestApp) -> None:
    assert browser.get("/accounts").location == "/"
    page = log_in(browser, "anton.brueckner", "wrong")
    assert (page.status_int, "not right" in page.html.find(role="alert").text) == (422, True)
    assert browser.get("/accounts").location == "/"


def test_log_out(browser: TestApp) -> None:
    log_in(browser, "anton.brueckner").follow().form.submit()
    assert browser.get("/accounts").location == "/"


@pytest.mark.parametrize("ending, text", [("ok", "OK"), ("nok", "not-OK")])
def test_the_stand_in_for_the_tpp_says_what_it_is(browser: TestApp, ending: str, text: str) -> None:
    page = browser.get(f"/tpp/{ending}?state=7")
    assert text in page
    assert "stands in for a third party" in page


def test_health(browser: TestApp, storage: Storage) -> None:
    assert browser.get("/health/live").json == {"status": "up"}
    assert browser.get("/health/ready").json == {"status": "up"}
    with storage.writing() as connection:
        connection.exec_driver_sql("ALTER TABLE bank_balances RENAME TO away")
    assert browser.get("/health/ready", status=503).json == {"status": "down"}
    assert browser.get("/health/live").json == {"status": "up"}


@pytest.mark.parametrize(
    "query, said, not_said",
    [
        ("error=access_denied&state=7", "access_denied", "worked out"),
        ("error=invalid_scope&error_description=No+such+payment", "No such payment", "worked out"),
        ("code=a-code_7", "-d code=a-code_7 ", "worked out"),
        ("code=$(ls)", "worked out", "$(ls)"),  # it would be pasted into a shell
        ("error=<b>", "&lt;b&gt;", "<b>"),
    ],
)
def test_the_stand_in_of_the_tpp_reads_what_oauth_sends(
    browser: TestApp, query: str, said: str, not_said: str
) -> None:
    page = browser.get(f"/tpp/ok?{query}").text

    assert said in page
    assert not_said not in page

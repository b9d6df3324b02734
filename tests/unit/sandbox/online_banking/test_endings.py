"""Who is shown the good way back: the browser of the PSU who has authorised, and nobody else.

With OAuth that way leads to the TPP's code (docs/online-banking.md).
"""

from collections.abc import Callable

import pytest
from webtest import TestApp

from sandbox.core.bank import Bank
from sandbox.core.purposes import Purpose
from tests.unit.sandbox.bank_world import pay
from tests.unit.sandbox.cms_world import NOK, OK, ORDER, FakeCms, a_payment
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

JOINT = "DE32760700240271232100"


def by_tan(browser: TestApp, _bank: Bank, _cms: FakeCms) -> str:
    enter_tan(log_in_to_payment(browser))
    return PAY


def in_the_app(browser: TestApp, _bank: Bank, cms: FakeCms) -> str:
    """The page is still open when the PSU approves on the phone, another device."""
    cms.payment = a_payment(debtor_iban=DORA)
    choose(log_in_to_payment(browser, DORAS), "push")
    press(open_phone(TestApp(browser.app)), "Approve")
    return PAY


def first_of_two(browser: TestApp, _bank: Bank, cms: FakeCms) -> str:
    cms.payment = a_payment(debtor_iban=JOINT)
    enter_tan(log_in_to_payment(browser, "g.manager"))
    return PAY


def cancelling(browser: TestApp, bank: Bank, cms: FakeCms) -> str:
    pay(bank, ORDER)
    cms.payment = a_payment(purpose=Purpose.CANCEL, transaction_status="ACCP", psu_ids=(ANTONS,))
    enter_tan(log_in_to_payment(browser, path=CANCEL))
    return CANCEL


DONE = pytest.mark.parametrize("authorise", [by_tan, in_the_app, first_of_two, cancelling])
Authorise = Callable[[TestApp, Bank, FakeCms], str]


@DONE
def test_the_psu_who_has_authorised_finds_back(
    browser: TestApp, bank: Bank, cms: FakeCms, authorise: Authorise
) -> None:
    path = authorise(browser, bank, cms)
    for _ in range(2):  # an answer may be lost
        assert browser.get(path).html.find("a", class_="button")["href"] == OK


@DONE
@pytest.mark.parametrize("step", ["", "/payment", "/log-in", "/method", "/confirm", "/decline"])
def test_whoever_else_has_the_link_is_shown_no_way(
    browser: TestApp,
    another_browser: TestApp,
    bank: Bank,
    cms: FakeCms,
    authorise: Authorise,
    step: str,
) -> None:
    strangers = another_browser.get("/").forms[0]["csrf_token"].value
    path = authorise(browser, bank, cms)
    if step in {"", "/payment"}:
        page = another_browser.get(f"{path}{step}")
    else:
        page = another_browser.post(f"{path}{step}", {"csrf_token": strangers})

    assert page.status_int == 200
    assert page.html.find("a", class_="button") is None
    assert OK not in f"{page.headers} {page.text}"


def test_a_visit_to_another_link_does_not_count(
    browser: TestApp, another_browser: TestApp, bank: Bank, cms: FakeCms
) -> None:
    """Not even that of the same PSU: the way back belongs to one link."""
    path = by_tan(browser, bank, cms)
    shown, cms.payment, cms.status = cms.payment, a_payment(authorisation_id="link-9"), "received"
    log_in_to_payment(another_browser, path="/pis/link-9")
    cms.payment, cms.status = shown, "finalised"

    assert another_browser.get(path).html.find("a", class_="button") is None


def test_the_bad_way_back_is_for_everybody(browser: TestApp, another_browser: TestApp) -> None:
    """It is on the first page of the link too, and gives nothing away."""
    log_in_to_payment(browser).forms["decline"].submit()

    assert another_browser.get(PAY).html.find("a", class_="button")["href"] == NOK

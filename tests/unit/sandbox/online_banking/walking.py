"""Steps of a PSU's visit that many tests begin with."""

from typing import Any

from webtest import TestApp

from tests.unit.sandbox.cms_world import LINK

ANTONS = "anton.brueckner"
DORAS = "dora.push"
DORA = "DE02100100109307118603"
PAY = f"/pis/{LINK}"
CANCEL = f"/pis/cancellation/{LINK}"


def log_in(
    browser: TestApp, psu_id: str = ANTONS, password: str = "12345", *, path: str = PAY
) -> Any:
    form = browser.get(path).form
    form["psu_id"], form["password"] = psu_id, password
    return form.submit(expect_errors=True)


def log_in_to_payment(browser: TestApp, psu_id: str = ANTONS, *, path: str = PAY) -> Any:
    return log_in(browser, psu_id, path=path).follow()


def enter_tan(page: Any, tan: str = "123456") -> Any:
    form = page.forms["go-on"]
    form["tan"] = tan
    return form.submit(expect_errors=True)


def choose(page: Any, method: str) -> Any:
    page.forms["go-on"]["method"] = method
    return page.forms["go-on"].submit().follow()


def open_phone(browser: TestApp, psu_id: str = DORAS) -> Any:
    form = browser.get("/phone").forms[0]
    form["psu_id"], form["password"] = psu_id, "12345"
    return form.submit().follow()


def press(page: Any, button: str) -> Any:
    """Press the first button of this name."""
    buttons = page.html.find_all("button")
    found = next(each for each in buttons if each.text.startswith(button))
    return page.forms[found["form"]].submit(expect_errors=True)

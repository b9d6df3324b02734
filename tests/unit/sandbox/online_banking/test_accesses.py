"""The pages by which a PSU lets a third party in before any payment."""

from typing import Any

import pytest
from webtest import TestApp

from sandbox.online_banking.cms_port import AccessToGrant
from tests.unit.sandbox.cms_world import FakeCms

ID = "request-1"
PAGE = f"/oauth/{ID}"
BACK = "https://tpp.example/ok"
ASKED = AccessToGrant(ID, "Example Pay", BACK)


@pytest.fixture(autouse=True)
def asked(cms: FakeCms) -> None:
    cms.access = ASKED


def send(page: Any, form: str, **fields: str) -> Any:
    """The form of a page with this action, filled in."""
    found = next(each for each in page.forms.values() if each.action.endswith(form))
    for name, value in fields.items():
        found[name] = value
    return found.submit(expect_errors=True)


def log_in(browser: TestApp, psu_id: str = "anton.brueckner", password: str = "12345") -> Any:
    answer = send(browser.get(PAGE), "/log-in", psu_id=psu_id, password=password)
    stays = answer.status_int == 303 and answer.headers["Location"].startswith(PAGE)
    return answer.follow() if stays else answer


def test_the_page_says_who_asks_for_what(browser: TestApp) -> None:
    assert "Example Pay" in browser.get(PAGE).text
    page = log_in(browser)

    assert "Let Example Pay initiate payments?" in page.text
    assert "Nothing is paid by this" in page.text
    assert (
        f"form-action 'self' {BACK.removesuffix('/ok')};"
        in (page.headers["Content-Security-Policy"])
    )


def test_allowed(browser: TestApp, cms: FakeCms) -> None:
    answer = send(log_in(browser), "/confirm", tan="123456")

    assert (answer.status_int, answer.headers["Location"]) == (303, f"{BACK}?code=made")
    assert cms.granted_by == ["anton.brueckner"]
    assert browser.get(PAGE, expect_errors=True).status_int == 410


def test_who_has_no_second_factor_needs_none(browser: TestApp, cms: FakeCms) -> None:
    answer = send(log_in(browser, "marion.mueller"), "/confirm")

    assert answer.status_int == 303
    assert cms.granted_by == ["marion.mueller"]


def test_declined(browser: TestApp, cms: FakeCms) -> None:
    answer = send(log_in(browser), "/decline")

    assert answer.headers["Location"] == f"{BACK}?error=access_denied"
    assert cms.granted_by == [None]


def test_back_without_logging_in(browser: TestApp, cms: FakeCms) -> None:
    answer = send(browser.get(PAGE), "/leave")

    assert answer.headers["Location"] == f"{BACK}?error=access_denied"
    assert cms.granted_by == [None]


def test_three_wrong_passwords_end_it(browser: TestApp, cms: FakeCms) -> None:
    for left in ("2 tries", "one try"):
        assert left in log_in(browser, password="wrong").text
    answer = log_in(browser, password="wrong")

    assert answer.headers["Location"] == f"{BACK}?error=access_denied"
    cms.granted_by.clear()  # the request is open again: the bank knows better
    answer = send(browser.get(PAGE), "/log-in", psu_id="anton.brueckner", password="12345")
    assert answer.headers["Location"] == f"{BACK}?error=access_denied"


def test_three_wrong_tans_end_it(browser: TestApp, cms: FakeCms) -> None:
    page = log_in(browser)
    for left in ("2 tries", "one try"):
        page = send(page, "/confirm", tan="000000")
        assert left in page.text
    answer = send(page, "/confirm", tan="000000")

    assert answer.headers["Location"] == f"{BACK}?error=access_denied"
    assert cms.granted_by == [None]


def test_without_a_tan_nothing_happens(browser: TestApp, cms: FakeCms) -> None:
    page = send(log_in(browser), "/confirm", tan=" ")

    assert page.status_int == 422
    assert "Please enter your TAN." in page.text
    assert cms.granted_by == []


@pytest.mark.parametrize("path", ["confirm", "decline", "leave", "log-in"])
def test_a_forged_form_changes_nothing(browser: TestApp, cms: FakeCms, path: str) -> None:
    """CSRF: without the token of this session's own page."""
    log_in(browser)
    answer = browser.post(f"{PAGE}/{path}", {"tan": "123456"}, expect_errors=True)

    assert answer.status_int == 400
    assert cms.granted_by == []


@pytest.mark.parametrize("path", ["confirm", "decline"])
def test_who_has_not_logged_in_decides_nothing(browser: TestApp, cms: FakeCms, path: str) -> None:
    token = next(iter(browser.get(PAGE).forms.values()))["csrf_token"].value
    answer = browser.post(f"{PAGE}/{path}", {"tan": "123456", "csrf_token": token})

    assert answer.headers["Location"] == PAGE
    assert cms.granted_by == []


def test_another_log_in_ends_the_first_one(
    browser: TestApp, cms: FakeCms, another_browser: TestApp
) -> None:
    page = log_in(browser)
    log_in(another_browser, "marion.mueller")
    answer = send(page, "/confirm", tan="123456")

    assert answer.headers["Location"] == PAGE
    assert cms.granted_by == []


@pytest.mark.parametrize("path", ["/oauth/unknown", "/oauth/%00"])
def test_links_of_nobodys(browser: TestApp, path: str) -> None:
    assert browser.get(path, expect_errors=True).status_int == 404


def test_what_ended_meanwhile(browser: TestApp, cms: FakeCms) -> None:
    page = log_in(browser)
    cms.refuses = ["grant_access"]

    assert send(page, "/confirm", tan="123456").status_int == 410


@pytest.mark.parametrize("path", ["log-in", "confirm", "decline"])
def test_a_form_from_elsewhere_is_not_taken(browser: TestApp, cms: FakeCms, path: str) -> None:
    """Forged approval (CSRF): the browser sends the cookie, but cannot know the form's token."""
    log_in(browser)
    sent = {"psu_id": "anton.brueckner", "password": "12345", "tan": "123456"}

    assert browser.post(f"{PAGE}/{path}", sent, status=400).status_int == 400
    assert cms.granted_by == []

"""What holds for every page."""

from typing import Any

import pytest
from webtest import TestApp

from tests.unit.sandbox.cms_world import LINK, FakeCms, a_payment

PAGES = ["/", f"/pis/{LINK}", "/pis/unknown", "/phone", "/tpp/ok", "/nowhere", "/static/bank.css"]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(
    "header, value",
    [
        ("Cache-Control", "no-store"),
        ("Referrer-Policy", "no-referrer"),
        ("X-Frame-Options", "DENY"),
        ("X-Content-Type-Options", "nosniff"),
    ],
)
def test_security_headers(browser: TestApp, path: str, header: str, value: str) -> None:
    assert browser.get(path, expect_errors=True).headers[header] == value


@pytest.mark.parametrize("path", PAGES)
def test_no_page_runs_scripts_or_is_framed(browser: TestApp, path: str) -> None:
    page = browser.get(path, expect_errors=True)
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "script-src" not in policy
    assert b"<script" not in page.body
    assert b" style=" not in page.body


def test_forms_may_end_at_the_tpp_and_nowhere_else(browser: TestApp, cms: FakeCms) -> None:
    cms.payment = a_payment(nok_uri="https://other.example:8443/nok")
    policy = browser.get(f"/pis/{LINK}").headers["Content-Security-Policy"]
    assert "form-action 'self' https://other.example:8443 https://tpp.example;" in policy
    assert "form-action 'self';" in browser.get("/").headers["Content-Security-Policy"]


def test_the_session_cookie(browser: TestApp) -> None:
    cookie = browser.get("/").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


@pytest.mark.parametrize(
    "method, path, status",
    [
        ("GET", "/nowhere", 404),
        ("GET", "/tpp/else", 404),
        ("DELETE", "/accounts", 405),
        ("PUT", f"/pis/{LINK}/confirm", 405),
    ],
)
def test_errors_are_pages_of_ours(browser: TestApp, method: str, path: str, status: int) -> None:
    page = browser.request(path, method=method, status=status)
    assert "Sandbox Bank" in page
    assert bool(page.headers.get("Allow")) == (status == 405)


@pytest.mark.parametrize(
    "form, page",
    [
        ("/log-in", "/"),
        (f"/pis/{LINK}/confirm", f"/pis/{LINK}"),
        (f"/pis/cancellation/{LINK}/confirm", f"/pis/cancellation/{LINK}"),
        (f"/oauth/{LINK}/confirm", f"/oauth/{LINK}"),
        (f"/phone/{LINK}/approve", "/phone"),
    ],
)
def test_the_address_of_a_form_leads_to_its_page(browser: TestApp, form: str, page: str) -> None:
    assert browser.get(form, status=303).headers["Location"] == page


def test_a_form_is_small(browser: TestApp) -> None:
    browser.post("/log-in", {"psu_id": "x" * 20_000}, status=413)


@pytest.mark.parametrize("path", ["/", f"/pis/{LINK}", "/phone"])
def test_every_field_has_its_label(browser: TestApp, path: str) -> None:
    page: Any = browser.get(path).html
    fields = [field for field in page.find_all("input") if field.get("type") != "hidden"]
    labels = {label["for"] for label in page.find_all("label")}
    assert fields
    assert {field["id"] for field in fields} == labels
    assert page.html["lang"] == "en"

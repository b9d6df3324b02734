"""Shows the whole way of a payment over real HTTP: the TPP's calls and the PSU's clicks."""

import json
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from typing import Any, Final
from urllib.parse import urljoin

import requests

from xs2a.clock import clock_from
from xs2a.loopback import is_fine, own_session
from xs2a.settings import Settings
from xs2a.signing import read_seal, signed_headers
from xs2a.wiring import open_profiles

READY_WITHIN_S: Final = 30
SETTLED_WITHIN_S: Final = 30
PSU: Final = {"psu_id": "anton.brueckner", "password": "12345"}
TAN: Final = "123456"
NEEDS_REDIRECT: Final = "the demo plays without OAuth: it needs scaRedirectFlow REDIRECT"
PAYMENT: Final = {
    "debtorAccount": {"iban": "DE80760700240271232400"},
    "instructedAmount": {"currency": "EUR", "amount": "12.50"},
    "creditorAccount": {"iban": "DE69760700240340283600"},
    "creditorName": "Marion Mueller",
    "remittanceInformationUnstructured": "Dinner on Friday",
}


def run_demo(settings: Settings) -> None:
    """Play it against a running server, or one started for it. Raises DemoFailed."""
    with _server(settings):
        show = _demo(settings)
        show.play("instant-sepa-credit-transfers", expected=("ACSC",))
        show.play("sepa-credit-transfers", expected=("ACSP", "ACSC"))
    print("\nBoth payments are settled.")


class DemoFailed(Exception):
    """An answer was not what the demo expects."""


def _demo(settings: Settings) -> "Demo":
    """Signing, if the profile in force demands it. Raises DemoFailed."""
    common = open_profiles(settings).for_tenant(None).common
    if common.refuses_foreign_uris:
        text = "the profile lets PSUs be sent to a TPP's own domain only (REJECT): no browser gets"
        raise DemoFailed(f"{text} to that of the sandbox TPP; WARNING lets the demo pass")
    return Demo(settings, signs=common.tpp_signature_required)


class Demo:
    """A TPP and a PSU, played by a script; every exchange is printed. A TPP that `signs` does so
    with the seal of the sandbox TPP.
    """

    def __init__(self, settings: Settings, *, signs: bool = False) -> None:
        self._xs2a = f"http://{settings.host}:{settings.xs2a_port}"
        self._bank = f"http://{settings.host}:{settings.online_banking_port}"
        header = settings.sandbox_folder / "tpp-qwac.header"
        self._certificate = header.read_text().strip()
        self._seal = read_seal() if signs else None
        self._clock = clock_from(settings.clock)
        self._session = own_session()

    def play(self, product: str, *, expected: tuple[str, ...]) -> None:
        """One payment, from the TPP's POST until its status has been all of `expected`."""
        _title(f"A payment: {product}")
        initiated = self._tpp("POST", f"/v1/payments/{product}", body=PAYMENT)
        links = initiated["_links"]
        if "scaRedirect" not in links:
            raise DemoFailed(NEEDS_REDIRECT)
        self._authorise(links["scaRedirect"]["href"])
        sca_status = self._tpp("GET", links["scaStatus"]["href"])["scaStatus"]
        if sca_status != "finalised":
            raise DemoFailed(f"the SCA status is {sca_status}")
        for status in expected:
            self._wait_for(status, links["status"]["href"])

    def _wait_for(self, expected: str, url: str) -> None:
        deadline = time.monotonic() + SETTLED_WITHIN_S
        said = ""
        while time.monotonic() < deadline:
            answer = self._tpp("GET", url, quiet=True)
            if answer["transactionStatus"] != said:
                said = answer["transactionStatus"]
                _print_exchange("GET", url, None, status=200, answer=answer)
            if said == expected:
                return
            time.sleep(0.25)
        raise DemoFailed(f"the payment is {said}, not {expected}")

    def _tpp(
        self, method: str, url: str, *, body: Any = None, quiet: bool = False
    ) -> dict[str, Any]:
        headers = {"X-Request-ID": str(uuid.uuid4()), "TPP-QWAC-Certificate": self._certificate}
        if method == "POST":
            headers |= {
                "PSU-IP-Address": "192.0.2.7",
                "TPP-Redirect-URI": f"{self._bank}/tpp/ok",
                "TPP-Nok-Redirect-URI": f"{self._bank}/tpp/nok",
            }
        content = b"" if body is None else json.dumps(body).encode()
        if body is not None:
            headers["Content-Type"] = "application/json"
        if self._seal is not None:
            headers = dict(signed_headers(headers.items(), content, self._seal, self._clock()))
        response = self._session.request(
            method, urljoin(self._xs2a, url), data=content, headers=headers, timeout=10
        )
        answer: dict[str, Any] = response.json()
        if not quiet:
            _print_exchange(method, url, body, status=response.status_code, answer=answer)
        if response.headers.get("WWW-Authenticate", "").startswith("Bearer"):
            raise DemoFailed(NEEDS_REDIRECT)
        if not response.ok:
            raise DemoFailed(f"{method} {url} was answered with {response.status_code}")
        return answer

    def _authorise(self, link: str) -> None:
        """The PSU's visit: log in, look, confirm with the TAN, go back to the TPP."""
        _title("The PSU follows the link to the online banking")
        browser = own_session()
        try:
            page = _Page(browser.get(link, timeout=10))
        except requests.ConnectionError as error:
            reason = f"nobody answers at {link}: does pisRedirectUrlToAspsp name another port?"
            raise DemoFailed(reason) from error
        page = page.submit(browser, "/log-in", PSU)
        page = page.submit(browser, "/confirm", {"tan": TAN})
        print(f"  the browser is now at {page.url}")


class _Page(HTMLParser):
    """A page with its forms, as a browser would send them."""

    def __init__(self, response: requests.Response) -> None:
        super().__init__()
        if not response.ok:
            raise DemoFailed(f"{response.url} was answered with {response.status_code}")
        self.url = response.url
        self._forms: dict[str, dict[str, str]] = {}
        self._open: dict[str, str] = {}
        print(f"  {response.request.method} {response.url} -> {response.status_code}")
        self.feed(response.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect the forms and their hidden fields."""
        given = dict(attrs)
        if tag == "form":
            self._open = self._forms.setdefault(given.get("action") or "", {})
        elif tag == "input" and given.get("type") == "hidden":
            self._open[given.get("name") or ""] = given.get("value") or ""

    def submit(
        self, browser: requests.Session, action_ends: str, filled_in: dict[str, str]
    ) -> "_Page":
        """Fill in the form whose action ends so, send it, follow where it leads."""
        for action, hidden in self._forms.items():
            if action.endswith(action_ends):
                url = urljoin(self.url, action)
                return _Page(browser.post(url, hidden | filled_in, timeout=10))
        raise DemoFailed(f"{self.url} has no form for {action_ends}")


def _title(text: str) -> None:
    print(f"\n== {text}")


def _print_exchange(method: str, url: str, sent: Any, *, status: int, answer: Any) -> None:
    print(f"\n> {method} {url}")
    if sent is not None:
        print(json.dumps(sent, indent=2))
    print(f"< {status}")
    print(json.dumps(answer, indent=2), flush=True)


@contextmanager
def _server(settings: Settings) -> Iterator[None]:
    if _answers(settings):
        yield
        return
    command = [sys.executable, "-m", "xs2a.cli"]
    migrated = subprocess.run([*command, "migrate"], check=False)  # noqa: S603  our own command
    if migrated.returncode != 0:
        raise DemoFailed("the database could not be migrated")
    server = subprocess.Popen(  # noqa: S603  our own command
        [*command, "serve"], stdout=subprocess.DEVNULL
    )
    try:
        deadline = time.monotonic() + READY_WITHIN_S
        while not _answers(settings):
            if server.poll() is not None or time.monotonic() > deadline:
                raise DemoFailed("the server did not start")
            time.sleep(0.1)
        yield
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(READY_WITHIN_S)


def _answers(settings: Settings) -> bool:
    ports = (settings.xs2a_port, settings.cms_port, settings.online_banking_port)
    return all(is_fine(f"http://{settings.host}:{port}/health/ready") for port in ports)

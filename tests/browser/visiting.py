"""One PSU's visit to the online banking: the TPP's POST, then what is done in the browser."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode, urlsplit

from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Error,
    Locator,
    Page,
    Request,
    Response,
    ViewportSize,
)

from tests.browser.landing import Landing
from tests.sent_orders import SentOrder
from tests.serving import INSTANT, PAYMENT, RunningServer

WIDE = ViewportSize(width=1200, height=900)
MAX = {"debtorAccount": {"iban": "DE38760700240320465700"}}
MARION = {
    "debtorAccount": {"iban": "DE69760700240340283600"},
    "creditorAccount": {"iban": "DE80760700240271232400"},
    "creditorName": "Anton Brueckner",
}
DORA = {"debtorAccount": {"iban": "DE02100100109307118603"}}
DECOUPLED = {"PSU-ID": "dora.push", "TPP-Decoupled-Preferred": "true"}
JOINT = {"debtorAccount": {"iban": "DE32760700240271232100"}}
# Not made before that day, so it can be cancelled; this amount only if the PSU agrees.
TO_CANCEL = {
    "instructedAmount": {"currency": "EUR", "amount": "666.08"},
    "requestedExecutionDate": "2099-01-04",
}
CREDIT_TRANSFER = "/v1/payments/sepa-credit-transfers"
# Chromium reports every answer of 400 or more on the console; these are pages we mean.
MEANT = "Failed to load resource: the server responded with a status of 4"


@dataclass
class Visit:
    """`complaints` are errors on the console or in a page, `asked` all addresses asked for,
    `answers` what came from them.
    """

    page: Page
    server: RunningServer
    links: dict[str, Any] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    answers: list[Response] = field(default_factory=list)
    known: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._watch(self.page)
        self.known |= {urlsplit(face).netloc for face in (self.server.bank, self.server.xs2a)}

    def initiate(
        self,
        payment: dict[str, Any] | None = None,
        at: Landing | None = None,
        *,
        path: str = INSTANT,
        headers: dict[str, str] | None = None,
    ) -> str:
        """The TPP's POST; answers the link for the PSU, if there is one. `at` is where the PSU
        comes back to.
        """
        sent = self._ways_back(at) | (headers or {})
        return self._post(path, PAYMENT | (payment or {}), sent)

    def initiate_order(
        self,
        order: SentOrder,
        at: Landing | None = None,
        *,
        headers: dict[str, str] | None = None,
    ) -> str:
        """The same for a payment of any service and format."""
        sent = self._ways_back(at) | {"Content-Type": order.content_type} | (headers or {})
        return self._post(order.path, order.body, sent)

    def asks(self, scope: str, redirect_uri: str) -> str:
        """Where the TPP sends its PSU for access by OAuth."""
        asked = {
            "response_type": "code",
            "client_id": "PSDDE-FAKENCA-SANDBOX1",
            "redirect_uri": redirect_uri,
            "scope": scope,
            "state": "of-this-browser",
            "code_challenge": "c" * 43,
            "code_challenge_method": "S256",
        }
        return f"{self.server.xs2a}/oauth/authorize?{urlencode(asked)}"

    def ask_in_app(self, payment: dict[str, Any]) -> None:
        """The TPP's POST for Dora, who is to confirm on her phone and nowhere else."""
        self.initiate(payment, headers=DECOUPLED)

    def start(self, at: Landing | None = None) -> str:
        """The TPP starts an authorisation of the same payment; answers its link."""
        path = f"{self.links['self']['href']}/authorisations"
        answer = self.server.tpp("POST", path, None, self._ways_back(at))
        assert answer.status_code == 201, answer.text
        self.links |= answer.json()["_links"]
        return self._link()

    def cancel(self, at: Landing | None = None) -> str:
        """The TPP's DELETE, for which the PSU is needed; answers the link."""
        answer = self.server.tpp("DELETE", self.links["self"]["href"], None, self._ways_back(at))
        assert answer.status_code == 202, answer.text
        self.links |= answer.json()["_links"]
        return self._link()

    def arrive(self, payment: dict[str, Any] | None = None, at: Landing | None = None) -> None:
        """Follow the link of a new payment."""
        self.page.goto(self.initiate(payment, at))

    def log_in(self, psu_id: str, password: str = "12345") -> None:
        self.page.get_by_label("PSU-ID").fill(psu_id)
        self.page.get_by_label("Password").fill(password)
        self.press("Log in")

    def enter_tan(self, tan: str = "123456", button: str = "Pay 12.50 EUR") -> None:
        self.page.get_by_label("TAN", exact=True).fill(tan)
        self.press(button)

    def open_phone(self, psu_id: str = "dora.push") -> None:
        """Look at this PSU's phone, in the same tab."""
        self.page.goto(f"{self.server.bank}/phone")
        self.log_in(psu_id)

    def beside(self) -> "Visit":
        """The same visit, in another tab of the same browser."""
        return replace(self, page=self.page.context.new_page())

    def press(self, name: str) -> None:
        """Click a button and wait until the next page is there, with its style."""
        with self.page.expect_navigation():
            self.button(name).click()

    def follow(self, name: str) -> None:
        """Follow a link, likewise."""
        with self.page.expect_navigation():
            self.page.get_by_role("link", name=name).click()

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name)

    def heading(self) -> str:
        """The page's only first-level heading."""
        headings = self.page.get_by_role("heading", level=1)
        assert headings.count() == 1
        return headings.inner_text()

    def alert(self) -> str:
        return self.page.get_by_role("alert").inner_text()

    def statuses(self) -> tuple[str, str]:
        """SCA status and transaction status, as the TPP reads them."""
        sca = self.server.tpp("GET", self.links["scaStatus"]["href"]).json()
        payment = self.server.tpp("GET", self.links["status"]["href"]).json()
        return sca["scaStatus"], payment["transactionStatus"]

    def strangers(self) -> list[str]:
        """Addresses that were asked for at hosts which have no part in the visit."""
        return [url for url in self.asked if urlsplit(url).netloc not in self.known]

    def _watch(self, page: Page) -> None:
        page.on("console", self._hear)
        page.on("pageerror", self._fail)
        page.on("request", self._note)
        page.on("response", self._take)

    def _ways_back(self, at: Landing | None) -> dict[str, str]:
        if at is None:
            return {}
        self.known.add(urlsplit(at.ok).netloc)
        return {"TPP-Redirect-URI": at.ok, "TPP-Nok-Redirect-URI": at.nok}

    def _post(self, path: str, body: Any, headers: dict[str, str]) -> str:
        answer = self.server.tpp("POST", path, body, headers)
        assert answer.status_code == 201, answer.text
        self.links = answer.json()["_links"]
        return self._link()

    def _link(self) -> str:
        return str(self.links.get("scaRedirect", {}).get("href", ""))

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith(MEANT):
            self.complaints.append(message.text)

    def _fail(self, error: Error) -> None:
        self.complaints.append(str(error))

    def _note(self, request: Request) -> None:
        if not request.url.startswith("data:"):
            self.asked.append(request.url)

    def _take(self, answer: Response) -> None:
        self.answers.append(answer)


@contextmanager
def opened_visit(browser: Browser, server: RunningServer) -> Iterator[Visit]:
    """A fresh browser. At the end: nothing on the console, nothing from elsewhere."""
    context = browser.new_context(viewport=WIDE, locale="en-GB")
    visit = Visit(context.new_page(), server)
    yield visit
    context.close()
    assert visit.complaints == []
    assert visit.strangers() == []

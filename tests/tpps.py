"""A TPP as the tests' client of the XS2A face, and the payment it likes to make."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import orjson

from tests.houses import World

SCT = "/v1/payments/sepa-credit-transfers"
INSTANT = "/v1/payments/instant-sepa-credit-transfers"
X_REQUEST_ID = "99391c7e-ad88-49ec-a2ad-99ddcb1f7721"
OK_URI = "https://pay.example/ok"
NOK_URI = "https://pay.example/nok"
PSU_ID = "anton.brueckner"

PAYMENT: Mapping[str, Any] = {
    "debtorAccount": {"iban": "DE80760700240271232400"},
    "instructedAmount": {"currency": "EUR", "amount": "12.50"},
    "creditorAccount": {"iban": "DE69760700240340283600"},
    "creditorName": "Marion Mueller",
}

Headers = Mapping[str, str | None]


class Absent:
    """Takes a member out of PAYMENT."""


ABSENT = Absent()


def payment(**changes: Any) -> dict[str, Any]:
    """PAYMENT with other members; `instructedAmount__currency` reaches into an object."""
    body = deepcopy(dict(PAYMENT))
    for name, value in changes.items():
        *above, last = name.split("__")
        target = body
        for step in above:
            target = target.setdefault(step, {})
        if value is ABSENT:
            target.pop(last, None)
        else:
            target[last] = value
    return body


@dataclass(repr=False)
class TppClient:
    """One TPP with its certificate in the header of the bank's proxy."""

    world: World
    certificate: str

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text("the TPP")  # and not the whole world beside a failing example

    def headers(self, changes: Headers | None = None) -> dict[str, str]:
        """Those of a proper initiation, with changes; None leaves a header out."""
        headers: dict[str, str | None] = {
            "X-Request-ID": X_REQUEST_ID,
            "PSU-IP-Address": "192.0.2.7",
            "TPP-Redirect-URI": OK_URI,
            "TPP-Nok-Redirect-URI": NOK_URI,
            "TPP-QWAC-Certificate": self.certificate,
            "Content-Type": "application/json",
            **(changes or {}),
        }
        return {name: value for name, value in headers.items() if value is not None}

    def post(self, body: Any = None, headers: Headers | None = None, path: str = SCT) -> Any:
        """Initiate a payment; `body` is JSON or bytes, PAYMENT by default."""
        sent = PAYMENT if body is None else body
        content = sent if isinstance(sent, bytes) else orjson.dumps(sent)
        return self.call("POST", path, headers, content)

    def get(self, path: str, headers: Headers | None = None) -> Any:
        return self.call("GET", path, {"Content-Type": None, **(headers or {})})

    def call(
        self, method: str, path: str, headers: Headers | None = None, body: bytes = b""
    ) -> Any:
        """Any request at all."""
        sent = self.headers(headers)
        return self.world.xs2a.request(path, method=method, headers=sent, body=body)

    def initiated(
        self, body: Any = None, headers: Headers | None = None, path: str = SCT
    ) -> "Made":
        """A payment that must be taken in."""
        answer = self.post(body, headers, path)
        assert answer.status_int == 201, answer.text
        return Made(answer, path)


@dataclass(frozen=True)
class Made:
    """A payment that was taken in, by the answer to its initiation."""

    answer: Any
    product: str

    @property
    def payment_id(self) -> str:
        payment_id: str = self.answer.json["paymentId"]
        return payment_id

    @property
    def path(self) -> str:
        return f"{self.product}/{self.payment_id}"

    @property
    def status_path(self) -> str:
        return f"{self.path}/status"

    @property
    def authorisations(self) -> str:
        return f"{self.path}/authorisations"

    @property
    def authorisation_id(self) -> str:
        link: str = self.answer.json["_links"]["scaStatus"]["href"]
        return link.rpartition("/")[2]

    @property
    def authorisation_path(self) -> str:
        return f"{self.authorisations}/{self.authorisation_id}"


def told(answer: Any) -> list[tuple[str, str | None]]:
    """Code and path of each message of an error."""
    return [(each["code"], each.get("path")) for each in answer.json["tppMessages"]]


def refusal(answer: Any) -> tuple[int, list[tuple[str, str | None]]]:
    """HTTP status, and code and path of each message."""
    return answer.status_int, told(answer)

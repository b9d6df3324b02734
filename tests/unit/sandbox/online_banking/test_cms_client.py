"""The psu-api client against a real HTTP server that answers what each test wants."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from sandbox.core.orders import Order, Transfer
from sandbox.core.purposes import Purpose
from sandbox.online_banking.cms_client import HttpCmsClient
from sandbox.online_banking.cms_port import (
    AccessToGrant,
    AuthorisationAtCms,
    CmsRefused,
    CmsUnavailable,
    LinkExpired,
    LinkUnknown,
    ScaNews,
)
from tests.answering import Answers, answering

PAYMENT: dict[str, Any] = {
    "paymentId": "p/1",
    "paymentType": "payments",
    "paymentProduct": "sepa-credit-transfers",
    "transactionStatus": "RCVD",
    "psuIdDatas": [{"psuId": "anton.brueckner"}, {"psuIdType": "x"}],
    "tppInfo": {"tppName": "Example TPP", "authorisationNumber": "PSDDE-1"},
    "debtorAccount": {"iban": "DE80760700240271232400", "currency": "EUR"},
    "instructedAmount": {"currency": "EUR", "amount": "12.30"},
    "creditorAccount": {"iban": "DE23100120020123456789"},
    "creditorName": "Bike Shop",
    "remittanceInformationUnstructured": "Invoice 4711",
    "requestedExecutionDate": "2026-03-05",
}
ANSWER: dict[str, Any] = {
    "payment": PAYMENT,
    "authorisationId": "a-1",
    "tppOkRedirectUri": "https://tpp.example/ok",
    "tppNokRedirectUri": "https://tpp.example/nok",
}


@dataclass
class Server:
    url: str = ""
    status: int = 200
    body: bytes = b""
    seen: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)

    def answers(self, status: int, body: object = None) -> None:
        self.status = status
        self.body = b"" if body is None else json.dumps(body).encode()


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()

    class Cms(Answers):
        def hear(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            server.seen.append((self.command, self.path, headers, self.body()))
            self.answer(server.status, server.body, Location="/elsewhere")

    with answering(Cms) as server.url:
        yield server


@pytest.fixture
def client(server: Server) -> HttpCmsClient:
    return HttpCmsClient(server.url + "/", "secret-token", instance_id="bank-2")


def test_a_payment_is_read(server: Server, client: HttpCmsClient) -> None:
    server.answers(200, ANSWER)
    payment = client.payment_by_link("a/1?x", Purpose.PAY)
    assert payment.order == Order(
        payment_id="p/1",
        product="sepa-credit-transfers",
        debtor_iban="DE80760700240271232400",
        debtor_currency="EUR",
        transfers=(
            Transfer(
                "DE23100120020123456789", "Bike Shop", Decimal("12.30"), "EUR", "Invoice 4711"
            ),
        ),
        requested_execution_date=date(2026, 3, 5),
    )
    assert payment.payment_id == "p/1"
    assert payment.psu_ids == ("anton.brueckner",)
    assert (payment.ok_uri, payment.nok_uri) == (
        "https://tpp.example/ok",
        "https://tpp.example/nok",
    )
    method, path, headers, _ = server.seen[0]
    assert (method, path) == ("GET", "/psu-api/v1/payment/redirect/a%2F1%3Fx")
    assert headers["authorization"] == "Bearer secret-token"
    assert headers["instance-id"] == "bank-2"


def test_what_is_to_be_cancelled_is_read_elsewhere(server: Server, client: HttpCmsClient) -> None:
    server.answers(200, ANSWER)
    assert client.payment_by_link("a-1", Purpose.CANCEL).purpose is Purpose.CANCEL
    assert server.seen[0][1] == "/psu-api/v1/payment/cancellation/redirect/a-1"


def without(*names: str) -> dict[str, Any]:
    payment = {name: value for name, value in PAYMENT.items() if name not in names}
    return {"payment": payment, "authorisationId": "a-1"}


def changed(**values: object) -> dict[str, Any]:
    return {**ANSWER, "payment": {**PAYMENT, **values}}


def test_what_may_be_missing(server: Server, client: HttpCmsClient) -> None:
    server.answers(
        200,
        without(
            "debtorAccount",
            "requestedExecutionDate",
            "remittanceInformationUnstructured",
            "psuIdDatas",
            "tppInfo",
        ),
    )
    payment = client.payment_by_link("a-1", Purpose.PAY)
    assert payment.order.debtor_iban is None
    assert payment.order.requested_execution_date is None
    assert payment.order.transfers[0].remittance is None
    assert payment.psu_ids == ()
    assert payment.ok_uri is None
    assert payment.tpp_name


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        {"payment": None},
        without("instructedAmount"),
        without("creditorAccount"),
        {**ANSWER, "payment": {**PAYMENT, "instructedAmount": {"amount": "x", "currency": "EUR"}}},
        {
            **ANSWER,
            "payment": {**PAYMENT, "instructedAmount": {"amount": "NaN", "currency": "EUR"}},
        },
        {**ANSWER, "payment": {**PAYMENT, "requestedExecutionDate": "tomorrow"}},
    ],
)
def test_an_answer_that_cannot_be_read(server: Server, client: HttpCmsClient, body: object) -> None:
    server.answers(200, body)
    with pytest.raises(CmsUnavailable):
        client.payment_by_link("a-1", Purpose.PAY)


READ_LINK = (lambda client: client.payment_by_link("a-1", Purpose.PAY), "read link")
READ_STATUS = (lambda client: client.authorisation("a-1"), "read status")
SET_PSU = (lambda client: client.set_psu("a-1", "anton"), "set psu")
SET_SCA = (
    lambda client: client.set_sca_status("p/1", "a-1", news=ScaNews("finalised", "anton")),
    "set sca status",
)
SET_PAYMENT = (lambda client: client.set_payment_status("p/1", "ACSC"), "set payment status")
SET_CODE = (
    lambda client: client.set_sca_status(
        "p/1", "a-1", news=ScaNews("unconfirmed", "anton", "4711")
    ),
    "set sca status with a code",
)
READ_PSUS = (lambda client: client.authorised_by("p/1", Purpose.PAY), "read psus")
READ_PROFILE = (lambda client: client.confirmation_mandated(), "read profile")
Call = tuple[Callable[[HttpCmsClient], Any], str]


@pytest.mark.parametrize(
    "call, status, error",
    [
        (READ_LINK, 404, LinkUnknown),
        (READ_LINK, 400, LinkUnknown),
        (READ_LINK, 401, CmsUnavailable),
        (READ_LINK, 302, CmsUnavailable),
        (READ_STATUS, 400, LinkUnknown),
        (READ_STATUS, 500, CmsUnavailable),
        (READ_PSUS, 500, CmsUnavailable),
        (READ_PROFILE, 401, CmsUnavailable),
        (SET_PSU, 400, CmsRefused),
        (SET_SCA, 400, CmsRefused),
        (SET_SCA, 503, CmsUnavailable),
        (SET_PAYMENT, 400, CmsRefused),
        (SET_PAYMENT, 404, CmsRefused),
        (SET_PAYMENT, 500, CmsUnavailable),
    ],
    ids=lambda value: value[1] if isinstance(value, tuple) else None,
)
def test_what_the_cms_says_no_with(
    server: Server, client: HttpCmsClient, call: Call, status: int, error: type[Exception]
) -> None:
    server.answers(status, {})
    with pytest.raises(error):
        call[0](client)
    assert len(server.seen) == 1


@pytest.mark.parametrize("call", [READ_LINK, SET_PSU, SET_SCA], ids=lambda call: call[1])
def test_an_expired_link_tells_the_way_back(
    server: Server, client: HttpCmsClient, call: Call
) -> None:
    server.answers(408, {"tppNokRedirectUri": "https://tpp.example/nok"})
    with pytest.raises(LinkExpired) as expired:
        call[0](client)
    assert expired.value.nok_uri == "https://tpp.example/nok"


@pytest.mark.parametrize(
    "call, path, body",
    [
        (SET_PSU, "authorisation/a-1/psu-data", {"psuId": "anton"}),
        (SET_SCA, "p%2F1/authorisation/a-1/status/finalised", None),
        (
            SET_CODE,
            "p%2F1/authorisation/a-1/status/unconfirmed",
            {"authenticationData": "4711"},
        ),
        (SET_PAYMENT, "p%2F1/status/ACSC", None),
    ],
    ids=lambda value: value[1] if isinstance(value, tuple) else None,
)
def test_news_is_put(
    server: Server, client: HttpCmsClient, call: Call, path: str, body: object
) -> None:
    call[0](client)
    method, seen_path, headers, sent = server.seen[0]
    assert (method, seen_path) == ("PUT", f"/psu-api/v1/payment/{path}")
    assert (json.loads(sent) if sent else None) == body
    assert headers.get("psu-id") == ("anton" if call in (SET_SCA, SET_CODE) else None)


def test_an_authorisation_is_read(server: Server, client: HttpCmsClient) -> None:
    server.answers(200, {"scaStatus": "received", "tppOkRedirectUri": "https://tpp.example/ok"})
    found = client.authorisation("a-1")
    assert found == AuthorisationAtCms("received", "https://tpp.example/ok")
    assert not found.closed


@pytest.mark.parametrize(
    "purpose, psus", [(Purpose.PAY, {"anton", "max"}), (Purpose.CANCEL, {"dora"})]
)
def test_who_has_authorised(
    server: Server, client: HttpCmsClient, purpose: Purpose, psus: set[str]
) -> None:
    rows = [
        ("PIS_CREATION", "finalised", "anton"),
        ("PIS_CREATION", "exempted", "max"),
        ("PIS_CREATION", "failed", "marion"),
        ("PIS_CANCELLATION", "finalised", "dora"),
        ("PIS_CANCELLATION", "received", None),
    ]
    names = ("type", "scaStatus", "psuId")
    server.answers(200, [dict(zip(names, row, strict=True)) for row in rows])
    assert client.authorised_by("p/1", purpose) == psus
    assert server.seen[0][1] == "/psu-api/v1/payment/p%2F1/authorisation/psus"


@pytest.mark.parametrize("mandated", [True, False])
def test_the_profile_tells_whether_a_code_is_needed(
    server: Server, client: HttpCmsClient, mandated: bool
) -> None:
    server.answers(200, {"common": {"authorisationConfirmationRequestMandated": mandated}})
    assert client.confirmation_mandated() is mandated
    assert server.seen[0][1] == "/api/v1/aspsp-profile"
    assert server.seen[0][2]["authorization"] == "Bearer secret-token"


@pytest.mark.parametrize(
    "body", [{}, {"common": []}, {"common": {"authorisationConfirmationRequestMandated": "no"}}]
)
def test_a_profile_that_does_not_tell(server: Server, client: HttpCmsClient, body: object) -> None:
    server.answers(200, body)
    with pytest.raises(CmsUnavailable):
        client.confirmation_mandated()


def test_a_code_is_not_printed() -> None:
    assert "4711" not in repr(ScaNews("unconfirmed", "anton", "4711"))


def test_a_psu_id_cannot_break_out_of_its_header(server: Server, client: HttpCmsClient) -> None:
    client.set_sca_status("p-1", "a-1", news=ScaNews("failed", "j\u00fcrgen"))
    assert server.seen[0][2]["psu-id"] == "j?rgen"
    with pytest.raises(CmsUnavailable):
        client.set_sca_status("p-1", "a-1", news=ScaNews("failed", "x\r\nevil: 1"))
    assert len(server.seen) == 1


def test_nobody_there() -> None:
    client = HttpCmsClient("http://127.0.0.1:9", "secret-token")
    with pytest.raises(CmsUnavailable) as unavailable:
        client.payment_by_link("a-1", Purpose.PAY)
    assert "secret-token" not in f"{unavailable.value!r}{client!r}"


def test_access_asked(server: Server, client: HttpCmsClient) -> None:
    server.answers(200, {"tppInfo": PAYMENT["tppInfo"], "redirectUri": "https://tpp.example/ok"})

    assert client.access_asked("r/1") == AccessToGrant(
        "r/1", "Example TPP", "https://tpp.example/ok"
    )
    assert server.seen[0][:2] == ("GET", "/psu-api/v1/oauth/access-requests/r%2F1")


def test_access_decided(server: Server, client: HttpCmsClient) -> None:
    server.answers(200, {"redirectUri": "https://tpp.example/ok?code=c"})

    assert client.grant_access("r", "anton") == "https://tpp.example/ok?code=c"
    assert client.decline_access("r") == "https://tpp.example/ok?code=c"
    granted, declined = server.seen
    assert granted[:2] == ("PUT", "/psu-api/v1/oauth/access-requests/r/granted")
    assert json.loads(granted[3]) == {"psuId": "anton"}
    assert declined[:2] == ("PUT", "/psu-api/v1/oauth/access-requests/r/declined")


@pytest.mark.parametrize(
    "status, body, refusal",
    [
        (404, {}, LinkUnknown),
        (409, {}, CmsRefused),
        (500, {}, CmsUnavailable),
        (200, {}, CmsUnavailable),
        (200, {"redirectUri": 7}, CmsUnavailable),
    ],
)
def test_access_that_is_not_there(
    server: Server, client: HttpCmsClient, status: int, body: object, refusal: type[Exception]
) -> None:
    server.answers(status, body)
    with pytest.raises(refusal):
        client.access_asked("r")

"""Every request of a known TPP is on record: what it was, what the bank was asked, no secret."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import orjson
import pytest

from cms.domain.events import EventOrigin
from cms.domain.statuses import TransactionStatus
from sandbox.certificates import SandboxQtsp
from spi.answers import BankCode, Done, Unknown
from spi.types import CancellationBegun, Initiated
from tests.houses import TPP, World, certificate, refused
from tests.http.conftest import OpenHouse
from tests.http.xs2a.sending import (
    APPROACHES,
    CANCELLATIONS,
    NOWHERE_ID,
    cancel,
    path_of,
    push,
    start,
    update,
)
from tests.tpps import PAYMENT, PSU_ID, X_REQUEST_ID, TppClient

SUFFIX = "_REQUEST_RECEIVED"
PAID, CANCELLED = "UPDATE_PAYMENT_AUTHORISATION_PSU_DATA", "UPDATE_PAYMENT_CANCELLATION_PSU_DATA"
SECRETS = {
    "password": "hunter2-the-password",
    "additional": "hunter3-the-other-password",
    "tan": "tan-7357-1919",
    "code": "code-4242-xyz",
    "token": "token-abcdef-987654",
    "psu": "psu-of-the-tests-anton",
    "corporate": "corporate-of-the-tests",
    "address": "192.0.2.199",
    "agent": "agent-of-the-tests",
    "device": "99435c7e-ad88-49ec-a2ad-99ddcb1f7721",
    "iban": "DE80760700240271232400",
    "creditor": "Marion Mueller",
    "key": "idempotency-of-the-tests",
    "query": "query-of-the-tests",
}
PSU_HEADERS = {
    "PSU-ID": SECRETS["psu"],
    "PSU-Corporate-ID": SECRETS["corporate"],
    "PSU-IP-Address": SECRETS["address"],
    "PSU-User-Agent": SECRETS["agent"],
    "PSU-Device-ID": SECRETS["device"],
    "Idempotency-Key": SECRETS["key"],
    "Authorization": f"Bearer {SECRETS['token']}",
}
BODIES: list[tuple[str, Any]] = [
    ("IDENTIFICATION", None),
    ("AUTHENTICATION", {"psuData": {"password": SECRETS["password"]}}),
    ("SELECT_AUTHENTICATION_METHOD", {"authenticationMethodId": "sms"}),
    ("TAN", {"scaAuthenticationData": SECRETS["tan"]}),
    ("CONFIRMATION_CODE", {"confirmationCode": SECRETS["code"]}),
]


@pytest.fixture
def embedded(open_house: OpenHouse, pisp: str) -> TppClient:
    return TppClient(open_house(common=APPROACHES["EMBEDDED"]), pisp)


def payload(event: dict[str, Any]) -> Any:
    return orjson.loads(event["payload"])


def asked(world: World) -> list[dict[str, Any]]:
    """The events of TPPs' requests."""
    return world.events(origin=EventOrigin.TPP.value, to_status=None)


def the_last(world: World) -> dict[str, Any]:
    return asked(world)[-1]


def type_of(event: dict[str, Any]) -> str:
    name: str = event["event_type"]
    assert name.endswith(SUFFIX)
    return name.removesuffix(SUFFIX)


def explicit(tpp: TppClient) -> str:
    """An authorisation of a payment, by a call of its own."""
    return path_of(start(tpp, tpp.initiated(), headers={"PSU-ID": PSU_ID}))


def cancelling(tpp: TppClient) -> str:
    """An authorisation of a cancellation."""
    made = tpp.initiated()
    push(tpp.world, made, "ACTC")
    tpp.world.bank.begun = Done(CancellationBegun(authorisation_mandated=True))
    assert cancel(tpp, made).status_int == 202
    return path_of(start(tpp, made, headers={"PSU-ID": PSU_ID}, below=CANCELLATIONS))


ROUTES: list[tuple[str, str, str, bool]] = [
    ("GET", "", "GET_PAYMENT", False),
    ("GET", "/status", "GET_TRANSACTION_STATUS", False),
    ("DELETE", "", "PAYMENT_CANCELLATION", False),
    ("POST", "/authorisations", "START_PAYMENT_AUTHORISATION", False),
    ("GET", "/authorisations", "GET_PAYMENT_AUTHORISATION", False),
    ("GET", "/authorisations/{}", "GET_PAYMENT_SCA_STATUS", True),
    ("PUT", "/authorisations/{}", f"{PAID}_IDENTIFICATION", True),
    ("POST", "/cancellation-authorisations", "START_PAYMENT_CANCELLATION_AUTHORISATION", False),
    ("GET", "/cancellation-authorisations", "GET_PAYMENT_CANCELLATION_AUTHORISATION", False),
    ("GET", "/cancellation-authorisations/{}", "GET_PAYMENT_CANCELLATION_SCA_STATUS", True),
    ("PUT", "/cancellation-authorisations/{}", f"{CANCELLED}_IDENTIFICATION", True),
]


@pytest.mark.parametrize("method, below, name, named", ROUTES)
def test_each_route_is_on_record_as_what_it_is(
    tpp: TppClient, method: str, below: str, name: str, *, named: bool
) -> None:
    """Whether it is served or refused."""
    made = tpp.initiated()
    path = made.path + below.format(NOWHERE_ID)
    before = len(asked(tpp.world))
    tpp.call(method, path, {"Content-Type": None})
    *earlier, event = asked(tpp.world)

    assert (len(earlier), type_of(event)) == (before, name)
    assert event["payment_id"] == made.payment_id
    if named:
        assert event["authorisation_id"] == NOWHERE_ID
    assert (event["instance_id"], event["at"]) == ("UNDEFINED", tpp.world.clock())
    assert event["x_request_id"] == X_REQUEST_ID
    assert event["tpp_authorisation_number"] == "PSDDE-BAFIN-100001"
    assert event["internal_request_id"] == event["event_id"]
    told = payload(event)
    assert (told["method"], told["path"]) == (method, path)


@pytest.mark.parametrize("kind, body", BODIES)
@pytest.mark.parametrize("below, name", [(explicit, PAID), (cancelling, CANCELLED)])
def test_an_update_is_on_record_by_its_kind(
    embedded: TppClient, kind: str, body: Any, *, below: Callable[[TppClient], str], name: str
) -> None:
    path = below(embedded)
    update(embedded, path, body, {"PSU-ID": PSU_ID})
    event = the_last(embedded.world)

    assert type_of(event) == f"{name}_{kind}"
    assert event["authorisation_id"] == path.rpartition("/")[2]


@pytest.mark.parametrize("place", range(len(BODIES)))
def test_of_several_kinds_one_names_the_update(embedded: TppClient, place: int) -> None:
    path = explicit(embedded)
    body = {name: value for _, sent in BODIES[: place + 1] for name, value in (sent or {}).items()}
    update(embedded, path, body or None, {"PSU-ID": PSU_ID})

    assert type_of(the_last(embedded.world)) == f"{PAID}_{BODIES[place][0]}"


@pytest.mark.parametrize("body", [b"{", {"psuData": SECRETS["password"]}, b"[1]"])
def test_an_update_that_cannot_be_read_is_of_no_kind(embedded: TppClient, body: Any) -> None:
    path = explicit(embedded)

    assert update(embedded, path, body, {"PSU-ID": PSU_ID}).status_int == 400
    assert type_of(the_last(embedded.world)) == PAID


def test_an_initiation_is_on_record_with_the_payment(tpp: TppClient) -> None:
    sent = {"Accept": "application/json", "TPP-Redirect-Preferred": "true"}
    made = tpp.initiated(headers=sent)
    (event,) = tpp.world.events()
    payment = tpp.world.house.parts.payments.find(made.payment_id, "UNDEFINED")

    assert type_of(event) == "PAYMENT_INITIATION"
    assert event["payment_id"] == made.payment_id
    assert event["authorisation_id"] == made.authorisation_id
    assert event["internal_request_id"] == payment.internal_request_id
    told = payload(event)
    assert told["headers"] == {
        "accept": "application/json",
        "content-type": "application/json",
        "tpp-redirect-preferred": "true",
    }
    calls = [(call["method"], call["answer"]) for call in told["bankCalls"]]
    assert calls == [("initiate_payment", "Done"), ("start_authorisation", "Done")]
    assert all(call["durationMs"] >= 0 for call in told["bankCalls"])


def test_a_start_is_on_record_with_what_it_started(tpp: TppClient) -> None:
    started = start(tpp, tpp.initiated())
    event = next(each for each in asked(tpp.world) if type_of(each).startswith("START"))

    assert event["authorisation_id"] == started.json["authorisationId"]


def test_a_cancellation_is_known_by_the_id_of_its_request(tpp: TppClient) -> None:
    made = tpp.initiated()
    push(tpp.world, made, "ACTC")
    tpp.world.bank.begun = Done(CancellationBegun(authorisation_mandated=True))
    cancel(tpp, made)
    payment = tpp.world.house.parts.payments.find(made.payment_id, "UNDEFINED")

    assert payment.cancellation is not None
    assert payment.cancellation.internal_request_id == the_last(tpp.world)["internal_request_id"]


def test_what_the_request_moves_bears_its_ids(embedded: TppClient) -> None:
    path = explicit(embedded)
    update(embedded, path, BODIES[1][1], {"PSU-ID": PSU_ID})
    update(embedded, path, BODIES[3][1], {"PSU-ID": PSU_ID})
    request = the_last(embedded.world)
    below = embedded.world.events(internal_request_id=request["event_id"])

    names = [each["event_type"] for each in below]
    assert names[0] == f"{PAID}_TAN{SUFFIX}"
    assert sorted(names[1:]) == ["BANK_CALLED", "SCA_STATUS_CHANGED", "TRANSACTION_STATUS_CHANGED"]
    assert {each["x_request_id"] for each in below} == {X_REQUEST_ID}
    assert {each["tpp_authorisation_number"] for each in below} == {"PSDDE-BAFIN-100001"}
    (called,) = (each for each in below if each["event_type"] == "BANK_CALLED")
    assert [call["method"] for call in payload(called)["bankCalls"]] == ["execute_payment"]


def test_a_bank_that_says_no_is_on_record_with_its_codes(tpp: TppClient) -> None:
    tpp.world.bank.initiated = refused(BankCode.PAYMENT_FAILED)
    assert tpp.post().status_int == 400
    tpp.world.bank.initiated = Unknown("time-out")
    assert tpp.post().status_int == 503
    tpp.world.bank.initiated = RuntimeError("a fault")
    assert tpp.post().status_int == 503
    calls = [payload(event)["bankCalls"] for event in asked(tpp.world)]

    for (call,), answer in zip(calls, ("Refused", "Unknown", "Unknown"), strict=True):
        assert (call["method"], call["answer"]) == ("initiate_payment", answer)
    assert [call.get("codes") for (call,) in calls] == [["PAYMENT_FAILED"], None, None]


REFUSED: list[tuple[str, dict[str, str | None], int]] = [
    ("of another format", {"Accept": "image/png"}, 406),
    ("without an id", {"X-Request-ID": None}, 400),
    ("with an id of no form", {"X-Request-ID": "x" * 9000}, 400),
    ("of another product", {}, 404),
    ("of a wrong media type", {"Content-Type": "text/plain"}, 415),
]


@pytest.mark.parametrize("why, headers, status", REFUSED)
def test_what_is_refused_is_on_record_too(
    tpp: TppClient, why: str, headers: dict[str, str | None], status: int
) -> None:
    product = "no-such" if why == "of another product" else "sepa-credit-transfers"
    answer = tpp.post(headers=headers, path=f"/v1/payments/{product}")
    (event,) = tpp.world.events()

    assert (answer.status_int, type_of(event)) == (status, "PAYMENT_INITIATION")
    assert event["x_request_id"] == headers.get("X-Request-ID", X_REQUEST_ID) or status == 400
    assert (event["payment_id"], event["authorisation_id"]) == (None, None)


def test_a_role_that_is_missing_is_on_record(tpp: TppClient, qtsp: SandboxQtsp) -> None:
    facts = replace(TPP, authorisation_number="PSDDE-BAFIN-7", roles=("PSP_AI",))
    other = TppClient(tpp.world, certificate(qtsp, facts))

    assert other.post().status_int == 401
    assert [each["tpp_authorisation_number"] for each in tpp.world.events()] == ["PSDDE-BAFIN-7"]


def test_a_request_of_nobody_is_not_on_record(tpp: TppClient) -> None:
    """Anybody could fill the table."""
    made = tpp.initiated()
    before = tpp.world.everything()
    for method, below, _, _ in ROUTES:
        path = made.path + below.format(NOWHERE_ID)
        nobody = {"TPP-QWAC-Certificate": None, "Content-Type": None}
        assert tpp.call(method, path, nobody).status_int == 401
    assert tpp.get("/v1/no-service/x/y").status_int == 400

    assert tpp.world.everything() == before


def test_a_tenants_events_are_its_own(open_house: OpenHouse, pisp: str) -> None:
    world = open_house(tenants={"one": {}, "two": {}})
    tpp = TppClient(world, pisp)
    for tenant in ("ONE", "two", "three", "", "a b"):
        tpp.post(headers={"Instance-ID": tenant})

    names = [each["instance_id"] for each in world.events()]
    assert sorted(names) == ["UNDEFINED", "UNDEFINED", "UNDEFINED", "one", "two"]


@pytest.mark.parametrize("strange", ["x", "%00", "x" * 300, "%C3%A4", "%ff", NOWHERE_ID[:-1] + "A"])
def test_what_can_be_no_id_is_in_no_column(tpp: TppClient, strange: str) -> None:
    path = f"/v1/payments/sepa-credit-transfers/{strange}/authorisations/{strange}"
    assert tpp.get(path).status_int in {400, 404}
    (event,) = tpp.world.events()

    assert (event["payment_id"], event["authorisation_id"]) == (None, None)
    assert len(payload(event)["path"]) <= 255


def every_route(tpp: TppClient) -> None:
    """Each route with all that is secret, as far as it goes and where it is refused."""
    query = f"?access_token={SECRETS['query']}"
    creditor = {**PAYMENT, "creditorName": SECRETS["creditor"]}
    tpp.post(creditor, PSU_HEADERS)
    tpp.post(b'{"psuData": "' + SECRETS["password"].encode(), PSU_HEADERS)
    made = tpp.initiated(creditor, {**PSU_HEADERS, "Authorization": None})
    authorisation = made.authorisation_path
    passwords = {"password": SECRETS["password"], "additionalPassword": SECRETS["additional"]}
    more = {"psuData": passwords}
    headers = {name: value for name, value in PSU_HEADERS.items() if name != "Idempotency-Key"}
    for below in ("authorisations", CANCELLATIONS):
        for _, body in (*BODIES, ("", more)):
            start(tpp, made, body, PSU_HEADERS, below=below)
            update(tpp, authorisation, body, headers)
            update(tpp, f"{made.path}/{below}/{NOWHERE_ID}{query}", body, headers)
            update(tpp, authorisation, body, {**headers, "Content-Type": "text/plain"})
    for method, below, _, _ in ROUTES:
        tpp.call(method, made.path + below.format(NOWHERE_ID) + query, headers)


@pytest.mark.parametrize("approach", list(APPROACHES))
def test_no_secret_is_ever_on_record(open_house: OpenHouse, pisp: str, approach: str) -> None:
    tpp = TppClient(open_house(common=APPROACHES[approach]), pisp)
    tpp.world.bank.initiated = Done(Initiated(TransactionStatus.RCVD, bank_reference="B-1"))
    every_route(tpp)
    rows = repr(tpp.world.events())

    assert len(tpp.world.events()) > 30
    assert [name for name, secret in SECRETS.items() if secret in rows] == []

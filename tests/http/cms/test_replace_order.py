"""The bank puts another order in the place of the TPP's: while nobody may have seen it (C1, C3)."""

import base64
from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson
import pytest

from cms.domain.approach import Approach
from cms.domain.authorisation import AuthorisationKind
from cms.domain.payment_service import PaymentService
from cms.domain.statuses import Cause, ScaStatus, TransactionStatus
from spi.answers import Unknown
from tests.houses import World
from tests.http.cms.authorising import CANCELLATION, started
from tests.http.conftest import OpenHouse
from tests.sent_orders import EVERYTHING, JSON, SentOrder, every_order
from tests.tpps import PAYMENT, PSU_ID, Made, TppClient

BASE = "/psu-api/v1/payment"
PSU = {"psu-id": PSU_ID}
NEW_ORDER = {**PAYMENT, "creditorName": "Marion M.", "endToEndIdentification": "E2E"}
A, T = ScaStatus, TransactionStatus
EARLY = {A.RECEIVED, A.PSU_IDENTIFIED, A.PSU_AUTHENTICATED, A.FAILED}


def put(
    world: World, made: Made, body: bytes, content_type: str | None = JSON, **headers: str
) -> Any:
    path = f"{BASE}{made.product.removeprefix('/v1')}/{made.payment_id}"
    headers |= {} if content_type is None else {"Content-Type": content_type}
    return world.cms.request(path, method="PUT", body=body, headers=headers, status="*")


def replaced(world: World, made: Made) -> Any:
    return put(world, made, orjson.dumps(NEW_ORDER))


def shown(world: World, made: Made) -> Any:
    return world.cms.get(f"{BASE}/{made.payment_id}", headers=PSU).json


@pytest.fixture
def made(tpp: TppClient) -> Made:
    return tpp.initiated(headers={"PSU-ID": PSU_ID})


def test_the_new_order_is_what_everybody_sees(tpp: TppClient, made: Made) -> None:
    answer = replaced(tpp.world, made)

    assert (answer.status_int, answer.body) == (200, b"")
    assert shown(tpp.world, made)["creditorName"] == "Marion M."
    assert base64.b64decode(shown(tpp.world, made)["paymentData"]) == orjson.dumps(NEW_ORDER)
    assert tpp.get(made.path).json == {**NEW_ORDER, "transactionStatus": "RCVD"}
    link = f"{BASE}/redirect/{made.authorisation_id}"
    assert tpp.world.cms.get(link).json["payment"]["creditorName"] == "Marion M."


def test_the_bank_executes_the_new_order(open_house: OpenHouse, pisp: str) -> None:
    tpp = TppClient(open_house(common={"scaApproachesSupported": ["EMBEDDED"]}), pisp)
    explicit = {"TPP-Explicit-Authorisation-Preferred": "true", "PSU-ID": PSU_ID}
    made = tpp.initiated(headers=explicit)
    for each in tpp.get(made.authorisations).json["authorisationIds"]:
        found = tpp.world.house.parts.authorisations.find(each, "UNDEFINED")
        tpp.world.house.parts.sca.fail(found, Cause.SCA_REFUSED)
    assert replaced(tpp.world, made).status_int == 200
    assert tpp.call("DELETE", made.path, {"Content-Type": None}).status_int == 204

    (transfer,) = tpp.world.bank.deeds[0][0].payment.order.transfers
    assert transfer.creditor_name == "Marion M."


@pytest.mark.parametrize("approach", Approach)
@pytest.mark.parametrize("kind", AuthorisationKind)
def test_what_a_psu_may_have_seen_stays(
    tpp: TppClient, kind: AuthorisationKind, approach: Approach
) -> None:
    """Only before a code can be tied to the order, and only where the bank's pages show it."""
    world, pages = tpp.world, approach in {Approach.REDIRECT, Approach.OAUTH}
    for status in A:
        made = tpp.initiated()
        known = None if status is A.RECEIVED else PSU_ID
        started(world, made.payment_id, kind, psu_id=known, status=status, sca_approach=approach)
        before = world.everything()
        answer = replaced(world, made)

        may = kind is CANCELLATION or status is A.FAILED or (pages and status in EARLY)
        assert answer.status_int == (200 if may else 400), (status, answer.text)
        if not may:
            assert "authorising" in answer.json["message"]
            assert world.everything() == before


@pytest.mark.parametrize("status", T)
def test_only_what_nobody_has_authorised_is_replaced(
    tpp: TppClient, made: Made, status: TransactionStatus
) -> None:
    world = tpp.world
    world.house.parts.payments.set_status(
        made.payment_id, "UNDEFINED", status, cause=Cause.ASPSP_PUSHED
    )
    before = world.everything()
    answer = replaced(world, made)

    assert answer.status_int == (200 if status is T.RCVD else 400), answer.text
    if status is not T.RCVD:
        assert world.everything() == before


def test_what_is_overdue_is_not_replaced(tpp: TppClient, made: Made) -> None:
    tpp.world.clock.advance(timedelta(days=1))

    assert replaced(tpp.world, made).status_int == 400


def test_nothing_is_replaced_while_the_bank_is_at_it(tpp: TppClient, made: Made) -> None:
    """S4: an open intent pins the order; its outcome is not known yet."""
    bank = tpp.world.bank
    bank.cancelled = bank.outcome = Unknown("time-out")
    assert tpp.call("DELETE", made.path, {"Content-Type": None}).status_int == 503
    before = tpp.world.everything()

    assert replaced(tpp.world, made).status_int == 409
    assert tpp.world.everything() == before


@pytest.fixture
def of_all_formats(open_house: OpenHouse, pisp: str) -> TppClient:
    offered = {"supportedPaymentTypeAndProductMatrix": EVERYTHING}
    return TppClient(open_house(pis=offered), pisp)


@pytest.mark.parametrize("service", PaymentService)
def test_every_format_is_replaced_by_its_own(
    of_all_formats: TppClient, service: PaymentService
) -> None:
    tpp = of_all_formats
    for sent in every_order(service):
        made = initiated(tpp, sent)
        new = sent.body.replace(b"Marion Mueller", b"Marion Nueller")
        for content_type in (sent.content_type, "application/octet-stream", None):
            answer = put(tpp.world, made, new, content_type)
            assert answer.status_int == 200, (sent, answer.text)
        told = shown(tpp.world, made)
        assert base64.b64decode(told["paymentData"]) == new
        assert told["contentType"] == sent.content_type


@pytest.mark.parametrize("service", PaymentService)
def test_a_payment_cannot_be_made_unreadable(
    of_all_formats: TppClient, service: PaymentService
) -> None:
    tpp = of_all_formats
    for sent in every_order(service):
        made = initiated(tpp, sent)
        before = tpp.world.everything()
        for body in (b"", b"{", b"<a>", b"\xff\x00", sent.body[: len(sent.body) // 2], b"null"):
            answer = put(tpp.world, made, body, sent.content_type)
            assert answer.status_int == 400, (sent, body, answer.text)
        for other in ("text/plain", "application/pdf", "multipart/mixed; boundary=x"):
            answer = put(tpp.world, made, sent.body, other)
            assert (answer.status_int, answer.json["path"]) == (400, "content-type")
        assert tpp.world.everything() == before
        assert shown(tpp.world, made)["paymentId"] == made.payment_id


def initiated(tpp: TppClient, sent: SentOrder) -> Made:
    headers = {"Content-Type": sent.content_type, "PSU-ID": PSU_ID}
    return tpp.initiated(sent.body, headers, sent.path)


def test_the_day_of_the_initiation_counts(tpp: TppClient) -> None:
    """After midnight the bank need not invent a later day for an order of yesterday."""
    order = {**NEW_ORDER, "requestedExecutionDate": "2026-03-02"}
    made = tpp.initiated(order)
    tpp.world.clock.advance(timedelta(hours=20))

    assert put(tpp.world, made, orjson.dumps(order)).status_int == 200
    late = {**order, "requestedExecutionDate": "2026-03-01"}
    answer = put(tpp.world, made, orjson.dumps(late))
    assert (answer.status_int, answer.json["path"]) == (400, "requestedExecutionDate")


@pytest.mark.parametrize(
    "path, answer",
    [
        ("payments/sepa-credit-transfers", (200, None)),
        ("periodic-payments/sepa-credit-transfers", (400, "payment-service")),
        ("SINGLE/sepa-credit-transfers", (400, "payment-service")),
        ("payments/instant-sepa-credit-transfers", (400, "payment-product")),
    ],
)
def test_the_address_must_be_the_payments(
    tpp: TppClient, made: Made, path: str, answer: tuple[int, str | None]
) -> None:
    found = put(tpp.world, replace_address(made, path), orjson.dumps(NEW_ORDER))

    assert found.status_int == answer[0], found.text
    if answer[1]:
        assert found.json["path"] == answer[1]


def replace_address(made: Made, product: str) -> Made:
    return replace(made, product=f"/v1/{product}")

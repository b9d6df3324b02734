"""When no authorisation is started: headers, bank, and the payment's status (P2-P4, P7; A3)."""

from datetime import timedelta
from typing import Any

import pytest

from cms.domain.errors import CancellationOfFinalised, ConfirmationOverdue
from cms.domain.statuses import TransactionStatus
from spi.answers import BankCode, Unknown
from tests.houses import refused
from tests.http.conftest import OpenHouse
from tests.http.xs2a.sending import (
    AUTHORISATIONS,
    CANCELLATIONS,
    NOWHERE_ID,
    cancel,
    push,
    start,
)
from tests.tpps import PSU_ID, SCT, Headers, TppClient, refusal

NAMED = {"PSU-ID": PSU_ID}
FINALISED = [status for status in TransactionStatus if status.finalised]


def test_a_start_that_the_bank_refuses_is_its_error_and_stays_as_failed(tpp: TppClient) -> None:
    made = tpp.initiated()
    tpp.world.bank.started = refused(BankCode.SERVICE_BLOCKED)

    assert refusal(start(tpp, made)) == (403, [("SERVICE_BLOCKED", None)])
    tpp.world.bank.started = Unknown("time-out")
    assert refusal(start(tpp, made)) == (503, [("SERVICE_UNAVAILABLE", None)])
    found = tpp.get(made.authorisations).json["authorisationIds"]
    states = [tpp.get(f"{made.authorisations}/{each}").json["scaStatus"] for each in found]
    assert states == ["received", "failed", "failed"]


def text_of(answer: Any) -> str:
    (message,) = answer.json["tppMessages"]
    return str(message["text"])


def test_p2_a_payment_whose_time_ran_out_is_expired(tpp: TppClient) -> None:
    made = tpp.initiated()
    tpp.world.clock.advance(timedelta(days=1))

    for _ in range(2):
        answer = start(tpp, made)
        assert refusal(answer) == (403, [("RESOURCE_EXPIRED", None)])
        assert text_of(answer) == ConfirmationOverdue.text
    assert tpp.get(made.status_path).json == {"transactionStatus": "RJCT"}


@pytest.mark.parametrize("status", [s for s in TransactionStatus if s not in {"RCVD", "PATC"}])
def test_p3_what_is_authorised_or_finalised_cannot_be_authorised(
    tpp: TppClient, status: TransactionStatus
) -> None:
    made = tpp.initiated()
    push(tpp.world, made, status)

    assert refusal(start(tpp, made)) == (409, [("STATUS_INVALID", None)])


@pytest.mark.parametrize("status", FINALISED)
def test_p4_the_cancellation_of_a_finalised_payment_is_not_authorised(
    tpp: TppClient, status: TransactionStatus
) -> None:
    made = tpp.initiated()
    push(tpp.world, made, status)

    for answer in (cancel(tpp, made), start(tpp, made, below=CANCELLATIONS)):
        assert refusal(answer) == (400, [("FORMAT_ERROR", None)])
        assert text_of(answer) == "Payment is finalised already and cannot be cancelled"
        assert text_of(answer) == CancellationOfFinalised.text


@pytest.mark.parametrize("status", ["RCVD", "ACCP", "ACSP", "PATC"])
def test_p7_a_cancellation_is_authorised_only_after_a_delete_that_asked_for_it(
    open_house: OpenHouse, pisp: str, status: str
) -> None:
    tpp = TppClient(open_house(pis={"paymentCancellationAuthorisationMandated": True}), pisp)
    made = tpp.initiated()
    push(tpp.world, made, status)

    assert refusal(start(tpp, made, below=CANCELLATIONS)) == (403, [("FORBIDDEN", None)])
    if status != "RCVD":
        assert cancel(tpp, made).status_int == 202
        assert start(tpp, made, below=CANCELLATIONS).status_int == 201


@pytest.mark.parametrize("below", [AUTHORISATIONS, CANCELLATIONS])
@pytest.mark.parametrize(
    "headers, path",
    [
        ({"X-Request-ID": None}, "x-request-id"),
        ({"X-Request-ID": "7"}, "x-request-id"),
        ({"PSU-ID": "x" * 51}, "psu-id"),
        ({"PSU-ID-Type": "x" * 51}, "psu-id-type"),
        ({"PSU-Corporate-ID": "x" * 51}, "psu-corporate-id"),
        ({"PSU-Corporate-ID-Type": "x" * 51}, "psu-corporate-id-type"),
        ({"TPP-Redirect-Preferred": "maybe"}, "tpp-redirect-preferred"),
        ({"TPP-Decoupled-Preferred": "t"}, "tpp-decoupled-preferred"),
        ({"TPP-Redirect-URI": "javascript:alert(1)"}, "tpp-redirect-uri"),
        ({"TPP-Nok-Redirect-URI": "/relative"}, "tpp-nok-redirect-uri"),
        ({"Idempotency-Key": ""}, "idempotency-key"),
    ],
)
def test_headers_of_a_start(tpp: TppClient, below: str, headers: Headers, path: str) -> None:
    made = tpp.initiated()

    assert refusal(start(tpp, made, headers=headers, below=below)) == (
        400,
        [("FORMAT_ERROR", path)],
    )


def test_a_blank_psu_id_is_an_absent_one(tpp: TppClient) -> None:
    made = tpp.initiated(headers=NAMED)

    assert start(tpp, made, headers={"PSU-ID": " "}).json["scaStatus"] == "psuIdentified"


def test_headers_and_body_are_told_together(tpp: TppClient) -> None:
    made = tpp.initiated()
    answer = start(tpp, made, {"scaAuthenticationData": 1}, {"PSU-ID": "x" * 51})

    assert refusal(answer) == (
        400,
        [("FORMAT_ERROR", "psu-id"), ("FORMAT_ERROR", "scaAuthenticationData")],
    )


@pytest.mark.parametrize("below", [AUTHORISATIONS, CANCELLATIONS])
def test_nothing_is_started_below_an_unknown_payment(tpp: TppClient, below: str) -> None:
    path = f"{SCT}/{NOWHERE_ID}/{below}"

    assert refusal(tpp.call("POST", path, {"Content-Type": None})) == (
        404,
        [("RESOURCE_UNKNOWN", None)],
    )

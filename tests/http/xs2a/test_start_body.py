"""What a TPP may send along with a start, and where it leads (spec 16.1, 17.3; A8, P14)."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from cms.domain.statuses import ScaStatus
from spi.answers import Done
from spi.types import Authenticated, AuthorisationStarted, ScaCode, TppNote
from tests.houses import EMAIL, PUSH, SMS
from tests.http.conftest import OpenHouse
from tests.http.xs2a.sending import (
    APPROACHES,
    CANCELLATIONS,
    cancel,
    hrefs,
    path_of,
    push,
    start,
)
from tests.tpps import PSU_ID, X_REQUEST_ID, TppClient, refusal

NAMED = {"PSU-ID": PSU_ID}
PASSWORD = {"psuData": {"password": "12345"}}
EXPLICIT = {"startAuthorisationMode": "explicit"}


@pytest.fixture
def embedded(open_house: OpenHouse, pisp: str) -> TppClient:
    return TppClient(open_house(common=APPROACHES["EMBEDDED"] | EXPLICIT), pisp)


# what is sent along; the PSU's methods; where it leads, and which links come next
@pytest.mark.parametrize(
    "body, methods, status, links",
    [
        (None, (SMS,), "psuIdentified", {"updatePsuAuthentication"}),
        ({}, (SMS,), "psuIdentified", {"updatePsuAuthentication"}),
        (PASSWORD, (SMS,), "scaMethodSelected", {"authoriseTransaction"}),
        (PASSWORD, (SMS, EMAIL), "psuAuthenticated", {"selectAuthenticationMethod"}),
        (PASSWORD, (), "finalised", set()),
        (
            PASSWORD | {"authenticationMethodId": "email"},
            (SMS, EMAIL),
            "scaMethodSelected",
            {"authoriseTransaction"},
        ),
        (PASSWORD | {"scaAuthenticationData": "123456"}, (SMS,), "finalised", set()),
        (
            PASSWORD | {"authenticationMethodId": "sms", "scaAuthenticationData": "123456"},
            (SMS, EMAIL),
            "finalised",
            set(),
        ),
    ],
)
def test_a_start_goes_as_far_as_its_body_leads(
    embedded: TppClient, body: Any, methods: tuple[Any, ...], *, status: str, links: set[str]
) -> None:
    tpp = embedded
    tpp.world.bank.authenticated = Done(Authenticated(methods))
    made = tpp.initiated(headers=NAMED)
    started = start(tpp, made, body, NAMED)

    assert (started.status_int, started.json["scaStatus"]) == (201, status)
    assert set(hrefs(started)) == links | {"scaStatus"}
    assert tpp.get(path_of(started)).json == {"scaStatus": status}
    moved = "ACCP" if status == "finalised" else "RCVD"
    assert tpp.get(made.status_path).json["transactionStatus"] == moved


def test_a_member_that_comes_twice_starts_nothing(embedded: TppClient) -> None:
    made = embedded.initiated(headers=NAMED)
    body = b'{"psuData": {"password": "1"}, "psuData": {"password": "2"}}'

    assert refusal(start(embedded, made, body, NAMED)) == (400, [("FORMAT_ERROR", None)])


def test_the_methods_and_the_challenge_are_shown(embedded: TppClient) -> None:
    tpp = embedded
    made = tpp.initiated(headers=NAMED)
    one = start(tpp, made, PASSWORD, NAMED)
    tpp.world.bank.authenticated = Done(Authenticated((SMS, EMAIL, PUSH), psu_message="Choose."))
    several = start(tpp, made, PASSWORD, NAMED)
    sms = {
        "authenticationType": "SMS_OTP",
        "authenticationMethodId": "sms",
        "name": "TAN by SMS",
    }

    assert one.json["chosenScaMethod"] == sms
    assert one.json["challengeData"] == {"otpMaxLength": 6, "otpFormat": "integer"}
    assert "scaMethods" not in one.json
    assert several.json["scaMethods"][0] == sms
    assert [each["authenticationMethodId"] for each in several.json["scaMethods"]] == [
        "sms",
        "email",
        "push",
    ]
    assert {name for each in several.json["scaMethods"] for name in each} == set(sms)
    assert "chosenScaMethod" not in several.json
    assert several.json["psuMessage"] == "Choose."


def test_with_a_decoupled_method_the_psu_confirms_elsewhere(embedded: TppClient) -> None:
    tpp = embedded
    tpp.world.bank.authenticated = Done(Authenticated((PUSH,)))
    made = tpp.initiated(headers=NAMED)
    started = start(tpp, made, PASSWORD, NAMED)

    assert started.json["scaStatus"] == "scaMethodSelected"
    assert set(started.json) == {"scaStatus", "authorisationId", "_links"}
    assert set(hrefs(started)) == {"scaStatus"}
    assert started.headers["Aspsp-Sca-Approach"] == "DECOUPLED"


def test_the_bank_may_add_messages_and_say_where_it_stands(
    open_house: OpenHouse, pisp: str
) -> None:
    tpp = TppClient(open_house(common=EXPLICIT), pisp)
    made = tpp.initiated()
    tpp.world.bank.started = Done(
        AuthorisationStarted("Look at your phone.", (TppNote("Pushed."),), status=ScaStatus.STARTED)
    )
    started = start(tpp, made)

    assert started.json["scaStatus"] == "started"
    assert started.json["psuMessage"] == "Look at your phone."
    assert started.json["tppMessages"] == [
        {"category": "WARNING", "code": "WARNING", "text": "Pushed."}
    ]


KEY = {"Idempotency-Key": "start 1", **NAMED}


def test_a_start_that_is_sent_again_is_one_authorisation(embedded: TppClient) -> None:
    """P14, also with a password in the body: of it only a slow, salted digest is kept."""
    tpp = embedded
    made = tpp.initiated(headers=NAMED)
    first = start(tpp, made, PASSWORD, KEY)
    other_id = "0f0a3e3b-8b1d-4a6e-9a1c-3b1a5f5c1a2b"
    again = start(tpp, made, PASSWORD, {**KEY, "X-Request-ID": other_id})

    assert (first.status_int, first.headers["X-Request-ID"]) == (201, X_REQUEST_ID)
    assert (again.status_int, again.headers["X-Request-ID"]) == (201, other_id)
    assert again.body == first.body
    assert again.headers["Location"] == first.headers["Location"]
    assert tpp.world.bank.asked.count("authenticate_psu") == 1
    assert len(tpp.get(made.authorisations).json["authorisationIds"]) == 1
    other = start(tpp, made, {"psuData": {"password": "54321"}}, KEY)
    assert refusal(other) == (400, [("FORMAT_ERROR", "idempotency-key")])
    assert b"12345" not in repr(tpp.world.all_rows("idempotent_answers")).encode()


def test_a_key_counts_per_collection(open_house: OpenHouse, pisp: str) -> None:
    tpp = TppClient(open_house(pis={"paymentCancellationAuthorisationMandated": True}), pisp)
    made = tpp.initiated(headers=NAMED)
    first = start(tpp, made, headers=KEY)
    push(tpp.world, made, "ACSP")
    assert cancel(tpp, made).status_int == 202
    second = start(tpp, made, headers=KEY, below=CANCELLATIONS)

    assert first.json["authorisationId"] != second.json["authorisationId"]


def test_the_right_proof_goes_to_the_bank(embedded: TppClient) -> None:
    tpp = embedded
    body = {"psuData": {"password": "12345", "additionalPassword": "54321"}}
    start(tpp, tpp.initiated(), body | {"scaAuthenticationData": "123456"}, NAMED)

    (credentials,) = tpp.world.bank.credentials
    ((_, proof),) = tpp.world.bank.deeds
    assert (credentials.psu.psu_id, credentials.password) == (PSU_ID, "12345")
    assert credentials.additional_password == "54321"
    assert proof == ScaCode("123456")


def test_racing_starts_under_one_key_are_one_authorisation(tpp: TppClient) -> None:
    made = tpp.initiated(headers=NAMED)
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda _: start(tpp, made, headers=KEY), range(6)))

    assert {each.status_int for each in answers} == {201}
    assert len({each.body for each in answers}) == 1
    found = tpp.get(made.authorisations).json["authorisationIds"]
    assert len(found) == 2  # with the one that the payment came with

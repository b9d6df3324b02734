"""Whose payments a token opens, and which PSU a payment is of (spec 4; spec 21)."""

from typing import Any

import pytest

from cms.domain.parties import PsuId
from tests.http.conftest import OpenHouse
from tests.http.oauth.acting import PRE_STEP, Actors, outcome, query_of
from tests.http.xs2a.sending import start
from tests.tpps import PSU_ID, Made, TppClient

OTHER = "marion.mueller"
REQUEST_ID = "0b7c5b0e-1f5f-4a53-9c53-7f5e7b3f7a11"


def token_of(actors: Actors, psu_id: str = PSU_ID, **more: str) -> dict[str, str]:
    """The header with a token that this PSU has granted."""
    granted = f"/psu-api/v1/oauth/access-requests/{actors.request_id()}/granted"
    answer = actors.world.cms.put_json(granted, {"psuId": psu_id, **more})
    tokens = actors.redeem(query_of(answer.json["redirectUri"])["code"]).json
    return {"Authorization": f"Bearer {tokens['access_token']}"}


def psus_of(actors: Actors, made: Made) -> list[PsuId]:
    return list(actors.world.house.parts.payments.find(made.payment_id, "UNDEFINED").psus)


@pytest.mark.parametrize(
    "headers, answer",
    [
        ({}, "201 good"),
        ({"PSU-ID": PSU_ID}, "201 good"),
        ({"PSU-ID": PSU_ID, "PSU-Corporate-ID": "firm-1"}, "201 good"),
        ({"PSU-ID": PSU_ID, "PSU-Corporate-ID": "firm-2"}, "401 TOKEN_INVALID"),
        ({"PSU-ID": OTHER, "PSU-Corporate-ID": "firm-1"}, "401 TOKEN_INVALID"),
    ],
)
def test_all_that_both_name_must_be_equal(
    pre_step: Actors, headers: dict[str, str], answer: str
) -> None:
    token = token_of(pre_step, psuCorporateId="firm-1")

    assert outcome(pre_step.tpp.post(headers={**token, **headers})) == answer


def test_what_the_request_alone_names_is_not_taken(pre_step: Actors) -> None:
    """The PSU has not granted it for that firm."""
    sent = {"PSU-ID": PSU_ID, "PSU-Corporate-ID": "firm-2"}
    made = pre_step.tpp.initiated(headers={**token_of(pre_step), **sent})

    assert psus_of(pre_step, made) == [PsuId(PSU_ID)]


def house_with(open_house: OpenHouse, pisp: str, **common: Any) -> Actors:
    actors = Actors(TppClient(open_house(common={**PRE_STEP, **common}), pisp))
    actors.tpp.get("/.well-known/oauth-authorization-server")
    return actors


def test_ignored_headers_are_not_the_tokens_psu(open_house: OpenHouse, pisp: str) -> None:
    actors = house_with(open_house, pisp, psuInInitialRequestIgnored=True)
    made = actors.tpp.initiated(headers=token_of(actors))

    assert psus_of(actors, made) == [PsuId(PSU_ID)]
    theirs = token_of(actors, OTHER)
    assert outcome(actors.tpp.get(made.status_path, theirs)) == "401 TOKEN_INVALID"
    cancelled = actors.tpp.call("DELETE", made.path, {**theirs, "Content-Type": None})
    assert outcome(cancelled) == "401 TOKEN_INVALID"


@pytest.mark.parametrize("ignored", [True, False])
def test_a_token_names_the_psu_that_must_be_named(
    open_house: OpenHouse, pisp: str, ignored: bool
) -> None:
    wanted = {"psuInInitialRequestMandated": True, "psuInInitialRequestIgnored": ignored}
    actors = house_with(open_house, pisp, **wanted)

    assert outcome(actors.tpp.post(headers=token_of(actors))) == "201 good"


@pytest.mark.parametrize("again", [{"Idempotency-Key": "k1"}, {"X-Request-ID": REQUEST_ID}])
def test_another_psus_token_gets_no_first_answer(
    open_house: OpenHouse, pisp: str, again: dict[str, str]
) -> None:
    """What was answered to one PSU's request is none for another's; a new token changes nothing."""
    actors = house_with(open_house, pisp, xRequestIdReplay="replay")
    sent = [{**token_of(actors, psu_id), **again} for psu_id in (PSU_ID, PSU_ID, OTHER)]
    first, second, third = (actors.tpp.post(headers=each) for each in sent)

    assert (outcome(first), second.json) == ("201 good", first.json)
    assert outcome(third) == "400 FORMAT_ERROR"


def test_nor_does_it_where_an_authorisation_is_started(pre_step: Actors) -> None:
    sent = [
        {**token_of(pre_step, psu_id), "Idempotency-Key": "k1"}
        for psu_id in (PSU_ID, PSU_ID, OTHER)
    ]
    made = pre_step.tpp.initiated(headers=sent[0])
    first, second, third = (start(pre_step.tpp, made, headers=each) for each in sent)

    assert (outcome(first), second.json) == ("201 good", first.json)
    assert outcome(third) == "400 FORMAT_ERROR"

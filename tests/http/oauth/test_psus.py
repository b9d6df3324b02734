"""Whose payments a token opens, and which PSU a payment is of (spec 4; spec 21)."""

from typing import Any

import pytest

from cms.domain.parties import PsuId
from tests.http.conftest import OpenHouse
from tests.http.oauth.acting import PRE_STEP, Actors, outcome, query_of
from tests.tpps import PSU_ID, Made, TppClient

OTHER = "marion.mueller"


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

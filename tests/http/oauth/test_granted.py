"""What a PSU has granted is told to the bank, which can take it back."""

from typing import Any

import pytest

from tests.http.oauth.acting import Actors, outcome
from tests.http.oauth.test_on_record import types
from tests.tpps import PSU_ID

GRANTED = "/psu-api/v1/oauth/access-requests"
HEADERS = {"psu-id": PSU_ID}


def granted(actors: Actors, **headers: str) -> Any:
    return actors.world.cms.get(GRANTED, headers={**HEADERS, **headers}).json


def test_the_bank_takes_back_what_the_psu_has_granted(integrated: Actors) -> None:
    made, other = integrated.tpp.initiated(), integrated.tpp.initiated()
    tokens = integrated.redeem(integrated.code_for(made)).json
    others = integrated.redeem(integrated.code_for(other)).json["access_token"]
    first = next(each for each in granted(integrated) if each["paymentId"] == made.payment_id)
    assert first["scope"] == f"PIS:{made.payment_id}"
    assert first["tppInfo"]["tppName"] == "Example Pay"
    assert {"grantedTimestamp", "expirationTimestamp", "requestId"} <= first.keys()
    path = f"{GRANTED}/{first['requestId']}/revoked"
    for _ in range(2):
        assert integrated.world.cms.put(path, headers=HEADERS).status_int == 200

    assert [each["paymentId"] for each in granted(integrated)] == [other.payment_id]
    assert outcome(integrated.status_of(made, tokens["access_token"])) == "401 TOKEN_INVALID"
    assert outcome(integrated.refresh(tokens["refresh_token"])) == "400 invalid_grant"
    assert outcome(integrated.status_of(other, others)) == "200 good"


def test_a_code_on_its_way_is_taken_back_too(pre_step: Actors) -> None:
    code = pre_step.pre_step_code()
    (one,) = granted(pre_step)
    pre_step.world.cms.put(f"{GRANTED}/{one['requestId']}/revoked", headers=HEADERS)

    assert outcome(pre_step.redeem(code)) == "400 invalid_grant"
    assert ("ACCESS_VOIDED", "XS2A_INTERNAL") not in types(pre_step)  # nobody has stolen it


@pytest.mark.parametrize(
    "headers, answer",
    [
        ({"psu-id": "marion.mueller"}, 404),
        ({"psu-id": PSU_ID, "psu-corporate-id": "firm"}, 404),
        ({}, 404),
        ({"psu-id": ""}, 400),  # a value with characters beyond ASCII arrives so
    ],
)
def test_another_psus_is_not_taken_back(
    pre_step: Actors, headers: dict[str, str], answer: int
) -> None:
    pre_step.redeem(pre_step.pre_step_code())
    (one,) = granted(pre_step)
    path = f"{GRANTED}/{one['requestId']}/revoked"

    assert pre_step.world.cms.put(path, headers=headers, status="*").status_int == answer
    assert granted(pre_step) == [one]


def test_whose_it_is_must_be_told(pre_step: Actors) -> None:
    assert pre_step.world.cms.get(GRANTED, status="*").status_int == 400
    assert granted(pre_step, **{"psu-id": "marion.mueller"}) == []


def test_what_was_only_asked_for_is_not_granted(pre_step: Actors) -> None:
    request_id = pre_step.request_id()
    path = f"{GRANTED}/{request_id}/revoked"

    assert granted(pre_step) == []
    assert pre_step.world.cms.put(path, headers=HEADERS, status="*").status_int == 404

"""With a mandated confirmation the code completes the payment, or the token does (spec 18)."""

import os
import secrets
from base64 import urlsafe_b64decode
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from cms.domain.access import TOKENS_KEPT_FOR
from cms.domain.statuses import ScaStatus
from cms.service.access import Access
from cms.service.seals import KeyUse, Seals
from cms.store.sealing import KeyRing, key_id
from spi.types import CodeConfirmed, ConfirmationCode
from tests.houses import ISSUER
from tests.http.conftest import OpenHouse
from tests.http.oauth.acting import INTEGRATED, Actors, address_on, outcome, query_of
from tests.tpps import Made, TppClient

RIGHT = "2345ABCDEF"
MANDATED = {**INTEGRATED, "authorisationConfirmationRequestMandated": True}


@pytest.fixture(params=[True, False], ids=["checked here", "checked by the bank"])
def actors(request: pytest.FixtureRequest, open_house: OpenHouse, pisp: str) -> Actors:
    common = {**MANDATED, "authorisationConfirmationCheckByXs2a": request.param}
    return Actors(TppClient(open_house(common=common), pisp))


def unconfirmed(actors: Actors, made: Made) -> dict[str, str]:
    """The PSU has done its part; what the TPP gets by the browser."""
    actors.ask(f"PIS:{made.payment_id}")
    ok, _ = actors.ways_back(made)
    actors.authorise(made, "psuAuthenticated", "scaMethodSelected")
    cms = actors.world.cms
    path = f"/psu-api/v1/payment/{made.payment_id}/authorisation/{made.authorisation_id}"
    told = {"authenticationData": RIGHT}
    cms.put_json(f"{path}/status/unconfirmed", told, headers={"psu-id": "anton.brueckner"})
    return query_of(address_on(actors.come_back(f"{ok}?confirmationCode={RIGHT}")))


def put(actors: Actors, made: Made, body: bytes, **headers: str) -> Any:
    return actors.tpp.call("PUT", made.authorisation_path, headers, body)


def test_the_code_goes_on_to_the_tpp_and_completes(actors: Actors) -> None:
    made = actors.tpp.initiated()
    answer = unconfirmed(actors, made)

    assert answer["confirmationCode"] == RIGHT
    assert RIGHT not in repr(actors.world.everything())
    done = put(actors, made, b'{"confirmationCode": "%s"}' % RIGHT.encode())
    assert done.json["scaStatus"] == "finalised"


def test_the_token_completes(actors: Actors) -> None:
    made = actors.tpp.initiated()
    token = actors.redeem(unconfirmed(actors, made)["code"]).json["access_token"]
    done = put(actors, made, b"", Authorization=f"Bearer {token}")

    assert done.json["scaStatus"] == "finalised"
    checks = actors.world.house.profiles.for_tenant("UNDEFINED").common
    here = checks.authorisation_confirmation_check_by_xs2a
    (deed,) = actors.world.bank.deeds
    assert deed[1] == (CodeConfirmed() if here else ConfirmationCode(RIGHT))


def sealed_codes(actors: Actors) -> int:
    """How many confirmation codes wait sealed in the database."""
    query = text("SELECT count(*) FROM oauth_requests WHERE confirmation_sealed IS NOT NULL")
    with actors.world.house.database.reads.connect() as connection:
        return int(connection.execute(query).scalar_one())


@pytest.mark.parametrize("by", ["token", "code", "wrong code", "time", "bank"])
def test_a_sealed_code_is_gone_with_its_use(actors: Actors, by: str) -> None:
    made = actors.tpp.initiated()
    token = actors.redeem(unconfirmed(actors, made)["code"]).json["access_token"]
    assert sealed_codes(actors) == 1
    if by == "token":
        put(actors, made, b"", Authorization=f"Bearer {token}")
    elif by == "time":
        actors.world.clock.advance(timedelta(days=2))
        actors.world.house.parts.access.forget(TOKENS_KEPT_FOR, 100)
    elif by == "bank":
        actors.authorise(made, "failed")
    else:
        code = RIGHT if by == "code" else "WRONG"
        put(actors, made, b'{"confirmationCode": "%s"}' % code.encode())

    assert sealed_codes(actors) == 0


def test_a_sealed_code_takes_part_in_a_change_of_keys(actors: Actors) -> None:
    made = actors.tpp.initiated()
    token = actors.redeem(unconfirmed(actors, made)["code"]).json["access_token"]
    house, new = actors.world.house, os.urandom(32)
    old = urlsafe_b64decode(f"{house.settings.server_keys[0]}=")
    assert Seals(house.store, KeyRing([new], os.urandom)).missing_key() == key_id(old)
    both = Seals(house.store, KeyRing([new, old], os.urandom))

    assert sum(both.renew()) == 1
    assert both.uses() == [KeyUse(key_id(new), 1, True), KeyUse(key_id(old), 0, True)]
    request = house.parts.access.token(token)
    assert request is not None
    access = Access(
        house.store,
        KeyRing([new], os.urandom),
        actors.world.clock,
        new_secret=secrets.token_urlsafe,
        issuer=ISSUER,
    )
    assert access.confirmation_code(request.request) == RIGHT


def test_nothing_at_all_does_not(actors: Actors) -> None:
    made = actors.tpp.initiated()
    unconfirmed(actors, made)

    answer = put(actors, made, b"")

    assert outcome(answer) == "400 SERVICE_INVALID"
    assert "access token" in answer.json["tppMessages"][0]["text"]
    found = actors.world.house.parts.authorisations.find(made.authorisation_id, "UNDEFINED")
    assert found.status is ScaStatus.UNCONFIRMED


def test_a_token_for_another_payment_does_not(actors: Actors) -> None:
    made, other = actors.tpp.initiated(), actors.tpp.initiated()
    token = actors.redeem(unconfirmed(actors, other)["code"]).json["access_token"]
    unconfirmed(actors, made)

    answer = put(actors, made, b"", Authorization=f"Bearer {token}")
    assert outcome(answer) == "401 TOKEN_INVALID"

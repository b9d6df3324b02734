"""What of OAuth is on record, and what never is (docs/events.md)."""

from typing import Any

from tests.houses import TPP
from tests.http.oauth.acting import Actors, address_on
from tests.tpps import NOK_URI


def of_oauth(actors: Actors) -> list[dict[str, Any]]:
    actors.world.house.parts.events.flush()
    found = actors.world.events()
    return [
        each for each in found if "OAUTH" in each["event_type"] or "ACCESS" in each["event_type"]
    ]


def types(actors: Actors) -> list[tuple[str, str]]:
    return [(each["event_type"], each["origin"]) for each in of_oauth(actors)]


def test_the_story_of_a_token(integrated: Actors) -> None:
    made = integrated.tpp.initiated()
    code = integrated.code_for(made)
    tokens = integrated.redeem(code).json
    integrated.post("/oauth/introspect", {"token": tokens["access_token"]})
    integrated.post("/oauth/revoke", {"token": tokens["refresh_token"]})

    assert sorted(types(integrated)) == [
        ("ACCESS_GRANTED", "ASPSP_PSU_INTERFACE"),
        ("GET_OAUTH_INTROSPECTION_REQUEST_RECEIVED", "TPP"),
        ("OAUTH_REVOCATION_REQUEST_RECEIVED", "TPP"),
        ("OAUTH_TOKEN_REQUEST_RECEIVED", "TPP"),
    ]
    for each in of_oauth(integrated):
        assert each["tpp_authorisation_number"] == TPP.authorisation_number
    (granted,) = [e for e in of_oauth(integrated) if e["event_type"] == "ACCESS_GRANTED"]
    assert (granted["payment_id"], granted["authorisation_id"]) == (
        made.payment_id,
        made.authorisation_id,
    )


def test_a_replay_is_on_record_once(integrated: Actors) -> None:
    code = integrated.code_for(integrated.tpp.initiated())
    for _ in range(3):
        integrated.redeem(code)

    assert types(integrated).count(("ACCESS_VOIDED", "XS2A_INTERNAL")) == 1


def test_a_psu_who_declines(integrated: Actors) -> None:
    made = integrated.tpp.initiated(headers={"TPP-Nok-Redirect-URI": NOK_URI})
    integrated.ask(f"PIS:{made.payment_id}")
    _, nok = integrated.ways_back(made)
    address_on(integrated.come_back(nok))

    assert types(integrated) == [("ACCESS_DECLINED", "ASPSP_PSU_INTERFACE")]


def test_nothing_secret_is_on_record(integrated: Actors) -> None:
    code = integrated.code_for(integrated.tpp.initiated())
    tokens = integrated.redeem(code).json
    kept = repr(of_oauth(integrated))

    assert [
        each for each in (code, *tokens.values()) if isinstance(each, str) and each in kept
    ] in (
        [],
        [tokens["scope"]],
    )

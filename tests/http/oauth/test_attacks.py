"""What an attacker may try, and how it ends (RFC 9700; RFC 6749, 10; RFC 8705, RFC 9207)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from sandbox.certificates import SandboxQtsp
from tests.houses import ISSUER, TPP, certificate
from tests.http.cms.test_stop_list import block
from tests.http.conftest import OpenHouse
from tests.http.oauth.acting import (
    INTEGRATED,
    PRE_STEP,
    Actors,
    Changes,
    address_on,
    outcome,
    query_of,
)
from tests.http.xs2a.sending import push
from tests.tpps import NOK_URI, OK_URI, PSU_ID, Headers, TppClient


def as_tpp(actors: Actors, certificate: str) -> Actors:
    return Actors(TppClient(actors.world, certificate))


# Code replay


def test_a_code_that_comes_again_ends_all_that_came_of_it(integrated: Actors) -> None:
    made = integrated.tpp.initiated()
    code = integrated.code_for(made)
    tokens = integrated.redeem(code).json
    assert outcome(integrated.status_of(made, tokens["access_token"])) == "200 good"

    assert outcome(integrated.redeem(code)) == "400 invalid_grant"
    assert outcome(integrated.status_of(made, tokens["access_token"])) == "401 TOKEN_INVALID"
    assert outcome(integrated.refresh(tokens["refresh_token"])) == "400 invalid_grant"


def test_a_refresh_token_that_comes_again_ends_all_that_came_of_it(integrated: Actors) -> None:
    made = integrated.tpp.initiated()
    first = integrated.redeem(integrated.code_for(made)).json
    second = integrated.refresh(first["refresh_token"]).json
    assert outcome(integrated.status_of(made, second["access_token"])) == "200 good"

    assert outcome(integrated.refresh(first["refresh_token"])) == "400 invalid_grant"
    assert outcome(integrated.status_of(made, second["access_token"])) == "401 TOKEN_INVALID"
    assert outcome(integrated.refresh(second["refresh_token"])) == "400 invalid_grant"


# Code injection, and brute force: a code has one try, right or wrong


@pytest.mark.parametrize(
    "changes, answer",
    [
        ({"code_verifier": None}, "400 invalid_request"),
        ({"code_verifier": "b" * 43}, "400 invalid_grant"),
        ({"code_verifier": "too short"}, "400 invalid_request"),
        ({"redirect_uri": NOK_URI}, "400 invalid_grant"),
        ({"redirect_uri": None}, "400 invalid_grant"),
    ],
)
def test_a_code_without_what_belongs_to_it(
    integrated: Actors, changes: Changes, answer: str
) -> None:
    code = integrated.code_for(integrated.tpp.initiated())

    assert outcome(integrated.redeem(code, changes)) == answer
    assert outcome(integrated.redeem(code)) == "400 invalid_grant"  # and no second guess


def test_a_code_that_nobody_has_issued(integrated: Actors) -> None:
    assert outcome(integrated.redeem("guessed")) == "400 invalid_grant"


def test_a_code_is_there_for_a_minute(integrated: Actors) -> None:
    code = integrated.code_for(integrated.tpp.initiated())
    integrated.world.clock.advance(timedelta(minutes=1))

    assert outcome(integrated.redeem(code)) == "400 invalid_grant"


# Another TPP's code or token; another certificate


def test_another_tpps_code(integrated: Actors, another: str) -> None:
    code = integrated.code_for(integrated.tpp.initiated())
    thief = as_tpp(integrated, another)

    assert outcome(thief.redeem(code)) == "400 invalid_client"  # the client id is not its own
    assert outcome(thief.redeem(code, {"client_id": None})) == "400 invalid_grant"


def test_another_tpps_tokens(integrated: Actors, another: str) -> None:
    made = integrated.tpp.initiated()
    tokens = integrated.redeem(integrated.code_for(made)).json
    thief = as_tpp(integrated, another)
    asked = {"token": tokens["access_token"]}

    assert outcome(thief.status_of(made, tokens["access_token"])) == "401 TOKEN_INVALID"
    assert outcome(thief.refresh(tokens["refresh_token"])) == "400 invalid_grant"
    assert thief.post("/oauth/introspect", asked).json == {"active": False}
    assert outcome(thief.post("/oauth/revoke", asked)) == "400 invalid_grant"
    assert outcome(integrated.status_of(made, tokens["access_token"])) == "200 good"


def test_another_certificate_on_a_bound_token(integrated: Actors, renewed: str) -> None:
    """The same TPP comes with its next certificate: the refresh token brings a token for that."""
    made = integrated.tpp.initiated()
    tokens = integrated.redeem(integrated.code_for(made)).json
    later = as_tpp(integrated, renewed)

    assert outcome(later.status_of(made, tokens["access_token"])) == "401 TOKEN_INVALID"
    new = later.refresh(tokens["refresh_token"]).json
    assert outcome(later.status_of(made, new["access_token"])) == "200 good"


def test_no_certificate_at_all(integrated: Actors) -> None:
    code = integrated.code_for(integrated.tpp.initiated())
    nobody = as_tpp(integrated, "")

    refused = nobody.redeem(code)
    assert outcome(refused) == "401 invalid_client"
    assert refused.headers["WWW-Authenticate"] == 'tls_client_auth error="invalid_client"'
    assert outcome(integrated.redeem(code)) == "200 good"


def test_a_tpp_on_the_stop_list(integrated: Actors) -> None:
    made = integrated.tpp.initiated()
    code = integrated.code_for(made)
    block(integrated.world)

    assert outcome(integrated.ask(f"PIS:{made.payment_id}")) == "303 invalid_scope"
    assert outcome(integrated.redeem(code)) == "401 invalid_client"


# A token for one payment used for another


def test_a_token_opens_its_payment_and_no_other(integrated: Actors) -> None:
    made, other = integrated.tpp.initiated(), integrated.tpp.initiated()
    token = integrated.redeem(integrated.code_for(made)).json["access_token"]

    assert outcome(integrated.status_of(made, token)) == "200 good"
    assert outcome(integrated.status_of(other, token)) == "401 TOKEN_INVALID"


def test_a_token_of_another_psu(pre_step: Actors) -> None:
    tokens = {
        psu: pre_step.redeem(pre_step.pre_step_code(psu)).json["access_token"]
        for psu in (PSU_ID, "marion.mueller")
    }
    own = {"Authorization": f"Bearer {tokens[PSU_ID]}"}
    made = pre_step.tpp.initiated(headers=own)

    assert outcome(pre_step.status_of(made, tokens[PSU_ID])) == "200 good"
    assert outcome(pre_step.status_of(made, tokens["marion.mueller"])) == "401 TOKEN_INVALID"
    claimed = pre_step.tpp.post(headers={**own, "PSU-ID": "marion.mueller"})
    assert outcome(claimed) == "401 TOKEN_INVALID"


def test_a_refresh_token_opens_nothing_by_itself(integrated: Actors) -> None:
    made = integrated.tpp.initiated()
    tokens = integrated.redeem(integrated.code_for(made)).json

    assert outcome(integrated.status_of(made, tokens["refresh_token"])) == "401 TOKEN_UNKNOWN"


# Mix-up


def test_every_answer_names_its_issuer(integrated: Actors) -> None:
    made = integrated.tpp.initiated()
    wrong = integrated.ask(f"PIS:{made.payment_id}", {"code_challenge": None})
    integrated.ask(f"PIS:{made.payment_id}")
    _, nok = integrated.ways_back(made)
    declined = address_on(integrated.come_back(nok))

    for address in (wrong.headers["Location"], declined):
        assert query_of(address)["iss"] == ISSUER
        assert query_of(address)["state"] == "of-the-browser"


# Open redirect


@pytest.mark.parametrize(
    "uri",
    [
        "https://evil.example/ok",
        "https://pay.example.evil.example/ok",
        "https://pay.example@evil.example/ok",
        "https://evil.example\\@pay.example/ok",
        "https://pay.example/ok#fragment",
        "http://pay.example/ok",
        "//pay.example/ok",
        "/ok",
        "javascript:alert(1)//pay.example",
        "https://pay.example/ok\r\nSet-Cookie: a=b",
        "https://[pay.example/ok",
        "https://pay.example:port/ok",
        "https://pay.example/" + 500 * "o",
        'https://pay.example/"quoted',
        "",
        None,
    ],
)
@pytest.mark.parametrize("change", ["pre_step", "integrated"])
def test_the_browser_is_sent_nowhere_else(
    request: pytest.FixtureRequest, change: str, uri: str | None
) -> None:
    actors: Actors = request.getfixturevalue(change)
    scope = "PIS" if change == "pre_step" else f"PIS:{actors.tpp.initiated().payment_id}"
    covered = change == "pre_step" and uri is not None and uri.endswith('"quoted')

    went = actors.ask(scope, {"redirect_uri": uri})
    assert outcome(went) == ("303 on" if covered else "400 page")


@pytest.mark.parametrize("uri", [NOK_URI, f"{OK_URI}/", f"{OK_URI}?a=b", OK_URI.upper()])
def test_what_the_tpp_has_told_counts_to_the_letter(integrated: Actors, uri: str) -> None:
    made = integrated.tpp.initiated()

    assert outcome(integrated.ask(f"PIS:{made.payment_id}", {"redirect_uri": uri})) == "400 page"


@pytest.mark.parametrize("client_id", ["PSDDE-BAFIN-999999", "", None, "\x00", "ü"])
def test_an_unknown_client_is_sent_nowhere(pre_step: Actors, client_id: str | None) -> None:
    assert outcome(pre_step.ask("PIS", {"client_id": client_id})) == "400 page"


# Stealing the PSU's approval (session fixation): who has not the bank's own way back has nothing


def test_only_the_bank_can_send_the_psu_back(integrated: Actors) -> None:
    made, other = integrated.tpp.initiated(), integrated.tpp.initiated()
    for each in (made, other):
        integrated.ask(f"PIS:{each.payment_id}")
    ok, _ = integrated.ways_back(made)
    others_ok, _ = integrated.ways_back(other)
    request_id, proof = ok.split("/")[-2], ok.split("/")[-1]
    forged = [
        f"{ISSUER}/oauth/approved/{request_id}/{others_ok.split('/')[-1]}",
        f"{ISSUER}/oauth/approved/{request_id}/{proof[:-4]}AAAA",
        f"{ISSUER}/oauth/approved/{request_id}/x",
        f"{ISSUER}/oauth/approved/{request_id}/x.%FF",
        f"{ISSUER}/oauth/approved/{others_ok.split('/')[-2]}/{proof}",
        f"{ISSUER}/oauth/approved/nobody/{proof}",
    ]
    integrated.authorise(made)

    assert [integrated.come_back(uri).status_int for uri in forged] == [404] * len(forged)
    code = query_of(address_on(integrated.come_back(ok)))["code"]
    assert outcome(integrated.redeem(code)) == "200 good"
    assert integrated.come_back(ok).status_int == 410  # once only


def test_before_the_psu_has_authorised_there_is_no_code(integrated: Actors) -> None:
    made = integrated.tpp.initiated()
    integrated.ask(f"PIS:{made.payment_id}")
    ok, _ = integrated.ways_back(made)
    assert integrated.come_back(ok).status_int == 404
    integrated.authorise(made, "psuAuthenticated")
    assert integrated.come_back(ok).status_int == 404
    integrated.authorise(made, "failed")
    assert "code" not in query_of(address_on(integrated.come_back(ok)))


def test_a_later_request_takes_the_place_of_an_earlier_one(integrated: Actors) -> None:
    made = integrated.tpp.initiated()
    integrated.ask(f"PIS:{made.payment_id}")
    earlier, _ = integrated.ways_back(made)
    integrated.ask(f"PIS:{made.payment_id}")
    integrated.authorise(made)

    assert integrated.come_back(earlier).status_int == 410


def test_of_requests_that_came_to_nothing_few_are_kept(integrated: Actors) -> None:
    """Whoever knows the payment may ask as often as it likes."""
    made = integrated.tpp.initiated()
    for _ in range(5):
        integrated.ask(f"PIS:{made.payment_id}")

    assert integrated.world.rows()["oauth_requests"] == 2  # the last one, and the one before


# Going round the token: what the payment is stands on record, and no header changes it


@pytest.mark.parametrize(
    "wish",
    [
        {},
        {"TPP-Redirect-Preferred": "false"},
        {"TPP-Redirect-Preferred": "false", "TPP-Decoupled-Preferred": "false"},
    ],
)
@pytest.mark.parametrize("flow, answer", [(INTEGRATED, "403 FORBIDDEN"), (PRE_STEP, "401 UNAUTH")])
def test_whose_grant_was_taken_back_reads_no_more(
    open_house: OpenHouse, pisp: str, flow: Mapping[str, Any], answer: str, wish: Headers
) -> None:
    offered = {**flow, "scaApproachesSupported": ["REDIRECT", "EMBEDDED"]}
    actors = Actors(TppClient(open_house(common=offered), pisp))
    if flow is PRE_STEP:
        actors.tpp.get("/.well-known/oauth-authorization-server")
        token = actors.redeem(actors.pre_step_code()).json["access_token"]
        made = actors.tpp.initiated(headers={"Authorization": f"Bearer {token}"})
    else:
        made = actors.tpp.initiated()
        token = actors.redeem(actors.code_for(made)).json["access_token"]
    push(actors.world, made, "ACSP")
    assert outcome(actors.status_of(made, token)) == "200 good"
    cms, psu = actors.world.cms, {"psu-id": PSU_ID}
    (grant,) = cms.get("/psu-api/v1/oauth/access-requests", headers=psu).json
    cms.put(f"/psu-api/v1/oauth/access-requests/{grant['requestId']}/revoked", headers=psu)

    for path in (made.path, made.status_path, made.authorisations, made.authorisation_path):
        assert outcome(actors.tpp.get(path, wish)).startswith(answer)


# What a PSU decides on a page of its own is decided there, and once


def test_access_to_a_payment_is_not_granted_without_it(integrated: Actors) -> None:
    made = integrated.tpp.initiated()
    integrated.ask(f"PIS:{made.payment_id}")
    _, nok = integrated.ways_back(made)
    path = f"/psu-api/v1/oauth/access-requests/{nok.rpartition('/')[2]}"

    assert integrated.world.cms.get(path).json["scope"] == f"PIS:{made.payment_id}"
    granted = integrated.world.cms.put_json(f"{path}/granted", {"psuId": PSU_ID}, status="*")
    assert granted.status_int == 400


def test_a_request_is_decided_once(pre_step: Actors) -> None:
    path = f"/psu-api/v1/oauth/access-requests/{pre_step.request_id()}"
    cms = pre_step.world.cms
    assert cms.put_json(f"{path}/granted", {"psuId": PSU_ID}).status_int == 200
    for word, body in (("granted", {"psuId": PSU_ID}), ("declined", {})):
        assert cms.put_json(f"{path}/{word}", body, status="*").status_int == 409
    assert cms.get(path, status="*").status_int == 409


def test_the_bank_needs_its_token(pre_step: Actors) -> None:
    path = f"/psu-api/v1/oauth/access-requests/{pre_step.request_id()}/granted"
    pre_step.world.cms.authorization = None
    answer = pre_step.world.cms.put_json(path, {"psuId": PSU_ID}, status="*")

    assert answer.status_int == 401


def test_roles_count(open_house: OpenHouse, qtsp: SandboxQtsp) -> None:
    informing = certificate(qtsp, replace(TPP, roles=("PSP_AI",)))
    actors = Actors(TppClient(open_house(common=dict(PRE_STEP)), informing))
    actors.tpp.get("/.well-known/oauth-authorization-server")

    assert outcome(actors.ask("PIS")) == "303 invalid_scope"

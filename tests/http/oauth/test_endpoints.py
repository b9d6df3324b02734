"""Token, revocation, introspection, metadata (RFC 6749, 7009, 7662, 8414, 8705)."""

from base64 import urlsafe_b64encode
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata

from sandbox.certificates import SandboxQtsp
from tests.databases import SqliteDatabases
from tests.houses import ISSUER, NOW, TPP, certificate, open_world
from tests.http.oauth.acting import INTEGRATED, Actors, outcome
from tests.tpps import TppClient
from xs2a.settings import OAuthSettings
from xs2a.tpp.certificate import read_certificate

FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def tokens(integrated: Actors) -> dict[str, Any]:
    made = integrated.tpp.initiated()
    found: dict[str, Any] = integrated.redeem(integrated.code_for(made)).json
    return found | {"payment_id": made.payment_id}


def test_what_a_tpp_gets(integrated: Actors, tokens: dict[str, Any]) -> None:
    assert tokens["token_type"] == "Bearer"
    assert tokens["expires_in"] == 3600
    assert tokens["scope"] == f"PIS:{tokens['payment_id']}"
    assert len(tokens["access_token"]) == len(tokens["refresh_token"]) == 43
    assert tokens["access_token"] != tokens["refresh_token"]


def test_no_secret_is_kept_in_clear(integrated: Actors) -> None:
    made = integrated.tpp.initiated()
    code = integrated.code_for(made)
    tokens = integrated.redeem(code).json
    kept = repr(integrated.world.everything())

    for secret in (code, tokens["access_token"], tokens["refresh_token"]):
        assert secret not in kept


@pytest.mark.parametrize(
    "content_type, body, answer",
    [
        ("application/json", "{}", "400 invalid_request"),
        (FORM, "grant_type=authorization_code&code=a&code=b", "400 invalid_request"),
        (FORM, "grant_type=authorization_code", "400 invalid_request"),
        (FORM, "grant_type=password", "400 unsupported_grant_type"),
        (FORM, "grant_type=client_credentials", "400 unsupported_grant_type"),
        (FORM, "grant_type=%22%00%FF", "400 unsupported_grant_type"),
        (FORM, "", "400 invalid_request"),
        (FORM, "grant_type=refresh_token", "400 invalid_request"),
        (FORM, "grant_type=refresh_token&refresh_token=%00", "400 invalid_grant"),
        (FORM, "grant_type=authorization_code&code=%ED%A0%80", "400 invalid_grant"),
        (FORM, "grant_type=authorization_code&code=a&client_id=other", "400 invalid_client"),
    ],
)
def test_requests_that_cannot_be_served(
    integrated: Actors, content_type: str, body: str, answer: str
) -> None:
    headers = {"TPP-QWAC-Certificate": integrated.tpp.certificate, "Content-Type": content_type}

    assert outcome(integrated.world.xs2a.post("/oauth/token", body, headers=headers)) == answer


def test_nothing_secret_in_an_address(integrated: Actors) -> None:
    headers = {"TPP-QWAC-Certificate": integrated.tpp.certificate, "Content-Type": FORM}
    answer = integrated.world.xs2a.post("/oauth/token?code=a", "", headers=headers)

    assert outcome(answer) == "400 invalid_request"


@pytest.mark.parametrize(
    "sent, said",
    [
        ({}, "grant_type is needed"),
        ({"grant_type": "refresh_token", "refresh_token": "x"}, "refresh token is not good"),
        ({"grant_type": "authorization_code", "code": "x"}, "code is not good"),
        ({"grant_type": "authorization_code", "code": "x", "client_id": "x"}, "not the certif"),
    ],
)
def test_the_developer_is_told_what_is_wrong(
    integrated: Actors, sent: dict[str, str], said: str
) -> None:
    assert said in integrated.post("/oauth/token", sent).json["error_description"]


def test_a_token_that_is_not_good_is_challenged(integrated: Actors) -> None:
    """RFC 6750, 3."""
    answer = integrated.status_of(integrated.tpp.initiated(), "unknown")

    assert answer.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'


def test_a_smaller_scope_cannot_be_asked_for_when_refreshing(
    integrated: Actors, tokens: dict[str, Any]
) -> None:
    sent = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}

    assert outcome(integrated.post("/oauth/token", {**sent, "scope": "PIS"})) == "400 invalid_scope"
    assert outcome(integrated.post("/oauth/token", sent)) == "200 good"


@pytest.mark.parametrize(
    "token, after, read, refreshed",
    [
        ("access_token", timedelta(), "401 TOKEN_INVALID", "200 good"),
        ("refresh_token", timedelta(), "401 TOKEN_INVALID", "400 invalid_grant"),
        (None, timedelta(hours=1), "401 TOKEN_EXPIRED", "200 good"),
        (None, timedelta(days=90), "401 TOKEN_EXPIRED", "400 invalid_grant"),
    ],
)
def test_the_end_of_a_token(
    qtsp: SandboxQtsp,
    integrated: Actors,
    token: str | None,
    after: timedelta,
    read: str,
    refreshed: str,
) -> None:
    actors = Actors(TppClient(integrated.world, certificate(qtsp, until=365)))
    made = actors.tpp.initiated()
    tokens = actors.redeem(actors.code_for(made)).json
    if token is not None:
        assert outcome(actors.post("/oauth/revoke", {"token": tokens[token]})) == "200 good"
    actors.world.clock.advance(after)

    assert outcome(actors.status_of(made, tokens["access_token"])) == read
    assert outcome(actors.refresh(tokens["refresh_token"])) == refreshed


def test_revoking_what_is_unknown_is_no_error(integrated: Actors) -> None:
    sent = {"token": "unknown", "token_type_hint": "of-no-known-kind"}

    assert outcome(integrated.post("/oauth/revoke", sent)) == "200 good"
    assert outcome(integrated.post("/oauth/revoke", {})) == "400 invalid_request"


def test_introspection(integrated: Actors, tokens: dict[str, Any]) -> None:
    told = integrated.post("/oauth/introspect", {"token": tokens["access_token"]}).json
    thumbprint = bytes.fromhex(read_certificate(integrated.tpp.certificate).thumbprint)

    assert told == {
        "active": True,
        "scope": tokens["scope"],
        "client_id": TPP.authorisation_number,
        "token_type": "Bearer",
        "iat": int(NOW.timestamp()),
        "exp": int(NOW.timestamp()) + 3600,
        "iss": ISSUER,
        "cnf": {"x5t#S256": urlsafe_b64encode(thumbprint).decode().rstrip("=")},
    }
    assert integrated.post("/oauth/introspect", {"token": "unknown"}).json == {"active": False}
    integrated.world.clock.advance(timedelta(hours=1))
    ended = integrated.post("/oauth/introspect", {"token": tokens["access_token"]})
    assert ended.json == {"active": False}
    assert outcome(integrated.post("/oauth/introspect", {})) == "400 invalid_request"


def test_the_metadata_say_what_the_rfcs_want(integrated: Actors) -> None:
    told = integrated.world.xs2a.get("/.well-known/oauth-authorization-server").json

    AuthorizationServerMetadata(told).validate()
    assert told["issuer"] == ISSUER
    assert told["code_challenge_methods_supported"] == ["S256"]
    assert told["token_endpoint_auth_methods_supported"] == ["tls_client_auth"]
    assert told["authorization_response_iss_parameter_supported"] is True
    assert told["tls_client_certificate_bound_access_tokens"] is True


def test_a_tpp_becomes_known_by_reading_the_metadata(integrated: Actors) -> None:
    path = "/.well-known/oauth-authorization-server"
    tpps = integrated.world.house.parts.tpps
    integrated.world.xs2a.get(path)
    assert not tpps.of_number(TPP.authorisation_number, "UNDEFINED")
    integrated.tpp.get(path)
    (known,) = tpps.certified(TPP.authorisation_number, "UNDEFINED").values()
    assert known.domains == ("pay.example",)


@pytest.fixture
def without_a_server(
    sqlite_databases: SqliteDatabases, tmp_path: Path, pisp: str
) -> Iterator[Actors]:
    """A bank that has not switched ours on."""
    off = OAuthSettings(None, None, None, None)
    with open_world(sqlite_databases.make(), tmp_path, oauth=off, common=dict(INTEGRATED)) as world:
        yield Actors(TppClient(world, pisp))


def test_without_an_issuer_there_is_no_server(without_a_server: Actors) -> None:
    assert outcome(without_a_server.ask("PIS")) == "404 page"
    assert outcome(without_a_server.redeem("code")) == "404 invalid_request"
    metadata = without_a_server.world.xs2a.get("/.well-known/oauth-authorization-server")
    assert outcome(metadata) == "404 invalid_request"


@pytest.mark.parametrize(
    "method, path", [("POST", "/oauth/authorize"), ("GET", "/oauth/token"), ("GET", "/oauth/nope")]
)
def test_other_methods_and_paths(integrated: Actors, method: str, path: str) -> None:
    answer = integrated.world.xs2a.request(path, method=method)

    assert outcome(answer) in {"405 SERVICE_INVALID", "404 RESOURCE_UNKNOWN"}

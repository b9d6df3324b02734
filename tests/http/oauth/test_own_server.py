"""Tokens of the bank's own authorization server, asked about by introspection (RFC 7662)."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.answering import Answers, answering
from tests.databases import SqliteDatabases
from tests.houses import TPP, open_world
from tests.http.oauth.acting import PRE_STEP, Actors, outcome
from tests.tpps import PSU_ID, TppClient
from xs2a.settings import OAuthSettings

Told = dict[str, Any]


@dataclass
class Bank:
    """What it says of its tokens; None is no answer."""

    says: dict[str, Told | None] = field(default_factory=dict)
    url: str = ""


@pytest.fixture
def bank() -> Iterator[Bank]:
    found = Bank()

    class Introspects(Answers):
        def hear(self) -> None:
            token = self.body().decode().partition("&")[0].removeprefix("token=")
            told = found.says.get(token, {"active": False})
            self.answer(200 if told is not None else 500, json.dumps(told).encode())

    with answering(Introspects) as address:
        found.url = f"{address}/introspect"
        yield found


@pytest.fixture
def actors(
    bank: Bank, sqlite_databases: SqliteDatabases, tmp_path: Path, pisp: str
) -> Iterator[Actors]:
    oauth = OAuthSettings(None, None, bank.url, "us:secret")
    common = {**PRE_STEP, "oauthConfigurationUrl": "https://own.bank.example/.well-known/oauth"}
    with open_world(sqlite_databases.make(), tmp_path, oauth=oauth, common=common) as world:
        yield Actors(TppClient(world, pisp))


GOOD: Told = {"active": True, "client_id": TPP.authorisation_number, "scope": "PIS"}


@pytest.mark.parametrize(
    "told, answer",
    [
        (GOOD, "201 good"),
        ({"active": False}, "401 TOKEN_UNKNOWN"),
        ({**GOOD, "client_id": "another"}, "401 TOKEN_INVALID"),
        ({**GOOD, "scope": "AIS"}, "401 TOKEN_INVALID"),
        ({**GOOD, "scope": "PIS:0199c2a4-0000-7000-8000-000000000000"}, "401 TOKEN_INVALID"),
        ({**GOOD, "scope": "PIS:0199c2a4-0000-7000-8000-000000000000 PIS"}, "201 good"),
        ({**GOOD, "iss": "https://own.bank.example"}, "201 good"),
        ({**GOOD, "iss": "https://another.example"}, "401 TOKEN_INVALID"),
        ({**GOOD, "iss": 7}, "401 TOKEN_INVALID"),
        ({**GOOD, "exp": 1}, "401 TOKEN_EXPIRED"),
        ({**GOOD, "exp": "1"}, "401 TOKEN_INVALID"),
        ({**GOOD, "nbf": 99_999_999_999}, "401 TOKEN_INVALID"),
        ({**GOOD, "cnf": {"jkt": "b3RoZXI"}}, "401 TOKEN_INVALID"),
        ({**GOOD, "cnf": {"x5t#S256": "b3RoZXI"}}, "401 TOKEN_INVALID"),
        (None, "503 SERVICE_UNAVAILABLE"),
    ],
)
def test_what_it_says_counts(actors: Actors, bank: Bank, told: Told | None, answer: str) -> None:
    bank.says["theirs"] = told
    made = actors.tpp.post(headers={"Authorization": "Bearer theirs"})

    assert outcome(made) == answer
    if answer.startswith("201"):
        ctx = actors.world.bank.contexts[-1]
        assert (ctx.access_token, ctx.token_judged) == ("theirs", True)


def test_a_psu_opens_its_own_payments_only(actors: Actors, bank: Bank) -> None:
    """The standard member `username` is the PSU-ID."""
    for psu_id in (PSU_ID, "marion.mueller"):
        bank.says[psu_id] = {**GOOD, "username": psu_id}
    hers = {"Authorization": "Bearer marion.mueller", "Content-Type": None}
    made = actors.tpp.initiated(headers={"Authorization": f"Bearer {PSU_ID}"})
    kept = actors.world.house.parts.payments.find(made.payment_id, "UNDEFINED")

    assert [psu.psu_id for psu in kept.psus] == [PSU_ID]
    assert outcome(actors.status_of(made, PSU_ID)) == "200 good"
    assert outcome(actors.status_of(made, "marion.mueller")) == "401 TOKEN_INVALID"
    assert outcome(actors.tpp.call("DELETE", made.path, hers)) == "401 TOKEN_INVALID"
    theirs = {"Authorization": "Bearer marion.mueller", "PSU-ID": PSU_ID}
    assert outcome(actors.tpp.post(headers=theirs)) == "401 TOKEN_INVALID"


def test_without_a_token_nothing_is_asked(actors: Actors) -> None:
    assert outcome(actors.tpp.post()) == "401 UNAUTHORIZED"


def test_there_is_no_server_of_ours(actors: Actors) -> None:
    assert outcome(actors.ask("PIS")) == "404 page"


@pytest.fixture
def tenants(
    bank: Bank, sqlite_databases: SqliteDatabases, tmp_path: Path, pisp: str
) -> Iterator[Actors]:
    """Each has an issuer of its own; one server is asked about the tokens of all."""
    oauth = OAuthSettings(None, None, bank.url, "us:secret")

    def common(name: str) -> dict[str, Any]:
        metadata = f"https://{name}.bank.example/.well-known/oauth-authorization-server"
        return {**PRE_STEP, "oauthConfigurationUrl": metadata}

    with open_world(
        sqlite_databases.make(),
        tmp_path,
        oauth=oauth,
        common=common("main"),
        tenants={name: {"common": common(name)} for name in ("north", "south")},
    ) as world:
        yield Actors(TppClient(world, pisp))


@pytest.mark.parametrize(
    "issuer, answers",
    [
        ("https://north.bank.example", ["201 good", "401 TOKEN_INVALID"]),
        ("https://south.bank.example/", ["401 TOKEN_INVALID", "201 good"]),
        ("https://main.bank.example", ["401 TOKEN_INVALID", "401 TOKEN_INVALID"]),
        (None, ["401 TOKEN_INVALID", "401 TOKEN_INVALID"]),
    ],
)
def test_a_token_of_one_tenant_is_none_of_another(
    tenants: Actors, bank: Bank, issuer: str | None, answers: list[str]
) -> None:
    """A PSU-ID may be of two people there, and a TPP may be known to both."""
    bank.says["theirs"] = {**GOOD, "username": PSU_ID} | ({"iss": issuer} if issuer else {})
    sent = {"Authorization": "Bearer theirs"}
    found = [
        outcome(tenants.tpp.post(headers={**sent, "Instance-ID": name}))
        for name in ("north", "south")
    ]

    assert found == answers

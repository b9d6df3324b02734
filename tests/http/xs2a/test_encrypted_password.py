"""Encrypted passwords on the wire (A8): published keys, and what becomes of a token."""

from dataclasses import replace
from typing import Any

import orjson
import pytest
from joserfc import jwe
from joserfc.jwk import ECKey, JWKRegistry, RSAKey

from tests.houses import World
from tests.http.conftest import OpenHouse
from tests.http.xs2a.sending import APPROACHES, start, update
from tests.tpps import PSU_ID, TppClient, refusal

NAMED = {"PSU-ID": PSU_ID}
KEYS = [RSAKey.generate_key(2048), ECKey.generate_key("P-256")]


def with_keys(world: World, *keys: Any) -> World:
    """The same house; its settings name a file with these private keys."""
    file = world.house.settings.folder / "keys.json"
    file.write_bytes(orjson.dumps({"keys": [key.as_dict(private=True) for key in keys]}))
    settings = replace(world.house.settings, password_keys=file)
    return replace(world, house=replace(world.house, settings=settings))


@pytest.fixture
def tpp(open_house: OpenHouse, pisp: str) -> TppClient:
    """A TPP of a bank with two keys and the embedded approach."""
    explicit = {"startAuthorisationMode": "explicit"}
    return TppClient(with_keys(open_house(common=APPROACHES["EMBEDDED"] | explicit), *KEYS), pisp)


def encrypted(tpp: TppClient, password: str, key_type: str) -> str:
    """As a TPP does it: with a key it has fetched."""
    published = tpp.world.xs2a.get("/password-keys.json").json["keys"]
    key = next(each for each in published if each["kty"] == key_type)
    header = {"alg": key["alg"], "enc": "A256GCM", "kid": key["kid"]}
    public = JWKRegistry.import_key(key)
    return jwe.encrypt_compact(header, password, public, algorithms=[key["alg"], "A256GCM"])


def test_the_keys_are_for_everybody_to_fetch(tpp: TppClient) -> None:
    answer = tpp.world.xs2a.get("/password-keys.json")

    assert (answer.status_int, answer.content_type) == (200, "application/json")
    assert [each["kty"] for each in answer.json["keys"]] == ["RSA", "EC"]
    assert all("d" not in each for each in answer.json["keys"])


@pytest.mark.parametrize("key_type", ["RSA", "EC"])
def test_the_bank_gets_the_password_in_clear(tpp: TppClient, key_type: str) -> None:
    token = encrypted(tpp, "12345", key_type)
    additional = encrypted(tpp, "54321", key_type)
    both = {"encryptedPassword": token, "additionalEncryptedPassword": additional}
    mixed = {"password": "12345", "additionalEncryptedPassword": additional}
    for psu_data in (both, mixed):
        made = tpp.initiated(headers=NAMED)
        started = start(tpp, made, {"psuData": psu_data}, NAMED)
        assert started.status_int == 201
    explicit = start(tpp, tpp.initiated(), headers=NAMED)
    path = explicit.headers["Location"].removeprefix("http://localhost")
    assert update(tpp, path, {"psuData": both}, NAMED).status_int == 200

    told = tpp.world.bank.credentials
    assert [(each.password, each.additional_password) for each in told] == [("12345", "54321")] * 3


@pytest.mark.parametrize("member", ["encryptedPassword", "additionalEncryptedPassword"])
@pytest.mark.parametrize("token", ["12345", "a.b.c.d.e", "another bank's"])
def test_what_cannot_be_read_is_refused_without_a_reason(
    tpp: TppClient, member: str, token: str
) -> None:
    if token == "another bank's":
        stranger = RSAKey.generate_key(2048)
        algorithms = ["RSA-OAEP-256", "A256GCM"]
        header = dict(zip(("alg", "enc"), algorithms, strict=True))
        token = jwe.encrypt_compact(header, "12345", stranger, algorithms=algorithms)
    first = {} if member == "encryptedPassword" else {"password": "12345"}
    answer = start(tpp, tpp.initiated(), {"psuData": first | {member: token}}, NAMED)

    assert refusal(answer) == (400, [("FORMAT_ERROR", f"psuData.{member}")])
    assert answer.json["tppMessages"][0]["text"] == "The encrypted password cannot be read."
    assert tpp.world.bank.credentials == []


def test_a_bank_without_a_key_takes_none(open_house: OpenHouse, pisp: str) -> None:
    tpp = TppClient(with_keys(open_house(common=APPROACHES["EMBEDDED"])), pisp)
    made = tpp.initiated(headers=NAMED)
    body = {"psuData": {"encryptedPassword": "a.b.c.d.e"}}

    assert refusal(tpp.world.xs2a.get("/password-keys.json")) == (
        404,
        [("RESOURCE_UNKNOWN", None)],
    )
    assert refusal(update(tpp, made.authorisation_path, body)) == (
        400,
        [("FORMAT_ERROR", "psuData.encryptedPassword")],
    )

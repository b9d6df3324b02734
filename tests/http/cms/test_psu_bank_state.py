"""psu-api: the bank state of a payment, as the field's aspsp-consent-data has it (C2, C3)."""

import base64
from typing import Any

import orjson
import pytest

from cms.service.bank_states import LONGEST_STATE
from tests.houses import World
from tests.http.conftest import OpenHouse
from tests.tpps import Made, TppClient

STATE = b"\x00what the bank has noted\xff"
IN_BASE64 = base64.b64encode(STATE).decode()
UNKNOWN_ID = "00000000-0000-4000-8000-000000000000"
Headers = dict[str, str] | None


@pytest.fixture
def made(tpp: TppClient) -> Made:
    return tpp.initiated()


def path(payment_id: str) -> str:
    return f"/psu-api/v1/aspsp-consent-data/consents/{payment_id}"


def get(world: World, payment_id: str, headers: Headers = None) -> Any:
    return world.cms.get(path(payment_id), headers=headers, status="*")


def put(world: World, payment_id: str, body: Any, headers: Headers = None) -> Any:
    content = body if isinstance(body, bytes) else orjson.dumps(body)
    return world.cms.put(path(payment_id), content, headers=headers, status="*")


def delete(world: World, payment_id: str, headers: Headers = None) -> Any:
    return world.cms.delete(path(payment_id), headers=headers, status="*")


def stored(world: World, payment_id: str) -> bytes | None:
    return world.house.parts.bank_states.load(payment_id, "UNDEFINED")


@pytest.mark.parametrize("with_id", [False, True])
def test_a_state_is_written_read_and_forgotten(world: World, made: Made, with_id: bool) -> None:
    key = made.payment_id
    named = {"consentId": key} if with_id else {}
    written = put(world, key, named | {"aspspConsentDataBase64": IN_BASE64})
    assert (written.status_int, written.body) == (200, b"")
    assert stored(world, key) == STATE

    read = get(world, key)
    assert read.status_int == 200
    assert read.json == {"consentId": key, "aspspConsentDataBase64": IN_BASE64}

    gone = delete(world, key)
    assert (gone.status_int, gone.body) == (204, b"")
    assert (get(world, key).status_int, delete(world, key).status_int) == (404, 404)


@pytest.mark.parametrize(
    "nothing",
    [{"aspspConsentDataBase64": None}, {"aspspConsentDataBase64": ""}, {}, {"consentId": None}],
)
def test_a_put_of_nothing_forgets(world: World, made: Made, nothing: Any) -> None:
    for _ in range(2):
        put(world, made.payment_id, {"aspspConsentDataBase64": IN_BASE64})
        assert put(world, made.payment_id, nothing).status_int == 200
        assert put(world, made.payment_id, nothing).status_int == 200
        assert stored(world, made.payment_id) is None


@pytest.mark.parametrize(
    "body, at",
    [
        (b"", None),
        (b"{", None),
        (b"\xff", None),
        ([], None),
        (IN_BASE64, None),
        (None, None),
        ({"aspspConsentData": IN_BASE64}, None),
        ({"aspspConsentDataBase64": IN_BASE64, "x": 1}, None),
        ({"aspspConsentDataBase64": "%%%"}, "aspspConsentDataBase64"),
        ({"aspspConsentDataBase64": "abc"}, "aspspConsentDataBase64"),
        ({"aspspConsentDataBase64": "YWJj\n"}, "aspspConsentDataBase64"),
        ({"aspspConsentDataBase64": "\u00e4"}, "aspspConsentDataBase64"),
        ({"aspspConsentDataBase64": 1}, "aspspConsentDataBase64"),
        ({"aspspConsentDataBase64": [IN_BASE64]}, "aspspConsentDataBase64"),
        ({"consentId": UNKNOWN_ID, "aspspConsentDataBase64": IN_BASE64}, "consentId"),
        ({"consentId": [], "aspspConsentDataBase64": IN_BASE64}, "consentId"),
        ({"consentId": {}, "aspspConsentDataBase64": IN_BASE64}, "consentId"),
    ],
)
def test_what_is_malformed_is_refused_with_a_reason(
    world: World, made: Made, body: Any, at: str | None
) -> None:
    put(world, made.payment_id, {"aspspConsentDataBase64": IN_BASE64})
    answer = put(world, made.payment_id, body)

    assert (answer.status_int, answer.json.get("path")) == (400, at)
    assert answer.json["message"]
    assert stored(world, made.payment_id) == STATE


@pytest.mark.parametrize("size, status", [(LONGEST_STATE, 200), (LONGEST_STATE + 1, 400)])
def test_a_state_has_a_size(world: World, made: Made, size: int, status: int) -> None:
    body = {"aspspConsentDataBase64": base64.b64encode(bytes(size)).decode()}

    assert put(world, made.payment_id, body).status_int == status


@pytest.mark.parametrize("strange", [UNKNOWN_ID, "x", "%00", "x" * 300, "%C3%A4", "%ff"])
def test_an_unknown_payment_is_not_found(world: World, strange: str) -> None:
    body = {"aspspConsentDataBase64": IN_BASE64}
    answers = (get(world, strange), put(world, strange, body), delete(world, strange))

    assert [each.status_int for each in answers] == [404] * 3


@pytest.mark.parametrize("status", ["RJCT", "CANC", "ACSC"])
def test_the_state_of_a_finalised_payment_is_still_the_banks(
    world: World, made: Made, status: str
) -> None:
    pushed = f"/aspsp-api/v1/pis/transaction-status/{made.payment_id}/status/{status}"
    assert world.cms.put(pushed).status_int == 200

    body = {"aspspConsentDataBase64": IN_BASE64}
    assert put(world, made.payment_id, body).status_int == 200
    assert stored(world, made.payment_id) == STATE


def test_a_tenant_reaches_its_own_only(open_house: OpenHouse, pisp: str) -> None:
    world = open_house(tenants={"one": {}, "two": {}})
    key = TppClient(world, pisp).initiated(headers={"Instance-ID": "one"}).payment_id
    body = {"aspspConsentDataBase64": IN_BASE64}
    mine, foreign = {"instance-id": "one"}, {"instance-id": "two"}

    assert put(world, key, body, mine).status_int == 200
    for headers in (None, foreign):
        tries = (get(world, key, headers), put(world, key, body, headers), delete(world, key))
        assert [each.status_int for each in tries] == [404] * 3
    assert get(world, key, {"instance-id": "a b"}).status_int == 400
    assert get(world, key, mine).json["aspspConsentDataBase64"] == IN_BASE64


@pytest.mark.parametrize("token", [None, ("Bearer", "x"), ("Basic", ("a", "b"))])
def test_only_the_bank_may(world: World, made: Made, token: Any) -> None:
    key, body = made.payment_id, {"aspspConsentDataBase64": IN_BASE64}
    put(world, key, body)
    world.cms.authorization = token
    answers = (get(world, key), put(world, key, {}), delete(world, key))

    assert [each.status_int for each in answers] == [401] * 3
    assert stored(world, key) == STATE


def test_a_state_that_cannot_be_opened_is_told_and_can_be_replaced(
    world: World, made: Made
) -> None:
    """Its key is lost: the server says so, and takes a new one."""
    put(world, made.payment_id, {"aspspConsentDataBase64": IN_BASE64})
    world.forge_seals()

    assert get(world, made.payment_id).status_int == 503
    body = {"aspspConsentDataBase64": IN_BASE64}
    assert put(world, made.payment_id, body).status_int == 200
    assert get(world, made.payment_id).json["aspspConsentDataBase64"] == IN_BASE64

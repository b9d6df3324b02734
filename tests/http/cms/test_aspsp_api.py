"""aspsp-api: the bank's own push of a transaction status (P1, C3)."""

from typing import Any

import pytest

from cms.domain.statuses import TransactionStatus
from tests.houses import World
from tests.http.conftest import OpenHouse
from tests.tpps import Made, TppClient

X_REQUEST_ID = "2f77a125-aa7a-45c0-b414-cea25a116035"
UNKNOWN_ID = "00000000-0000-4000-8000-000000000000"
STATUSES = tuple(TransactionStatus)


@pytest.fixture
def made(tpp: TppClient) -> Made:
    return tpp.initiated()


def push(world: World, payment_id: str, status: str, headers: dict[str, str] | None = None) -> Any:
    path = f"/aspsp-api/v1/pis/transaction-status/{payment_id}/status/{status}"
    return world.cms.put(path.replace(" ", "%20"), headers=headers, status="*")


@pytest.mark.parametrize("first", [s for s in STATUSES if s.finalised])
@pytest.mark.parametrize("second", STATUSES)
def test_the_banks_push_moves_what_is_finalised(
    world: World, made: Made, first: TransactionStatus, second: TransactionStatus
) -> None:
    for status in (first, second, second):
        answer = push(world, made.payment_id, status)
        assert (answer.status_int, answer.body) == (200, b"")
    stored = world.house.parts.payments.find(made.payment_id, "UNDEFINED")

    assert (stored.status, stored.status_cause) == (second, "aspsp_pushed")
    assert world.history(made.payment_id) == [
        ("RCVD", first.value, "aspsp_pushed"),
        *([(first.value, second.value, "aspsp_pushed")] if first is not second else []),
    ]


@pytest.mark.parametrize(
    "sent, kept",
    [(X_REQUEST_ID, X_REQUEST_ID), (None, None), ("", None), ("job of the night", None)],
)
def test_the_event_of_a_push_has_the_id_that_the_bank_gave_it(
    world: World, made: Made, sent: str | None, kept: str | None
) -> None:
    headers = {} if sent is None else {"X-Request-ID": sent}
    push(world, made.payment_id, "ACSC", headers)
    push(world, made.payment_id, "ACSP", {})
    events = world.events(event_type="TRANSACTION_STATUS_CHANGED")

    assert [event["x_request_id"] for event in events] == [kept, None]


def test_so_has_that_of_a_lock(world: World) -> None:
    headers = {"tpp-authorisation-number": "PSDDE-1", "X-Request-ID": X_REQUEST_ID}
    world.cms.put("/aspsp-api/v1/tpp/stop-list/block", headers=headers)

    (event,) = world.events(event_type="TPP_BLOCKED")
    assert event["x_request_id"] == X_REQUEST_ID


@pytest.mark.parametrize("word", ["acsc", "Acsc", "ACSC"])
def test_codes_are_read_in_any_case(tpp: TppClient, made: Made, word: str) -> None:
    assert push(tpp.world, made.payment_id, word).status_int == 200
    assert tpp.get(made.status_path).json == {"transactionStatus": "ACSC"}


@pytest.mark.parametrize("word", ["XXXX", "%00", "x" * 300, "%20", "finalised", "%ff"])
def test_an_unknown_code_is_malformed(world: World, made: Made, word: str) -> None:
    answer = push(world, made.payment_id, word)

    assert (answer.status_int, answer.json["path"]) == (400, "status")
    assert world.rows()["moves"] == 0


@pytest.mark.parametrize("strange", [UNKNOWN_ID, "x", "%00", "x" * 300, "%C3%A4", "%ff", " "])
def test_an_unknown_payment_is_not_found(world: World, strange: str) -> None:
    assert push(world, strange, "ACSC").status_int == 404


def test_a_tenant_moves_its_own_only(open_house: OpenHouse, pisp: str) -> None:
    world = open_house(tenants={"one": {}, "two": {}})
    made = TppClient(world, pisp).initiated(headers={"Instance-ID": "one"})

    assert push(world, made.payment_id, "ACSC").status_int == 404
    assert push(world, made.payment_id, "ACSC", {"instance-id": "two"}).status_int == 404
    assert push(world, made.payment_id, "ACSC", {"instance-id": "a b"}).status_int == 400
    assert push(world, made.payment_id, "ACSC", {"instance-id": "one"}).status_int == 200


@pytest.mark.parametrize("token", [None, ("Bearer", "x"), ("Basic", ("a", "b"))])
def test_only_the_bank_may_push(world: World, made: Made, token: Any) -> None:
    world.cms.authorization = token

    assert push(world, made.payment_id, "ACSC").status_int == 401
    assert world.rows()["moves"] == 0


def test_a_sandbox_may_be_open_to_all(open_house: OpenHouse, pisp: str) -> None:
    world = open_house(cms_open=True)
    made = TppClient(world, pisp).initiated()
    world.cms.authorization = None

    assert push(world, made.payment_id, "ACSC").status_int == 200

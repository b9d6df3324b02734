"""aspsp-api: the bank reads what happened (C1, C3; spec 2.7)."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest

from cms.domain.events import EventOrigin, EventType
from tests.houses import NOW, World
from tests.http.conftest import OpenHouse
from tests.http.xs2a.sending import push
from tests.tpps import PSU_ID, X_REQUEST_ID, Made, TppClient

BASE = "/aspsp-api/v1/events"
UNKNOWN_ID = "00000000-0000-4000-8000-000000000000"
HOUR = timedelta(hours=1)
INITIATED, READ = (
    EventType.PAYMENT_INITIATION.value,
    EventType.GET_TRANSACTION_STATUS.value,
)
MOVED = EventType.TRANSACTION_STATUS_CHANGED.value
EVERY_CALL = [
    "/",
    f"/payment/{UNKNOWN_ID}",
    f"/type/{INITIATED}",
    "/origin/TPP",
]


@pytest.fixture
def made(tpp: TppClient) -> Made:
    """A payment that was initiated at NOW, read an hour later, and pushed another hour later."""
    made = tpp.initiated(headers={"PSU-ID": PSU_ID})
    tpp.world.clock.advance(HOUR)
    assert tpp.get(made.status_path).status_int == 200
    tpp.world.clock.advance(HOUR)
    push(tpp.world, made, "ACSC")
    return made


def read(world: World, below: str = "/", **headers: str | None) -> Any:
    """GET of events; headers by their names with `_`."""
    sent: dict[str, str | None] = {
        "start-date": (NOW - HOUR).isoformat(),
        "end-date": (NOW + 9 * HOUR).isoformat(),
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    present = {name: value for name, value in sent.items() if value is not None}
    return world.cms.get(BASE + below, headers=present, status="*")


def types(answer: Any) -> list[str]:
    assert answer.status_int == 200, answer.text
    return [each["eventType"] for each in answer.json]


@pytest.mark.parametrize("below", ["/", ""])
def test_all_events_of_a_time_in_its_order(world: World, made: Made, below: str) -> None:
    assert types(read(world, below)) == [INITIATED, READ, MOVED]


def test_an_event_has_the_members_of_the_field_and_ours(world: World, made: Made) -> None:
    initiated, _, moved = read(world).json
    payment = world.house.parts.payments.find(made.payment_id, "UNDEFINED")
    payload = initiated.pop("payload")

    assert initiated == {
        "timestamp": "2026-03-02T10:30:00Z",
        "paymentId": made.payment_id,
        "authorisationId": made.authorisation_id,
        "eventOrigin": "TPP",
        "eventType": INITIATED,
        "instanceId": "UNDEFINED",
        "psuIdData": [{"psuId": PSU_ID}],
        "tppAuthorisationNumber": "PSDDE-BAFIN-100001",
        "xRequestId": X_REQUEST_ID,
        "InR-ID": payment.internal_request_id,
    }
    assert set(payload) == {"method", "path", "headers", "bankCalls"}
    assert moved == {
        "timestamp": "2026-03-02T12:30:00Z",
        "paymentId": made.payment_id,
        "eventOrigin": "ASPSP",
        "eventType": MOVED,
        "instanceId": "UNDEFINED",
        "psuIdData": [{"psuId": PSU_ID}],
        "fromStatus": "RCVD",
        "toStatus": "ACSC",
        "cause": "aspsp_pushed",
    }


def test_those_of_a_payment(tpp: TppClient, made: Made) -> None:
    other = tpp.initiated()
    found = read(tpp.world, f"/payment/{made.payment_id}")

    assert types(found) == [INITIATED, READ, MOVED]
    assert {each["paymentId"] for each in found.json} == {made.payment_id}
    assert types(read(tpp.world, f"/payment/{other.payment_id}")) == [INITIATED]


@pytest.mark.parametrize("name", [READ, READ.lower()])
def test_those_of_a_type(world: World, made: Made, name: str) -> None:
    assert types(read(world, f"/type/{name}")) == [READ]


@pytest.mark.parametrize("kind", [each.value for each in EventType])
def test_every_type_can_be_asked_for(world: World, kind: str) -> None:
    assert types(read(world, f"/type/{kind}")) == []


@pytest.mark.parametrize(
    "origin, found",
    [("TPP", [INITIATED, READ]), ("ASPSP", [MOVED]), ("ASPSP_PSU_INTERFACE", [])],
)
def test_those_of_an_origin(world: World, made: Made, origin: str, found: list[str]) -> None:
    assert EventOrigin(origin)
    assert types(read(world, f"/origin/{origin}")) == found


@pytest.mark.parametrize(
    "since, until, found",
    [
        ("2026-03-02T10:30:00Z", "2026-03-02T12:30:00Z", [INITIATED, READ, MOVED]),
        ("2026-03-02T10:30:00.000000001Z", "2026-03-02T12:29:59.999Z", [INITIATED, READ]),
        ("2026-03-02T12:30:00+01:00", "2026-03-02T11:30+00:00", [READ]),
        ("2026-03-02T11:31:00Z", "2026-03-02T10:00:00Z", []),
        ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", [INITIATED, READ, MOVED]),
        ("1969-12-31T23:59:59Z", "1970-01-01T00:00:00Z", []),
    ],
)
def test_the_time_has_a_zone_and_both_its_ends(
    world: World, made: Made, since: str, until: str, *, found: list[str]
) -> None:
    assert types(read(world, start_date=since, end_date=until)) == found


STRANGE_TIMES = [
    None,
    "",
    "x",
    "2026-03-02",
    "2026-03-02T10:30:00",
    "2026-03-02 10:30:00Z",
    "2026-13-02T10:30:00Z",
    "2026-03-02T25:30:00Z",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "9" * 5000,
    "2026-03-02T10:30:00+99:99",
]


@pytest.mark.parametrize("strange", STRANGE_TIMES)
@pytest.mark.parametrize("header", ["start-date", "end-date"])
@pytest.mark.parametrize("below", EVERY_CALL)
def test_a_time_that_is_none_is_malformed(
    world: World, below: str, header: str, *, strange: str | None
) -> None:
    answer = read(world, below, **{header: strange})

    assert (answer.status_int, answer.json["path"]) == (400, header)


@pytest.mark.parametrize("strange", ["x", "%00", "x" * 300, "%C3%A4", "%ff", "%20"])
@pytest.mark.parametrize("part", ["type", "origin"])
def test_a_name_that_is_none_is_malformed(world: World, part: str, strange: str) -> None:
    answer = read(world, f"/{part}/{strange}")

    assert (answer.status_int, answer.json["path"]) == (400, f"event-{part}")


def test_types_of_services_that_are_not_here_are_malformed(world: World) -> None:
    assert read(world, "/type/CREATE_AIS_CONSENT_REQUEST_RECEIVED").status_int == 400


@pytest.mark.parametrize("strange", [UNKNOWN_ID, "x", "%00", "x" * 300, "%C3%A4", "%ff", "%20"])
def test_an_unknown_payment_is_not_found(world: World, strange: str) -> None:
    assert read(world, f"/payment/{strange}").status_int == 404


@pytest.mark.parametrize(
    "query, found",
    [
        ("pageIndex=0&itemsPerPage=2", [INITIATED, READ]),
        ("pageIndex=1&itemsPerPage=2", [MOVED]),
        ("pageIndex=2&itemsPerPage=2", []),
        ("itemsPerPage=1", [INITIATED]),
        ("pageIndex=1", []),
        ("pageIndex=999999999&itemsPerPage=1000", []),
    ],
)
def test_pages(world: World, made: Made, query: str, found: list[str]) -> None:
    assert types(read(world, f"/?{query}")) == found


def test_a_page_has_twenty_by_default(tpp: TppClient, made: Made) -> None:
    for _ in range(20):
        tpp.get(made.status_path)

    assert len(read(tpp.world).json) == 20
    assert len(read(tpp.world, "/?pageIndex=1").json) == 3


@pytest.mark.parametrize("name", ["pageIndex", "itemsPerPage"])
@pytest.mark.parametrize("strange", ["x", "-1", "1.5", "9" * 30, "\x00", "٣"])
@pytest.mark.parametrize("below", EVERY_CALL)
def test_a_page_that_is_none_is_malformed(
    world: World, below: str, name: str, *, strange: str
) -> None:
    answer = read(world, f"{below}?{name}={quote(strange)}")

    assert (answer.status_int, answer.json["path"]) == (400, name)


@pytest.mark.parametrize("size", ["0", "1001"])
def test_a_page_has_its_bounds(world: World, size: str) -> None:
    assert read(world, f"/?itemsPerPage={size}").status_int == 400


def test_a_tenant_sees_its_own_only(open_house: OpenHouse, pisp: str) -> None:
    world = open_house(tenants={"one": {}, "two": {}})
    made = TppClient(world, pisp).initiated(headers={"Instance-ID": "one"})
    payment = f"/payment/{made.payment_id}"

    for below in ("/", payment, f"/type/{INITIATED}", "/origin/TPP"):
        assert types(read(world, below, instance_id="ONE")) == [INITIATED]
        for other in (None, "two"):
            answer = read(world, below, instance_id=other)
            assert answer.status_int == (404 if below == payment else 200)
            assert below == payment or answer.json == []
        assert read(world, below, instance_id="a b").status_int == 400


@pytest.mark.parametrize("token", [None, ("Bearer", "x"), ("Basic", ("a", "b"))])
@pytest.mark.parametrize("below", EVERY_CALL)
def test_only_the_bank_may_read(world: World, made: Made, below: str, token: Any) -> None:
    world.cms.authorization = token

    answer = read(world, below)
    assert (answer.status_int, set(answer.json)) == (401, {"message"})

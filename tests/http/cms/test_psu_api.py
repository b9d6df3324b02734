"""psu-api: what the online banking asks and tells while a PSU is there (C1, C3, P1, P8)."""

import base64
from datetime import timedelta
from typing import Any

import orjson
import pytest

from cms.domain.statuses import ScaStatus, TransactionStatus
from tests.houses import METRICS_TOKEN, NOW, TOKEN, World
from tests.http.conftest import OpenHouse
from tests.tpps import NOK_URI, OK_URI, PAYMENT, PSU_ID, Made, TppClient

BASE = "/psu-api/v1/payment"
PSU = {"psu-id": PSU_ID}
UNKNOWN_ID = "00000000-0000-4000-8000-000000000000"
WEIRD = (UNKNOWN_ID, "x", "%00", "x" * 300, "%C3%A4", "%F0%9F%92%A9", "' OR 1=1--", "%ff", " ")
TEN_MINUTES = timedelta(minutes=10)
DAY = timedelta(days=1)
DAY_MS = 86_400_000


@pytest.fixture
def made(tpp: TppClient) -> Made:
    """A payment of a PSU that the TPP has named."""
    return tpp.initiated(headers={"PSU-ID": PSU_ID})


def call(
    world: World, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
) -> Any:
    content = body if isinstance(body, bytes) else b"" if body is None else orjson.dumps(body)
    return world.cms.request(
        path.replace(" ", "%20"),
        method=method,
        body=content,
        headers={"Content-Type": "application/json", **(headers or {})},
        status="*",
    )


def routes(payment_id: str, authorisation_id: str) -> dict[str, tuple[str, str, Any]]:
    """Every route of the face for these ids: method, path, body."""
    return {
        "redirect": ("GET", f"{BASE}/redirect/{authorisation_id}", None),
        "payment": ("GET", f"{BASE}/{payment_id}", None),
        "authorisation": ("GET", f"{BASE}/authorisation/{authorisation_id}", None),
        "psu-data": (
            "PUT",
            f"{BASE}/authorisation/{authorisation_id}/psu-data",
            {"psuId": PSU_ID},
        ),
        "sca-status": (
            "PUT",
            f"{BASE}/{payment_id}/authorisation/{authorisation_id}/status/psuAuthenticated",
            None,
        ),
        "payment-status": ("PUT", f"{BASE}/{payment_id}/status/ACCP", None),
    }


ROUTES = tuple(routes("", ""))
WRITES = ("psu-data", "sca-status", "payment-status")


def test_a_redirect_link_leads_to_what_is_to_be_authorised(world: World, made: Made) -> None:
    answer = call(world, "GET", f"{BASE}/redirect/{made.authorisation_id}")

    payment = answer.json.pop("payment")
    assert answer.status_int == 200
    assert {**answer.json, "payment": 0} == {
        "payment": 0,
        "authorisationId": made.authorisation_id,
        "tppOkRedirectUri": OK_URI,
        "tppNokRedirectUri": NOK_URI,
    }
    assert PAYMENT.items() <= payment.items()
    assert orjson.loads(base64.b64decode(payment["paymentData"])) == PAYMENT
    assert (payment["paymentId"], payment["transactionStatus"]) == (made.payment_id, "RCVD")
    assert (payment["paymentType"], payment["paymentProduct"]) == (
        "SINGLE",
        "sepa-credit-transfers",
    )
    assert payment["psuIdDatas"] == [{"psuId": PSU_ID}]
    assert payment["tppInfo"]["authorisationNumber"] == "PSDDE-BAFIN-100001"
    assert payment["tppInfo"]["tppRoles"] == ["PISP"]
    assert payment["creationTimestamp"] == NOW.isoformat()


def test_a_payment_is_shown_to_its_psu_only(world: World, made: Made) -> None:
    path = f"{BASE}/{made.payment_id}"

    assert call(world, "GET", path, headers=PSU).json["paymentId"] == made.payment_id
    for wrong in ({}, {"psu-id": ""}, {"psu-id": "max"}, {**PSU, "psu-corporate-id": "firm"}):
        assert call(world, "GET", path, headers=wrong).status_int == 400


def test_an_authorisation_is_shown(world: World, made: Made) -> None:
    answer = call(world, "GET", f"{BASE}/authorisation/{made.authorisation_id}")

    assert answer.json == {
        "psuId": PSU_ID,
        "authorisationId": made.authorisation_id,
        "scaStatus": "psuIdentified",
        "type": "PIS_CREATION",
        "scaApproach": "REDIRECT",
        "redirectUrlExpirationTimestamp": (NOW + TEN_MINUTES).isoformat(),
        "authorisationExpirationTimestamp": (NOW + DAY).isoformat(),
        "tppOkRedirectUri": OK_URI,
        "tppNokRedirectUri": NOK_URI,
    }


def test_the_psu_joins_authorisation_and_payment(tpp: TppClient) -> None:
    made, world = tpp.initiated(), tpp.world
    path = f"{BASE}/authorisation/{made.authorisation_id}/psu-data"
    body = {"psuId": PSU_ID, "psuIdType": " T ", "psuCorporateId": "C", "psuCorporateIdType": ""}

    for _ in range(2):  # the same PSU twice is one PSU
        answer = call(world, "PUT", path, body)
        assert (answer.status_int, answer.body) == (200, b"")
    shown = call(world, "GET", f"{BASE}/redirect/{made.authorisation_id}").json["payment"]
    assert shown["psuIdDatas"] == [{"psuId": PSU_ID, "psuIdType": "T", "psuCorporateId": "C"}]
    assert call(world, "PUT", path, {"psuId": "g.manager"}).status_int == 200
    assert world.rows()["payment_psus"] == 2


@pytest.mark.parametrize("status", [each for each in ScaStatus if each != "received"])
@pytest.mark.parametrize("upper", [False, True])
def test_the_online_banking_tells_how_far_the_psu_has_come(
    world: World, made: Made, status: ScaStatus, *, upper: bool
) -> None:
    word = status.value.upper() if upper else status.value
    path = f"{BASE}/{made.payment_id}/authorisation/{made.authorisation_id}/status/{word}"
    body = {"authenticationMethodId": "sms", "authenticationData": "123456"}
    answer = call(world, "PUT", path, body, PSU)

    assert (answer.status_int, answer.body) == (200, b"")
    found = world.house.parts.authorisations.find(made.authorisation_id, "UNDEFINED")
    assert (found.status, found.authentication_method_id) == (status, "sms")
    again = call(world, "PUT", path, None, PSU)
    assert again.status_int == (400 if status.finalised else 200)


@pytest.mark.parametrize("status", list(TransactionStatus))
def test_the_online_banking_tells_what_became_of_the_payment(
    world: World, made: Made, status: TransactionStatus
) -> None:
    answer = call(world, "PUT", f"{BASE}/{made.payment_id}/status/{status}")

    assert (answer.status_int, answer.body) == (200, b"")
    back = call(world, "PUT", f"{BASE}/{made.payment_id}/status/ACWC")
    assert back.status_int == (400 if status.finalised else 200)
    stored = world.house.parts.payments.find(made.payment_id, "UNDEFINED").status
    assert stored == (status if status.finalised else "ACWC")


@pytest.mark.parametrize("strange", WEIRD)
@pytest.mark.parametrize("route", ROUTES)
def test_what_does_not_exist_is_unknown(world: World, route: str, strange: str) -> None:
    method, path, body = routes(strange, strange)[route]
    answer = call(world, method, path, body, PSU)

    assert answer.status_int == 404
    assert set(answer.json) == {"message"}


def test_an_authorisation_below_another_payment_is_unknown(tpp: TppClient, made: Made) -> None:
    other = tpp.initiated(headers={"PSU-ID": PSU_ID})
    path = f"{BASE}/{other.payment_id}/authorisation/{made.authorisation_id}/status/started"

    assert call(tpp.world, "PUT", path, None, PSU).status_int == 404


@pytest.mark.parametrize("route", ROUTES)
def test_a_tenant_sees_its_own_only(open_house: OpenHouse, pisp: str, route: str) -> None:
    world = open_house(tenants={"one": {}, "two": {}})
    made = TppClient(world, pisp).initiated(headers={"PSU-ID": PSU_ID, "Instance-ID": "one"})
    method, path, body = routes(made.payment_id, made.authorisation_id)[route]

    def answered(tenant: dict[str, str]) -> int:
        status: int = call(world, method, path, body, {**PSU, **tenant}).status_int
        return status

    assert answered({}) == 404
    assert answered({"instance-id": "two"}) == 404
    assert answered({"instance-id": "a b"}) == 400
    assert answered({"instance-id": "ONE"}) == 200


@pytest.mark.parametrize(
    "token", [None, "", "Bearer", "Bearer x", "Basic token-of-the-bank", "token-of-the-bank"]
)
@pytest.mark.parametrize("route", [*ROUTES, "nowhere"])
def test_nobody_comes_in_without_the_banks_token(
    world: World, made: Made, token: str | None, route: str
) -> None:
    world.cms.authorization = None
    table = {**routes(made.payment_id, made.authorisation_id), "nowhere": ("GET", "/x", None)}
    method, path, body = table[route]
    before = world.rows()
    answer = call(world, method, path, body, {"Authorization": token} if token is not None else PSU)

    assert answer.status_int == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert set(answer.json) == {"message"}
    assert world.rows() == before


def test_each_of_the_banks_tokens_opens(world: World, made: Made) -> None:
    path = f"{BASE}/redirect/{made.authorisation_id}"
    for header in ("Bearer the-second-token", "bearer token-of-the-bank"):
        world.cms.authorization = None
        assert call(world, "GET", path, headers={"Authorization": header}).status_int == 200


@pytest.mark.parametrize("path", ["/metrics/", "/metrics/x", "/aspsp-api/v1/tpp"])
def test_the_token_of_the_metrics_opens_nothing_else(world: World, path: str) -> None:
    for token, opens in ((METRICS_TOKEN, False), (TOKEN, True)):
        world.cms.authorization = ("Bearer", token)
        assert world.cms.get("/metrics").status_int == 200
        assert (world.cms.get(path, status="*").status_int != 401) is opens


@pytest.mark.parametrize("route", ROUTES)
def test_nor_any_route(world: World, made: Made, route: str) -> None:
    world.cms.authorization = ("Bearer", METRICS_TOKEN)
    method, path, body = routes(made.payment_id, made.authorisation_id)[route]
    before = world.rows()

    assert call(world, method, path, body, PSU).status_int == 401
    assert world.rows() == before


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/openapi.json", "/docs"])
def test_health_and_documentation_are_open(world: World, path: str) -> None:
    world.cms.authorization = None

    assert world.cms.get(path).status_int == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff",
        {"psuId": 7},
        {"psuId": None},
        {},
        {"psuId": ""},
        {"psuId": "  "},
        {"psuId": "x" * 256},
        {"psuId": "a\nb"},
        {"psuId": "a\u0000"},
        {"psuId": ["x"]},
        {"psuId": "x", "password": "y"},
        {"psuId": "x", "psuIdType": {}},
    ],
)
def test_psu_data_must_name_a_psu(world: World, made: Made, body: Any) -> None:
    path = f"{BASE}/authorisation/{made.authorisation_id}/psu-data"
    before = world.all_rows("authorisations")
    answer = call(world, "PUT", path, body)

    assert answer.status_int == 400
    assert answer.json["message"]
    assert world.all_rows("authorisations") == before


@pytest.mark.parametrize(
    "body",
    [b"{", [], {"authenticationMethodId": 1}, {"x": "y"}, {"authenticationMethodId": "m" * 256}],
)
def test_the_method_must_be_a_text(world: World, made: Made, body: Any) -> None:
    path = f"{BASE}/{made.payment_id}/authorisation/{made.authorisation_id}/status/started"

    assert call(world, "PUT", path, body, PSU).status_int == 400
    assert world.rows()["moves"] == 0


@pytest.mark.parametrize("word", ["x", "%00", "x" * 300, "rcvd1", "%20", "%C3%A4", "%ff"])
def test_an_unknown_status_is_malformed(world: World, made: Made, word: str) -> None:
    below = f"{BASE}/{made.payment_id}"
    for path in (
        f"{below}/status/{word}",
        f"{below}/authorisation/{made.authorisation_id}/status/{word}",
    ):
        answer = call(world, "PUT", path, None, PSU)
        assert (answer.status_int, answer.json["path"]) == (400, "status")


@pytest.mark.parametrize(
    "psu", [{}, {"psu-id": ""}, {"psu-id": "max"}, {**PSU, "psu-id-type": "T"}]
)
def test_only_a_psu_of_the_payment_can_come_far(
    world: World, made: Made, psu: dict[str, str]
) -> None:
    path = f"{BASE}/{made.payment_id}/authorisation/{made.authorisation_id}/status/finalised"

    assert call(world, "PUT", path, None, psu).status_int == 400
    assert world.rows()["moves"] == 0


@pytest.mark.parametrize("route", ["psu-data", "sca-status"])
@pytest.mark.parametrize("end", [s for s in ScaStatus if s.finalised])
def test_a_finalised_authorisation_stays(
    world: World, made: Made, route: str, end: ScaStatus
) -> None:
    below = f"{BASE}/{made.payment_id}/authorisation/{made.authorisation_id}/status"
    assert call(world, "PUT", f"{below}/{end}", None, PSU).status_int == 200
    method, path, body = routes(made.payment_id, made.authorisation_id)[route]

    assert call(world, method, path, body, PSU).status_int == 400
    assert len(world.history(made.authorisation_id)) == 1


@pytest.mark.parametrize("nok", [NOK_URI, None])
def test_an_expired_link_fails_the_authorisation_for_good(tpp: TppClient, nok: str | None) -> None:
    made, world = tpp.initiated(headers={"TPP-Nok-Redirect-URI": nok}), tpp.world
    path = f"{BASE}/redirect/{made.authorisation_id}"
    world.clock.advance(TEN_MINUTES - timedelta(milliseconds=1))
    assert call(world, "GET", path).status_int == 200
    world.clock.advance(timedelta(milliseconds=1))

    for _ in range(2):
        answer = call(world, "GET", path)
        assert (answer.status_int, answer.json) == (
            408,
            {"tppNokRedirectUri": nok} if nok else {},
        )
    assert world.history(made.authorisation_id) == [("received", "failed", "redirect_expired")]
    world.clock.now = NOW
    assert tpp.get(made.authorisation_path).json == {"scaStatus": "failed"}
    assert tpp.get(made.status_path).json == {"transactionStatus": "RCVD"}


@pytest.mark.parametrize("route", ["psu-data", "sca-status"])
def test_an_expired_authorisation_takes_no_more(
    open_house: OpenHouse, pisp: str, route: str
) -> None:
    world = open_house(common={"authorisationExpirationTimeMs": 1000})
    made = TppClient(world, pisp).initiated(headers={"PSU-ID": PSU_ID})
    method, path, body = routes(made.payment_id, made.authorisation_id)[route]
    world.clock.advance(timedelta(seconds=1))
    answer = call(world, method, path, body, PSU)

    assert (answer.status_int, answer.json) == (408, {"tppNokRedirectUri": NOK_URI})
    assert world.rows()["moves"] == 0


# P8, S6: the CMS cannot ask the bank, so it rejects nothing; but it lets nobody in any more.
@pytest.mark.parametrize(
    "route, status, moved",
    [
        ("payment", 200, []),
        ("authorisation", 200, []),
        ("redirect", 408, [("psuIdentified", "failed", "redirect_expired")]),
    ],
)
def test_a_payment_that_nobody_confirmed_in_time_is_closed(
    open_house: OpenHouse, pisp: str, route: str, *, status: int, moved: list[tuple[str, ...]]
) -> None:
    longer = {
        "authorisationExpirationTimeMs": 2 * DAY_MS,
        "redirectUrlExpirationTimeMs": 2 * DAY_MS,
    }
    world = open_house(common=longer)
    made = TppClient(world, pisp).initiated(headers={"PSU-ID": PSU_ID})
    world.clock.advance(DAY)
    method, path, body = routes(made.payment_id, made.authorisation_id)[route]

    assert call(world, method, path, body, PSU).status_int == status
    assert world.history(made.payment_id) == []
    assert world.history(made.authorisation_id) == moved


def test_a_visit_ends_with_the_authorisation(open_house: OpenHouse, pisp: str) -> None:
    """The online banking asks before it executes: a late TAN must not move money."""
    world = open_house(common={"authorisationExpirationTimeMs": 1000})
    made = TppClient(world, pisp).initiated()
    world.clock.advance(timedelta(seconds=1))

    assert call(world, "GET", f"{BASE}/redirect/{made.authorisation_id}").status_int == 408


@pytest.mark.parametrize("method, path, status", [("GET", "/x", 404), ("PATCH", BASE + "/x", 405)])
def test_no_error_is_in_the_words_of_the_framework(
    world: World, method: str, path: str, *, status: int
) -> None:
    answer = call(world, method, path)

    assert answer.status_int == status
    assert (answer.content_type, set(answer.json)) == ("application/json", {"message"})

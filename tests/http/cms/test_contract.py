"""What every call of the bank's faces answers, case by case: one table per face (C1, C3, C4, C6).

A new route of the CMS needs a call in `scenes.py` and a row here; without them a test fails.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import pytest

from tests.http.cms.scenes import (
    ASPSP_CALLS,
    BASE,
    CALLS,
    NOBODY,
    NUMBER,
    PSU_CALLS,
    REFERENCE,
    UNKNOWN_ID,
    Call,
    Scene,
    open_scene,
)
from tests.http.conftest import OpenHouse
from tests.tpps import NOK_URI, PSU_ID

# Routes that are no calls of the two faces: where they are tested.
ELSEWHERE: Final = {
    "/api/v1/aspsp-profile": "tests/http/cms/test_profile.py",
    "/health/": "tests/server",
    "/docs": "tests/unit/sandbox/test_published.py",
    "/openapi.json": "tests/unit/sandbox/test_published.py",
}
OPEN_TO_ALL = ("/health/", "/docs", "/openapi.json")

Check = Callable[[Any], bool]


def has(*members: str) -> Check:
    return lambda answer: set(members) <= answer.json.keys()


def empty(answer: Any) -> bool:
    """Done, and nothing more to say."""
    return bool(answer.body == b"")


def yes(answer: Any) -> bool:
    return answer.json is True


def one(answer: Any) -> bool:
    """A page with the scene's payment."""
    (entry,) = answer.json["data"]
    return bool(entry["bankReference"] == REFERENCE and answer.json["pageInfo"]["total"] == 1)


def none(answer: Any) -> bool:
    """An empty page."""
    page = {"pageIndex": 0, "itemsPerPage": 20, "total": 0}
    return bool(answer.json == {"data": [], "pageInfo": page, "status": "OK"})


@dataclass(frozen=True)
class Row:
    """What a call answers. 200 is as in the happy case, unless `nothing` says what is answered.

    `malformed` are ways to spoil the call, with the path that the answer names: what to send in
    the place of a header, a value of the path, the body or the query.
    """

    happy: Check
    missing: int
    finalised: int
    expired: int
    other_tenant: int
    malformed: tuple[tuple[dict[str, Any], str | None], ...] = ()
    nothing: Check | None = None


def header(name: str, value: str) -> tuple[dict[str, Any], str | None]:
    return {"headers": {name: value}}, name


def body(content: Any, path: str | None = None) -> tuple[dict[str, Any], str | None]:
    return {"body": content}, path


def value(name: str, content: str, path: str) -> tuple[dict[str, Any], str | None]:
    return {"values": {name: content}}, path


def query(content: str, path: str) -> tuple[dict[str, Any], str | None]:
    return {"query": content}, path


NO_JSON = (body(b"{"), body([]), body({"x": "y"}, "x"))
STATUS = tuple(value("status", word, "status") for word in ("XXXX", "%00", "x" * 300))
WRONG_PSU = (header("psu-id", "\x01"),)
OTHER_PSU = tuple(({"headers": {"psu-id": psu}}, None) for psu in ("somebody else", "", " "))
DATES = tuple(
    header(name, day)
    for name in ("start-date", "end-date")
    for day in ("x", "2026-13-01", "20260301", "2026-03-01T00:00:00Z", "1.3.2026")
)
PAGING = tuple(
    query(f"?{name}={number}", name)
    for name, numbers in (("pageIndex", ("x", "-1", "1.5")), ("itemsPerPage", ("0", "-1", "201")))
    for number in numbers
)
NO_NUMBER = (header("tpp-authorisation-number", " "),)
EXPORT = (*DATES, *PAGING, header("psu-id", "\x01"))

PSU_TABLE: dict[str, Row] = {
    "GET redirect/<string:redirect_id>": Row(
        has("payment", "authorisationId", "tppOkRedirectUri"), 404, 200, 408, 404
    ),
    "GET cancellation/redirect/<string:redirect_id>": Row(
        has("payment", "authorisationId", "tppNokRedirectUri"), 404, 404, 408, 404
    ),
    "GET <string:payment_id>": Row(
        has("paymentId", "paymentData", "tppInfo"),
        *(404, 200, 200, 404),
        malformed=(*WRONG_PSU, *OTHER_PSU),
    ),
    "GET cancellation/<string:payment_id>": Row(
        has("paymentId", "paymentData", "tppInfo"),
        *(404, 200, 200, 404),
        malformed=(*WRONG_PSU, *OTHER_PSU),
    ),
    "GET <string:payment_id>/authorisation/psus": Row(
        lambda answer: [row["psuId"] for row in answer.json] == [PSU_ID, PSU_ID],
        *(404, 200, 200, 404),
        malformed=(query("?pageIndex=x", "pageIndex"), query("?itemsPerPage=1e3", "itemsPerPage")),
    ),
    "GET authorisation/<string:authorisation_id>": Row(
        has("authorisationId", "scaStatus", "type", "scaApproach"), 404, 200, 200, 404
    ),
    "PUT authorisation/<string:authorisation_id>/psu-data": Row(
        empty,
        *(404, 400, 408, 404),
        malformed=(*NO_JSON, body({"psuId": " "}, "psuId"), body({"psuId": 1}, "psuId"), body({})),
    ),
    "PUT <string:payment_id>/authorisation/<string:authorisation_id>/status/<string:status>": Row(
        empty,
        *(404, 400, 408, 404),
        malformed=(
            *NO_JSON,
            *STATUS,
            *WRONG_PSU,
            *OTHER_PSU,
        ),
    ),
    "PUT <string:payment_id>/status/<string:status>": Row(
        empty, 404, 400, 200, 404, malformed=STATUS
    ),
    "PUT <string:payment_service>/<string:payment_product>/<string:payment_id>": Row(
        empty,
        *(404, 400, 400, 404),
        malformed=(
            *(value("payment_service", word, "payment-service") for word in ("x", "SINGLE", "%00")),
            value("payment_service", "bulk-payments", "payment-service"),
            value("payment_product", "instant-sepa-credit-transfers", "payment-product"),
            ({"headers": {"Content-Type": "application/xml"}}, "content-type"),
            body(b"<a/>"),
            body(b""),
            body({}, "debtorAccount"),
        ),
    ),
}
ASPSP_TABLE: dict[str, Row] = {
    "PUT /pis/transaction-status/<string:payment_id>/status/<string:status>": Row(
        empty, 404, 200, 200, 404, malformed=STATUS
    ),
    **{
        f"GET /pis/payments/{below}": Row(one, 200, 200, 200, 200, malformed=EXPORT, nothing=none)
        for below in ("tpp/<string:tpp_id>", "psu", "account/<string:account_id>")
    },
    "GET /tpp": Row(
        lambda answer: answer.json["authorisationNumber"] == NUMBER,
        *(404, 200, 200, 404),
        malformed=NO_NUMBER,
    ),
    "GET /tpp/stop-list": Row(
        has("tppAuthorisationNumber", "status", "instanceId", "changedAt"),
        *(404, 200, 200, 404),
        malformed=NO_NUMBER,
    ),
    # The list is the other tenant's own, and may name TPPs that have not called yet.
    "PUT /tpp/stop-list/block": Row(
        yes,
        *(200, 200, 200, 200),
        malformed=(
            *NO_NUMBER,
            *(header("lock-period", period) for period in ("-1", "x", "1.5", "9" * 14)),
            header("reason", "x" * 501),
            header("updated-by", "a\x01"),
        ),
        nothing=yes,
    ),
    "DELETE /tpp/stop-list/unblock": Row(
        yes, 200, 200, 200, 200, malformed=(*NO_NUMBER, header("reason", "\x01")), nothing=yes
    ),
}


def _named(face: str, name: str) -> Call:
    method, _, rule = name.partition(" ")
    return CALLS[f"{method} {face}{rule}"]


TABLE: list[tuple[Call, Row]] = [
    *((_named(f"{BASE}/", name), row) for name, row in PSU_TABLE.items()),
    *((_named("/aspsp-api/v1", name), row) for name, row in ASPSP_TABLE.items()),
]
EACH = pytest.mark.parametrize("call, row", TABLE, ids=[call.name for call, _ in TABLE])


@pytest.fixture
def scene(open_house: OpenHouse, pisp: str) -> Scene:
    return open_scene(open_house, pisp)


def for_this(scene: Scene, call: Call) -> Scene:
    """The visit to cancel comes by a link of its own."""
    if "cancellation/redirect" in call.rule:
        scene.values["redirect_id"] = scene.values["cancellation"]
    return scene


def nobodys(call: Call) -> dict[str, Any]:
    """The call about something, or somebody, that is not there."""
    ids = ("payment_id", "authorisation_id", "redirect_id")
    values = dict.fromkeys(ids, UNKNOWN_ID) | {"tpp_id": NOBODY, "account_id": NOBODY}
    headers = {name: NOBODY for name in call.headers if name == "tpp-authorisation-number"}
    if call.rule.endswith("/pis/payments/psu"):
        headers = {"psu-id": NOBODY}
    return {"values": values, "headers": headers}


def routes(scene: Scene) -> set[tuple[str, str]]:
    app = scene.world.cms.app
    return {
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def test_no_route_is_without_its_row(scene: Scene) -> None:
    listed = {(call.method, call.rule) for call, _ in TABLE}
    elsewhere = {route for route in routes(scene) if route[1].startswith(tuple(ELSEWHERE))}

    assert routes(scene) - elsewhere == listed
    assert len(listed) == len(TABLE) == len(PSU_CALLS) + len(ASPSP_CALLS)


def answered(scene: Scene, row: Row, status: int, answer: Any) -> None:
    assert answer.status_int == status, answer.text
    if status == 200:
        assert (row.nothing or row.happy)(answer), answer.text
    elif status == 408:
        assert answer.json == {"tppNokRedirectUri": NOK_URI}
    else:
        assert answer.json["message"]


@EACH
def test_happy(scene: Scene, call: Call, row: Row) -> None:
    answer = for_this(scene, call).send(call)

    assert answer.status_int == 200, answer.text
    assert row.happy(answer), answer.text


@EACH
def test_missing(scene: Scene, call: Call, row: Row) -> None:
    before = scene.world.everything()

    answered(scene, row, row.missing, scene.send(call, **nobodys(call)))
    if not call.rule.endswith("/block"):
        assert scene.world.everything() == before


@EACH
def test_finalised(scene: Scene, call: Call, row: Row) -> None:
    for_this(scene, call).finalise()
    before = scene.world.everything()
    answer = scene.send(call)

    assert answer.status_int == row.finalised, answer.text
    if row.finalised == 200:
        assert row.happy(answer), answer.text
    else:
        assert answer.json["message"]
        assert scene.world.everything() == before


@EACH
def test_malformed(scene: Scene, call: Call, row: Row) -> None:
    for_this(scene, call)
    before = scene.world.everything()
    for change, path in (header("instance-id", "a b"), *row.malformed):
        answer = scene.send(call, **change)
        assert answer.status_int == 400, (change, answer.text)
        assert answer.json["message"]
        if path:
            assert answer.json["path"] == path, (change, answer.text)
    assert scene.world.everything() == before


@EACH
def test_expired(scene: Scene, call: Call, row: Row) -> None:
    """C3: too late for link, authorisation and payment; what is only read, or told, may be late."""
    for_this(scene, call).world.clock.advance(timedelta(days=1))
    answer = scene.send(call)

    if row.expired == 200:
        assert answer.status_int == 200, answer.text
        assert row.happy(answer), answer.text
    else:
        answered(scene, row, row.expired, answer)


@EACH
def test_another_tenants(scene: Scene, call: Call, row: Row) -> None:
    before = scene.world.everything()
    answer = for_this(scene, call).send(call, tenant="two")

    answered(scene, row, row.other_tenant, answer)
    if not call.rule.endswith("/block"):
        assert scene.world.everything() == before


@pytest.mark.parametrize(
    "token",
    [None, ("Bearer", "x"), ("Bearer", "token-of-the-ban"), ("Basic", ("a", "b"))],
    ids=["none", "wrong", "cut-short", "basic"],
)
def test_without_the_banks_token_nothing_is_answered(scene: Scene, token: Any) -> None:
    """C6: every route there is, but for those that are open to all."""
    scene.world.cms.authorization = token
    before = scene.world.everything()
    for method, rule in sorted(routes(scene)):
        if rule.startswith(OPEN_TO_ALL):
            continue
        answer = scene.world.cms.request(
            rule.replace("<", "").replace(">", ""), method=method, status="*"
        )
        assert answer.status_int == 401, (method, rule)
        assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert scene.world.everything() == before

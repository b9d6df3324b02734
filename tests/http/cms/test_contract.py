"""What every call of the bank's faces answers, case by case: one table per face (C1, C3, C4, C6).

A new route of the CMS needs a call in `scenes.py` and a row here; without them a test fails.
"""

from datetime import timedelta
from typing import Any, Final

import pytest

from tests.http.cms.contract_rows import TABLE, Row, header
from tests.http.cms.scenes import (
    ALL_CALLS,
    NOBODY,
    UNKNOWN_ID,
    Call,
    Scene,
    open_scene,
)
from tests.http.conftest import OpenHouse
from tests.tpps import NOK_URI

# Routes that are no calls of the two faces: where they are tested.
ELSEWHERE: Final = {
    "/api/v1/aspsp-profile": "tests/http/cms/test_profile.py",
    "/health/": "tests/server",
    "/docs": "tests/unit/sandbox/test_published.py",
    "/openapi.json": "tests/unit/sandbox/test_published.py",
    "/metrics": "tests/http/test_observed.py",
    "/psu-api/v1/oauth": "tests/http/oauth/test_requests.py",
    "/console": "tests/http/cms/test_console_sessions.py",
}
OPEN_TO_ALL = ("/health/", "/docs", "/openapi.json", "/console")  # the console has a log-in

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
    ids = ("payment_id", "authorisation_id", "redirect_id", "consent_id")
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
    assert len(listed) == len(TABLE) == len(ALL_CALLS)


def answered(scene: Scene, row: Row, status: int, answer: Any) -> None:
    assert answer.status_int == status, answer.text
    if status == row.good:
        assert (row.nothing or row.happy)(answer), answer.text
    elif status == 408:
        assert answer.json == {"tppNokRedirectUri": NOK_URI}
    else:
        assert answer.json["message"]


@EACH
def test_happy(scene: Scene, call: Call, row: Row) -> None:
    answer = for_this(scene, call).send(call)

    assert answer.status_int == row.good, answer.text
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
    if row.finalised == row.good:
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

    if row.expired == row.good:
        assert answer.status_int == row.good, answer.text
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

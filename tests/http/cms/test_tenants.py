"""A tenant never sees another's rows, on no face, whatever it calls (spec 1.11; E2)."""

from itertools import product
from typing import Any

import orjson
import pytest
import sqlalchemy as sa

from cms.store.tables import metadata
from tests.http.cms.scenes import (
    CALLS,
    NUMBER,
    OTHER,
    OWN,
    REFERENCE,
    TPP_HEADER,
    Call,
    Scene,
    open_scene,
)
from tests.http.conftest import OpenHouse
from tests.http.xs2a.sending import AUTHORISATIONS, CANCELLATIONS
from tests.tpps import PAYMENT, PSU_ID, SCT, TppClient, refusal

EMPTY = {"data": [], "pageInfo": {"pageIndex": 0, "itemsPerPage": 20, "total": 0}, "status": "OK"}
UNKNOWN, BLANK = "nobody", " "
# Instance-ID of those who are not the owner; None: no such header.
STRANGERS = (OTHER, None, "UNDEFINED", UNKNOWN, BLANK, "one.", "on", "o ne", "%", "*")
MALFORMED = {BLANK, "o ne", "%", "*"}
LISTS, EVENTS = "/aspsp-api/v1/pis/payments/", "/aspsp-api/v1/events/"
CHANGES_ITS_OWN_LIST = ("/block", "/unblock")
SECRETS = (PSU_ID, REFERENCE, "Marion", "Example Pay", "STOPPED", "account-4711", "YnJhbmNo")


@pytest.fixture
def scene(open_house: OpenHouse, pisp: str) -> Scene:
    return open_scene(open_house, pisp)


@pytest.fixture
def tpp(scene: Scene, pisp: str) -> TppClient:
    return TppClient(scene.world, pisp)


def owned(scene: Scene) -> dict[str, list[Any]]:
    """Every row of the owner, and of no tenant in particular."""
    rows: dict[str, list[Any]] = {}
    with scene.world.house.database.reads.connect() as connection:
        for name, table in metadata.tables.items():
            query = sa.select(table).order_by(*table.primary_key)
            if "instance_id" in table.c:
                query = query.where(table.c.instance_id == OWN)
            elif "tpp_id" in table.c:  # a TPP is one of a tenant
                tpps = metadata.tables["tpps"]
                of_own = sa.select(tpps.c.tpp_id).where(tpps.c.instance_id == OWN)
                query = query.where(table.c.tpp_id.in_(of_own))
            rows[name] = [tuple(row) for row in connection.execute(query)]
    return rows


def leaks(answer: Any) -> list[str]:
    return [secret for secret in SECRETS if secret in answer.text]


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_the_banks_faces_know_the_tenants_own(scene: Scene, call: Call) -> None:
    before = owned(scene)
    links = (scene.values["redirect_id"], scene.values["cancellation"])
    for stranger, redirect_id in product(STRANGERS, links):
        answer = scene.send(call, tenant=stranger, values={"redirect_id": redirect_id})
        if stranger == BLANK:  # so arrives a name with characters beyond ASCII
            assert (answer.status_int, answer.json["path"]) == (400, "instance-id")
        elif call.rule.endswith(CHANGES_ITS_OWN_LIST) and stranger in {OTHER, None, "UNDEFINED"}:
            assert (answer.status_int, answer.json) == (200, True)
        elif call.rule.startswith(LISTS) and answer.status_int == 200:
            assert answer.json == EMPTY
        elif call.rule.startswith(EVENTS) and answer.status_int == 200:
            assert not any("paymentId" in event for event in answer.json)
        else:
            assert answer.status_int == 404 or stranger in MALFORMED, (stranger, answer.text)
            assert answer.status_int in {400, 404}, (stranger, answer.text)
        assert not leaks(answer)
        assert owned(scene) == before, stranger


def test_the_owner_is_told(scene: Scene) -> None:
    """The same calls do find what is there, so what is not told above is really kept back."""
    for call in CALLS.values():
        if call.method == "GET" and "cancellation/redirect" not in call.rule:
            answer = scene.send(call, tenant=OWN.upper())
            assert answer.status_int == 200, call.name
            assert leaks(answer), call.name


OPERATIONS: list[tuple[str, str, Any]] = [
    ("GET", "", None),
    ("GET", "/status", None),
    ("DELETE", "", None),
    *(
        operation
        for below in (AUTHORISATIONS, CANCELLATIONS)
        for operation in (
            ("GET", f"/{below}", None),
            ("POST", f"/{below}", None),
            ("GET", f"/{below}/{{{below}}}", None),
            ("PUT", f"/{below}/{{{below}}}", None),
            ("PUT", f"/{below}/{{{below}}}", {"psuData": {"password": "12345"}}),
            ("PUT", f"/{below}/{{{below}}}", {"scaAuthenticationData": "123456"}),
        )
    ),
]


@pytest.mark.parametrize("stranger", STRANGERS)
def test_the_tpps_face_knows_the_tenants_own(
    scene: Scene, tpp: TppClient, stranger: str | None
) -> None:
    """E2: the TPP itself, where it comes as another tenant's, finds nothing."""
    before, asked = owned(scene), len(scene.world.bank.asked)
    ids = {AUTHORISATIONS: scene.made.authorisation_id, CANCELLATIONS: scene.values["cancellation"]}
    for method, below, body in OPERATIONS:
        content = b"" if body is None else orjson.dumps(body)
        headers = {"Instance-ID": stranger, "PSU-ID": PSU_ID}
        answer = tpp.call(method, scene.made.path + below.format(**ids), headers, content)
        if stranger in MALFORMED:
            assert answer.status_int in {400, 404}
        else:
            assert refusal(answer) == (404, [("RESOURCE_UNKNOWN", None)]), (method, below)
        assert not leaks(answer)
    assert owned(scene) == before
    assert len(scene.world.bank.asked) == asked


def test_tenants_pages_hold_their_own(scene: Scene, tpp: TppClient) -> None:
    """The same TPP, PSU and account in both: each export has one payment."""
    made = {OWN: scene.made.payment_id}
    for tenant in (OTHER, None):
        headers = {"Instance-ID": tenant, "PSU-ID": PSU_ID}
        made[tenant or "UNDEFINED"] = tpp.initiated(PAYMENT, headers).payment_id
    for call in (call for call in CALLS.values() if call.rule.startswith(LISTS)):
        for tenant, payment_id in made.items():
            answer = scene.send(call, tenant=tenant)
            assert [entry["paymentId"] for entry in answer.json["data"]] == [payment_id]
            assert answer.json["pageInfo"]["total"] == 1


def test_a_tpp_is_blocked_by_one_tenant_only(scene: Scene, tpp: TppClient) -> None:
    block = CALLS["PUT /aspsp-api/v1/tpp/stop-list/block"]
    assert scene.send(block, tenant=OTHER, headers=TPP_HEADER).status_int == 200

    for tenant, let_in in ((OWN, True), (OTHER, False), (OTHER.upper(), False), (None, True)):
        answer = tpp.get(f"{SCT}/x", {"Instance-ID": tenant})
        expected = (404, "RESOURCE_UNKNOWN") if let_in else (401, "CERTIFICATE_BLOCKED")
        assert refusal(answer) == (expected[0], [(expected[1], None)])
    entry = CALLS["GET /aspsp-api/v1/tpp/stop-list"]
    for tenant, status in ((OTHER, 200), (OWN, 404), (None, 404)):
        found = scene.send(entry, tenant=tenant, headers={"tpp-authorisation-number": NUMBER})
        assert found.status_int == status

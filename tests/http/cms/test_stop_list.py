"""The stop list over HTTP: what the back office tells counts at the gate (spec 2.5, 5.5; T4)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from sandbox.certificates import SandboxQtsp
from tests.houses import NOW, TPP, World, certificate
from tests.http.conftest import OpenHouse
from tests.http.xs2a.test_gate import OPERATIONS
from tests.tpps import SCT, TppClient, refusal

LIST = "/aspsp-api/v1/tpp/stop-list"
NUMBER = "PSDDE-BAFIN-100001"
BLOCKED = (401, [("CERTIFICATE_BLOCKED", None)])


def call(world: World, method: str, below: str = "", **headers: str) -> Any:
    """`lock_period="1"` is sent as `lock-period: 1`."""
    sent = {"tpp-authorisation-number": NUMBER} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    return world.cms.request(f"{LIST}{below}", method=method, headers=sent, status="*")


def block(world: World, **headers: str) -> None:
    answer = call(world, "PUT", "/block", **headers)
    assert (answer.status_int, answer.json) == (200, True)


def unblock(world: World, **headers: str) -> None:
    answer = call(world, "DELETE", "/unblock", **headers)
    assert (answer.status_int, answer.json) == (200, True)


@pytest.mark.parametrize("method, path", OPERATIONS)
def test_a_blocked_tpp_is_let_in_nowhere(tpp: TppClient, method: str, path: str) -> None:
    block(tpp.world)
    before = tpp.world.changes()

    assert refusal(tpp.call(method, path)) == BLOCKED
    assert tpp.world.changes() == before
    unblock(tpp.world)
    assert refusal(tpp.get(f"{SCT}/x")) == (404, [("RESOURCE_UNKNOWN", None)])


def test_a_blocked_tpp_learns_it_before_its_headers_and_body_are_judged(tpp: TppClient) -> None:
    """Spec 1: stage 7, after certificate, role and Accept, before product and headers."""
    block(tpp.world)
    nothing_right = {"X-Request-ID": None, "Content-Type": "text/html"}

    assert refusal(tpp.post(b"{", nothing_right, "/v1/payments/no-such-product")) == BLOCKED
    assert refusal(tpp.post(headers={"TPP-Roles-Allowed": "AISP"})) == (
        401,
        [("ROLE_INVALID", None)],
    )


def test_a_lock_lets_in_again_when_its_time_is_over(tpp: TppClient) -> None:
    block(tpp.world, lock_period="60000")
    assert refusal(tpp.post()) == BLOCKED
    tpp.world.clock.advance(timedelta(milliseconds=59_999))
    assert refusal(tpp.post()) == BLOCKED
    tpp.world.clock.advance(timedelta(milliseconds=1))

    assert tpp.post().status_int == 201


def test_what_was_taken_in_stays(tpp: TppClient) -> None:
    """The bank may finish a payment of a TPP that it has blocked."""
    made = tpp.initiated(headers={"PSU-ID": "anton.brueckner"})
    block(tpp.world)
    link = f"/psu-api/v1/payment/redirect/{made.authorisation_id}"

    assert refusal(tpp.get(made.status_path)) == BLOCKED
    assert tpp.world.cms.get(link).status_int == 200


def test_another_number_is_another_tpp(tpp: TppClient, qtsp: SandboxQtsp) -> None:
    """T4: whatever the authority; and whoever has the number, by whatever certificate."""
    block(tpp.world)
    for number, authority, let_in in (
        ("PSDDE-BAFIN-100002", "DE-BAFIN", True),
        (NUMBER, "XX-OTHER", False),
    ):
        other = replace(TPP, authorisation_number=number, authority_id=authority)
        client = TppClient(tpp.world, certificate(qtsp, other))
        assert (client.post().status_int == 201) is let_in


def test_the_entry_tells_who_why_and_until_when(world: World) -> None:
    block(world, lock_period="1500", updated_by="b.boss", reason="Complaint 4711")
    entry = {
        "tppAuthorisationNumber": NUMBER,
        "status": "BLOCKED",
        "blockingExpirationTimestamp": (NOW + timedelta(seconds=1.5)).isoformat(),
        "instanceId": "UNDEFINED",
        "updatedBy": "b.boss",
        "changedAt": NOW.isoformat(),
        "reason": "Complaint 4711",
    }
    assert call(world, "GET").json == entry
    block(world)
    for_ever = {name: entry[name] for name in ("tppAuthorisationNumber", "instanceId", "changedAt")}
    assert call(world, "GET").json == for_ever | {"status": "BLOCKED"}
    unblock(world)
    assert call(world, "GET").json == for_ever | {"status": "ENABLED"}


@pytest.mark.parametrize("period", ["-1", "x", "1.5", "1e3", "9" * 14, "٣", "+1"], ids=ascii)
def test_a_malformed_period_blocks_nobody(world: World, period: str) -> None:
    sent = period.encode().decode("latin-1")
    answer = call(world, "PUT", "/block", lock_period=sent)

    assert (answer.status_int, answer.json["path"]) == (400, "lock-period")
    assert world.rows()["tpp_stop_list"] == 0


@pytest.mark.parametrize("method, below", [("GET", ""), ("PUT", "/block"), ("DELETE", "/unblock")])
@pytest.mark.parametrize("number", [None, "", " "])
def test_the_number_must_be_named(
    world: World, method: str, below: str, number: str | None
) -> None:
    headers = {} if number is None else {"tpp-authorisation-number": number}
    answer = world.cms.request(f"{LIST}{below}", method=method, headers=headers, status="*")

    assert (answer.status_int, answer.json["path"]) == (400, "tpp-authorisation-number")


def test_a_lock_that_nobody_would_meet_is_refused(open_house: OpenHouse) -> None:
    """Where tenants are told apart, a lock in none of them would only seem to keep a TPP out."""
    world = open_house(tenants={"one": {}})
    for method, below in (("PUT", "/block"), ("DELETE", "/unblock")):
        assert call(world, method, below, instance_id=" ").status_int == 400
        assert call(world, method, below, instance_id="nobody").status_int == 404
        assert call(world, method, below, instance_id="one").status_int == 200

"""Every route of the TPP-facing side declares its gate: who may call it, with which headers."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
from flask import Flask

from cms.domain.parties import Role
from tests.houses import open_world
from xs2a.http.gate import Gate
from xs2a.http.oauth.door import Comer, OAuthGate
from xs2a.spec.headers import X_REQUEST_ID
from xs2a.wiring import xs2a_face

Declared = TypeVar("Declared", Gate, OAuthGate)

OPEN_TO_ALL = ("/password-keys.json", "/health/", "/docs", "/openapi.json")
# The authorization server's routes, by whom each of them is for.
OF_OAUTH = {
    "/.well-known/oauth-authorization-server": Comer.ANYBODY,
    "/oauth/authorize": Comer.BROWSER,
    "/oauth/approved/<string:request_id>/<string:proof>": Comer.BROWSER,
    "/oauth/declined/<string:request_id>": Comer.BROWSER,
    "/oauth/token": Comer.CLIENT,
    "/oauth/revoke": Comer.CLIENT,
    "/oauth/introspect": Comer.CLIENT,
    "/oauth/authorize/<string:instance_id>": Comer.BROWSER,
    "/oauth/token/<string:instance_id>": Comer.CLIENT,
    "/oauth/revoke/<string:instance_id>": Comer.CLIENT,
    "/oauth/introspect/<string:instance_id>": Comer.CLIENT,
}


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    with open_world(f"sqlite:///{tmp_path}/none.db", tmp_path) as world:
        yield xs2a_face(world.house)


def gate_of(
    view: Callable[..., Any] | None,
    kind: type[Declared] = Gate,  # type: ignore[assignment]
) -> Declared | None:
    """The gate of a view, however often it is wrapped."""
    while view is not None:
        found = getattr(view, "__gate__", None)
        if isinstance(found, kind):
            return found
        view = getattr(view, "__wrapped__", None)
    return None


def test_every_route_below_v1_has_a_gate(app: Flask) -> None:
    routes = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/v1")]
    gates = {rule.rule: gate_of(app.view_functions[rule.endpoint]) for rule in routes}

    assert len(gates) >= 5
    assert not [rule for rule, found in gates.items() if found is None]
    for found in gates.values():
        assert found is not None
        assert found.role is Role.PSP_PI
        assert X_REQUEST_ID in found.headers


def test_every_route_is_put_on_record_as_something_else(app: Flask) -> None:
    gates = [
        gate_of(app.view_functions[rule.endpoint])
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/v1")
    ]
    events = [found.event for found in gates if found is not None]

    assert len(events) == len(set(events)) == 12
    assert all(event.value.endswith("_REQUEST_RECEIVED") for event in events)


def test_each_route_of_oauth_has_a_door_of_its_own(app: Flask) -> None:
    gates = {
        rule.rule: gate_of(app.view_functions[rule.endpoint], OAuthGate)
        for rule in app.url_map.iter_rules()
    }

    assert {rule: found.comer for rule, found in gates.items() if found} == OF_OAUTH


def test_nothing_else_is_reached_without_one(app: Flask) -> None:
    others = {r.rule for r in app.url_map.iter_rules() if not r.rule.startswith("/v1")}

    assert not [rule for rule in others - OF_OAUTH.keys() if not rule.startswith(OPEN_TO_ALL)]


def test_a_view_without_a_gate_is_found() -> None:
    assert gate_of(lambda: None) is None

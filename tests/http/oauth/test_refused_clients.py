"""Who may not call the token endpoint: by certificate, by role (RFC 6749, 5.2)."""

import inspect
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from cms.domain.errors import Refusal
from sandbox.certificates import SandboxQtsp
from tests.houses import NOW, TPP, certificate
from tests.http.conftest import OpenHouse
from tests.http.oauth.acting import INTEGRATED, Actors, outcome
from tests.http.xs2a.test_certificates import DAY, LISTED, header_of, revoke
from tests.tpps import TppClient
from tests.unit.xs2a.tpp.pki import the_root, tpp_certificate
from xs2a.http.oauth.door import ERROR_FOR_REFUSAL
from xs2a.tpp import refusals

CLIENT_PATHS = ["/oauth/token", "/oauth/revoke", "/oauth/introspect"]
# A request of a client is not signed (spec 5): it ends at RFC 8705.
NEVER_RAISED = {refusals.SignatureMissing, refusals.SignatureInvalid}


def test_each_refusal_of_a_caller_is_an_error_of_oauth() -> None:
    found = {
        each
        for _, each in inspect.getmembers(refusals, inspect.isclass)
        if issubclass(each, Refusal) and each.__module__ == refusals.__name__
    }
    assert found - NEVER_RAISED <= ERROR_FOR_REFUSAL.keys()


def test_no_refusal_is_the_servers_fault() -> None:
    assert {status for _, status in ERROR_FOR_REFUSAL.values() if status >= 500} == {503}


@pytest.mark.parametrize("path", CLIENT_PATHS)
def test_a_revoked_certificate_is_no_client(
    open_house: OpenHouse, tmp_path: Path, path: str
) -> None:
    anchors = tmp_path / "anchors"
    anchors.mkdir()
    (anchors / "root.pem").write_bytes(the_root().certificate.public_bytes(Encoding.PEM))
    world = open_house(trust_anchors=anchors, common=dict(INTEGRATED))
    made = tpp_certificate(the_root(), LISTED, until=NOW + DAY)
    actors = Actors(TppClient(world, header_of(made.parsed)))
    sent = {"grant_type": "refresh_token", "refresh_token": "x", "token": "x"}
    before = actors.post(path, sent)
    assert outcome(before) in {"400 invalid_grant", "200 good"}
    revoke(world, made.serial)

    assert outcome(actors.post(path, sent)) == "401 invalid_client"


def test_without_the_role_there_are_no_tokens(pre_step: Actors, qtsp: SandboxQtsp) -> None:
    """To give tokens back it is not needed."""
    tokens = pre_step.redeem(pre_step.pre_step_code()).json
    informing = certificate(qtsp, replace(TPP, roles=("PSP_AI",)), until=180)
    actors = Actors(TppClient(pre_step.world, informing))

    assert outcome(actors.refresh(tokens["refresh_token"])) == "400 unauthorized_client"
    sent = {"token": tokens["refresh_token"]}
    assert outcome(actors.post("/oauth/revoke", sent)) == "200 good"
    assert outcome(pre_step.refresh(tokens["refresh_token"])) == "400 invalid_grant"

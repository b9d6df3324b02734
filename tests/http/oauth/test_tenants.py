"""Several tenants behind one issuer: a PSU's browser names none, so the addresses do."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.houses import ISSUER, OAUTH, TPP, World
from tests.http.conftest import OpenHouse
from tests.http.oauth.acting import (
    INTEGRATED,
    OURS,
    PRE_STEP,
    VERIFIER,
    address_on,
    challenge,
    outcome,
    query_of,
)
from tests.tpps import OK_URI, PSU_ID, TppClient

OAUTH_OF_TENANTS = type(OAUTH)(
    ISSUER, "https://bank.example/{instance-id}/{request-id}", None, None
)
TENANTS = ["undefined", "north", "south"]


@dataclass
class Branch:
    """A TPP at one tenant: it knows nothing but the address of the metadata."""

    tpp: TppClient
    tenant: str
    described: Mapping[str, Any]

    @property
    def named(self) -> dict[str, str]:
        return {"Instance-ID": self.tenant}

    @property
    def world(self) -> World:
        return self.tpp.world

    def asks(self, scope: str) -> Any:
        """The PSU's browser: no certificate, no Instance-ID."""
        sent = {
            "response_type": "code",
            "client_id": TPP.authorisation_number,
            "redirect_uri": OK_URI,
            "scope": scope,
            "code_challenge": challenge(),
            "code_challenge_method": "S256",
        }
        where = self.described["authorization_endpoint"].removeprefix(ISSUER)
        return self.world.xs2a.get(f"{where}?{urlencode(sent)}")

    def calls(self, endpoint: str, sent: Mapping[str, str], **headers: str) -> Any:
        where = self.described[endpoint].removeprefix(ISSUER)
        form = "application/x-www-form-urlencoded"
        headers |= {"TPP-QWAC-Certificate": self.tpp.certificate, "Content-Type": form}
        return self.world.xs2a.post(where, urlencode(sent), headers=headers, status="*")

    def redeems(self, code: str) -> Any:
        sent = {"grant_type": "authorization_code", "code": code, "redirect_uri": OK_URI}
        return self.calls("token_endpoint", {**sent, "code_verifier": VERIFIER})

    def authorises(self, payment_id: str, authorisation_id: str) -> None:
        psu_api = "/psu-api/v1/payment"
        below = f"{psu_api}/authorisation/{authorisation_id}/psu-data"
        self.world.cms.put_json(below, {"psuId": PSU_ID}, headers=self.named)
        at = f"{psu_api}/{payment_id}/authorisation/{authorisation_id}/status"
        for status in ("psuAuthenticated", "scaMethodSelected", "finalised"):
            self.world.cms.put(f"{at}/{status}", headers={**self.named, "psu-id": PSU_ID})


def branches(open_house: OpenHouse, pisp: str, flow: Mapping[str, Any]) -> list[Branch]:
    def common(tenant: str) -> dict[str, Any]:
        return {**flow, "oauthConfigurationUrl": f"{OURS}?instance-id={tenant}"}

    tenants = {each: {"common": common(each)} for each in TENANTS[1:]}
    world = open_house(common=common(TENANTS[0]), tenants=tenants, oauth=OAUTH_OF_TENANTS)
    tpp = TppClient(world, pisp)
    address = OURS.removeprefix(ISSUER)
    shown = {"TPP-QWAC-Certificate": pisp}
    return [
        Branch(tpp, each, world.xs2a.get(f"{address}?instance-id={each}", headers=shown).json)
        for each in TENANTS
    ]


def test_every_tenants_payment_is_granted(open_house: OpenHouse, pisp: str) -> None:
    for branch in branches(open_house, pisp, INTEGRATED):
        made = branch.tpp.initiated(headers=branch.named)
        assert made.answer.json["_links"]["scaOAuth"]["href"].endswith(branch.tenant)
        went = branch.asks(f"PIS:{made.payment_id}")
        assert went.headers["Location"] == f"https://bank.example/pis/{made.authorisation_id}"
        path = f"/psu-api/v1/payment/redirect/{made.authorisation_id}"
        visited = branch.world.cms.get(path, headers=branch.named).json
        branch.authorises(made.payment_id, made.authorisation_id)
        back = branch.world.xs2a.get(visited["tppOkRedirectUri"].removeprefix(ISSUER))
        answer = query_of(address_on(back))

        tokens = branch.redeems(answer["code"]).json
        assert answer["iss"] == branch.described["issuer"] == ISSUER
        read = {**branch.named, "Authorization": f"Bearer {tokens['access_token']}"}
        assert outcome(branch.tpp.get(made.status_path, read)) == "200 good"
        sent = {"token": tokens["refresh_token"]}
        assert branch.calls("introspection_endpoint", sent).json["active"] is True
        assert outcome(branch.calls("revocation_endpoint", sent)) == "200 good"
        assert branch.calls("introspection_endpoint", sent).json == {"active": False}


def test_every_tenants_access_is_granted(open_house: OpenHouse, pisp: str) -> None:
    """And opens payments of that tenant only."""
    tokens = {}
    found = branches(open_house, pisp, PRE_STEP)
    for branch in found:
        page = branch.asks("PIS").headers["Location"]
        tenant, request_id = page.removeprefix("https://bank.example/").split("/")
        assert tenant.lower() == branch.tenant
        path = f"/psu-api/v1/oauth/access-requests/{request_id}/granted"
        answer = branch.world.cms.put_json(path, {"psuId": PSU_ID}, headers=branch.named)
        code = query_of(answer.json["redirectUri"])["code"]
        token = branch.redeems(code).json["access_token"]
        tokens[branch.tenant] = {"Authorization": f"Bearer {token}"}
    for branch in found:
        for tenant, token_of_it in tokens.items():
            answer = outcome(branch.tpp.post(headers={**branch.named, **token_of_it}))
            assert answer == ("201 good" if tenant == branch.tenant else "401 TOKEN_INVALID")


def test_a_refusal_tells_the_tenants_address(open_house: OpenHouse, pisp: str) -> None:
    common = {**PRE_STEP, "oauthConfigurationUrl": f"{OURS}?instance-id={{instance-id}}"}
    world = open_house(common=common, tenants={"north": {"common": common}})
    answer = TppClient(world, pisp).post(headers={"Instance-ID": "north"})

    assert f"{OURS}?instance-id=north" in answer.json["tppMessages"][0]["text"]


@pytest.mark.parametrize("tenant", ["nowhere", "north%00", "north%2Fsouth", "%C3%BC", " "])
def test_no_such_tenant(open_house: OpenHouse, pisp: str, tenant: str) -> None:
    north = branches(open_house, pisp, PRE_STEP)[1]
    xs2a, metadata = north.world.xs2a, OURS.removeprefix(ISSUER)

    assert outcome(xs2a.get(f"{metadata}?instance-id={tenant}")) == "400 invalid_request"
    assert xs2a.get(f"/oauth/authorize/{tenant}?client_id=x").status_int in {400, 404}
    assert xs2a.post(f"/oauth/token/{tenant}", status="*").status_int in {400, 401, 404}


def test_nobody_gets_by_what_the_proxy_says(open_house: OpenHouse, pisp: str) -> None:
    """The bank's proxy may tell tenants apart by host name."""
    _, north, _ = branches(open_house, pisp, PRE_STEP)
    sent = {"grant_type": "refresh_token", "refresh_token": "x"}

    for said, answer in (("south", "400 invalid_request"), ("NORTH", "400 invalid_grant")):
        assert outcome(north.calls("token_endpoint", sent, **{"Instance-ID": said})) == answer

"""TPP, PSU and bank on the way through OAuth, over the faces' HTTP."""

import html
import re
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.houses import ISSUER, TPP, World
from tests.http.xs2a.sending import start
from tests.tpps import OK_URI, PSU_ID, Headers, Made, TppClient

AUTHORIZE, TOKEN = "/oauth/authorize", "/oauth/token"
VERIFIER = "a-verifier-of-a-test-that-is-long-enough-to-be-one"
OURS = f"{ISSUER}/.well-known/oauth-authorization-server"
INTEGRATED: Mapping[str, Any] = {
    "scaApproachesSupported": ["REDIRECT"],
    "scaRedirectFlow": "OAUTH",
    "oauthConfigurationUrl": OURS,
}
PRE_STEP: Mapping[str, Any] = {**INTEGRATED, "scaRedirectFlow": "OAUTH_PRE_STEP"}

Changes = Mapping[str, str | None]


def challenge(verifier: str = VERIFIER) -> str:
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).decode().rstrip("=")


def query_of(uri: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(uri).query).items()}


@dataclass(frozen=True)
class Begun(Made):
    """A payment with an authorisation that the TPP has started by a call of its own."""

    payment: Made

    @property
    def payment_id(self) -> str:
        return self.payment.payment_id


@dataclass
class Actors:
    """One TPP, its PSU and their bank. Changes of parameters: None leaves one out."""

    tpp: TppClient

    @property
    def world(self) -> World:
        return self.tpp.world

    def ask(self, scope: str, changes: Changes | None = None) -> Any:
        """The PSU's browser comes with a request for access; it has no certificate."""
        sent = {
            "response_type": "code",
            "client_id": TPP.authorisation_number,
            "redirect_uri": OK_URI,
            "scope": scope,
            "state": "of-the-browser",
            "code_challenge": challenge(),
            "code_challenge_method": "S256",
            **(changes or {}),
        }
        query = urlencode({name: value for name, value in sent.items() if value is not None})
        return self.world.xs2a.get(f"{AUTHORIZE}?{query}")

    def begin(self, made: Made, headers: Headers | None = None) -> Made:
        """One more authorisation of the payment: the PSU has gone back, or there are several."""
        return Begun(start(self.tpp, made, headers=headers), made.product, made)

    def ways_back(self, made: Made) -> tuple[str, str]:
        """What the bank's online banking is told about where to send the PSU."""
        visited = self.world.cms.get(f"/psu-api/v1/payment/redirect/{made.authorisation_id}").json
        return visited["tppOkRedirectUri"], visited["tppNokRedirectUri"]

    def authorise(self, made: Made, *statuses: str, psu_id: str = PSU_ID) -> None:
        """The PSU logs in, and the online banking tells how far it comes."""
        below = f"/psu-api/v1/payment/authorisation/{made.authorisation_id}/psu-data"
        assert self.world.cms.put_json(below, {"psuId": psu_id}).status_int == 200
        for status in statuses or ("psuAuthenticated", "scaMethodSelected", "finalised"):
            at = f"/psu-api/v1/payment/{made.payment_id}/authorisation/{made.authorisation_id}"
            self.world.cms.put(f"{at}/status/{status}", headers={"psu-id": psu_id})

    def come_back(self, uri: str) -> Any:
        """The PSU's browser follows a way back to our authorization server."""
        assert uri.startswith(ISSUER)
        return self.world.xs2a.get(uri.removeprefix(ISSUER))

    def code_for(self, made: Made, changes: Changes | None = None) -> str:
        """All of the PSU's part in the integrated flow; the code that the TPP gets."""
        assert self.ask(f"PIS:{made.payment_id}", changes).status_int == 303
        ok, _ = self.ways_back(made)
        self.authorise(made)
        return query_of(address_on(self.come_back(ok)))["code"]

    def request_id(self) -> str:
        """A request for payment initiation as such, at the bank's page."""
        went = self.ask("PIS")
        assert went.status_int == 303
        return str(went.headers["Location"].rpartition("/")[2])

    def pre_step_code(self, psu_id: str = PSU_ID) -> str:
        """All of the PSU's part before any payment; the code that the TPP gets."""
        granted = f"/psu-api/v1/oauth/access-requests/{self.request_id()}/granted"
        answer = self.world.cms.put_json(granted, {"psuId": psu_id})
        return query_of(answer.json["redirectUri"])["code"]

    def redeem(self, code: str, changes: Changes | None = None, **headers: str) -> Any:
        """The TPP takes the code to the token endpoint."""
        sent = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": OK_URI,
            "code_verifier": VERIFIER,
            "client_id": TPP.authorisation_number,
            **(changes or {}),
        }
        return self.post(TOKEN, sent, **headers)

    def refresh(self, token: str, **headers: str) -> Any:
        return self.post(TOKEN, {"grant_type": "refresh_token", "refresh_token": token}, **headers)

    def post(self, path: str, sent: Changes, **headers: str) -> Any:
        """A form, with the TPP's certificate."""
        body = urlencode({name: value for name, value in sent.items() if value is not None})
        shown = {"TPP-QWAC-Certificate": self.tpp.certificate, **headers}
        shown["Content-Type"] = "application/x-www-form-urlencoded"
        return self.world.xs2a.post(path, body, headers=shown)

    def status_of(self, made: Made, token: str) -> Any:
        """The TPP reads the payment's status with the token."""
        return self.tpp.get(made.status_path, {"Authorization": f"Bearer {token}"})


def address_on(page: Any) -> str:
    """Where a page of the authorization server leads on to."""
    assert page.status_int == 200, page.text
    found = re.search(r'content="0; url=([^"]+)"', page.text)
    assert found
    return html.unescape(found[1])


def outcome(answer: Any) -> str:
    """HTTP status, and the error code of OAuth or of the Berlin Group."""
    if answer.status_int == 303:
        return f"303 {query_of(answer.headers['Location']).get('error', 'on')}"
    if not answer.headers["Content-Type"].endswith("json"):
        return f"{answer.status_int} page"
    if "tppMessages" in answer.json:
        return f"{answer.status_int} {answer.json['tppMessages'][0]['code']}"
    return f"{answer.status_int} {answer.json.get('error', 'good')}"

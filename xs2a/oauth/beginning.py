"""Takes in a request for access that came by the PSU's browser, or says why not.

Before client and redirect URI are known to belong together, a no is told to the PSU; after that it
is told to the TPP, by the browser (RFC 6749, 4.1.2.1).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from authlib.oauth2 import OAuth2Error

from cms.domain.access import REQUEST_VALID_FOR, AccessRequest, Scope
from cms.domain.profile import Profile, ScaRedirectFlow
from xs2a.oauth import asking
from xs2a.oauth.asking import Desk, Wanted
from xs2a.oauth.client import OAuthClient
from xs2a.oauth.server import Asked, TppServer

LONGEST_STATE: Final = 500  # characters

HINTS: Final[Mapping[str, str]] = {
    "invalid_request": "There must be response_type, code_challenge and code_challenge_method=S256;"
    f" state has at most {LONGEST_STATE} characters.",
    "unsupported_response_type": "The only response_type is code.",
}
# Of a scope that the TPP may not have, by what the bank's flow lets it ask for.
SCOPE_HINTS: Final[Mapping[ScaRedirectFlow, str]] = {
    ScaRedirectFlow.OAUTH: "The scope must be PIS:<paymentId>, of a payment of yours that waits "
    "for its PSU at the authorization server; and a role of your certificates PISP.",
    ScaRedirectFlow.OAUTH_PRE_STEP: "The scope must be PIS, and a role of your certificates PISP.",
    ScaRedirectFlow.REDIRECT: "This bank does not use OAuth.",
}

_VISIBLE: Final = re.compile(r"[\x20-\x7e]*")  # RFC 6749, appendix A: what values are made of


@dataclass(frozen=True, slots=True)
class GoOn:
    """The browser goes there: to the bank's page, or back to the TPP with an error."""

    uri: str


@dataclass(frozen=True, slots=True)
class Stop:
    """The browser goes nowhere: nobody has shown that the address is the TPP's."""


def begin(desk: Desk, parameters: Mapping[str, str]) -> GoOn | Stop:
    """Keep the request and send the PSU to the bank's page."""
    if not all(map(_VISIBLE.fullmatch, parameters.values())):
        return Stop()
    wanted = asking.read(
        desk,
        client_id=parameters.get("client_id", ""),
        scope=parameters.get("scope", ""),
        redirect_uri=parameters.get("redirect_uri", ""),
    )
    client, uri = wanted.client, parameters.get("redirect_uri", "")
    if client is None or not client.check_redirect_uri(uri):
        return Stop()
    request = _request(wanted, client, parameters)
    error = _error(wanted, parameters)
    if error is not None:
        said = {"error": error, "error_description": _hint(error, desk.profile)}
        return GoOn(request.answer(desk.access.issuer or "", **said))
    desk.access.begin(request)
    return GoOn(wanted.page.replace("{request-id}", request.request_id))


def _hint(error: str, profile: Profile) -> str | None:
    """What a developer of the TPP may look for, in characters that RFC 6749 allows (4.1.2.1)."""
    if error == "invalid_scope":
        return SCOPE_HINTS[profile.common.sca_redirect_flow]
    return HINTS.get(error)


def _error(wanted: Wanted, parameters: Mapping[str, str]) -> str | None:
    """The code of RFC 6749, 4.1.2.1, or None for a good request."""
    # Authlib repeats this parameter in its error, which not all characters survive.
    if "response_type" not in parameters or len(parameters.get("state", "")) > LONGEST_STATE:
        return "invalid_request"
    if parameters["response_type"] != "code":
        return "unsupported_response_type"
    try:
        TppServer(wanted.desk, wanted).get_consent_grant(Asked("GET", parameters))
    except OAuth2Error as error:
        return str(error.error)
    return None


def _request(wanted: Wanted, client: OAuthClient, parameters: Mapping[str, str]) -> AccessRequest:
    """The request as it is kept, if it is good."""
    desk, now = wanted.desk, wanted.desk.clock()
    return AccessRequest(
        request_id=desk.new_id(),
        instance_id=desk.instance_id,
        tpp_id=client.tpp_id,
        client_id=client.client_id,
        scope=wanted.scope or Scope(),
        redirect_uri=parameters["redirect_uri"],
        code_challenge=parameters.get("code_challenge", ""),
        created_at=now,
        expires_at=now + REQUEST_VALID_FOR,
        state=parameters.get("state"),
        authorisation_id=wanted.authorisation.authorisation_id if wanted.authorisation else None,
    )

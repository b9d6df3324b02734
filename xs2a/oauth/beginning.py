"""Takes in a request for access that came by the PSU's browser, or says why not.

Before client and redirect URI are known to belong together, a no is told to the PSU; after that it
is told to the TPP, by the browser (RFC 6749, 4.1.2.1).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import InvalidScopeError

from cms.domain.access import REQUEST_VALID_FOR, AccessRequest, Scope
from cms.domain.profile import ScaRedirectFlow
from xs2a.oauth import asking
from xs2a.oauth.asking import Desk, Wanted
from xs2a.oauth.client import OAuthClient
from xs2a.oauth.server import Asked, TppServer

LONGEST_STATE: Final = 500  # characters
# What a request may say, and whether it must. Anything else is not looked at (RFC 6749, 3.1).
PARAMETERS: Final[Mapping[str, bool]] = {
    "response_type": True,
    "client_id": True,
    "redirect_uri": True,
    "scope": True,
    "code_challenge": True,
    "code_challenge_method": True,
    "state": False,
}

_VISIBLE: Final = re.compile(r"[\x20-\x7e]*")  # RFC 6749, appendix A: what values are made of


@dataclass(frozen=True, slots=True)
class GoOn:
    """The browser goes there: to the bank's page, or back to the TPP with an error."""

    uri: str


class Strange(Enum):
    """Why nobody has shown that the address is the TPP's; the value is for the log."""

    CHARACTERS = "a parameter has characters that none may have"
    CLIENT = "the client_id is of no TPP that has been here"
    ADDRESS = "the redirect_uri is not trusted to be this TPP's"


@dataclass(frozen=True, slots=True)
class Stop:
    """The browser goes nowhere."""

    reason: Strange


@dataclass(frozen=True, slots=True)
class _Error:
    """A code of RFC 6749, 4.1.2.1, with a text for the TPP's developer (ASCII, no quotes)."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class _ScopeRow:
    """Why a scope is not for this client now. The flow is the tenant's; None is any."""

    flow: ScaRedirectFlow | None
    applies: Callable[[Wanted], bool]
    text: str


# From the top down, the first one that applies is told.
_SCOPE_ROWS: Final = (
    _ScopeRow(ScaRedirectFlow.REDIRECT, lambda _: True, "This bank works without OAuth at present"),
    _ScopeRow(
        ScaRedirectFlow.OAUTH_PRE_STEP,
        lambda wanted: wanted.scope != Scope(),
        "The scope has to be PIS: here the token comes before the payment",
    ),
    _ScopeRow(
        ScaRedirectFlow.OAUTH,
        lambda wanted: wanted.scope is None or wanted.scope.payment_id is None,
        "The scope has to be PIS:<paymentId>: here the payment comes before the token",
    ),
    _ScopeRow(
        ScaRedirectFlow.OAUTH,
        lambda wanted: wanted.payment is None,
        "There is no such payment of this client",
    ),
    _ScopeRow(
        ScaRedirectFlow.OAUTH,
        lambda wanted: wanted.authorisation is None,
        "No authorisation of this payment waits for its PSU: none was started, it was decided, "
        "or its time is over",
    ),
    _ScopeRow(None, lambda _: True, "This client may not ask for this scope"),
)


def begin(desk: Desk, sent: Mapping[str, str]) -> GoOn | Stop:
    """Keep the request and send the PSU to the bank's page. Raises AccessEnded."""
    parameters = {name: value for name, value in sent.items() if name in PARAMETERS}
    if not all(map(_VISIBLE.fullmatch, parameters.values())):
        return Stop(Strange.CHARACTERS)
    wanted = asking.read(
        desk,
        client_id=parameters.get("client_id", ""),
        scope=parameters.get("scope", ""),
        redirect_uri=parameters.get("redirect_uri", ""),
    )
    client, uri = wanted.client, parameters.get("redirect_uri", "")
    if client is None:
        return Stop(Strange.CLIENT)
    if not client.check_redirect_uri(uri):
        return Stop(Strange.ADDRESS)
    request = _request(wanted, client, parameters)
    error = _error(wanted, parameters)
    if error is not None:
        issuer = desk.access.issuer or ""
        return GoOn(request.answer(issuer, error=error.code, error_description=error.text))
    if not desk.access.begin(request):
        busy = request.answer(desk.access.issuer or "", error="temporarily_unavailable")
        return GoOn(busy)
    return GoOn(wanted.page.replace("{request-id}", request.request_id))


def _error(wanted: Wanted, parameters: Mapping[str, str]) -> _Error | None:
    """What the TPP is told, or None for a good request."""
    # Authlib repeats this parameter in its error, which not all characters survive.
    if "response_type" not in parameters:
        return _Error("invalid_request", "The response_type is missing")
    if len(parameters.get("state", "")) > LONGEST_STATE:
        return _Error("invalid_request", f"The state has more than {LONGEST_STATE} characters")
    if parameters["response_type"] != "code":
        return _Error("unsupported_response_type", "The response_type has to be code")
    try:
        TppServer(wanted.desk, wanted).get_consent_grant(Asked("GET", parameters))
    except InvalidScopeError as error:
        return _Error(str(error.error), _why_not_this_scope(wanted))
    except OAuth2Error as error:
        return _Error(str(error.error), str(error.description))
    return None


def _why_not_this_scope(wanted: Wanted) -> str:
    flow = wanted.desk.profile.common.sca_redirect_flow
    rows = (row for row in _SCOPE_ROWS if row.flow in (None, flow) and row.applies(wanted))
    return next(rows).text


def _request(wanted: Wanted, client: OAuthClient, parameters: Mapping[str, str]) -> AccessRequest:
    """The request as it is kept, if it is good."""
    desk, now = wanted.desk, wanted.desk.clock()
    below = wanted.authorisation
    return AccessRequest(
        request_id=desk.new_id(),
        instance_id=desk.instance_id,
        tpp_id=client.tpp_id,
        client_id=client.client_id,
        scope=wanted.scope or Scope(),
        redirect_uri=parameters["redirect_uri"],
        code_challenge=parameters.get("code_challenge", ""),
        created_at=now,
        expires_at=below.expires_at if below else now + REQUEST_VALID_FOR,
        state=parameters.get("state"),
        authorisation_id=below.authorisation_id if below else None,
    )

"""The authorization server over HTTP: metadata, authorize, token, revoke, introspect, and the ways
back from the online banking.
"""

import functools
from collections.abc import Callable
from typing import Any

from flask import Response, request
from flask_smorest import Blueprint

from cms.domain.events import EventType
from cms.domain.parties import Role
from xs2a.http.oauth.door import (
    FORM,
    TENANT_PARAMETER,
    RequestUnreadable,
    for_anybody,
    for_browsers,
    for_clients,
    parameters,
    told,
)
from xs2a.http.oauth.pages import nothing_told, see_other, stop_page, way_on
from xs2a.oauth.asking import Desk
from xs2a.oauth.beginning import GoOn, begin
from xs2a.oauth.client import OAuthClient
from xs2a.oauth.metadata import (
    ASK_PATH,
    INTROSPECT_PATH,
    METADATA_PATH,
    REVOKE_PATH,
    TOKEN_PATH,
    metadata,
)
from xs2a.oauth.server import Asked, Reply, TppServer

oauth = Blueprint(
    "OAuth 2",
    __name__,
    description="The authorization server: clients are known by their QWAC, there is no other "
    "registration",
)

_TENANT = "/<string:instance_id>"
_QUERY = [
    {"in": "query", "name": name, "required": required, "schema": {"type": "string"}}
    for name, required in (
        ("response_type", True),
        ("client_id", True),
        ("redirect_uri", True),
        ("scope", True),
        ("code_challenge", True),
        ("code_challenge_method", True),
        ("state", False),
    )
]
_REFUSED = {"400": {"description": "Refused"}, "401": {"description": "Not a client"}}


def _form(*names: str) -> dict[str, Any]:
    fields = {name: {"type": "string"} for name in names}
    return {"content": {FORM: {"schema": {"type": "object", "properties": fields}}}}


def idle_at_head(view: Callable[..., Response]) -> Callable[..., Response]:
    """A HEAD changes nothing (RFC 9110, 9.2.1), and what a GET tells here comes of what it changes:
    so whoever only looks, such as a scanner of links, is told nothing.
    """

    @functools.wraps(view)
    def looked(desk: Desk, **path: str) -> Response:
        return nothing_told() if request.method == "HEAD" else view(desk, **path)

    return looked


@oauth.route(METADATA_PATH, methods=["GET"])
@oauth.doc(
    parameters=[{"in": "query", "name": TENANT_PARAMETER, "schema": {"type": "string"}}],
    responses={
        "200": {"description": "The metadata (RFC 8414)"},
        "400": {"description": "No such tenant"},
    },
)
@for_anybody
def read_metadata(desk: Desk) -> Response:
    """Where everything is, and what it can do."""
    return told(metadata(desk.access.issuer or "", desk.instance_id), 200)


@oauth.route(ASK_PATH + _TENANT, methods=["GET"], endpoint="ask_tenant")
@oauth.route(ASK_PATH, methods=["GET"])
@oauth.doc(
    parameters=_QUERY,
    responses={
        "303": {"description": "On to the bank's page, or back to the TPP with an error"},
        "400": {"description": "A page for the PSU: client and address do not belong together"},
    },
)
@for_browsers
@idle_at_head
def ask(desk: Desk) -> Response:
    """A TPP sends its PSU here; PKCE with S256 is needed."""
    went = begin(desk, parameters(request.args))
    return see_other(went.uri) if isinstance(went, GoOn) else stop_page(400)


@oauth.route("/oauth/approved/<string:request_id>/<string:proof>", methods=["GET"])
@oauth.doc(responses={"200": {"description": "A page that leads on to the TPP"}})
@for_browsers
@idle_at_head
def come_back(desk: Desk, request_id: str, proof: str) -> Response:
    """The bank's page sends the PSU here after the payment has been authorised."""
    code = parameters(request.args).get("confirmationCode")
    return way_on(desk.access.approved(request_id, proof, code))


@oauth.route("/oauth/declined/<string:request_id>", methods=["GET"])
@oauth.doc(responses={"200": {"description": "A page that leads on to the TPP"}})
@for_browsers
@idle_at_head
def turn_back(desk: Desk, request_id: str) -> Response:
    """The bank's page sends the PSU here when the payment was not authorised."""
    return way_on(desk.access.decline(desk.access.find(request_id)))


@oauth.route(TOKEN_PATH + _TENANT, methods=["POST"], endpoint="issue_tokens_of_tenant")
@oauth.route(TOKEN_PATH, methods=["POST"])
@oauth.doc(
    requestBody=_form(
        "grant_type", "code", "redirect_uri", "code_verifier", "refresh_token", "client_id"
    ),
    responses={"200": {"description": "The tokens"}, **_REFUSED},
)
@for_clients(EventType.OAUTH_TOKEN, Role.PSP_PI)
def issue_tokens(desk: Desk, client: OAuthClient) -> Response:
    """A code, or a refresh token, against new tokens."""
    return _told(TppServer(desk).create_token_response(_asked(client)))


@oauth.route(REVOKE_PATH + _TENANT, methods=["POST"], endpoint="revoke_of_tenant")
@oauth.route(REVOKE_PATH, methods=["POST"])
@oauth.doc(
    requestBody=_form("token", "token_type_hint", "client_id"),
    responses={"200": {"description": "It is good no more, if it was"}, **_REFUSED},
)
@for_clients(EventType.OAUTH_REVOCATION)
def revoke(desk: Desk, client: OAuthClient) -> Response:
    """A token of one's own is needed no more (RFC 7009)."""
    return _told(TppServer(desk).create_endpoint_response("revocation", _asked(client)))


@oauth.route(INTROSPECT_PATH + _TENANT, methods=["POST"], endpoint="introspect_of_tenant")
@oauth.route(INTROSPECT_PATH, methods=["POST"])
@oauth.doc(
    requestBody=_form("token", "token_type_hint", "client_id"),
    responses={"200": {"description": "How it stands (RFC 7662)"}, **_REFUSED},
)
@for_clients(EventType.OAUTH_INTROSPECTION)
def introspect(desk: Desk, client: OAuthClient) -> Response:
    """How a token of one's own stands."""
    return _told(TppServer(desk).create_endpoint_response("introspection", _asked(client)))


def _asked(client: OAuthClient) -> Asked:
    """Raises RequestUnreadable."""
    if request.mimetype != FORM or request.args:  # RFC 6749, 2.3.1: nothing secret in an address
        raise RequestUnreadable
    return Asked("POST", parameters(request.form), client)


def _told(reply: Reply) -> Response:
    return told(reply.body, reply.http_status, {"Pragma": "no-cache"})

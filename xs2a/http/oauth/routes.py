"""The authorization server over HTTP: metadata, authorize, token, revoke, introspect, and the ways
back from the online banking.
"""

import functools
import logging
from collections.abc import Callable, Mapping
from typing import Any

from flask import Response, request
from flask_smorest import Blueprint

from cms import log_lines
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
from xs2a.oauth.beginning import PARAMETERS, Stop, begin
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

log = logging.getLogger(__name__)

oauth = Blueprint(
    "OAuth 2",
    __name__,
    description="The authorization server: clients are known by their QWAC, there is no other "
    "registration",
)

_TENANT = "/<string:instance_id>"
_QUERY = [
    {"in": "query", "name": name, "required": required, "schema": {"type": "string"}}
    for name, required in PARAMETERS.items()
]
_REFUSED = {"400": {"description": "Refused"}, "401": {"description": "Not a client"}}


def _fields(*required: str, optional: str = "", grant: str = "") -> dict[str, Any]:
    """The fields of a form. The client id may be left out: the certificate says it."""
    names = ("client_id", *optional.split(), *required)
    fields: dict[str, Any] = {name: {"type": "string"} for name in names}
    if grant:
        fields["grant_type"] = {"type": "string", "enum": [grant]}
    return {
        "type": "object",
        "required": [*required, *(["grant_type"] if grant else [])],
        "properties": fields,
    }


def _form(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"required": True, "content": {FORM: {"schema": schema}}}


_CODE = _fields("code", "redirect_uri", "code_verifier", grant="authorization_code")
_REFRESH = _fields("refresh_token", optional="scope", grant="refresh_token")
_TOKEN = _fields("token", optional="token_type_hint")


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
    asked = parameters(request.args)
    went = begin(desk, asked)
    if isinstance(went, Stop):
        client_id = log_lines.harmless(asked.get("client_id", ""))
        log.warning("authorize: %s; client_id %s", went.reason.value, client_id or "is missing")
        return stop_page(400, went.reason)
    return see_other(went.uri)


@oauth.route("/oauth/approved/<string:request_id>/<string:proof>", methods=["GET"])
@oauth.doc(responses={"200": {"description": "A page that leads on to the TPP"}})
@for_browsers
@idle_at_head
def come_back(desk: Desk, request_id: str, proof: str) -> Response:
    """The bank's page sends the PSU here after the payment has been authorised."""
    code = parameters(request.args).get("confirmationCode")
    uri, agreed = desk.access.approved(request_id, proof, code)
    return way_on(uri, agreed=agreed)


@oauth.route("/oauth/declined/<string:request_id>", methods=["GET"])
@oauth.doc(responses={"200": {"description": "A page that leads on to the TPP"}})
@for_browsers
@idle_at_head
def turn_back(desk: Desk, request_id: str) -> Response:
    """The bank's page sends the PSU here when the payment was not authorised."""
    return way_on(desk.access.decline(desk.access.for_payment(request_id)), agreed=False)


@oauth.route(TOKEN_PATH + _TENANT, methods=["POST"], endpoint="issue_tokens_of_tenant")
@oauth.route(TOKEN_PATH, methods=["POST"])
@oauth.doc(
    requestBody=_form({"oneOf": [_CODE, _REFRESH]}),
    responses={"200": {"description": "The tokens"}, **_REFUSED},
)
@for_clients(EventType.OAUTH_TOKEN, Role.PSP_PI)
def issue_tokens(desk: Desk, client: OAuthClient) -> Response:
    """A code, or a refresh token, against new tokens."""
    asked = _asked(client)
    if "grant_type" not in asked.parameters:  # RFC 6749, 5.2: missing is not unsupported
        raise RequestUnreadable("A grant_type is needed.")
    return _told(TppServer(desk).create_token_response(asked))


@oauth.route(REVOKE_PATH + _TENANT, methods=["POST"], endpoint="revoke_of_tenant")
@oauth.route(REVOKE_PATH, methods=["POST"])
@oauth.doc(
    requestBody=_form(_TOKEN),
    responses={"200": {"description": "It is good no more, if it was"}, **_REFUSED},
)
@for_clients(EventType.OAUTH_REVOCATION)
def revoke(desk: Desk, client: OAuthClient) -> Response:
    """A token of one's own is needed no more (RFC 7009)."""
    return _told(TppServer(desk).create_endpoint_response("revocation", _asked(client)))


@oauth.route(INTROSPECT_PATH + _TENANT, methods=["POST"], endpoint="introspect_of_tenant")
@oauth.route(INTROSPECT_PATH, methods=["POST"])
@oauth.doc(
    requestBody=_form(_TOKEN),
    responses={"200": {"description": "How it stands (RFC 7662)"}, **_REFUSED},
)
@for_clients(EventType.OAUTH_INTROSPECTION)
def introspect(desk: Desk, client: OAuthClient) -> Response:
    """How a token of one's own stands."""
    return _told(TppServer(desk).create_endpoint_response("introspection", _asked(client)))


def _asked(client: OAuthClient) -> Asked:
    """Raises RequestUnreadable."""
    if request.mimetype != FORM or request.args:  # RFC 6749, 2.3.1: nothing secret in an address
        raise RequestUnreadable(f"The parameters have to come in the body, as {FORM}.")
    return Asked("POST", parameters(request.form), client)


def _told(reply: Reply) -> Response:
    return told(reply.body, reply.http_status, {"Pragma": "no-cache"})

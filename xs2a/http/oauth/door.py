"""The doors of the authorization server: a client with its certificate, a PSU's browser, anybody.

A route declares which of them is its own. What a client is refused comes as RFC 6749 has it (5.2),
what a browser is refused as a page.
"""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Final

import orjson
from flask import Response, request
from werkzeug.datastructures import MultiDict

from cms import log_lines
from cms.domain.access import AccessEnded, BeingDecided
from cms.domain.errors import Malformed, Refusal, StoreUnavailable, Unknown
from cms.domain.events import EventType
from cms.domain.parties import Role
from cms.domain.profile import BlankTenant, Profile, UnknownTenant
from xs2a.http import gate
from xs2a.http.answers import answer
from xs2a.http.gate import Door, Known, Tenant, on_record
from xs2a.http.oauth.pages import stop_page
from xs2a.http.sent import sent_headers
from xs2a.oauth.asking import Desk
from xs2a.oauth.client import OAuthClient
from xs2a.oauth.metadata import TLS_CLIENT_AUTH
from xs2a.spec.media_types import JSON
from xs2a.tpp.caller import Caller
from xs2a.tpp.refusals import (
    CertificateBlocked,
    CertificateExpired,
    CertificateInvalid,
    CertificateMissing,
    CertificateRevoked,
    RoleInvalid,
)
from xs2a.tpp.roles import check_role

FORM: Final = "application/x-www-form-urlencoded"
TENANT_PARAMETER: Final = "instance-id"  # of the address of the metadata


class Comer(Enum):
    """Who comes to a route."""

    CLIENT = auto()
    BROWSER = auto()
    ANYBODY = auto()


@dataclass(frozen=True, slots=True)
class OAuthGate:
    """What a route of the authorization server declares, in the place of a `Gate`."""

    comer: Comer


class NoServerOfOurs(Refusal):
    """The bank has none of ours: no issuer is set."""

    text = "There is no authorization server here."


class RequestUnreadable(Refusal):
    """A parameter comes twice, or the body is no form (RFC 6749, 3.1 and 3.2)."""

    text = "The request cannot be read."


# Refusal -> error code and HTTP status for a client (RFC 6749, 5.2; RFC 6750 for the last ones).
ERROR_FOR_REFUSAL: Final[Mapping[type[Refusal], tuple[str, int]]] = {
    CertificateMissing: ("invalid_client", 401),
    CertificateInvalid: ("invalid_client", 401),
    CertificateExpired: ("invalid_client", 401),
    CertificateRevoked: ("invalid_client", 401),
    CertificateBlocked: ("invalid_client", 401),
    RoleInvalid: ("unauthorized_client", 400),
    RequestUnreadable: ("invalid_request", 400),
    Malformed: ("invalid_request", 400),
    BlankTenant: ("invalid_request", 400),
    UnknownTenant: ("invalid_request", 400),
    NoServerOfOurs: ("invalid_request", 404),
    StoreUnavailable: ("temporarily_unavailable", 503),
}

# Each 401 names a way to authenticate (RFC 9110, 15.5.2). No scheme of HTTP stands for
# certificates, so this is OAuth's name of it; `Basic` would make clients look for a password.
_CHALLENGE: Final = f'{TLS_CLIENT_AUTH} error="invalid_client"'

# Refusal -> HTTP status of the page for a browser.
PAGE_FOR_REFUSAL: Final[Mapping[type[Refusal], int]] = {
    NoServerOfOurs: 404,
    Unknown: 404,
    UnknownTenant: 404,
    BeingDecided: 409,
    AccessEnded: 410,
    StoreUnavailable: 503,
}


ClientView = Callable[[Desk, OAuthClient], Response]


def for_clients(
    event: EventType, role: Role | None = None
) -> Callable[[ClientView], Callable[..., Response]]:
    """The certificate says who it is (RFC 8705); the bank's stop list counts here too, and the
    role where one is needed. Whoever is known is put on record.
    """

    def guard(view: ClientView) -> Callable[..., Response]:
        @functools.wraps(view)
        def guarded(instance_id: str | None = None) -> Response:
            try:
                opened = _opened()
                desk, caller = _desk(opened, instance_id), _caller(opened)
                known = Known(caller, sent_headers(), Tenant(desk.instance_id, desk.profile))
                with opened.parts.events.received(on_record(known, event, {})):
                    _demand_role(caller, role, desk.profile)
                    return view(desk, _client(desk, caller))
            except Refusal as refusal:
                return _refused(refusal)

        return _declared(guarded, Comer.CLIENT)

    return guard


def for_browsers(view: Callable[..., Response]) -> Callable[..., Response]:
    """Nobody is known: what the request says is to be judged by the view."""

    @functools.wraps(view)
    def guarded(instance_id: str | None = None, **path: str) -> Response:
        try:
            return view(_desk(_opened(), instance_id), **path)
        except Refusal as refusal:
            return stop_page(PAGE_FOR_REFUSAL.get(type(refusal), 400))

    return _declared(guarded, Comer.BROWSER)


def for_anybody(view: Callable[[Desk], Response]) -> Callable[..., Response]:
    """What is told is no secret. A TPP that shows its certificate is known from now on."""

    @functools.wraps(view)
    def guarded() -> Response:
        try:
            opened = _opened()
            desk = _desk(opened, request.args.get(TENANT_PARAMETER))
        except Refusal as refusal:
            return _refused(refusal)
        _note_tpp(opened, desk)
        return view(desk)

    return _declared(guarded, Comer.ANYBODY)


def parameters(sent: "MultiDict[str, str]") -> dict[str, str]:
    """The parameters by name; empty ones count as left out (RFC 6749, 3.1). Raises
    RequestUnreadable when one comes twice.
    """
    if any(len(values) > 1 for values in sent.listvalues()):
        raise RequestUnreadable
    return {name: value for name, value in sent.items() if value}


def told(
    body: Mapping[str, Any], status: int, headers: Mapping[str, str] | None = None
) -> Response:
    """An answer for a client."""
    return answer(orjson.dumps(body), status, {**(headers or {}), "Content-Type": JSON})


def _declared(guarded: Callable[..., Response], comer: Comer) -> Callable[..., Response]:
    guarded.__gate__ = OAuthGate(comer)  # type: ignore[attr-defined]
    return guarded


def _opened() -> Door:
    opened = gate.door()
    if opened.parts.access.issuer is None:
        raise NoServerOfOurs
    return opened


def _refused(refusal: Refusal) -> Response:
    error, status = ERROR_FOR_REFUSAL.get(type(refusal), ("server_error", 500))
    log_lines.know(code=error)
    headers = {"WWW-Authenticate": _CHALLENGE} if status == 401 else None
    return told({"error": error, "error_description": refusal.text}, status, headers)


def _desk(opened: Door, addressed: str | None) -> Desk:
    """For the tenant that the header Instance-ID names, as everywhere; else for the one in the
    address, which browsers bring along. Where the bank's proxy sets the header, nobody gets by it.
    """
    parts, header = opened.parts, sent_headers().get("instance-id")
    instance_id, profile = opened.profiles.named(addressed if header is None else header)
    if addressed is not None and opened.profiles.named(addressed)[0] != instance_id:
        raise UnknownTenant
    return Desk(
        access=parts.access,
        tpps=parts.tpps,
        stop_list=parts.stop_list,
        payments=parts.payments,
        authorisations=parts.authorisations,
        clock=parts.clock,
        new_id=parts.new_id,
        new_secret=opened.oauth.new_secret,
        instance_id=instance_id,
        profile=profile,
        approval_url=opened.oauth.approval_url,
        loopback=opened.oauth.loopback,
    )


def _caller(opened: Door) -> Caller:
    caller = opened.identification.identify(request.remote_addr or "", sent_headers())
    log_lines.know(tpp=caller.tpp.authorisation_number)
    return caller


def _client(desk: Desk, caller: Caller) -> OAuthClient:
    number = caller.tpp.authorisation_number
    if desk.stop_list.keeps_out(number, desk.instance_id):
        raise CertificateBlocked
    tpp_id = desk.tpps.register(caller.tpp, desk.instance_id, caller.shown)
    return OAuthClient(number, tpp_id, caller.thumbprint)


def _demand_role(caller: Caller, role: Role | None, profile: Profile) -> None:
    counts = profile.common.check_tpp_roles_from_certificate_supported
    if role is not None:
        check_role(caller, role, certificate_counts=counts)


def _note_tpp(opened: Door, desk: Desk) -> None:
    try:
        _client(desk, _caller(opened))
    except Refusal:
        return  # the document is for everybody

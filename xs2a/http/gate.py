"""The gate before every route: who calls, in which role, for which tenant, with which headers.

A route declares it with `@gate(role=..., headers=...)`; a route without one is refused by a test.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass

from flask import Response, current_app, request

from cms import log_lines
from cms.domain.parties import PsuContext, PsuId, Role
from cms.domain.payment_service import PAYMENT_SERVICES, PaymentService
from cms.domain.profile import Profile, ScaRedirectFlow
from cms.profile_file import Profiles
from xs2a.checks.headers import check_headers
from xs2a.checks.oauth import TokenRule, token_rule
from xs2a.errors import Finding, RequestFaulty
from xs2a.flows.parts import Parts, TppContext
from xs2a.http.encrypted import PasswordKeys
from xs2a.http.negotiation import preferred
from xs2a.http.sent import SentHeaders, sent_headers
from xs2a.http.wishes import sca_wishes
from xs2a.spec.headers import HeaderRule
from xs2a.spec.media_types import JSON, PROBLEM_JSON
from xs2a.spec.messages import Message
from xs2a.tpp.identity import TppIdentification
from xs2a.tpp.roles import check_role


@dataclass(frozen=True, slots=True)
class Door:
    """What the routes reach behind the door; one per app."""

    parts: Parts
    profiles: Profiles
    identification: TppIdentification
    password_keys: PasswordKeys = PasswordKeys()


@dataclass(frozen=True, slots=True)
class Gate:
    """What a route demands of its callers; `produces` are the media types of its good answers."""

    role: Role
    headers: tuple[HeaderRule, ...]
    produces: tuple[str, ...] = (JSON,)


@dataclass(frozen=True, slots=True)
class Entry:
    """A request that has come in. `findings` are the faults of its headers, not yet told where
    the route collects them together with those of the body. `token_rule` refuses it, unless the
    payment's status makes it harmless.
    """

    ctx: TppContext
    sent: SentHeaders
    findings: tuple[Finding, ...] = ()
    token_rule: TokenRule | None = None


def gate(
    *,
    role: Role,
    headers: tuple[HeaderRule, ...],
    produces: tuple[str, ...] = (JSON,),
    collects: bool = False,
) -> Callable[[Callable[..., Response]], Callable[..., Response]]:
    """Let a request in, or raise the refusal. The view gets the entry as its first argument.

    With `collects` the view tells the findings itself; otherwise they are raised here.
    """
    demands = Gate(role, headers, produces)

    def guard(view: Callable[..., Response]) -> Callable[..., Response]:
        @functools.wraps(view)
        def guarded(**path: str) -> Response:
            entry = enter(demands, path)
            if entry.findings and not collects:
                raise RequestFaulty(entry.findings)
            return view(entry, **path)

        guarded.__gate__ = demands  # type: ignore[attr-defined]
        return guarded

    return guard


def door() -> Door:
    """The door of the app that answers this request."""
    opened: Door = current_app.extensions["xs2a"]
    return opened


def enter(demands: Gate, path: dict[str, str]) -> Entry:
    """Judge the request, in the documented order. Raises the first stage's refusal."""
    if path.get("payment_service") not in PAYMENT_SERVICES:
        raise RequestFaulty.one(Message.PARAMETER_NOT_SUPPORTED)
    if not request.host:  # RFC 9112, 3.2
        text = "Header 'host' is missing or invalid."
        raise RequestFaulty.one(Message.FORMAT_ERROR, text, "host")
    opened = door()
    sent = sent_headers()
    caller = opened.identification.identify(request.remote_addr or "", sent)
    log_lines.know(tpp=caller.tpp.authorisation_number)
    profile = opened.profiles.for_tenant(sent.get("instance-id"))
    counts = profile.common.check_tpp_roles_from_certificate_supported
    check_role(caller, demands.role, certificate_counts=counts)
    _demand_acceptable(sent, demands.produces)
    token = _access_token(sent)
    refused_by = _token_rule(profile, sent, with_token=token is not None)
    instance_id = opened.profiles.tenant(sent.get("instance-id"))
    ctx = TppContext(
        tpp=caller.tpp,
        tpp_id=opened.parts.tpps.register(caller.tpp, instance_id),
        instance_id=instance_id,
        x_request_id=sent.get("x-request-id") or "",
        profile=profile,
        psu=_psu(sent),
        psu_context=_psu_context(sent),
        access_token=token,
    )
    return Entry(ctx, sent, tuple(check_headers(demands.headers, sent)), refused_by)


def _demand_acceptable(sent: SentHeaders, produces: tuple[str, ...]) -> None:
    """Raises 406 when the caller can take neither what the route produces nor problem+json."""
    accept = sent.get("accept")
    if accept in (None, "", "*/*", JSON):
        return
    if preferred((*produces, PROBLEM_JSON)) is None:
        raise RequestFaulty.one(Message.REQUESTED_FORMATS_INVALID)


def _token_rule(profile: Profile, sent: SentHeaders, *, with_token: bool) -> TokenRule | None:
    """The rule of OAuth against this request that depends on the payment's status; one that does
    not is raised at once.
    """
    if profile.common.sca_redirect_flow is ScaRedirectFlow.REDIRECT:
        return None
    rule = token_rule(profile, sca_wishes(sent), method=request.method, with_token=with_token)
    if rule is not None and not rule.harmless_at:
        raise rule.refusal(profile)
    return rule


def _access_token(sent: SentHeaders) -> str | None:
    """What follows `Bearer` in the header Authorization (RFC 6750, 2.1)."""
    scheme, _, token = (sent.get("authorization") or "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def offers(profile: Profile, service: PaymentService, product: str) -> Finding | None:
    """Why the bank does not offer this product of this service, or None if it does."""
    matrix = profile.pis.supported_payment_type_and_product_matrix
    if service not in matrix:
        message = Message.PARAMETER_NOT_SUPPORTED
        return Finding(message, message.text, "payment-service")
    if product not in matrix[service]:
        message = Message.PRODUCT_UNKNOWN
        return Finding(message, message.text, "payment-product")
    return None


def _psu(sent: SentHeaders) -> PsuId | None:
    psu_id = sent.get("psu-id")
    if psu_id is None or not psu_id.strip():
        return None
    return PsuId(
        psu_id=psu_id,
        psu_id_type=sent.get("psu-id-type") or None,
        psu_corporate_id=sent.get("psu-corporate-id") or None,
        psu_corporate_id_type=sent.get("psu-corporate-id-type") or None,
    )


def _psu_context(sent: SentHeaders) -> PsuContext:
    return PsuContext(
        ip_address=sent.get("psu-ip-address"),
        ip_port=sent.get("psu-ip-port"),
        accept=sent.get("psu-accept"),
        accept_charset=sent.get("psu-accept-charset"),
        accept_encoding=sent.get("psu-accept-encoding"),
        accept_language=sent.get("psu-accept-language"),
        user_agent=sent.get("psu-user-agent"),
        http_method=sent.get("psu-http-method"),
        geo_location=sent.get("psu-geo-location"),
        device_id=sent.get("psu-device-id"),
    )

"""The gate before every route: who calls, in which role, for which tenant, with which headers.

A route declares it with `@gate(role=..., event=..., headers=...)`; a route without one is refused
by a test. From the moment that the TPP is known, its request is put on record.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from flask import Response, current_app, request

from cms import log_lines
from cms.domain.errors import Refusal
from cms.domain.events import EventType, ReceivedRequest
from cms.domain.ids import DEFAULT_TENANT, is_id
from cms.domain.parties import PsuContext, PsuId, Role
from cms.domain.payment_service import PAYMENT_SERVICES, PaymentService
from cms.domain.profile import Profile, UriComplianceResponse
from cms.profile_file import Profiles
from spi.types import TppNote
from xs2a.checks.headers import check_headers, is_uuid
from xs2a.checks.oauth import TokenRule, token_rule
from xs2a.checks.signature import SignatureCheck
from xs2a.errors import Finding, RequestFaulty
from xs2a.flows.parts import Parts, TppContext
from xs2a.http.encrypted import PasswordKeys
from xs2a.http.negotiation import preferred
from xs2a.http.sent import SentHeaders, sent_body, sent_headers, sent_target
from xs2a.http.tokens import Introspect, Shown, judged
from xs2a.http.uris import foreign_uris
from xs2a.http.wishes import sends_psu
from xs2a.spec.headers import HeaderRule
from xs2a.spec.media_types import JSON, PROBLEM_JSON
from xs2a.spec.messages import Message
from xs2a.tpp.caller import Caller
from xs2a.tpp.identity import TppIdentification
from xs2a.tpp.refusals import CertificateBlocked
from xs2a.tpp.roles import check_role
from xs2a.tpp.signature.signing_string import SignedRequest

# The headers that are put on record: none that is secret, none that tells of the PSU.
ON_RECORD: Final = (
    "accept",
    "tpp-redirect-preferred",
    "tpp-decoupled-preferred",
    "tpp-explicit-authorisation-preferred",
    "tpp-rejection-nofunds-preferred",
    "tpp-notification-content-preferred",
)
LONGEST_ON_RECORD: Final = 255  # characters of a path or a header


@dataclass(frozen=True, slots=True)
class OAuthDoor:
    """What OAuth works with beside the parts: the bank's page for access before any payment, the
    source of tokens, and the bank's own authorization server, if it can be asked (RFC 7662).

    `loopback`: TPPs may be on the PSU's own machine (sandbox).
    """

    new_secret: Callable[[], str]
    approval_url: str | None = None
    loopback: bool = False
    introspect: Introspect | None = None


@dataclass(frozen=True, slots=True)
class Door:
    """What the routes reach behind the door; one per app."""

    parts: Parts
    profiles: Profiles
    identification: TppIdentification
    signatures: SignatureCheck
    oauth: OAuthDoor
    password_keys: PasswordKeys = PasswordKeys()


@dataclass(frozen=True, slots=True)
class Gate:
    """What a route demands of its callers; `produces` are the media types of its good answers.
    `event` is what a request for it is put on record as.
    """

    role: Role
    event: EventType
    headers: tuple[HeaderRule, ...]
    produces: tuple[str, ...] = (JSON,)


@dataclass(frozen=True, slots=True)
class Entry:
    """A request that has come in. `findings` are the faults of its headers, not yet told where
    the route collects them together with those of the body. `notes` are warnings, to be told with
    a good answer. `token_rule` may refuse it below a payment.
    """

    ctx: TppContext
    sent: SentHeaders
    findings: tuple[Finding, ...] = ()
    notes: tuple[TppNote, ...] = ()
    token_rule: TokenRule | None = None


def gate(
    *,
    role: Role,
    event: EventType,
    headers: tuple[HeaderRule, ...],
    produces: tuple[str, ...] = (JSON,),
    collects: bool = False,
) -> Callable[[Callable[..., Response]], Callable[..., Response]]:
    """Let a request in, or raise the refusal. The view gets the entry as its first argument.

    With `collects` the view tells the findings itself; otherwise they are raised here.
    """
    demands = Gate(role, event, headers, produces)

    def guard(view: Callable[..., Response]) -> Callable[..., Response]:
        @functools.wraps(view)
        def guarded(**path: str) -> Response:
            opened = door()
            known = identify(opened, path)
            received = on_record(known, demands.event, path)
            with opened.parts.events.received(received) as request_id:
                entry = enter(opened, demands, known, request_id, payment_id=path.get("payment_id"))
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


@dataclass(frozen=True, slots=True)
class Known:
    """A request whose TPP is known; `tenant` is what its `Instance-ID` names, or the refusal."""

    caller: Caller
    sent: SentHeaders
    tenant: "Tenant | Refusal"


@dataclass(frozen=True, slots=True)
class Tenant:
    """A tenant of ours, with its profile."""

    instance_id: str
    profile: Profile


def identify(opened: Door, path: dict[str, str]) -> Known:
    """Who calls. Raises the refusal of a request that is nobody's: it is not put on record, for
    anybody could fill the record with such.
    """
    if path.get("payment_service") not in PAYMENT_SERVICES:
        raise RequestFaulty.one(Message.PARAMETER_NOT_SUPPORTED)
    if not request.host:  # RFC 9112, 3.2
        text = "Header 'host' is missing or invalid."
        raise RequestFaulty.one(Message.FORMAT_ERROR, text, "host")
    sent = sent_headers()
    caller = opened.identification.identify(request.remote_addr or "", sent)
    log_lines.know(tpp=caller.tpp.authorisation_number)
    try:
        return Known(caller, sent, Tenant(*opened.profiles.named(sent.get("instance-id"))))
    except Refusal as refusal:
        return Known(caller, sent, refusal)


def enter(
    opened: Door, demands: Gate, known: Known, request_id: str, *, payment_id: str | None
) -> Entry:
    """Judge the request, in the documented order. Raises the first stage's refusal."""
    caller, sent, tenant = known.caller, known.sent, known.tenant
    if isinstance(tenant, Refusal):
        raise tenant
    profile = tenant.profile
    counts = profile.common.check_tpp_roles_from_certificate_supported
    check_role(caller, demands.role, certificate_counts=counts)
    if profile.common.tpp_signature_required:
        signed = SignedRequest(request.method, sent_target(), sent, sent_body())
        opened.signatures.check(signed, caller.tpp, profile)
    _demand_acceptable(sent, demands.produces)
    token = _access_token(sent)
    refused_by = _token_rule(tenant, sent, with_token=token is not None)
    if opened.parts.stop_list.keeps_out(caller.tpp.authorisation_number, tenant.instance_id):
        raise CertificateBlocked
    tpp_id = opened.parts.tpps.register(caller.tpp, tenant.instance_id, caller.shown)
    psu = _psu(sent)
    granted = None
    if token is not None:
        shown = Shown(token, tpp_id, tenant.instance_id, profile, caller, payment_id, psu)
        granted = judged(opened.parts, opened.oauth.introspect, shown, opened.profiles)
    ctx = TppContext(
        tpp=caller.tpp,
        tpp_id=tpp_id,
        instance_id=tenant.instance_id,
        x_request_id=sent.get("x-request-id") or "",
        profile=profile,
        internal_request_id=request_id,
        # What the token does not say of the PSU, a header cannot add to it.
        psu=granted.psu if granted and granted.psu else psu,
        psu_context=_psu_context(sent),
        access_token=None if granted and granted.issued_here else token,
        granted=granted,
    )
    findings, notes = _judge_headers(demands.headers, known, profile)
    return Entry(ctx, sent, findings, notes, refused_by)


def _judge_headers(
    rules: tuple[HeaderRule, ...], known: Known, profile: Profile
) -> tuple[tuple[Finding, ...], tuple[TppNote, ...]]:
    """Faults of the headers; and what the bank only warns of."""
    faults = tuple(check_headers(rules, known.sent))
    if not profile.common.check_uri_compliance_to_domain_supported:
        return faults, ()
    faulty = {fault.path for fault in faults}
    certificate = known.caller.certificate
    foreign = foreign_uris(
        [rule for rule in rules if rule.label not in faulty],
        profile,
        known.sent,
        certificate.domains if certificate else (),
    )
    if profile.common.tpp_uri_compliance_response is UriComplianceResponse.REJECT:
        return (*faults, *foreign), ()
    return faults, tuple(TppNote(each.text, each.path) for each in foreign)


def on_record(known: Known, event: EventType, path: dict[str, str]) -> ReceivedRequest:
    """What is put on record of the request; of an id, only what can be one."""
    sent, tenant = known.sent, known.tenant
    x_request_id = sent.get("x-request-id") or ""
    payment_id, authorisation_id = path.get("payment_id"), path.get("authorisation_id")
    return ReceivedRequest(
        event_type=event,
        # A request that names no tenant of ours has nowhere else to be.
        instance_id=DEFAULT_TENANT if isinstance(tenant, Refusal) else tenant.instance_id,
        tpp_authorisation_number=known.caller.tpp.authorisation_number,
        method=request.method,
        path=request.path[:LONGEST_ON_RECORD],
        headers=_headers_on_record(sent),
        x_request_id=x_request_id if is_uuid(x_request_id) else None,
        payment_id=payment_id if payment_id and is_id(payment_id) else None,
        authorisation_id=authorisation_id if authorisation_id and is_id(authorisation_id) else None,
    )


def _headers_on_record(sent: SentHeaders) -> dict[str, str]:
    found = {
        name: value[:LONGEST_ON_RECORD]
        for name in ON_RECORD
        if (value := sent.get(name)) is not None
    }
    content_type = request.environ.get("CONTENT_TYPE")
    if content_type:
        found["content-type"] = content_type[:LONGEST_ON_RECORD]
    return found


def _demand_acceptable(sent: SentHeaders, produces: tuple[str, ...]) -> None:
    """Raises 406 when the caller can take neither what the route produces nor problem+json."""
    accept = sent.get("accept")
    if accept in (None, "", "*/*", JSON):
        return
    if preferred((*produces, PROBLEM_JSON)) is None:
        raise RequestFaulty.one(Message.REQUESTED_FORMATS_INVALID)


def _token_rule(tenant: Tenant, sent: SentHeaders, *, with_token: bool) -> TokenRule | None:
    """The rule of OAuth that may be against this request, by what is on record of its payment. By
    one that goes by its headers it is refused at once.
    """
    profile = tenant.profile
    rule = token_rule(profile, method=request.method, with_token=with_token)
    if rule is not None and rule.by_wish and sends_psu(profile, sent):
        raise rule.refusal(profile, tenant.instance_id)
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

"""POST /v1/{payment-service}/{payment-product}: initiation of a payment."""

from dataclasses import replace

from flask import Response, request

from cms.domain.authorisation import AuthorisationKind
from cms.domain.payment import TppWishes
from cms.domain.payment_service import PaymentService
from cms.domain.profile import NotificationMode, Profile
from cms.service.idempotency import body_digest
from xs2a.checks.headers import notification_modes, says_true
from xs2a.checks.payment import BodyRules
from xs2a.errors import Finding, RequestFaulty
from xs2a.flows.initiate import Initiation, PaymentRequest, initiate_payment
from xs2a.http import gate, links
from xs2a.http.answers import JSON, json_response, notes, psu_message
from xs2a.http.payment_body import read_single_payment
from xs2a.http.replay import Replay, answer_once, replay_key
from xs2a.http.sent import SentHeaders, sent_body
from xs2a.http.wishes import (
    absent,
    missing_way_back,
    prefers_explicit,
    redirect_uris,
    sca_wishes,
)
from xs2a.sca.offers import explicit_link
from xs2a.spec.messages import Message
from xs2a.spec.products import SERVED

LONGEST_CONTENT_TYPE = 255  # characters
# Content types of the standard's other payment formats. The products served here are JSON.
_OTHER_FORMATS = frozenset({"application/xml", "multipart/form-data", "text/plain"})


def answer_initiation(entry: gate.Entry, service: PaymentService, product: str) -> Response:
    """Check the request in its documented stages, initiate, answer 201."""
    ctx, sent = entry.ctx, entry.sent
    _demand_offered(ctx.profile, service, product)
    _demand_json_body()
    body = sent_body()
    key = None if entry.findings else replay_key(ctx, sent)
    replay = Replay(key, body_digest(body)) if key else None
    first = replay.first_answer() if replay else None
    if first is not None:  # before the rules: what was right then may be too late now
        return first
    agreed = _agreed_modes(ctx.profile, sent)
    payment_request = _read_request(entry, body, service, product, agreed=agreed or ())
    if ctx.profile.common.psu_in_initial_request_ignored:
        ctx = replace(ctx, psu=None)
    parts = gate.door().parts
    return answer_once(
        replay,
        lambda remember: initiate_payment(parts, ctx, payment_request, remember),
        lambda initiation: _created(initiation, ctx.profile, agreed),
    )


def _demand_offered(profile: Profile, service: PaymentService, product: str) -> None:
    missing = gate.offers(profile, service, product)
    if missing is None and product not in SERVED.get(service, ()):
        missing = Finding(Message.PRODUCT_UNKNOWN, Message.PRODUCT_UNKNOWN.text, "payment-product")
    if missing is not None:
        raise RequestFaulty((missing,))


def _demand_json_body() -> None:
    sent = request.mimetype
    if len(request.content_type or "") > LONGEST_CONTENT_TYPE:
        text = f"Header 'content-type' is longer than {LONGEST_CONTENT_TYPE} characters."
        raise RequestFaulty.one(Message.FORMAT_ERROR, text, "content-type")
    if sent == JSON:
        return
    if sent in _OTHER_FORMATS:
        text = "This payment product takes a JSON body."
        raise RequestFaulty.one(Message.FORMAT_ERROR, text, "content-type")
    raise RequestFaulty.one(Message.UNSUPPORTED_MEDIA_TYPE)


def _read_request(
    entry: gate.Entry,
    body: bytes,
    service: PaymentService,
    product: str,
    *,
    agreed: tuple[str, ...],
) -> PaymentRequest:
    """Raises RequestFaulty with all findings of the first stage that has any (spec 12.1, E5)."""
    profile, sent = entry.ctx.profile, entry.sent
    today = gate.door().parts.clock().date()
    read = read_single_payment(body, BodyRules(profile, today))
    stages = (
        (*entry.findings, *read.early),
        read.unknown_members,
        (*missing_way_back(profile, sent), *read.fields),
        _missing_psu(profile, sent),
        read.accounts,
    )
    for findings in stages:
        if findings:
            raise RequestFaulty(tuple(findings))
    if read.transfer is None:
        raise RequestFaulty.one(Message.FORMAT_ERROR)
    return PaymentRequest(
        service=service,
        product=product,
        transfer=read.transfer,
        body=body,
        content_type=request.content_type or JSON,
        wishes=_wishes(sent, agreed),
        reject_without_funds=says_true(sent.get("tpp-rejection-nofunds-preferred")),
        sca_wishes=sca_wishes(sent),
        prefers_explicit=prefers_explicit(sent),
    )


def _missing_psu(profile: Profile, sent: SentHeaders) -> tuple[Finding, ...]:
    common = profile.common
    if not common.psu_in_initial_request_mandated:
        return ()
    psu_id = None if common.psu_in_initial_request_ignored else sent.get("psu-id")
    return () if psu_id and psu_id.strip() else absent("psu-id", psu_id)


def _wishes(sent: SentHeaders, agreed: tuple[str, ...]) -> TppWishes:
    return TppWishes(
        redirect_uris=redirect_uris(sent),
        notification_uri=sent.get("tpp-notification-uri") or None,
        notification_modes=agreed,
        brand_logging_information=sent.get("tpp-brand-logging-information") or None,
    )


def _agreed_modes(profile: Profile, sent: SentHeaders) -> tuple[str, ...] | None:
    """Notices the TPP wants and the bank sends; None where the bank sends none at all (13.5)."""
    offered = profile.common.aspsp_notifications_supported
    if NotificationMode.NONE in offered:
        return None
    asked = notification_modes(sent.get("tpp-notification-content-preferred") or "")
    return tuple(mode.value for mode in offered if mode.value in asked)


def _created(
    initiation: Initiation,
    profile: Profile,
    agreed: tuple[str, ...] | None,
) -> Response:
    payment, authorisation = initiation.payment, initiation.authorisation
    found = _links(initiation, profile)
    headers = {"Location": links.absolute(found["self"]["href"])}
    if authorisation is not None:
        headers["Aspsp-Sca-Approach"] = authorisation.sca_approach.wire
    if agreed is not None:
        headers["ASPSP-Notification-Support"] = "true" if agreed else "false"
        if agreed:
            headers["ASPSP-Notification-Content"] = f"status={','.join(agreed)}"
    body = {
        "transactionStatus": payment.status.value,
        "paymentId": payment.payment_id,
        "scaStatus": authorisation.status.value if authorisation else None,
        "_links": found,
        "psuMessage": psu_message(initiation.psu_message),
        "tppMessages": notes(initiation.tpp_notes),
    }
    return json_response(body, 201, headers)


def _links(initiation: Initiation, profile: Profile) -> links.Links:
    """Where nothing is left to authorise (rejected, P13) there is nothing beside the payment."""
    payment, authorisation = initiation.payment, initiation.authorisation
    found = links.payment_links(payment, profile)
    if authorisation is not None:
        return found | links.authorisation_links(payment, authorisation, profile)
    if initiation.explicit is not None:
        name = explicit_link(initiation.explicit, basket_mode=initiation.basket_mode)
        found |= links.start_link(name, payment, AuthorisationKind.PIS_CREATION, profile)
    return found

"""POST /v1/{payment-service}/{payment-product}: initiation of a payment."""

from dataclasses import replace

import orjson
from flask import Response, request

from cms.domain.errors import KeptBefore, StoreUnavailable
from cms.domain.kept_answer import KeptAnswer
from cms.domain.payment import RedirectUris, TppWishes
from cms.domain.payment_service import PaymentService
from cms.domain.profile import NotificationMode, Profile, RequestIdReplay, ScaRedirectFlow
from cms.service.idempotency import body_digest, request_key
from xs2a.checks.headers import notification_modes, says_true
from xs2a.checks.payment import BodyRules
from xs2a.errors import Finding, RequestFaulty
from xs2a.flows.initiate import Initiation, PaymentRequest, initiate_payment
from xs2a.flows.parts import TppContext
from xs2a.http import gate, links
from xs2a.http.answers import JSON, json_response, notes, psu_message
from xs2a.http.answers import answer as respond
from xs2a.http.payment_body import read_single_payment
from xs2a.http.sent import SentHeaders, sent_body
from xs2a.sca.redirect import REDIRECT
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
    key = None if entry.findings else _idempotency_key(ctx, sent)
    kept = gate.door().parts.idempotency.find(key) if key else None
    if kept is not None:  # before the rules: what was right then may be too late now
        return _again(kept, body)
    agreed = _agreed_modes(ctx.profile, sent)
    payment_request = _read_request(entry, body, service, product, agreed=agreed or ())
    if ctx.profile.common.psu_in_initial_request_ignored:
        ctx = replace(ctx, psu=None)
    if key is None:
        initiation = initiate_payment(gate.door().parts, ctx, payment_request)
        return _created(initiation, ctx.profile, agreed)
    return _once(key, ctx, payment_request, agreed)


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
        (*_missing_redirect_uri(profile, sent), *read.fields),
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
    )


def _missing_redirect_uri(profile: Profile, sent: SentHeaders) -> tuple[Finding, ...]:
    """Spec 2.3: needed for the redirect approach, as the PSU must find the way back."""
    uri = sent.get("tpp-redirect-uri")
    if profile.common.sca_redirect_flow is not ScaRedirectFlow.REDIRECT or (uri and uri.strip()):
        return ()
    return _absent("tpp-redirect-uri", uri)


def _missing_psu(profile: Profile, sent: SentHeaders) -> tuple[Finding, ...]:
    common = profile.common
    if not common.psu_in_initial_request_mandated:
        return ()
    psu_id = None if common.psu_in_initial_request_ignored else sent.get("psu-id")
    return () if psu_id and psu_id.strip() else _absent("psu-id", psu_id)


def _absent(header: str, value: str | None) -> tuple[Finding, ...]:
    fault = "is missing" if value is None else "must not be blank"
    return (Finding(Message.FORMAT_ERROR, f"Header '{header}' {fault}.", header),)


def _wishes(sent: SentHeaders, agreed: tuple[str, ...]) -> TppWishes:
    ok = sent.get("tpp-redirect-uri") or None
    return TppWishes(
        # Without a way back for the good case there is none for the bad one (spec 2.3).
        redirect_uris=RedirectUris(ok, sent.get("tpp-nok-redirect-uri") or None if ok else None),
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


def _created(initiation: Initiation, profile: Profile, agreed: tuple[str, ...] | None) -> Response:
    payment, authorisation = initiation.payment, initiation.authorisation
    found = links.initiation_links(payment, authorisation, profile)
    headers = {"Location": links.absolute(found["self"]["href"])}
    if authorisation is not None:
        headers["Aspsp-Sca-Approach"] = REDIRECT
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


def _idempotency_key(ctx: TppContext, sent: SentHeaders) -> str | None:
    """The key under which the first answer is kept (P14), or None for a request without one."""
    key = sent.get("idempotency-key")
    if key:
        return request_key(ctx.tpp_id, request.path, f"Idempotency-Key {key}")
    if ctx.profile.common.x_request_id_replay is RequestIdReplay.REPLAY:
        return request_key(ctx.tpp_id, request.path, f"X-Request-ID {ctx.x_request_id.lower()}")
    return None


def _once(
    key: str, ctx: TppContext, payment_request: PaymentRequest, agreed: tuple[str, ...] | None
) -> Response:
    """Initiate once per key: a repeated request gets the first answer again (P14)."""
    parts = gate.door().parts
    digest = body_digest(payment_request.body)

    def remember(initiation: Initiation) -> KeptAnswer:
        created = _created(initiation, ctx.profile, agreed)
        kept_headers = {k: v for k, v in created.headers.items() if k != "X-Request-ID"}
        headers = orjson.dumps(kept_headers).decode()
        return KeptAnswer(key, digest, created.status_code, headers, created.get_data())

    try:
        initiation = initiate_payment(parts, ctx, payment_request, remember)
        return _created(initiation, ctx.profile, agreed)
    except KeptBefore as error:  # a racing request was faster: its answer counts
        kept = parts.idempotency.find(key)
        if kept is None:  # what was there already is not this key's answer
            raise StoreUnavailable from error
        return _again(kept, payment_request.body)


def _again(kept: KeptAnswer, body: bytes) -> Response:
    """The first answer once more; a key used for another body is refused (P14)."""
    if kept.body_digest != body_digest(body):
        text = "This idempotency key was used before with another body."
        raise RequestFaulty.one(Message.FORMAT_ERROR, text, "idempotency-key")
    return respond(kept.body, kept.http_status, orjson.loads(kept.headers))

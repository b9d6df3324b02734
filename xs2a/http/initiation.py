"""POST /v1/{payment-service}/{payment-product}: initiation of a payment."""

from dataclasses import replace
from typing import Any

from flask import Response, request

from cms.domain.authorisation import AuthorisationKind
from cms.domain.money import Amount
from cms.domain.payment import TppWishes
from cms.domain.payment_order import Document
from cms.domain.payment_service import PaymentService
from cms.domain.profile import Profile
from spi.types import Initiated
from xs2a.bodies.reading import media_type_finding, read_order
from xs2a.checks.headers import says_true
from xs2a.checks.payment import BodyRules
from xs2a.errors import Finding, RequestFaulty
from xs2a.flows.initiate import Initiation, PaymentRequest, initiate_payment
from xs2a.flows.parts import TppContext
from xs2a.http import gate, links
from xs2a.http.answers import json_response, notes, psu_message
from xs2a.http.replay import Replay, answer_once, initiation_digest, replay_key
from xs2a.http.sent import SentHeaders, sent_body
from xs2a.http.wishes import (
    absent,
    agreed_modes,
    missing_way_back,
    prefers_explicit,
    redirect_uris,
    sca_wishes,
)
from xs2a.sca.offers import explicit_link
from xs2a.spec.messages import Message
from xs2a.spec.products import Format, format_of

LONGEST_CONTENT_TYPE = 255  # characters


def answer_initiation(entry: gate.Entry, service: PaymentService, product: str) -> Response:
    """Check the request in its documented stages, initiate, answer 201."""
    ctx, sent = entry.ctx, entry.sent
    _demand_offered(ctx.profile, service, product)
    _demand_media_type(service, product)
    body = sent_body()
    key = None if entry.findings else replay_key(ctx, sent)
    replay = Replay(key, initiation_digest(ctx, body)) if key else None
    first = replay.first_answer() if replay else None
    if first is not None:  # before the rules: what was right then may be too late now
        return first
    agreed = agreed_modes(ctx.profile, sent)
    payment_request = _read_request(entry, body, service, product, agreed=agreed or ())
    if ctx.profile.common.psu_in_initial_request_ignored:
        ctx = replace(ctx, psu=ctx.granted.psu if ctx.granted else None)
    parts = gate.door().parts
    return answer_once(
        replay,
        lambda remember: initiate_payment(parts, ctx, payment_request, remember),
        lambda initiation: _created(initiation, ctx.profile, agreed),
    )


def _demand_offered(profile: Profile, service: PaymentService, product: str) -> None:
    missing = gate.offers(profile, service, product)
    if missing is not None:
        raise RequestFaulty((missing,))


def _demand_media_type(service: PaymentService, product: str) -> None:
    sent = request.content_type or ""
    if len(sent) > LONGEST_CONTENT_TYPE:
        text = f"Header 'content-type' is longer than {LONGEST_CONTENT_TYPE} characters."
        raise RequestFaulty.one(Message.FORMAT_ERROR, text, "content-type")
    wrong = media_type_finding(service, product, sent)
    if wrong is not None:
        raise RequestFaulty((wrong,))


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
    document = Document(request.content_type or "", body)
    read = read_order(service, product, document, BodyRules(profile, today))
    stages = (
        (*entry.findings, *read.early),
        read.unknown_members,
        (*_missing_way_back(profile, sent, product), *read.fields),
        _missing_psu(entry.ctx, sent),
        read.accounts,
    )
    for findings in stages:
        if findings:
            raise RequestFaulty(tuple(findings))
    if read.order is None:
        raise RequestFaulty.one(Message.FORMAT_ERROR)
    return PaymentRequest(
        service=service,
        product=product,
        order=read.order,
        notes=(*entry.notes, *read.notes),
        wishes=_wishes(sent, agreed),
        reject_without_funds=says_true(sent.get("tpp-rejection-nofunds-preferred")),
        sca_wishes=sca_wishes(sent),
        prefers_explicit=prefers_explicit(sent),
    )


def _missing_way_back(profile: Profile, sent: SentHeaders, product: str) -> tuple[Finding, ...]:
    """Asked for with the standard's JSON only (spec 2.3)."""
    return missing_way_back(profile, sent) if format_of(product) is Format.JSON else ()


def _missing_psu(ctx: TppContext, sent: SentHeaders) -> tuple[Finding, ...]:
    """A token may name the PSU in the place of the header."""
    common = ctx.profile.common
    named_by_token = ctx.granted is not None and ctx.granted.psu is not None
    if named_by_token or not common.psu_in_initial_request_mandated:
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
    if initiation.initiated is not None:
        body |= _costs(initiation.initiated)
    return json_response(body, 201, headers)


def _costs(initiated: Initiated) -> dict[str, Any]:
    """What the bank says the payment costs."""
    return {
        "transactionFees": _amount(initiated.transaction_fees),
        "transactionFeeIndicator": initiated.transaction_fee_indicator,
        "currencyConversionFee": _amount(initiated.currency_conversion_fee),
        "estimatedTotalAmount": _amount(initiated.estimated_total_amount),
        "estimatedInterbankSettlementAmount": _amount(
            initiated.estimated_interbank_settlement_amount
        ),
    }


def _amount(amount: Amount | None) -> dict[str, str] | None:
    return {"currency": amount.currency, "amount": f"{amount.value:f}"} if amount else None


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

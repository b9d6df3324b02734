"""DELETE /v1/{payment-service}/{payment-product}/{paymentId}: cancellation of a payment."""

from flask import Response

from cms.domain.approach import Approach
from cms.domain.authorisation import AuthorisationKind
from xs2a.errors import RequestFaulty
from xs2a.flows.cancel import Cancellation, CancelRequest, cancel_payment
from xs2a.http import gate, links
from xs2a.http.addresses import addressed
from xs2a.http.answers import json_response, no_content, notes, psu_message
from xs2a.http.wishes import missing_way_back, prefers_explicit, redirect_uris, sca_wishes
from xs2a.sca.offers import explicit_link


def answer_cancellation(entry: gate.Entry, path: dict[str, str]) -> Response:
    """Cancel at once (204), or ask for the PSU's authorisation (202)."""
    ctx, sent = entry.ctx, entry.sent
    findings = (*entry.findings, *missing_way_back(ctx.profile, sent))
    if findings:
        raise RequestFaulty(findings)
    request = CancelRequest(
        wishes=sca_wishes(sent),
        prefers_explicit=prefers_explicit(sent),
        redirect_uris=redirect_uris(sent),
    )
    with addressed(entry, path) as address:
        cancellation = cancel_payment(gate.door().parts, ctx, address, request)
    if cancellation.approach is None:
        return no_content()
    return _awaiting_psu(entry, cancellation, cancellation.approach)


def _awaiting_psu(entry: gate.Entry, cancellation: Cancellation, approach: Approach) -> Response:
    profile = entry.ctx.profile
    payment, authorisation = cancellation.payment, cancellation.authorisation
    offered = links.payment_links(payment, profile)
    headers = {}
    if authorisation is None:
        name = explicit_link(approach)
        kind = AuthorisationKind.PIS_CANCELLATION
        offered |= links.start_link(name, payment, kind, profile)
    else:
        offered |= links.authorisation_links(payment, authorisation, profile)
        headers["Aspsp-Sca-Approach"] = authorisation.sca_approach.wire
    body = {
        "transactionStatus": payment.status.value,
        "scaStatus": authorisation.status.value if authorisation else None,
        "_links": offered,
        "psuMessage": psu_message(cancellation.psu_message),
        "tppMessages": notes((*entry.notes, *cancellation.tpp_notes)),
    }
    return json_response(body, 202, headers)

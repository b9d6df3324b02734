"""Bodies of the psu-api: the members that the specification names; absent ones are left out."""

import base64
from typing import Any

import orjson

from cms.domain.authorisation import Authorisation
from cms.domain.parties import PsuId, Tpp
from cms.domain.payment import Payment
from cms.service.authorisations import Visit


def _present(body: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in body.items() if value is not None}


def psu_body(psu: PsuId) -> dict[str, Any]:
    """A PSU."""
    return _present(
        {
            "psuId": psu.psu_id,
            "psuIdType": psu.psu_id_type,
            "psuCorporateId": psu.psu_corporate_id,
            "psuCorporateIdType": psu.psu_corporate_id_type,
        }
    )


def tpp_body(tpp: Tpp) -> dict[str, Any]:
    """A TPP (`TppInfo`)."""
    return _present(
        {
            "authorisationNumber": tpp.authorisation_number,
            "tppName": tpp.name,
            "tppRoles": sorted(role.service for role in tpp.roles),
            "authorityId": tpp.authority_id,
            "authorityName": tpp.authority_name,
            "country": tpp.country,
            "organisation": tpp.organisation,
            "organisationUnit": tpp.organisation_unit,
            "city": tpp.city,
            "state": tpp.state,
        }
    )


def payment_body(payment: Payment, body: bytes, tpp: Tpp) -> dict[str, Any]:
    """A payment: what the CMS knows of it, the bytes that were sent, and, as those are JSON, their
    members beside it, so that the page can show amount and creditor.
    """
    sent: dict[str, Any] = orjson.loads(body)
    known = {
        "paymentId": payment.payment_id,
        "paymentType": payment.service.payment_type,
        "paymentProduct": payment.product,
        "transactionStatus": payment.status.value,
        "psuIdDatas": [psu_body(psu) for psu in payment.psus],
        "tppInfo": tpp_body(tpp),
        "creationTimestamp": payment.created_at.isoformat(),
        "statusChangeTimestamp": payment.status_changed_at.isoformat(),
        "paymentData": base64.b64encode(body).decode(),
    }
    return sent | known


def visit_body(visit: Visit) -> dict[str, Any]:
    """`CmsPaymentResponse`: the payment, the authorisation and the ways back."""
    return _present(
        {
            "payment": payment_body(visit.payment, visit.body, visit.tpp),
            "authorisationId": visit.authorisation.authorisation_id,
            "tppOkRedirectUri": visit.authorisation.redirect_uris.ok,
            "tppNokRedirectUri": visit.authorisation.redirect_uris.nok,
        }
    )


def authorisation_body(authorisation: Authorisation) -> dict[str, Any]:
    """`CmsPsuAuthorisation`."""
    return _present(
        {
            "psuId": authorisation.psu.psu_id if authorisation.psu else None,
            "authorisationId": authorisation.authorisation_id,
            "scaStatus": authorisation.status.value,
            "type": authorisation.kind.value,
            "scaApproach": authorisation.sca_approach.wire,
            "redirectUrlExpirationTimestamp": authorisation.redirect_expires_at.isoformat(),
            "authorisationExpirationTimestamp": authorisation.expires_at.isoformat(),
            "tppOkRedirectUri": authorisation.redirect_uris.ok,
            "tppNokRedirectUri": authorisation.redirect_uris.nok,
        }
    )


def psu_row_body(authorisation: Authorisation) -> dict[str, Any]:
    """One row of the list of a payment's PSUs: who, by which authorisation, and how far."""
    return (psu_body(authorisation.psu) if authorisation.psu else {}) | {
        "authorisationId": authorisation.authorisation_id,
        "scaStatus": authorisation.status.value,
        "type": authorisation.kind.value,
    }

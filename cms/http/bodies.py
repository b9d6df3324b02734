"""Bodies that several faces answer with: the members that the specification names; absent ones are
left out.
"""

import base64
from typing import Any

import orjson

from cms.domain.parties import PsuId, Tpp
from cms.domain.payment import Payment
from cms.domain.payment_order import PaymentOrder
from cms.http.members import present
from cms.http.order_members import order_members


def psu_body(psu: PsuId) -> dict[str, Any]:
    """A PSU."""
    return present(
        {
            "psuId": psu.psu_id,
            "psuIdType": psu.psu_id_type,
            "psuCorporateId": psu.psu_corporate_id,
            "psuCorporateIdType": psu.psu_corporate_id_type,
        }
    )


def tpp_body(tpp: Tpp) -> dict[str, Any]:
    """A TPP (`TppInfo`)."""
    return present(
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


def payment_body(payment: Payment, order: PaymentOrder, tpp: Tpp) -> dict[str, Any]:
    """A payment: what the CMS knows of it, the bytes that were sent and their media type, and
    beside them the order's members, so that the page can show amount and creditor.
    """
    return _members(payment, order) | {
        "paymentId": payment.payment_id,
        "paymentType": payment.service.payment_type,
        "paymentProduct": payment.product,
        "transactionStatus": payment.status.value,
        "psuIdDatas": [psu_body(psu) for psu in payment.psus],
        "tppInfo": tpp_body(tpp),
        "creationTimestamp": payment.created_at.isoformat(),
        "statusChangeTimestamp": payment.status_changed_at.isoformat(),
        "contentType": order.document.content_type,
        "paymentData": base64.b64encode(order.document.body).decode(),
    }


def _members(payment: Payment, order: PaymentOrder) -> dict[str, Any]:
    """As they were sent where that was the standard's JSON; else those that say the same. None
    of the bank's own product: whatever its members are called, they mean what the bank means.
    """
    if order.transfers and _is_json(order.document.content_type):
        sent: dict[str, Any] = orjson.loads(order.document.body)
        return sent
    return order_members(payment.service, order)


def _is_json(content_type: str) -> bool:
    return content_type.partition(";")[0].strip().lower() == "application/json"

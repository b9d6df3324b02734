"""GET .../status: a payment's status, as JSON or as a pain.002 message (spec 14.2)."""

from typing import Final

from flask import Response

from cms.domain.profile import Profile
from xs2a.bodies.iso20022.status_report import status_report
from xs2a.bodies.originals import NOT_A_MESSAGE, ids_of_message
from xs2a.errors import RequestFaulty
from xs2a.flows.parts import Parts
from xs2a.flows.reads import PaymentStatus, find_payment, read_document, read_status
from xs2a.http import gate
from xs2a.http.addresses import addressed
from xs2a.http.answers import answer, json_response, notes, psu_message
from xs2a.http.gate import Entry
from xs2a.http.negotiation import preferred
from xs2a.spec.media_types import JSON, XML
from xs2a.spec.messages import Message
from xs2a.spec.products import Format, format_of

STATUS_FORMATS: Final = (JSON, XML)


def answer_status(entry: Entry, path: dict[str, str]) -> Response:
    """The status in the format that the TPP prefers among those the bank offers."""
    parts = gate.door().parts
    media_type = preferred(_offered(entry.ctx.profile))
    with addressed(entry, path) as address:
        if media_type is None:
            find_payment(parts, entry.ctx, address)  # what is unknown is told first
            raise RequestFaulty.one(Message.REQUESTED_FORMATS_INVALID)
        status = read_status(parts, entry.ctx, address)
    if media_type == XML:
        return answer(_as_xml(parts, status), 200, {"Content-Type": XML})
    return _as_json(status)


def _offered(profile: Profile) -> tuple[str, ...]:
    """In the order of the profile, which decides between what the TPP likes equally."""
    listed = profile.pis.supported_transaction_status_formats
    return tuple(each for each in listed if each in STATUS_FORMATS) or (JSON,)


def _as_xml(parts: Parts, status: PaymentStatus) -> bytes:
    """The bank's own message, where it has one and it says what is stored (P1), or ours."""
    payment, report = status.payment, status.report
    if report is not None and report.document is not None and report.status is payment.status:
        return report.document
    original = NOT_A_MESSAGE
    if format_of(payment.product) is Format.PAIN_001:
        original = ids_of_message(payment.service, read_document(parts, payment))
    return status_report(
        payment.payment_id, payment.status, original=original, created=parts.clock()
    )


def _as_json(status: PaymentStatus) -> Response:
    report = status.report
    return json_response(
        {
            "transactionStatus": status.payment.status.value,
            "fundsAvailable": report.funds_available if report else None,
            "psuMessage": psu_message(report.psu_message) if report else None,
            "tppMessages": notes(report.tpp_notes) if report else None,
        }
    )

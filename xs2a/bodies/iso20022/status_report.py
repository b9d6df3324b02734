"""Writes the status of a payment as an ISO 20022 status report (spec 14.2)."""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

from lxml import etree
from lxml.etree import _Element as Element

from cms.domain.statuses import TransactionStatus
from xs2a.bodies.iso20022.pain001 import OriginalIds

# Up to version 03 the list of statuses is closed, and lacks PATC, CANC, ACCC, ACFC and ACWP. This
# one takes the external code list, and is the one that goes with pain.001.001.09.
NAMESPACE: Final = "urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"
_MESSAGE_ID: Final = 32


def status_report(
    payment_id: str, status: TransactionStatus, *, original: OriginalIds, created: datetime
) -> bytes:
    """The message. What is not known of the original is told by the payment's id.

    The id of the report comes from what it says and when: the same said twice is one message.
    """
    moment = created.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    said = f"{payment_id} {status.value} {moment}".encode()
    document = etree.Element(_name("Document"), nsmap={None: NAMESPACE})
    report = etree.SubElement(document, _name("CstmrPmtStsRpt"))
    header = etree.SubElement(report, _name("GrpHdr"))
    _add(header, "MsgId", sha256(said).hexdigest()[:_MESSAGE_ID])
    _add(header, "CreDtTm", moment)
    group = etree.SubElement(report, _name("OrgnlGrpInfAndSts"))
    # Our ids are UUIDs, which fit in without their hyphens only.
    _add(group, "OrgnlMsgId", original.message_id or payment_id.replace("-", ""))
    _add(group, "OrgnlMsgNmId", original.message_name)
    _add(group, "GrpSts", status.value)
    if original.payment_information_id is not None:
        instruction = etree.SubElement(report, _name("OrgnlPmtInfAndSts"))
        _add(instruction, "OrgnlPmtInfId", original.payment_information_id)
        _add(instruction, "PmtInfSts", status.value)
    return etree.tostring(document, encoding="UTF-8", xml_declaration=True)


def _add(parent: Element, name: str, text: str) -> None:
    etree.SubElement(parent, _name(name)).text = text


def _name(local: str) -> str:
    return f"{{{NAMESPACE}}}{local}"

"""pain.002: the status of a payment as XML.

The rules are those of the message definition pain.002.001.10, stated here: the order of the
elements, what must be there, and lengths. With `XS2A_PAIN_002_SCHEMA` naming its XSD (from
iso20022.org) the messages are judged by it as well.
"""

import os
from datetime import UTC, datetime, timedelta, timezone

import pytest
from lxml import etree

from cms.domain.statuses import TransactionStatus
from tests.pain001 import Pain001
from xs2a.bodies.iso20022.pain001 import OriginalIds, original_ids
from xs2a.bodies.iso20022.status_report import NAMESPACE, status_report
from xs2a.bodies.originals import NOT_A_MESSAGE

PAYMENT_ID = "0190f3a0-1111-7abc-8def-0123456789ab"
CREATED = datetime(2026, 11, 22, 11, 0, 0, 123456, tzinfo=timezone(timedelta(hours=1)))
PAIN_001 = original_ids(Pain001().xml())
SCHEMA = os.environ.get("XS2A_PAIN_002_SCHEMA")


def written(
    status: TransactionStatus, original: OriginalIds, payment_id: str = PAYMENT_ID
) -> bytes:
    return status_report(payment_id, status, original=original, created=CREATED)


def told(xml: bytes) -> list[tuple[str, str]]:
    """The texts of the message in order, each with the names of its elements."""
    root = etree.fromstring(xml)
    tree = root.getroottree()
    leaves = [element for element in root.iter() if not len(element)]
    paths = [tree.getelementpath(leaf).replace(f"{{{NAMESPACE}}}", "") for leaf in leaves]
    return list(zip(paths, [leaf.text or "" for leaf in leaves], strict=True))


def test_of_a_pain001() -> None:
    report = written(TransactionStatus.ACSC, PAIN_001)

    message_id = told(report)[0][1]
    assert report.startswith(b"<?xml version='1.0' encoding='UTF-8'?>")
    assert told(report) == [
        ("CstmrPmtStsRpt/GrpHdr/MsgId", message_id),
        ("CstmrPmtStsRpt/GrpHdr/CreDtTm", "2026-11-22T10:00:00.123Z"),
        ("CstmrPmtStsRpt/OrgnlGrpInfAndSts/OrgnlMsgId", "message-1"),
        ("CstmrPmtStsRpt/OrgnlGrpInfAndSts/OrgnlMsgNmId", "pain.001.001.09"),
        ("CstmrPmtStsRpt/OrgnlGrpInfAndSts/GrpSts", "ACSC"),
        ("CstmrPmtStsRpt/OrgnlPmtInfAndSts/OrgnlPmtInfId", "instruction-1"),
        ("CstmrPmtStsRpt/OrgnlPmtInfAndSts/PmtInfSts", "ACSC"),
    ]


def test_of_a_payment_that_was_no_message() -> None:
    assert told(written(TransactionStatus.RCVD, NOT_A_MESSAGE))[2:] == [
        ("CstmrPmtStsRpt/OrgnlGrpInfAndSts/OrgnlMsgId", "0190f3a011117abc8def0123456789ab"),
        ("CstmrPmtStsRpt/OrgnlGrpInfAndSts/OrgnlMsgNmId", "pain.001.001.09"),
        ("CstmrPmtStsRpt/OrgnlGrpInfAndSts/GrpSts", "RCVD"),
    ]


def test_what_stands_in_the_original_stays_text() -> None:
    original = OriginalIds("pain.001.001.09", "<&>", "]]>")

    texts = dict(told(written(TransactionStatus.RCVD, original)))

    assert texts["CstmrPmtStsRpt/OrgnlGrpInfAndSts/OrgnlMsgId"] == "<&>"
    assert texts["CstmrPmtStsRpt/OrgnlPmtInfAndSts/OrgnlPmtInfId"] == "]]>"


@pytest.mark.parametrize("status", TransactionStatus)
@pytest.mark.parametrize(
    "original",
    [
        PAIN_001,
        NOT_A_MESSAGE,
        OriginalIds("pain.001.001.03", "x" * 35, None),
    ],
)
def test_every_status_in_the_message_definition(
    status: TransactionStatus, original: OriginalIds
) -> None:
    report = written(status, original)

    texts = told(report)
    assert all(0 < len(text) <= 35 for _, text in texts)
    assert {text for path, text in texts if path.endswith("Sts")} == {status.value}
    if SCHEMA:
        etree.XMLSchema(file=SCHEMA).assertValid(etree.fromstring(report))


def test_a_message_has_an_id_of_its_own() -> None:
    later = CREATED + timedelta(seconds=1)
    other = "0190f3a0-2222-7abc-8def-0123456789ab"
    reports = [
        written(TransactionStatus.RCVD, PAIN_001),
        written(TransactionStatus.ACSC, PAIN_001),
        written(TransactionStatus.RCVD, PAIN_001, other),
        status_report(PAYMENT_ID, TransactionStatus.RCVD, original=PAIN_001, created=later),
    ]

    assert len({told(report)[0][1] for report in reports}) == 4
    same = status_report(
        PAYMENT_ID, TransactionStatus.RCVD, original=PAIN_001, created=CREATED.astimezone(UTC)
    )
    assert same == reports[0]

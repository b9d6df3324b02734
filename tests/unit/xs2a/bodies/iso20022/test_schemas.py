"""Deviations from the schema of pain.001, and where they are."""

import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from tests.pain001 import NAMESPACE, VERSIONS, Pain001
from xs2a.bodies.iso20022.schemas import (
    MESSAGE_NAMES,
    MOST_DEVIATIONS,
    Deviation,
    deviations,
    message_name,
)
from xs2a.bodies.xml import parse

INSTRUCTION = "/Document/CstmrCdtTrfInitn/PmtInf"


def found(document: Pain001) -> tuple[Deviation, ...]:
    return deviations(parse(document.xml()))


def test_the_versions_that_are_known() -> None:
    assert MESSAGE_NAMES == VERSIONS


@pytest.mark.parametrize("version", VERSIONS)
def test_a_valid_document_has_none(version: str) -> None:
    document = Pain001(version=version, transactions=(1, 2))

    assert message_name(parse(document.xml())) == version
    assert found(document) == ()


def test_the_package_of_the_schemas_is_not_imported() -> None:
    assert found(Pain001()) == ()
    assert "sepaxml" not in sys.modules


@pytest.mark.parametrize(
    "body",
    [
        b"<Document/>",
        f'<Document xmlns="{NAMESPACE}pain.008.001.02"/>'.encode(),
        f'<Document xmlns="{NAMESPACE}pain.001.001.02"/>'.encode(),
        f'<Other xmlns="{NAMESPACE}pain.001.001.09"/>'.encode(),
        f'<x:Document xmlns="{NAMESPACE}pain.001.001.09" xmlns:x="y"/>'.encode(),
    ],
)
def test_other_documents_are_not_known(body: bytes) -> None:
    assert message_name(parse(body)) is None


@pytest.mark.parametrize(
    "old, new, path, text",
    [
        ("<MsgId>message-1</MsgId>", "", "/Document/CstmrCdtTrfInitn/GrpHdr/CreDtTm", "CreDtTm"),
        ("2026-11-22T10:00:00Z", "now", "/Document/CstmrCdtTrfInitn/GrpHdr/CreDtTm", "'now'"),
        ("<PmtMtd>TRF</PmtMtd>", "<PmtMtd/>", f"{INSTRUCTION}[1]/PmtMtd", "PmtMtd"),
        ("e2e-2-1<", f"{'x' * 36}<", f"{INSTRUCTION}[2]/CdtTrfTxInf[1]/PmtId/EndToEndId", "36"),
        (
            "<Ustrd>Invoice 2-2</Ustrd>",
            "<Ustrd>a</Ustrd><Ustrd></Ustrd>",
            f"{INSTRUCTION}[2]/CdtTrfTxInf[2]/RmtInf/Ustrd[2]",
            "minLength",
        ),
        (
            "<PmtId><EndToEndId>e2e-2-2",
            "<PmtId a='1'><EndToEndId>e2e-2-2",
            f"{INSTRUCTION}[2]/CdtTrfTxInf[2]/PmtId",
            "attribute 'a'",
        ),
        (
            "<NbOfTxs>3",
            "<!-- x --><?y?><NbOfTxs>a",
            "/Document/CstmrCdtTrfInitn/GrpHdr/NbOfTxs",
            "a",
        ),
    ],
)
@pytest.mark.parametrize("prefixed", [False, True])
def test_a_deviation_is_told_with_its_path(
    old: str, new: str, path: str, text: str, prefixed: bool
) -> None:
    body = Pain001(transactions=(1, 2), changes={old: new}).text()
    if prefixed:
        body = body.replace("</", "\0").replace("<", "<p:").replace("\0", "</p:")
        body = body.replace("<p:?", "<?").replace("<p:!", "<!").replace("xmlns=", "xmlns:p=")

    first = deviations(parse(body.encode()))[0]

    assert first.path == path
    assert text in first.text
    assert "urn:" not in first.text


def test_a_long_value_makes_no_long_text() -> None:
    document = Pain001(changes={"DE69760700240340283600": "x" * 100_000})

    assert {len(each.text) <= 500 for each in found(document)} == {True}


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(
            Pain001(transactions=(2000,), changes={"<EndToEndId>": "<EndToEndId>" + "x" * 35})
        ),
        pytest.param(Pain001(transactions=(2000,), changes={"</RmtInf>": "</RmtInf><More/>"})),
        pytest.param(Pain001(changes={"<Cdtr>": f"{'<Cdtr/>' * 50_000}<Cdtr>"})),
        pytest.param(Pain001(changes={"<PmtInf>": f"{'<PmtInf/>' * 90_000}<PmtInf>"})),
    ],
)
def test_there_is_an_end_to_it(document: Pain001) -> None:
    told = found(document)

    assert 0 < len(told) <= MOST_DEVIATIONS


def test_those_told_are_the_first_ones() -> None:
    document = Pain001(
        transactions=(400, 100), changes={"<EndToEndId>e2e-2-": "<EndToEndId>" + "x" * 35}
    )

    paths = [each.path for each in found(document)]

    assert paths == [
        f"{INSTRUCTION}[2]/CdtTrfTxInf[{number}]/PmtId/EndToEndId"
        for number in range(1, MOST_DEVIATIONS + 1)
    ]


def test_threads_do_not_mix_their_deviations() -> None:
    together = Barrier(4)

    def judged(number: int) -> bool:
        wrong = Pain001(transactions=(20,), changes={f"e2e-1-{number}<": "<"})
        together.wait()
        return {each.path for _ in range(20) for each in found(wrong)} == {
            f"{INSTRUCTION}[1]/CdtTrfTxInf[{number}]/PmtId/EndToEndId"
        }

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(judged, range(3, 7)))

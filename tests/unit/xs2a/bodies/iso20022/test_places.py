"""pain.001: what only some readers of XML would find, or take, is refused and told by its XPath."""

from collections.abc import Mapping
from datetime import date

import pytest

from cms.domain.profile import PisProfile, Profile, XmlValidation
from tests.pain001 import CREDITOR, DEBTOR, NAMESPACE, VERSIONS, Pain001
from xs2a.bodies.iso20022.elements import MOST_FINDINGS
from xs2a.bodies.iso20022.pain001 import ReadPain001, read_pain001
from xs2a.checks.payment import BodyRules

TODAY = date(2026, 11, 22)
MESSAGE = "/Document/CstmrCdtTrfInitn"
HEADER = f"{MESSAGE}/GrpHdr"
INSTRUCTION = f"{MESSAGE}/PmtInf[1]"
TRANSACTION = f"{INSTRUCTION}/CdtTrfTxInf[1]"
ENVELOPE = f"{TRANSACTION}/SplmtryData/Envlp"
EMPTY_MESSAGE = "<CstmrCdtTrfInitn><PmtInf/></CstmrCdtTrfInitn>"
ACCOUNT = f"<CdtrAcct><Id><IBAN>{DEBTOR}</IBAN></Id></CdtrAcct>"
INSTANCE = 'xmlns:i="http://www.w3.org/2001/XMLSchema-instance"'
LONG = "n" * 2000
OTHER = "xmlns:x='urn:x'"


def told(
    changes: Mapping[str, str], validation: XmlValidation, transactions: int = 1
) -> ReadPain001:
    """What comes of a document with changes."""
    rules = BodyRules(Profile(pis=PisProfile(xml_validation=validation)), TODAY)
    document = Pain001(transactions=(transactions,), changes=changes)
    return read_pain001(document.xml(), rules, single=False)


def data(content: str) -> str:
    """Supplementary data."""
    return f"<SplmtryData><Envlp>{content}</Envlp></SplmtryData>"


def enveloped(content: str) -> Mapping[str, str]:
    """The same of the transaction."""
    return {"</RmtInf>": f"</RmtInf>{data(content)}"}


@pytest.mark.parametrize(
    "changes, path",
    [
        # elements of the message at another place
        (enveloped("<CdtTrfTxInf/>"), f"{ENVELOPE}/CdtTrfTxInf[1]"),
        (enveloped(ACCOUNT), f"{ENVELOPE}/CdtrAcct"),
        (enveloped("<Nm>Eve</Nm>"), f"{ENVELOPE}/Nm"),
        (enveloped(f"<x:a {OTHER}><x:b><Nm>Eve</Nm></x:b></x:a>"), f"{ENVELOPE}/a/b/Nm"),
        (enveloped(f"<Document>{EMPTY_MESSAGE}</Document>"), f"{ENVELOPE}/Document"),
        ({"</GrpHdr>": "</GrpHdr><More><CdtTrfTxInf/></More>"}, f"{MESSAGE}/More/CdtTrfTxInf[1]"),
        ({"</GrpHdr>": "</GrpHdr><CdtTrfTxInf/>"}, f"{MESSAGE}/CdtTrfTxInf[1]"),
        (
            {"</Document>": f"<More>{EMPTY_MESSAGE}</More></Document>"},
            "/Document/More/CstmrCdtTrfInitn/PmtInf[1]",
        ),
        (
            {"</Document>": f"<Document>{EMPTY_MESSAGE}</Document></Document>"},
            "/Document/Document",
        ),
        ({"</DbtrAgt>": f"</DbtrAgt>{ACCOUNT}"}, f"{INSTRUCTION}/CdtrAcct"),
        ({"</Amt>": "</Amt><DbtrAcct/>"}, f"{TRANSACTION}/DbtrAcct"),
        ({"</Amt>": "</Amt><Cdtr2><CdtrAcct/></Cdtr2>"}, f"{TRANSACTION}/Cdtr2/CdtrAcct"),
        ({"</RmtInf>": "<Amt><InstdAmt/></Amt></RmtInf>"}, f"{TRANSACTION}/RmtInf/Amt/InstdAmt"),
        (
            {"<CdtrAcct>": f"<CdtrAcct><Tp><IBAN>{DEBTOR}</IBAN></Tp>"},
            f"{TRANSACTION}/CdtrAcct/Tp/IBAN",
        ),
        (
            {"<Cdtr>": f"<Cdtr><Id><IBAN>{DEBTOR}</IBAN></Id>"},
            f"{TRANSACTION}/Cdtr/Id/IBAN",
        ),
        (
            {"</IBAN></Id></CdtrAcct>": "</IBAN><Prxy/></Id></CdtrAcct>"},
            f"{TRANSACTION}/CdtrAcct/Id/Prxy",
        ),
        ({"</Amt>": "</Amt><EqvtAmt/>"}, f"{TRANSACTION}/EqvtAmt"),
        ({"</Amt>": "</Amt><ReqdExctnDt/>"}, f"{TRANSACTION}/ReqdExctnDt"),
        ({"</GrpHdr>": "<ReqdExctnDt/></GrpHdr>"}, f"{HEADER}/ReqdExctnDt"),
        # attributes of another namespace
        ({"<InstdAmt ": f"<InstdAmt {OTHER} x:Ccy='JPY' "}, f"{TRANSACTION}/Amt/InstdAmt/@Ccy"),
        # facts of a payment in another namespace
        (
            enveloped(f"<x:CdtTrfTxInf {OTHER}/>"),
            f"{ENVELOPE}/CdtTrfTxInf[1]",
        ),
        (enveloped(f"<x:a {OTHER}><x:CdtrAcct/></x:a>"), f"{ENVELOPE}/a/CdtrAcct"),
        ({"</GrpHdr>": f"</GrpHdr><x:PmtInf {OTHER}/>"}, f"{MESSAGE}/PmtInf[1]"),
        ({"<GrpHdr>": "<GrpHdr><PmtInf xmlns=''/>"}, f"{HEADER}/PmtInf[1]"),
        # anything in another namespace
        ({"<GrpHdr>": f"<GrpHdr {OTHER}><x:NbOfTxs>7</x:NbOfTxs>"}, f"{HEADER}/NbOfTxs"),
        (
            {"<Amt>": f"<x:Amt {OTHER}><x:InstdAmt>9</x:InstdAmt></x:Amt><Amt>"},
            f"{TRANSACTION}/Amt",
        ),
        ({"</Amt>": f"</Amt><x:Amt xmlns:x='{NAMESPACE}pain.001.001.08'/>"}, f"{TRANSACTION}/Amt"),
        ({"<CdtrAcct>": f"<x:CdtrAcct {OTHER}/><CdtrAcct>"}, f"{TRANSACTION}/CdtrAcct"),
        ({"<Cdtr>": "<Cdtr><Nm xmlns=''>Eve</Nm>"}, f"{TRANSACTION}/Cdtr/Nm"),
        ({"</Document>": f"<x:Sgntr {OTHER}/></Document>"}, "/Document/Sgntr"),
        ({"</Amt>": f"</Amt><Envlp><x:a {OTHER}/></Envlp>"}, f"{TRANSACTION}/Envlp/a"),
        (
            {"</Amt>": f"</Amt><x:SplmtryData {OTHER}><Envlp><x:a/></Envlp></x:SplmtryData>"},
            f"{TRANSACTION}/SplmtryData",
        ),
        (
            {"</RmtInf>": f"</RmtInf><SplmtryData><x:a {OTHER}/></SplmtryData>"},
            f"{TRANSACTION}/SplmtryData/a",
        ),
        # elements that a reader with a schema takes for nothing, or for something else
        ({"<CdtrAcct>": f"<CdtrAcct {INSTANCE} i:nil='true'>"}, f"{TRANSACTION}/CdtrAcct/@nil"),
        ({"<CdtTrfTxInf>": f"<CdtTrfTxInf {INSTANCE} i:nil=' 1 '>"}, f"{TRANSACTION}/@nil"),
        ({"<PmtInf>": f"<PmtInf {INSTANCE} i:nil='yes'>"}, f"{INSTRUCTION}/@nil"),
        ({"<Cdtr>": f"<Cdtr {INSTANCE} i:type='Nobody'>"}, f"{TRANSACTION}/Cdtr/@type"),
        (
            {"<Document ": f"<Document {INSTANCE} i:type='Document' "},
            "/Document/@type",
        ),
        (enveloped(f"<x:a {OTHER} {INSTANCE} i:nil='true'/>"), f"{ENVELOPE}/a/@nil"),
    ],
)
@pytest.mark.parametrize("validation", XmlValidation)
def test_what_only_some_would_find(
    changes: Mapping[str, str], path: str, validation: XmlValidation
) -> None:
    found = told(changes, validation)

    refused = [each for each in found.findings if "must not be there" in each.text]
    assert path in [each.path for each in refused]
    assert {each.message.code for each in refused} == {"FORMAT_ERROR"}
    assert found.transfers == ()


@pytest.mark.parametrize(
    "changes, path",
    [
        ({"<InstdAmt ": "9999.00<InstdAmt "}, f"{TRANSACTION}/Amt"),
        ({"</InstdAmt>": "</InstdAmt>9"}, f"{TRANSACTION}/Amt"),
        ({"<PmtMtd>": "2026-12-24<PmtMtd>"}, INSTRUCTION),
        ({"</GrpHdr>": "</GrpHdr>text"}, MESSAGE),
    ],
)
@pytest.mark.parametrize("validation", XmlValidation)
def test_text_beside_elements(
    changes: Mapping[str, str], path: str, validation: XmlValidation
) -> None:
    found = told(changes, validation)

    beside = [each.path for each in found.findings if "text beside elements" in each.text]
    assert beside == [path]


@pytest.mark.parametrize(
    "changes",
    [
        enveloped(f"<x:a {OTHER} x:b='1'>text<x:IBAN>{DEBTOR}</x:IBAN></x:a>"),
        {"<Document ": "<Document xml:space='preserve' "},
        {"<Cdtr>": f"<CdtrAgtAcct><Id><IBAN>{DEBTOR}</IBAN></Id></CdtrAgtAcct><Cdtr>"},
        {"<Document ": f"<Document {INSTANCE} i:schemaLocation='urn:x x.xsd' "},
        {"<Document ": f"<Document {OTHER} "},
        {"<CdtrAcct>": f"<CdtrAcct {INSTANCE} i:nil='false'>"},
        enveloped(f"<x:a {OTHER}><x:Nm>Eve</x:Nm><x:Document/></x:a>"),
        enveloped("<a xmlns=''><b/></a>"),
        {"</CstmrCdtTrfInitn>": f"{data(f'<x:a {OTHER}/>')}</CstmrCdtTrfInitn>"},
    ],
)
def test_what_all_read_alike_is_taken(changes: Mapping[str, str]) -> None:
    found = told(changes, XmlValidation.LENIENT)

    assert (found.findings, found.accounts) == ((), ())
    assert [each.creditor_account.iban for each in found.transfers] == [CREDITOR]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_prefix_for_the_namespace_makes_no_difference(version: str) -> None:
    plain = Pain001(version=version).text()
    prefixed = plain.replace("</", "\0").replace("<", "<p:").replace("\0", "</p:")
    rules = BodyRules(Profile(), TODAY)

    found = read_pain001(prefixed.replace("xmlns=", "xmlns:p=").encode(), rules, single=True)

    assert found == read_pain001(plain.encode(), rules, single=True)
    assert found.transfers


def test_each_is_told_with_the_number_of_its_transaction() -> None:
    changes = {
        f"e2e-1-{number}</EndToEndId>": f"{number}</EndToEndId><a xmlns=''/>" for number in (2, 5)
    }

    found = told(changes, XmlValidation.LENIENT, transactions=6)

    assert [each.path for each in found.findings] == [
        f"{INSTRUCTION}/CdtTrfTxInf[{number}]/PmtId/a" for number in (2, 5)
    ]


@pytest.mark.parametrize(
    "misplaced, most",
    [
        ("<PmtInf/>" * 50, MOST_FINDINGS),
        ("".join(f"<x{number} xmlns='urn:x'/>" for number in range(50)), MOST_FINDINGS),
        (f"{'<a>' * 200}{'<InstdAmt/>' * 50}{'</a>' * 200}", 1),
        (f"{f'<{LONG}>' * 200}{'<PmtInf/>' * 50}{f'</{LONG}>' * 200}", 1),
    ],
)
def test_not_all_is_told_where_there_is_very_much(misplaced: str, most: int) -> None:
    found = told({"</GrpHdr>": f"</GrpHdr><More>{misplaced}</More>"}, XmlValidation.LENIENT)

    assert len(found.findings) == most
    assert all(len(each.path or "") < 2000 for each in found.findings)

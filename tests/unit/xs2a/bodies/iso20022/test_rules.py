"""pain.001: what is refused, whatever the profile says of the schema, and with which path."""

from collections.abc import Mapping
from datetime import date

import pytest

from cms.domain.profile import (
    AccountReferenceKind,
    CommonProfile,
    PisProfile,
    Profile,
    XmlValidation,
)
from tests.pain001 import CREDITOR, DEBTOR, NAMESPACE, Pain001
from xs2a.bodies.iso20022.elements import MOST_FINDINGS
from xs2a.bodies.iso20022.pain001 import ReadPain001, read_pain001
from xs2a.checks.payment import BodyRules
from xs2a.spec.messages import Message

TODAY = date(2026, 11, 22)
RULES = BodyRules(Profile(), TODAY)
MESSAGE = "/Document/CstmrCdtTrfInitn"
HEADER = f"{MESSAGE}/GrpHdr"
INSTRUCTION = f"{MESSAGE}/PmtInf[1]"
TRANSACTION = f"{INSTRUCTION}/CdtTrfTxInf[1]"
AMOUNT = f"{TRANSACTION}/Amt/InstdAmt"
IBAN = f"{TRANSACTION}/CdtrAcct/Id/IBAN"

FORMAT = Message.FORMAT_ERROR
DATE = Message.EXECUTION_DATE_INVALID
PROXY = "<Prxy><Id>+491700000000</Id></Prxy>"
AMOUNT_ELEMENT = '<InstdAmt Ccy="EUR">12.50</InstdAmt>'


def told(
    changes: Mapping[str, str], *, version: str = "09", rules: BodyRules = RULES
) -> ReadPain001:
    """What comes of a single payment's document with changes."""
    document = Pain001(version=f"pain.001.001.{version}", changes=changes)
    return read_pain001(document.xml(), rules, single=True)


@pytest.mark.parametrize(
    "changes, path, message",
    [
        # facts that are missing
        (
            {f"<DbtrAcct><Id><IBAN>{DEBTOR}</IBAN></Id></DbtrAcct>": ""},
            f"{INSTRUCTION}/DbtrAcct",
            FORMAT,
        ),
        (
            {f"<CdtrAcct><Id><IBAN>{CREDITOR}</IBAN></Id></CdtrAcct>": ""},
            f"{TRANSACTION}/CdtrAcct",
            FORMAT,
        ),
        ({"<Cdtr><Nm>Marion Mueller</Nm></Cdtr>": ""}, f"{TRANSACTION}/Cdtr", FORMAT),
        ({"<Cdtr><Nm>Marion Mueller</Nm></Cdtr>": "<Cdtr/>"}, f"{TRANSACTION}/Cdtr/Nm", FORMAT),
        ({f"<Amt>{AMOUNT_ELEMENT}</Amt>": ""}, f"{TRANSACTION}/Amt", FORMAT),
        ({AMOUNT_ELEMENT: ""}, AMOUNT, FORMAT),
        ({' Ccy="EUR"': ""}, f"{AMOUNT}/@Ccy", FORMAT),
        ({"<PmtMtd>TRF</PmtMtd>": ""}, f"{INSTRUCTION}/PmtMtd", FORMAT),
        # facts that are there twice
        ({"<Cdtr>": "<Cdtr><Nm>Eve</Nm></Cdtr><Cdtr>"}, f"{TRANSACTION}/Cdtr[2]", FORMAT),
        ({"<Cdtr><Nm>": "<Cdtr><Nm>Eve</Nm><Nm>"}, f"{TRANSACTION}/Cdtr/Nm[2]", FORMAT),
        ({AMOUNT_ELEMENT: AMOUNT_ELEMENT * 2}, f"{AMOUNT}[2]", FORMAT),
        ({f"<IBAN>{CREDITOR}": f"<IBAN>{DEBTOR}</IBAN><IBAN>{CREDITOR}"}, f"{IBAN}[2]", FORMAT),
        ({"<GrpHdr>": "<GrpHdr/><GrpHdr>"}, f"{HEADER}[2]", FORMAT),
        ({"<PmtMtd>": "<PmtMtd>CHK</PmtMtd><PmtMtd>"}, f"{INSTRUCTION}/PmtMtd[2]", FORMAT),
        # not a transfer
        ({"TRF": "CHK"}, f"{INSTRUCTION}/PmtMtd", FORMAT),
        ({"TRF": "DD"}, f"{INSTRUCTION}/PmtMtd", FORMAT),
        ({"</Amt>": "</Amt><ChqInstr/>"}, TRANSACTION, FORMAT),
        (
            {AMOUNT_ELEMENT: '<EqvtAmt><Amt Ccy="EUR">1</Amt></EqvtAmt>'},
            f"{TRANSACTION}/Amt",
            FORMAT,
        ),
        # amounts
        ({">12.50<": "><"}, AMOUNT, FORMAT),
        ({">12.50<": ">0<"}, AMOUNT, FORMAT),
        ({">12.50<": ">-0.00<"}, AMOUNT, FORMAT),
        ({">12.50<": ">-12.50<"}, AMOUNT, FORMAT),
        ({">12.50<": ">12.505<"}, AMOUNT, FORMAT),
        ({">12.50<": ">12,50<"}, AMOUNT, FORMAT),
        ({">12.50<": ">1e5<"}, AMOUNT, FORMAT),
        ({">12.50<": ">1,000.00<"}, AMOUNT, FORMAT),
        ({">12.50<": ">1 000<"}, AMOUNT, FORMAT),
        ({">12.50<": ">1_000<"}, AMOUNT, FORMAT),
        ({">12.50<": ">0x10<"}, AMOUNT, FORMAT),
        ({">12.50<": ">NaN<"}, AMOUNT, FORMAT),
        ({">12.50<": ">Infinity<"}, AMOUNT, FORMAT),
        ({">12.50<": ">.<"}, AMOUNT, FORMAT),
        ({">12.50<": ">١٢<"}, AMOUNT, FORMAT),
        ({">12.50<": ">123456789012345<"}, AMOUNT, FORMAT),
        ({">12.50<": ">\u00a012.50<"}, AMOUNT, FORMAT),
        ({">12.50<": f">{'0' * 100_000}1<"}, AMOUNT, FORMAT),
        ({">12.50<": "><b>12.50</b><"}, AMOUNT, FORMAT),
        ({">12.50<": ">12<b/>.50<"}, AMOUNT, FORMAT),
        ({'Ccy="EUR"': 'Ccy="JPY"'}, AMOUNT, FORMAT),
        ({'Ccy="EUR"': 'Ccy="eur"'}, f"{AMOUNT}/@Ccy", FORMAT),
        ({'Ccy="EUR"': 'Ccy="EUX"'}, f"{AMOUNT}/@Ccy", FORMAT),
        # accounts
        ({CREDITOR: "DE00760700240340283600"}, IBAN, FORMAT),
        ({CREDITOR: CREDITOR.lower()}, IBAN, FORMAT),
        ({CREDITOR: "DE69 7607 0024 0340 2836 00"}, IBAN, FORMAT),
        ({CREDITOR: f"{CREDITOR}\u200b"}, IBAN, FORMAT),
        ({CREDITOR: "x" * 35}, IBAN, FORMAT),
        ({CREDITOR: ""}, IBAN, FORMAT),
        ({DEBTOR: "DE00760700240271232400"}, f"{INSTRUCTION}/DbtrAcct/Id/IBAN", FORMAT),
        (
            {f"{CREDITOR}</IBAN></Id>": f"{CREDITOR}</IBAN></Id><Ccy>XXY</Ccy>"},
            f"{TRANSACTION}/CdtrAcct/Ccy",
            FORMAT,
        ),
        (
            {f"<IBAN>{CREDITOR}</IBAN>": "<Othr><Id>12-34</Id></Othr>"},
            f"{TRANSACTION}/CdtrAcct/Id/Othr/Id",
            FORMAT,
        ),
        # codes
        ({"</Amt>": "</Amt><ChrgBr>ALL</ChrgBr>"}, f"{TRANSACTION}/ChrgBr", FORMAT),
        ({"</DbtrAgt>": "</DbtrAgt><ChrgBr>slev</ChrgBr>"}, f"{INSTRUCTION}/ChrgBr", FORMAT),
        (
            {"</CdtrAcct>": "</CdtrAcct><Purp><Cd>XXXX</Cd></Purp>"},
            f"{TRANSACTION}/Purp/Cd",
            FORMAT,
        ),
        (
            {"</Amt>": "</Amt><CdtrAgt><FinInstnId><BICFI>DEUT</BICFI></FinInstnId></CdtrAgt>"},
            f"{TRANSACTION}/CdtrAgt/FinInstnId/BICFI",
            FORMAT,
        ),
        (
            {"Marion Mueller</Nm>": "M</Nm><PstlAdr><Ctry>XX</Ctry></PstlAdr>"},
            f"{TRANSACTION}/Cdtr/PstlAdr/Ctry",
            FORMAT,
        ),
        (
            {"<PmtMtd>TRF</PmtMtd>": "<PmtMtd>TRF</PmtMtd><BtchBookg>yes</BtchBookg>"},
            f"{INSTRUCTION}/BtchBookg",
            FORMAT,
        ),
        # days
        ({"<Dt>2026-11-23": "<Dt>2026-11-21"}, f"{INSTRUCTION}/ReqdExctnDt/Dt", DATE),
        ({"<Dt>2026-11-23": "<Dt>2026-02-30"}, f"{INSTRUCTION}/ReqdExctnDt/Dt", FORMAT),
        ({"<Dt>2026-11-23": "<Dt>23.11.2026"}, f"{INSTRUCTION}/ReqdExctnDt/Dt", FORMAT),
        ({"<Dt>2026-11-23</Dt>": ""}, f"{INSTRUCTION}/ReqdExctnDt", FORMAT),
        ({"<Dt>2026-11-23</Dt>": "2026-11-23"}, f"{INSTRUCTION}/ReqdExctnDt", FORMAT),
        (
            {"<Dt>2026-11-23</Dt>": "<Dt>2026-11-23</Dt><DtTm>2026-11-23T09:00:00Z</DtTm>"},
            f"{INSTRUCTION}/ReqdExctnDt",
            FORMAT,
        ),
        (
            {"<Dt>2026-11-23</Dt>": "<DtTm>2026-11-21T09:00:00Z</DtTm>"},
            f"{INSTRUCTION}/ReqdExctnDt/DtTm",
            DATE,
        ),
        (
            {"<Dt>2026-11-23</Dt>": "<DtTm>2026-11-23T09:00:00</DtTm>"},
            f"{INSTRUCTION}/ReqdExctnDt/DtTm",
            FORMAT,
        ),
        # texts that the PSU is shown
        ({"Marion Mueller": " "}, f"{TRANSACTION}/Cdtr/Nm", FORMAT),
        ({"Marion Mueller": "x" * 141}, f"{TRANSACTION}/Cdtr/Nm", FORMAT),
        ({"Marion Mueller": "Marion\nMueller"}, f"{TRANSACTION}/Cdtr/Nm", FORMAT),
        ({"Marion Mueller": "Marion&#13;Mueller"}, f"{TRANSACTION}/Cdtr/Nm", FORMAT),
        ({"Marion Mueller": "Marion\u202eMueller"}, f"{TRANSACTION}/Cdtr/Nm", FORMAT),
        ({"Marion Mueller": "Marion &#x200b;Mueller"}, f"{TRANSACTION}/Cdtr/Nm", FORMAT),
        ({"Marion Mueller": "Marion<b>Eve</b> Mueller"}, f"{TRANSACTION}/Cdtr/Nm", FORMAT),
        ({"Invoice 1-1": "x" * 141}, f"{TRANSACTION}/RmtInf/Ustrd", FORMAT),
        ({"Invoice 1-1": "x</Ustrd><Ustrd>\u2066y"}, f"{TRANSACTION}/RmtInf/Ustrd[2]", FORMAT),
        ({"e2e-1-1": "x" * 36}, f"{TRANSACTION}/PmtId/EndToEndId", FORMAT),
        # counts and sums
        (
            {"</MsgId><CreDtTm>2026-11-22T10:00:00Z</CreDtTm><NbOfTxs>1": "</MsgId><NbOfTxs>2"},
            f"{HEADER}/NbOfTxs",
            FORMAT,
        ),
        ({"TRF</PmtMtd><NbOfTxs>1": "TRF</PmtMtd><NbOfTxs>0"}, f"{INSTRUCTION}/NbOfTxs", FORMAT),
        ({"TRF</PmtMtd><NbOfTxs>1": "TRF</PmtMtd><NbOfTxs>one"}, f"{INSTRUCTION}/NbOfTxs", FORMAT),
        ({"TRF</PmtMtd><NbOfTxs>1": "TRF</PmtMtd><NbOfTxs>1.0"}, f"{INSTRUCTION}/NbOfTxs", FORMAT),
        ({"12.50</CtrlSum><InitgPty>": "12.49</CtrlSum><InitgPty>"}, f"{HEADER}/CtrlSum", FORMAT),
        ({"12.50</CtrlSum><Reqd": "12.500001</CtrlSum><Reqd"}, f"{INSTRUCTION}/CtrlSum", FORMAT),
        ({"12.50</CtrlSum><Reqd": "1.25e1</CtrlSum><Reqd"}, f"{INSTRUCTION}/CtrlSum", FORMAT),
        # how many
        (
            {"<CstmrCdtTrfInitn>": "<CstmrCdtTrfInitn/><CstmrCdtTrfInitn>"},
            f"{MESSAGE}[2]",
            FORMAT,
        ),
        (
            {"<CdtTrfTxInf>": "<CdtTrfTxInf/><CdtTrfTxInf>"},
            f"{INSTRUCTION}/CdtTrfTxInf[1]/Amt",
            FORMAT,
        ),
    ],
)
@pytest.mark.parametrize("validation", XmlValidation)
def test_a_fact_that_cannot_be_taken(
    changes: Mapping[str, str], path: str, message: Message, validation: XmlValidation
) -> None:
    rules = BodyRules(Profile(pis=PisProfile(xml_validation=validation)), TODAY)

    found = told(changes, rules=rules)

    assert (message, path) in [(each.message, each.path) for each in found.findings]
    assert found.transfers == ()
    assert found.notes == ()


@pytest.mark.parametrize(
    "changes",
    [
        {"12.50</CtrlSum>": "12.5</CtrlSum>"},
        {"12.50</CtrlSum>": " 0012.50000 </CtrlSum>"},
        {"<NbOfTxs>1<": "<NbOfTxs>001<"},
        {"<NbOfTxs>1</NbOfTxs>": "", "<CtrlSum>12.50</CtrlSum>": ""},
    ],
)
def test_sums_are_compared_as_numbers_and_where_they_are(changes: Mapping[str, str]) -> None:
    assert told(changes).findings == ()


def test_a_sum_may_be_of_amounts_in_several_currencies() -> None:
    text = Pain001(transactions=(1, 1)).text().replace('Ccy="EUR"', 'Ccy="CHF"', 1)

    assert read_pain001(text.encode(), RULES, single=False).findings == ()


@pytest.mark.parametrize(
    "transactions, path",
    [
        ((2,), MESSAGE),
        ((1, 1), MESSAGE),
        ((0,), f"{INSTRUCTION}/CdtTrfTxInf[1]"),
        ((), f"{MESSAGE}/PmtInf[1]"),
    ],
)
def test_a_single_payment_is_one_transaction(transactions: tuple[int, ...], path: str) -> None:
    found = read_pain001(Pain001(transactions=transactions).xml(), RULES, single=True)

    assert [each.path for each in found.findings] == [path]


@pytest.mark.parametrize("transactions", [(0,), (), (2, 0)])
def test_a_bulk_is_not_empty_nor_are_its_instructions(transactions: tuple[int, ...]) -> None:
    assert read_pain001(Pain001(transactions=transactions).xml(), RULES, single=False).findings


@pytest.mark.parametrize(
    "xml, path",
    [
        (b"", None),
        (b"<Document", None),
        (b"<!DOCTYPE Document><Document/>", None),
        (b"<Document/>", "/"),
        (f'<Document xmlns="{NAMESPACE}pain.002.001.10"/>'.encode(), "/"),
        (f'<Document xmlns="{NAMESPACE}pain.001.001.09"/>'.encode(), MESSAGE),
        (
            f'<Document xmlns="{NAMESPACE}pain.001.001.09"><CstmrCdtTrfInitn/></Document>'.encode(),
            f"{MESSAGE}/PmtInf[1]",
        ),
    ],
)
def test_what_is_no_such_message(xml: bytes, path: str | None) -> None:
    found = read_pain001(xml, RULES, single=False)

    told = found.unreadable or found.findings
    assert [(each.message, each.path) for each in told] == [(FORMAT, path)]


def test_lenient_warns_of_deviations_where_strict_refuses() -> None:
    changes = {"<InitgPty><Nm>TPP</Nm></InitgPty>": "", "</RmtInf>": "</RmtInf><More/>"}
    strict = BodyRules(Profile(pis=PisProfile(xml_validation=XmlValidation.STRICT)), TODAY)

    lenient = told(changes)
    refused = told(changes, rules=strict)

    paths = [HEADER, f"{TRANSACTION}/More"]
    assert lenient.findings == ()
    assert [note.path for note in lenient.notes] == paths
    assert [(each.message, each.path) for each in refused.findings] == [
        (FORMAT, path) for path in paths
    ]


def test_strict_tells_deviations_beside_the_facts() -> None:
    strict = BodyRules(Profile(pis=PisProfile(xml_validation=XmlValidation.STRICT)), TODAY)

    found = told({">12.50<": ">-1<", "</RmtInf>": "</RmtInf><More/>"}, rules=strict)

    assert [each.path for each in found.findings] == [AMOUNT, AMOUNT, f"{TRANSACTION}/More"]


def test_all_findings_are_told_in_the_order_of_the_document_but_not_without_end() -> None:
    document = Pain001(transactions=(500,), changes={">12.50<": ">-1<", CREDITOR: "DE00"})

    found = read_pain001(document.xml(), RULES, single=False).findings

    assert len(found) == MOST_FINDINGS
    expected = [
        f"{INSTRUCTION}/CdtTrfTxInf[1]/Amt/InstdAmt",
        f"{INSTRUCTION}/CdtTrfTxInf[1]/CdtrAcct/Id/IBAN",
    ]
    assert [each.path for each in found][:2] == expected


@pytest.mark.parametrize(
    "account, offered, paths",
    [
        ("<Othr><Id>1234567890</Id></Othr>", ("BBAN", "IBAN"), []),
        ("<Othr><Id>1234567890</Id><SchmeNm><Cd>BBAN</Cd></SchmeNm></Othr>", ("BBAN", "IBAN"), []),
        ("<Othr><Id>1234567890</Id></Othr>", ("IBAN",), [f"{TRANSACTION}/CdtrAcct"]),
        (
            "<Othr><Id>1</Id><SchmeNm><Prtry>X</Prtry></SchmeNm></Othr>",
            ("BBAN", "IBAN"),
            [f"{TRANSACTION}/CdtrAcct"],
        ),
        (
            f"<IBAN>{CREDITOR}</IBAN><Othr><Id>1</Id></Othr>",
            ("BBAN", "IBAN"),
            [f"{TRANSACTION}/CdtrAcct"],
        ),
        ("", ("BBAN", "IBAN"), [f"{TRANSACTION}/CdtrAcct"]),
        (
            f"<IBAN>{CREDITOR}</IBAN>",
            ("BBAN",),
            [f"{INSTRUCTION}/DbtrAcct", f"{TRANSACTION}/CdtrAcct"],
        ),
    ],
)
def test_the_kind_of_an_account_is_judged_last(
    account: str, offered: tuple[str, ...], paths: list[str]
) -> None:
    kinds = tuple(AccountReferenceKind(each) for each in offered)
    profile = Profile(common=CommonProfile(supported_account_reference_fields=kinds))

    found = told({f"<IBAN>{CREDITOR}</IBAN>": account}, rules=BodyRules(profile, TODAY))

    assert found.findings == ()
    assert [each.path for each in found.accounts] == paths


@pytest.mark.parametrize(
    "account, text",
    [
        (f"<Id><IBAN>{CREDITOR}</IBAN></Id>{PROXY}", "must have one account identifier only"),
        (f"<Id><IBAN>{CREDITOR}</IBAN></Id><Prxy/>", "must have one account identifier only"),
        (f"<Id><Othr><Id>1</Id></Othr></Id>{PROXY}", "must have one account identifier only"),
        (PROXY, "which is not supported"),
    ],
)
def test_a_proxy_names_an_account_too(account: str, text: str) -> None:
    """The bank could look the telephone number up, and pay to another account than the IBAN's."""
    found = told({f"<Id><IBAN>{CREDITOR}</IBAN></Id>": account})

    assert (found.findings, found.transfers) == ((), ())
    assert [each.path for each in found.accounts] == [f"{TRANSACTION}/CdtrAcct"]
    assert text in found.accounts[0].text


def test_a_proxy_beside_the_iban_has_the_schema_on_its_side() -> None:
    strict = BodyRules(Profile(pis=PisProfile(xml_validation=XmlValidation.STRICT)), TODAY)

    found = told({f"{DEBTOR}</IBAN></Id>": f"{DEBTOR}</IBAN></Id>{PROXY}"}, rules=strict)

    assert found.findings == ()
    assert [each.path for each in found.accounts] == [f"{INSTRUCTION}/DbtrAcct"]


def test_check_digits_are_the_banks_if_the_profile_says_so() -> None:
    profile = Profile(common=CommonProfile(iban_validation_disabled=True))

    assert told({CREDITOR: "DE00760700240340283600"}, rules=BodyRules(profile, TODAY)).transfers

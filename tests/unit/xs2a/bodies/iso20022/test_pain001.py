"""pain.001: the facts that are read from it, and from a stored one again."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from cms.domain.money import AccountReference, Amount
from cms.domain.payment_order import Address, CreditTransfer, StructuredRemittance
from cms.domain.profile import PisProfile, Profile, XmlValidation
from tests.pain001 import CREDITOR, DEBTOR, VERSIONS, Pain001, standard_sample
from xs2a.bodies.iso20022.pain001 import OriginalIds, original_ids, pain001_again, read_pain001
from xs2a.checks.payment import BodyRules

TODAY = date(2026, 11, 22)
RULES = BodyRules(Profile(), TODAY)
STRICT = BodyRules(Profile(pis=PisProfile(xml_validation=XmlValidation.STRICT)), TODAY)

PLAIN = CreditTransfer(
    instructed_amount=Amount(Decimal("12.50"), "EUR"),
    creditor_account=AccountReference(iban=CREDITOR),
    creditor_name="Marion Mueller",
    debtor_account=AccountReference(iban=DEBTOR),
    debtor_name="Anton Brueckner",
    end_to_end_identification="e2e-1-1",
    remittance_information_unstructured=("Invoice 1-1",),
    requested_execution_date=date(2026, 11, 23),
)

RICH: Mapping[str, str] = {
    "<PmtId>": "<PmtId><InstrId>i-1</InstrId>",
    "</DbtrAgt>": "</DbtrAgt><UltmtDbtr><Nm>Uncle</Nm></UltmtDbtr><ChrgBr>SLEV</ChrgBr>",
    "</Amt>": (
        "</Amt><ChrgBr>SHAR</ChrgBr><CdtrAgt><FinInstnId><BICFI>DEUTDEMM760</BICFI>"
        "<Nm>Bank</Nm></FinInstnId></CdtrAgt>"
    ),
    "Marion Mueller</Nm>": (
        "Marion Müller</Nm><PstlAdr><StrtNm>Street</StrtNm><BldgNb>1</BldgNb><PstCd>90489</PstCd>"
        "<TwnNm>Nürnberg</TwnNm><Ctry>DE</Ctry></PstlAdr>"
    ),
    "</CdtrAcct>": (
        "<Ccy>EUR</Ccy></CdtrAcct><UltmtCdtr><Nm>Aunt</Nm></UltmtCdtr><Purp><Cd>SALA</Cd></Purp>"
    ),
    "</Ustrd>": (
        "</Ustrd><Ustrd>and more</Ustrd><Strd><CdtrRefInf><Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry>"
        "<Issr>ISO</Issr></Tp><Ref>RF18</Ref></CdtrRefInf></Strd>"
        "<Strd><AddtlRmtInf>no reference</AddtlRmtInf></Strd>"
    ),
}


def transfers(document: Pain001, rules: BodyRules = RULES) -> tuple[CreditTransfer, ...]:
    """The transfers of a document without fault; the same again when it is stored."""
    told = read_pain001(document.xml(), rules, single=False)
    assert (told.findings, told.accounts) == ((), ())
    again = pain001_again(document.xml())
    assert again.transfers == told.transfers
    assert again.batch_booking_preferred == told.batch_booking_preferred
    return told.transfers


@pytest.mark.parametrize("version", VERSIONS)
def test_the_facts_of_every_version(version: str) -> None:
    document = Pain001(version=version)

    assert transfers(document, STRICT) == (PLAIN,)
    assert read_pain001(document.xml(), STRICT, single=True).notes == ()


def test_all_that_is_told_of_a_transfer() -> None:
    (transfer,) = transfers(Pain001(changes=RICH), STRICT)

    assert transfer == CreditTransfer(
        instructed_amount=Amount(Decimal("12.50"), "EUR"),
        creditor_account=AccountReference(iban=CREDITOR, currency="EUR"),
        creditor_name="Marion Müller",
        debtor_account=AccountReference(iban=DEBTOR),
        creditor_agent="DEUTDEMM760",
        end_to_end_identification="e2e-1-1",
        remittance_information_unstructured=("Invoice 1-1", "and more"),
        requested_execution_date=date(2026, 11, 23),
        instruction_identification="i-1",
        debtor_name="Anton Brueckner",
        creditor_agent_name="Bank",
        creditor_address=Address("DE", "Street", "1", "Nürnberg", "90489"),
        ultimate_debtor="Uncle",
        ultimate_creditor="Aunt",
        purpose_code="SALA",
        charge_bearer="SHAR",
        remittance_information_structured=(StructuredRemittance("RF18", "SCOR", "ISO"),),
    )


@pytest.mark.parametrize(
    "version, changes, facts",
    [
        ("09", {"12.50": " 12.50\n"}, {}),
        ("09", {">12.50": ">012.50"}, {}),
        ("09", {">12.50": ">+12.50"}, {}),
        ("09", {"12.50": "12."}, {"instructed_amount": Amount(Decimal(12), "EUR")}),
        ("09", {"12.50": ".5"}, {"instructed_amount": Amount(Decimal("0.5"), "EUR")}),
        ("09", {CREDITOR: f" {CREDITOR}\t"}, {}),
        ("09", {"Marion Mueller": "\n  Marion Mueller\n  "}, {}),
        ("09", {"Marion Mueller": "Marion<!-- x --> <![CDATA[Mueller]]>"}, {}),
        ("09", {"Marion Mueller": "A &amp; B"}, {"creditor_name": "A & B"}),
        ("09", {"Marion Mueller": "x" * 140}, {"creditor_name": "x" * 140}),
        ("09", {"<Dt>2026-11-23": "<Dt>2026-11-23+01:00"}, {}),
        ("03", {"2026-11-23<": "2026-11-23Z<"}, {}),
        ("09", {"<Dt>2026-11-23": "<Dt>2026-11-22"}, {"requested_execution_date": TODAY}),
        (
            "09",
            {"<Dt>2026-11-23</Dt>": "<DtTm>2026-11-23T09:00:00+01:00</DtTm>"},
            {
                "requested_execution_date": None,
                "requested_execution_time": datetime(2026, 11, 23, 8, tzinfo=UTC),
            },
        ),
        (
            "09",
            {"<ReqdExctnDt><Dt>2026-11-23</Dt></ReqdExctnDt>": ""},
            {"requested_execution_date": None},
        ),
        ("09", {"TRF": "TRA"}, {}),
        ("09", {"<EndToEndId>e2e-1-1</EndToEndId>": ""}, {"end_to_end_identification": None}),
        ("09", {"<Dbtr><Nm>Anton Brueckner</Nm></Dbtr>": "<Dbtr/>"}, {"debtor_name": None}),
        (
            "09",
            {"<RmtInf><Ustrd>Invoice 1-1</Ustrd></RmtInf>": ""},
            {"remittance_information_unstructured": ()},
        ),
        ("09", {"</Amt>": "</Amt><UltmtDbtr><Nm>U</Nm></UltmtDbtr>"}, {"ultimate_debtor": "U"}),
        (
            "09",
            {"<Cdtr>": "<Cdtr><PstlAdr><AdrLine>x</AdrLine></PstlAdr>"},
            {"creditor_address": None},
        ),
        # The other version's names are no facts of this one.
        ("09", {"</Amt>": "</Amt><CdtrAgt><FinInstnId><BIC>X</BIC></FinInstnId></CdtrAgt>"}, {}),
    ],
)
def test_a_value_is_read_as_the_schema_means_it(
    version: str, changes: Mapping[str, str], facts: Mapping[str, Any]
) -> None:
    (transfer,) = transfers(Pain001(version=f"pain.001.001.{version}", changes=changes))

    assert transfer == replace(PLAIN, **facts)


def test_every_instruction_has_its_own_debtor_and_day() -> None:
    other = "DE38760700240320465700"
    document = Pain001(transactions=(2, 1, 3))
    first, second, third = document.text().split("<PmtInf>")[1:]
    changed = second.replace(DEBTOR, other).replace("2026-11-23", "2026-12-01")
    document = Pain001(transactions=(2, 1, 3), changes={second: changed})

    read = [
        (each.end_to_end_identification, each.debtor_account, each.requested_execution_date)
        for each in transfers(document)
    ]

    own, day = AccountReference(iban=DEBTOR), date(2026, 11, 23)
    assert first != third
    assert read == [
        ("e2e-1-1", own, day),
        ("e2e-1-2", own, day),
        ("e2e-2-1", AccountReference(iban=other), date(2026, 12, 1)),
        ("e2e-3-1", own, day),
        ("e2e-3-2", own, day),
        ("e2e-3-3", own, day),
    ]


@pytest.mark.parametrize(
    "wishes, preferred",
    [
        (("true", "true"), True),
        (("1", " true "), True),
        (("false", "0"), False),
        (("true", "false"), None),
        (("true", ""), None),
        (("", ""), None),
    ],
)
def test_one_booking_is_preferred_if_all_instructions_say_so(
    wishes: tuple[str, ...], preferred: bool | None
) -> None:
    changes = {
        f"<PmtInfId>instruction-{number}</PmtInfId><PmtMtd>TRF</PmtMtd>": (
            f"<PmtInfId>instruction-{number}</PmtInfId><PmtMtd>TRF</PmtMtd>"
            + (f"<BtchBookg>{wish}</BtchBookg>" if wish else "")
        )
        for number, wish in enumerate(wishes, 1)
    }
    document = Pain001(transactions=(1, 1), changes=changes)
    transfers(document)

    told = read_pain001(document.xml(), RULES, single=False)

    assert told.batch_booking_preferred is preferred


def test_without_a_debtor_account_where_the_bank_allows_it() -> None:
    optional = PisProfile(debtor_account_optional_in_initial_request=True)
    account = f"<DbtrAcct><Id><IBAN>{DEBTOR}</IBAN></Id></DbtrAcct>"
    document = Pain001(changes={account: ""})

    (transfer,) = transfers(document, BodyRules(Profile(pis=optional), TODAY))

    assert transfer.debtor_account is None


def test_the_standards_own_sample_is_taken_with_warnings() -> None:
    sample = standard_sample()
    if not sample:
        pytest.skip("the Berlin Group's file is not at hand")

    told = read_pain001(sample.encode(), RULES, single=True)

    assert told.findings == ()
    assert [note.path for note in told.notes] == [
        "/Document/CstmrCdtTrfInitn/GrpHdr/InitgPty/Id/OrgId/Othr/SchmeNm/Prptry",
        "/Document/CstmrCdtTrfInitn/PmtInf[1]/ChrgBr",
    ]
    (transfer,) = told.transfers
    assert transfer.creditor_account == AccountReference(iban=CREDITOR)
    assert transfer.instructed_amount == Amount(Decimal(123), "EUR")
    strict = read_pain001(sample.encode(), STRICT, single=True)
    assert [found.path for found in strict.findings] == [note.path for note in told.notes]


@pytest.mark.parametrize(
    "document, ids",
    [
        (Pain001(), ("pain.001.001.09", "message-1", "instruction-1")),
        (Pain001(version=VERSIONS[0]), ("pain.001.001.03", "message-1", "instruction-1")),
        (Pain001(transactions=(1, 1)), ("pain.001.001.09", "message-1", None)),
        (Pain001(changes={"message-1": " a "}), ("pain.001.001.09", "a", "instruction-1")),
        (
            Pain001(changes={"<MsgId>message-1</MsgId>": ""}),
            ("pain.001.001.09", None, "instruction-1"),
        ),
        (Pain001(changes={"instruction-1": "x" * 36}), ("pain.001.001.09", "message-1", None)),
    ],
)
def test_how_a_message_names_itself(
    document: Pain001, ids: tuple[str, str | None, str | None]
) -> None:
    assert original_ids(document.xml()) == OriginalIds(*ids)

"""Builds pain.001 documents for tests: small, valid, and changed at will."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

import orjson

from tests.contract.berlin_group import openapi_file

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:"
VERSIONS = ("pain.001.001.03", "pain.001.001.09", "pain.001.001.10", "pain.001.001.11")
DEBTOR = "DE80760700240271232400"
CREDITOR = "DE69760700240340283600"
DAY = "2026-11-23"


@dataclass(frozen=True, slots=True)
class Pain001:
    """A document of `version` with instructions of so many transactions each.

    `changes` replace pieces of the text, each of which must be there; all places of it change.
    """

    version: str = "pain.001.001.09"
    transactions: tuple[int, ...] = (1,)
    amount: str = "12.50"
    day: str = DAY
    changes: Mapping[str, str] = field(default_factory=dict)

    def text(self) -> str:
        """The document."""
        text = (
            f'<Document xmlns="{NAMESPACE}{self.version}"><CstmrCdtTrfInitn>'
            "<GrpHdr><MsgId>message-1</MsgId><CreDtTm>2026-11-22T10:00:00Z</CreDtTm>"
            f"{self.totals(sum(self.transactions))}<InitgPty><Nm>TPP</Nm></InitgPty></GrpHdr>"
            f"{''.join(map(self.instruction, range(1, len(self.transactions) + 1)))}"
            "</CstmrCdtTrfInitn></Document>"
        )
        for old, new in self.changes.items():
            assert old in text, f"{old} is not in {text[:3000]}"
            text = text.replace(old, new)
        return text

    def xml(self) -> bytes:
        """The document as it is sent."""
        return self.text().encode()

    def totals(self, count: int) -> str:
        total = Decimal(self.amount) * count
        return f"<NbOfTxs>{count}</NbOfTxs><CtrlSum>{total}</CtrlSum>"

    def instruction(self, number: int) -> str:
        count = self.transactions[number - 1]
        day = self.day if self.version.endswith(".03") else f"<Dt>{self.day}</Dt>"
        bic = "BIC" if self.version.endswith(".03") else "BICFI"
        return (
            f"<PmtInf><PmtInfId>instruction-{number}</PmtInfId><PmtMtd>TRF</PmtMtd>"
            f"{self.totals(count)}<ReqdExctnDt>{day}</ReqdExctnDt>"
            f"<Dbtr><Nm>Anton Brueckner</Nm></Dbtr>"
            f"<DbtrAcct><Id><IBAN>{DEBTOR}</IBAN></Id></DbtrAcct>"
            f"<DbtrAgt><FinInstnId><{bic}>DEUTDEMM760</{bic}></FinInstnId></DbtrAgt>"
            f"{''.join(self.transaction(number, place) for place in range(1, count + 1))}</PmtInf>"
        )

    def transaction(self, number: int, place: int) -> str:
        return (
            f"<CdtTrfTxInf><PmtId><EndToEndId>e2e-{number}-{place}</EndToEndId></PmtId>"
            f'<Amt><InstdAmt Ccy="EUR">{self.amount}</InstdAmt></Amt>'
            f"<Cdtr><Nm>Marion Mueller</Nm></Cdtr>"
            f"<CdtrAcct><Id><IBAN>{CREDITOR}</IBAN></Id></CdtrAcct>"
            f"<RmtInf><Ustrd>Invoice {number}-{place}</Ustrd></RmtInf></CdtTrfTxInf>"
        )


def standard_sample(*, creditor: str = CREDITOR, debtor: str = DEBTOR, day: str = DAY) -> str:
    """The standard's own pain.001 with accounts that exist and a day to come; or no text if the
    Berlin Group's file is not at hand.
    """
    path = openapi_file()
    if path is None:
        return ""
    examples = orjson.loads(path.read_bytes())["components"]["examples"]
    text = str(examples["pain.001.001_SCT_singleTransaction"]["value"])
    return (
        text.replace("2017-02-15", day)
        .replace("DE23100120020123456789", creditor)
        .replace("DE87200500001234567890", debtor)
    )

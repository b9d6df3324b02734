"""Orders of more than one payment, as a TPP sends them."""

from typing import Any

import orjson

from cms.domain.payment_service import PaymentService
from sandbox.core.people import PEOPLE
from tests.forms import content_type, periodic
from tests.sent_orders import SentOrder

ANTON = "DE80760700240271232400"
DORA = "DE02100100109307118603"
DAY = "2099-01-05"  # a Monday; not made before that day, so its status stands still
LONG_NAME = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtenges"[:70]
NAMES = (
    "Aaliyah Okafor",
    "Bruno Castellani",
    "Chiara Lindqvist",
    "Daniel Weber",
    "Emre Yilmaz",
    "Freya Halvorsen",
    "Grzegorz Nowak",
    "Helena Dvorakova",
    "Imani Baptiste",
    "Jonas Petersen",
    "Katarina Horvat",
    "Luca Moretti",
)
ACCOUNTS = [person.accounts[0].iban for person in PEOPLE if person.psu_id.startswith("user_")]


def bulk(
    debtor: str = ANTON, names: tuple[str, ...] = NAMES, cents: int = 2_850, **members: Any
) -> SentOrder:
    """Something for everybody: `cents` for the first of them, a little more for each other."""
    payments = [
        {
            "instructedAmount": {"currency": "EUR", "amount": f"{(cents + 175 * at) / 100:.2f}"},
            "creditorAccount": {"iban": ACCOUNTS[at]},
            "creditorName": name,
            "remittanceInformationUnstructured": f"Travel expenses {at + 101}",
        }
        for at, name in enumerate(names)
    ]
    sent = {"debtorAccount": {"iban": debtor}, "payments": payments} | members
    return SentOrder(
        PaymentService.BULK_PAYMENTS,
        "sepa-credit-transfers",
        "application/json",
        orjson.dumps(sent),
        len(payments),
    )


def rent() -> SentOrder:
    """A standing order: a pain.001 in one part, and in the other when it is made."""
    days = {
        "startDate": DAY,
        "frequency": "Monthly",
        "dayOfExecution": "31",
        "executionRule": "preceding",
    }
    return SentOrder(
        PaymentService.PERIODIC_PAYMENTS,
        "pain.001-sepa-credit-transfers",
        content_type(),
        periodic(RENT.encode(), orjson.dumps(days)),
        1,
    )


RENT = f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.03"><CstmrCdtTrfInitn>
<GrpHdr><MsgId>RENT-1</MsgId><CreDtTm>2026-03-02T10:30:00</CreDtTm><NbOfTxs>1</NbOfTxs>
<InitgPty><Nm>Example TPP</Nm></InitgPty></GrpHdr>
<PmtInf><PmtInfId>RENT</PmtInfId><PmtMtd>TRF</PmtMtd><ReqdExctnDt>{DAY}</ReqdExctnDt>
<Dbtr><Nm>Anton Brueckner</Nm></Dbtr><DbtrAcct><Id><IBAN>{ANTON}</IBAN></Id></DbtrAcct>
<DbtrAgt><FinInstnId><BIC>SANDDEFFXXX</BIC></FinInstnId></DbtrAgt>
<CdtTrfTxInf><PmtId><EndToEndId>RENT</EndToEndId></PmtId>
<Amt><InstdAmt Ccy="EUR">480.00</InstdAmt></Amt><Cdtr><Nm>Marion Mueller</Nm></Cdtr>
<CdtrAcct><Id><IBAN>DE69760700240340283600</IBAN></Id></CdtrAcct>
<RmtInf><Ustrd>Rent, second floor</Ustrd></RmtInf></CdtTrfTxInf>
</PmtInf></CstmrCdtTrfInitn></Document>
"""

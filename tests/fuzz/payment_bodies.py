"""A proper body for each payment service in each format: where the damage starts from."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson

from cms.domain.payment_service import PaymentService

JSON_PRODUCT = "sepa-credit-transfers"
XML_PRODUCT = "pain.001-sepa-credit-transfers"
OWN_PRODUCT = "house-transfers"
BOUNDARY = b"AaaBbbCcc"
NAMESPACES = tuple(f"urn:iso:std:iso:20022:tech:xsd:pain.001.001.{each}" for each in ("03", "09"))

DEBTOR_ACCOUNT = {"iban": "DE80760700240271232400"}
SINGLE: dict[str, Any] = {
    "endToEndIdentification": "E2E-1",
    "instructionIdentification": "INS-1",
    "debtorName": "Anton Brueckner",
    "debtorAccount": DEBTOR_ACCOUNT,
    "instructedAmount": {"currency": "EUR", "amount": "12.50"},
    "creditorAccount": {"iban": "DE69760700240340283600"},
    "creditorName": "Marion Mueller",
    "creditorAgent": "AAAADEBBXXX",
    "creditorAgentName": "Example Bank",
    "creditorAddress": {"streetName": "Bahnhofstrasse", "townName": "Nuernberg", "country": "DE"},
    "ultimateDebtor": "Somebody",
    "ultimateCreditor": "Somebody Else",
    "purposeCode": "SALA",
    "chargeBearer": "SLEV",
    "remittanceInformationUnstructuredArray": ["Invoice 7", "of March"],
    "remittanceInformationStructuredArray": [{"reference": "RF18539007547034"}],
}
ENTRY = {name: value for name, value in SINGLE.items() if name != "debtorAccount"}
BULK: dict[str, Any] = {
    "batchBookingPreferred": True,
    "debtorAccount": DEBTOR_ACCOUNT,
    "requestedExecutionDate": "2026-03-05",
    "payments": [ENTRY, ENTRY],
}
STANDING: dict[str, Any] = {
    "startDate": "2026-03-05",
    "endDate": "2027-03-05",
    "executionRule": "following",
    "frequency": "Monthly",
    "dayOfExecution": "5",
}
NOT_PERIODIC = {"creditorAgentName", "chargeBearer"}  # the standard has them elsewhere only
PERIODIC: dict[str, Any] = {
    **{name: value for name, value in SINGLE.items() if name not in NOT_PERIODIC},
    **STANDING,
}

JSON_BODIES: dict[PaymentService, dict[str, Any]] = {
    PaymentService.PAYMENTS: SINGLE,
    PaymentService.BULK_PAYMENTS: BULK,
    PaymentService.PERIODIC_PAYMENTS: PERIODIC,
}


def credit_transfer(number: int, *, agent: str = "BIC") -> str:
    """One transaction of a pain.001."""
    return (
        f"<CdtTrfTxInf><PmtId><EndToEndId>E2E-{number}</EndToEndId></PmtId>"
        '<Amt><InstdAmt Ccy="EUR">12.50</InstdAmt></Amt>'
        f"<CdtrAgt><FinInstnId><{agent}>AAAADEBBXXX</{agent}></FinInstnId></CdtrAgt>"
        "<Cdtr><Nm>Marion Mueller</Nm></Cdtr>"
        "<CdtrAcct><Id><IBAN>DE69760700240340283600</IBAN></Id></CdtrAcct>"
        f"<RmtInf><Ustrd>Invoice {number}</Ustrd></RmtInf></CdtTrfTxInf>"
    )


def pain001(
    transfers: int = 1, namespace: str = NAMESPACES[0], *, day: str = "2026-03-05"
) -> bytes:
    """A pain.001 with one payment information block."""
    old = namespace.endswith(".03")
    agent = "BIC" if old else "BICFI"
    executed = day if old else f"<Dt>{day}</Dt>"
    entries = "".join(credit_transfer(number, agent=agent) for number in range(transfers))
    counted = f"<NbOfTxs>{transfers}</NbOfTxs><CtrlSum>{transfers * 12.5:.2f}</CtrlSum>"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<Document xmlns="{namespace}"><CstmrCdtTrfInitn>'
        f"<GrpHdr><MsgId>MSG-1</MsgId><CreDtTm>2026-03-02T10:30:00</CreDtTm>{counted}"
        "<InitgPty><Nm>Anton Brueckner</Nm></InitgPty></GrpHdr>"
        f"<PmtInf><PmtInfId>INF-1</PmtInfId><PmtMtd>TRF</PmtMtd>{counted}"
        f"<ReqdExctnDt>{executed}</ReqdExctnDt><Dbtr><Nm>Anton Brueckner</Nm></Dbtr>"
        "<DbtrAcct><Id><IBAN>DE80760700240271232400</IBAN></Id></DbtrAcct>"
        f"<DbtrAgt><FinInstnId><{agent}>AAAADEBBXXX</{agent}></FinInstnId></DbtrAgt>{entries}"
        "</PmtInf></CstmrCdtTrfInitn></Document>"
    ).encode()


@dataclass(frozen=True)
class Part:
    """A part of a multipart body."""

    name: bytes
    media_type: bytes
    body: bytes = field(repr=False)

    def written(self) -> bytes:
        return b'Content-Disposition: form-data; name="%b"\r\nContent-Type: %b\r\n\r\n%b\r\n' % (
            self.name,
            self.media_type,
            self.body,
        )


def form_parts() -> list[Part]:
    """The two parts of a periodic payment in XML."""
    return [
        Part(b"xml_sct", b"application/xml", pain001()),
        Part(b"json_standingorderType", b"application/json", orjson.dumps(STANDING)),
    ]


def form(parts: list[Part], boundary: bytes = BOUNDARY) -> bytes:
    """A multipart body."""
    pieces = [b"--%b\r\n%b" % (boundary, part.written()) for part in parts]
    return b"".join(pieces) + b"--%b--\r\n" % boundary


@dataclass(frozen=True)
class Sent:
    """A body on its way to a payment product."""

    service: PaymentService
    product: str
    content_type: str
    body: bytes

    def __str__(self) -> str:
        return f"{self.service} {self.product} {self.content_type}"

    @property
    def path(self) -> str:
        return f"/v1/{self.service}/{self.product}"


FORM = f"multipart/form-data; boundary={BOUNDARY.decode()}"


def proper() -> Iterator[Sent]:
    """One body for each service and format."""
    for service, body in JSON_BODIES.items():
        yield Sent(service, JSON_PRODUCT, "application/json", orjson.dumps(body))
        yield Sent(service, OWN_PRODUCT, "application/json", b'{"from": 1, "to": [2, 3]}')
        yield Sent(service, OWN_PRODUCT, "application/xml", b"<order><to>2</to></order>")
    for namespace in NAMESPACES:
        single, bulk = pain001(1, namespace), pain001(3, namespace)
        yield Sent(PaymentService.PAYMENTS, XML_PRODUCT, "application/xml", single)
        yield Sent(PaymentService.BULK_PAYMENTS, XML_PRODUCT, "application/xml", bulk)
    for product in (XML_PRODUCT, OWN_PRODUCT):
        yield Sent(PaymentService.PERIODIC_PAYMENTS, product, FORM, form(form_parts()))

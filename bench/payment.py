"""The requests of the benchmark: one SEPA credit transfer, and the reading of its status."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from bench.load import REQUEST_ID, REQUEST_ID_HEADER, Requests

PATH = "/v1/payments/sepa-credit-transfers"
PAYMENT = {
    "endToEndIdentification": "INVOICE-2026-000123",
    "instructedAmount": {"currency": "EUR", "amount": "12.50"},
    "debtorAccount": {"iban": "DE80760700240271232400", "currency": "EUR"},
    "creditorName": "Telekom Handels GmbH",
    "creditorAccount": {"iban": "DE15500105172295759744"},
    "creditorAddress": {
        "streetName": "Bahnhofstrasse",
        "buildingNumber": "12",
        "townName": "Nuernberg",
        "postCode": "90402",
        "country": "DE",
    },
    "remittanceInformationUnstructured": "Invoice 2026-000123",
}
HEADERS = {
    "Accept": "application/json",
    "PSU-IP-Address": "192.168.8.78",
    "PSU-ID": "anton.brueckner",
    "PSU-User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0",
    "TPP-Redirect-URI": "https://tpp.example/ok",
    "TPP-Nok-Redirect-URI": "https://tpp.example/nok",
}


@dataclass(frozen=True, slots=True)
class Sent:
    """A body on its way to a payment product."""

    path: str
    content_type: str
    body: bytes = field(repr=False)


def initiations(port: int, certificate: str) -> Requests:
    """POSTs that each make a payment; `certificate` is the value of TPP-QWAC-Certificate."""
    return posts(port, certificate, Sent(PATH, "application/json", json.dumps(PAYMENT).encode()))


def posts(port: int, certificate: str, sent: Sent) -> Requests:
    """POSTs of one body."""
    head = {"Content-Type": sent.content_type, "Content-Length": str(len(sent.body))}
    text = _head(f"POST {sent.path}", port, {**_identity(certificate), **HEADERS, **head})
    return Requests([text + sent.body], 201, port)


def status_reads(port: int, certificate: str, ids: Sequence[str]) -> Requests:
    """GETs of the status of these payments, in turn."""
    headers = {**_identity(certificate), "Accept": "application/json"}
    texts = [_head(f"GET {PATH}/{name}/status", port, headers) for name in ids]
    return Requests(texts, 200, port)


def _identity(certificate: str) -> dict[str, str]:
    return {"TPP-QWAC-Certificate": certificate} if certificate else {}


def _head(request: str, port: int, headers: dict[str, str]) -> bytes:
    lines = [f"{request} HTTP/1.1", f"Host: 127.0.0.1:{port}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    unique = REQUEST_ID_HEADER + REQUEST_ID
    return "\r\n".join(lines).encode() + b"\r\n" + unique + b"\r\n\r\n"

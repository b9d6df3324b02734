"""The JSON bodies of periodic payments and bulks (spec 12.2-12.4): what is refused, and when."""

from datetime import date
from typing import Any

import orjson
import pytest

from cms.domain.payment_order import Document
from cms.domain.payment_service import PaymentService
from cms.domain.profile import Profile
from tests.json_orders import bulk, entry, periodic, standing_order
from tests.tpps import ABSENT, payment
from xs2a.bodies.json_body import read_json, read_standing_order
from xs2a.bodies.outcome import ReadBody
from xs2a.checks.payment import BodyRules
from xs2a.errors import Finding

TODAY = "2026-03-02"
RULES = BodyRules(Profile(), date.fromisoformat(TODAY))
PAYMENTS, PERIODIC, BULK = (
    PaymentService.PAYMENTS,
    PaymentService.PERIODIC_PAYMENTS,
    PaymentService.BULK_PAYMENTS,
)
FORMAT = "FORMAT_ERROR"
VARIABLE = {"frequency": "MonthlyVariable"}
MONTHS = [str(month) for month in range(1, 13)]


def read(service: PaymentService, sent: Any) -> ReadBody:
    return read_json(service, Document("application/json", orjson.dumps(sent)), RULES)


def told(findings: tuple[Finding, ...]) -> list[tuple[str, str | None]]:
    return [(each.message.code, each.path) for each in findings]


def stage(body: ReadBody) -> tuple[str, list[tuple[str, str | None]]]:
    """Name and findings of the stage that is the answer."""
    for name in ("early", "unknown_members", "fields", "accounts"):
        findings = getattr(body, name)
        if findings:
            assert body.order is None
            return name, told(findings)
    return "order", []


# A periodic payment's changes -> stage, code and path of the one finding.
PERIODIC_ROWS = [
    ({"startDate": ABSENT}, "fields", FORMAT, "startDate"),
    ({"startDate": "2026-03-01"}, "fields", FORMAT, "startDate"),
    ({"startDate": "1.4.2026"}, "early", FORMAT, "startDate"),
    ({"startDate": None}, "early", FORMAT, "startDate"),
    ({"endDate": "2026-02-30"}, "early", FORMAT, "endDate"),
    ({"endDate": 7}, "early", FORMAT, "endDate"),
    ({"endDate": "2026-03-09"}, "fields", "PERIOD_INVALID", "endDate"),
    # only compared with a start that is right
    ({"startDate": "2026-03-01", "endDate": "2026-02-01"}, "fields", FORMAT, "startDate"),
    ({"startDate": ABSENT, "endDate": "2026-02-01"}, "fields", FORMAT, "startDate"),
    ({"executionRule": "later"}, "fields", FORMAT, "executionRule"),
    ({"executionRule": "Following"}, "fields", FORMAT, "executionRule"),
    ({"executionRule": 1}, "fields", FORMAT, "executionRule"),
    ({"frequency": ABSENT}, "early", FORMAT, "frequency"),
    ({"frequency": None}, "early", FORMAT, "frequency"),
    ({"frequency": ""}, "early", FORMAT, "frequency"),
    ({"frequency": "monthly"}, "early", FORMAT, "frequency"),
    ({"frequency": "Fortnightly"}, "early", FORMAT, "frequency"),
    ({"frequency": ["Monthly"]}, "early", FORMAT, "frequency"),
    ({"dayOfExecution": "0"}, "early", FORMAT, "dayOfExecution"),
    ({"dayOfExecution": "32"}, "early", FORMAT, "dayOfExecution"),
    ({"dayOfExecution": "001"}, "early", FORMAT, "dayOfExecution"),
    ({"dayOfExecution": "1st"}, "early", FORMAT, "dayOfExecution"),
    ({"dayOfExecution": 1}, "early", FORMAT, "dayOfExecution"),
    ({"dayOfExecution": ""}, "early", FORMAT, "dayOfExecution"),
    ({"monthsOfExecution": ["1"]}, "fields", FORMAT, "monthsOfExecution"),
    (VARIABLE, "fields", FORMAT, "monthsOfExecution"),
    ({**VARIABLE, "monthsOfExecution": []}, "early", FORMAT, "monthsOfExecution"),
    ({**VARIABLE, "monthsOfExecution": MONTHS}, "early", FORMAT, "monthsOfExecution"),
    ({**VARIABLE, "monthsOfExecution": ["1", "1"]}, "early", FORMAT, "monthsOfExecution"),
    ({**VARIABLE, "monthsOfExecution": "1"}, "early", FORMAT, "monthsOfExecution"),
    ({**VARIABLE, "monthsOfExecution": None}, "early", FORMAT, "monthsOfExecution"),
    ({**VARIABLE, "monthsOfExecution": {}}, "early", FORMAT, "monthsOfExecution"),
    ({**VARIABLE, "monthsOfExecution": ["2", "0"]}, "early", FORMAT, "monthsOfExecution[1]"),
    ({**VARIABLE, "monthsOfExecution": ["13"]}, "early", FORMAT, "monthsOfExecution[0]"),
    ({**VARIABLE, "monthsOfExecution": ["01"]}, "early", FORMAT, "monthsOfExecution[0]"),
    ({**VARIABLE, "monthsOfExecution": [1]}, "early", FORMAT, "monthsOfExecution[0]"),
]

# What a periodic payment has of a single one: one row for each way a member can be wrong.
PERIODIC_MEMBERS = [
    ({"debtorAccount": ABSENT}, "fields", FORMAT, "debtorAccount"),
    ({"instructedAmount__amount": "0"}, "fields", FORMAT, "instructedAmount.amount"),
    ({"instructedAmount__currency": "EURO"}, "early", FORMAT, "instructedAmount.currency"),
    ({"creditorAccount__iban": "DE00"}, "fields", FORMAT, "creditorAccount.iban"),
    ({"creditorName": "x" * 71}, "fields", FORMAT, "creditorName"),
    ({"purposeCode": "????"}, "early", FORMAT, "purposeCode"),
    ({"creditorId": "x"}, "fields", FORMAT, "creditorId"),
    ({"creditorAccount": {"pan": "1"}}, "accounts", FORMAT, "creditorAccount"),
    ({"chargeBearer": "SLEV"}, "unknown_members", FORMAT, "chargeBearer"),
    ({"creditorAgentName": "x"}, "unknown_members", FORMAT, "creditorAgentName"),
    ({"requestedExecutionDate": TODAY}, "unknown_members", FORMAT, "requestedExecutionDate"),
    ({"requestedExecutionTime": TODAY}, "unknown_members", FORMAT, "requestedExecutionTime"),
    ({"batchBookingPreferred": True}, "unknown_members", FORMAT, "batchBookingPreferred"),
    ({"payments": []}, "unknown_members", FORMAT, "payments"),
]


@pytest.mark.parametrize("changes, at, code, path", PERIODIC_ROWS + PERIODIC_MEMBERS)
def test_a_faulty_periodic_payment(changes: dict[str, Any], at: str, code: str, path: str) -> None:
    assert stage(read(PERIODIC, periodic(**changes))) == (at, [(code, path)])


@pytest.mark.parametrize("changes, at, code, path", PERIODIC_ROWS)
def test_a_faulty_standing_order_beside_xml(
    changes: dict[str, Any], at: str, code: str, path: str
) -> None:
    part = read_standing_order(orjson.dumps(standing_order(**changes)), RULES)

    assert part.standing_order is None
    assert told(getattr(part, at)) == [(code, path)]


@pytest.mark.parametrize(
    "part, at",
    [(b"", "early"), (b"null", "early"), (b"[]", "early"), (b"{", "early")],
)
def test_an_unreadable_standing_order(part: bytes, at: str) -> None:
    assert told(getattr(read_standing_order(part, RULES), at)) == [(FORMAT, None)]


def test_members_of_the_payment_are_unknown_beside_xml() -> None:
    part = read_standing_order(orjson.dumps(periodic()), RULES)

    assert told(part.unknown_members)[0] == (FORMAT, "debtorAccount")


# Changes of the bulk -> stage, code and path of the one finding.
BULK_ROWS = [
    ({"debtorAccount": ABSENT}, "fields", FORMAT, "debtorAccount"),
    ({"debtorAccount": {"iban": "DE81760700240271232400"}}, "fields", FORMAT, "debtorAccount.iban"),
    ({"debtorAccount": {"bban": "7607002402712324"}}, "accounts", FORMAT, "debtorAccount"),
    ({"debtorAccount": {}}, "accounts", FORMAT, "debtorAccount"),
    ({"debtorName": "x" * 71}, "fields", FORMAT, "debtorName"),
    ({"payments": ABSENT}, "fields", FORMAT, "payments"),
    ({"payments": None}, "fields", FORMAT, "payments"),
    ({"payments": []}, "fields", FORMAT, "payments"),
    ({"payments": {}}, "fields", FORMAT, "payments"),
    ({"payments": "x"}, "fields", FORMAT, "payments"),
    ({"payments": [entry(), 7]}, "fields", FORMAT, "payments[1]"),
    ({"payments": [None]}, "fields", FORMAT, "payments[0]"),
    ({"payments": [entry(), []]}, "fields", FORMAT, "payments[1]"),
    ({"batchBookingPreferred": "x"}, "early", FORMAT, "batchBookingPreferred"),
    ({"batchBookingPreferred": "True"}, "early", FORMAT, "batchBookingPreferred"),
    ({"batchBookingPreferred": 1}, "early", FORMAT, "batchBookingPreferred"),
    ({"batchBookingPreferred": None}, "early", FORMAT, "batchBookingPreferred"),
    ({"batchBookingPreferred": []}, "early", FORMAT, "batchBookingPreferred"),
    ({"requestedExecutionDate": "tomorrow"}, "early", FORMAT, "requestedExecutionDate"),
    (
        {"requestedExecutionDate": "2026-03-01"},
        "fields",
        "EXECUTION_DATE_INVALID",
        "requestedExecutionDate",
    ),
    ({"requestedExecutionTime": TODAY}, "early", FORMAT, "requestedExecutionTime"),
    ({"requestedExecutionTime": f"{TODAY}T10:00:00"}, "early", FORMAT, "requestedExecutionTime"),
    ({"requestedExecutionTime": f"{TODAY} 10:00:00Z"}, "early", FORMAT, "requestedExecutionTime"),
    ({"requestedExecutionTime": f"{TODAY}T25:00:00Z"}, "early", FORMAT, "requestedExecutionTime"),
    ({"requestedExecutionTime": "2026-02-30T10:00:00Z"}, "early", FORMAT, "requestedExecutionTime"),
    # no clock of UTC can show these
    (
        {"requestedExecutionTime": "0001-01-01T00:00:00+01:00"},
        "early",
        FORMAT,
        "requestedExecutionTime",
    ),
    (
        {"requestedExecutionTime": "9999-12-31T23:59:59-01:00"},
        "early",
        FORMAT,
        "requestedExecutionTime",
    ),
    ({"requestedExecutionTime": 7}, "early", FORMAT, "requestedExecutionTime"),
    (
        {"requestedExecutionTime": "2026-03-01T23:59:59Z"},
        "fields",
        "EXECUTION_DATE_INVALID",
        "requestedExecutionTime",
    ),
    # the day that it is here
    (
        {"requestedExecutionTime": "2026-03-02T00:30:00+01:00"},
        "fields",
        "EXECUTION_DATE_INVALID",
        "requestedExecutionTime",
    ),
    (
        {
            "requestedExecutionDate": "2026-03-05",
            "requestedExecutionTime": "2026-03-06T10:00:00Z",
        },
        "fields",
        FORMAT,
        "requestedExecutionTime",
    ),
    ({"creditorName": "x"}, "unknown_members", FORMAT, "creditorName"),
    ({"startDate": "2026-03-10"}, "unknown_members", FORMAT, "startDate"),
    ({"paymentInformationId": "x"}, "unknown_members", FORMAT, "paymentInformationId"),
]


@pytest.mark.parametrize("changes, at, code, path", BULK_ROWS)
def test_a_faulty_bulk(changes: dict[str, Any], at: str, code: str, path: str) -> None:
    assert stage(read(BULK, bulk(**changes))) == (at, [(code, path)])


# Changes of the second of three entries -> stage and path of the one finding, below the entry.
@pytest.mark.parametrize(
    "changes, at, path",
    [
        ({"instructedAmount": ABSENT}, "fields", "instructedAmount"),
        ({"instructedAmount__amount": "-1"}, "fields", "instructedAmount.amount"),
        ({"instructedAmount__amount": "1.005"}, "fields", "instructedAmount.amount"),
        ({"instructedAmount__amount": "12,5"}, "fields", "instructedAmount.amount"),
        ({"instructedAmount__currency": "XYZ"}, "early", "instructedAmount.currency"),
        ({"creditorAccount": ABSENT}, "fields", "creditorAccount"),
        ({"creditorAccount__iban": "DE00"}, "fields", "creditorAccount.iban"),
        ({"creditorAccount__currency": "eur"}, "early", "creditorAccount.currency"),
        ({"creditorAccount": {"msisdn": "+49 170"}}, "accounts", "creditorAccount"),
        ({"creditorAccount": {"other": {"identification": "x"}}}, "accounts", "creditorAccount"),
        ({"creditorName": ""}, "fields", "creditorName"),
        ({"creditorName": "x" * 71}, "fields", "creditorName"),
        ({"creditorAddress": {}}, "fields", "creditorAddress.country"),
        ({"creditorId": "x"}, "fields", "creditorId"),
        ({"creditorAgent": "NOBIC"}, "fields", "creditorAgent"),
        ({"purposeCode": "????"}, "early", "purposeCode"),
        ({"chargeBearer": "NONE"}, "early", "chargeBearer"),
        (
            {"remittanceInformationStructuredArray": [{"reference": "x"}, {}]},
            "fields",
            "remittanceInformationStructuredArray[1].reference",
        ),
        ({"debtorAccount": {"iban": "x"}}, "unknown_members", "debtorAccount"),
        ({"requestedExecutionDate": TODAY}, "unknown_members", "requestedExecutionDate"),
        ({"requestedExecutionTime": TODAY}, "unknown_members", "requestedExecutionTime"),
        ({"ibann": "x"}, "unknown_members", "ibann"),
    ],
)
def test_a_faulty_payment_of_a_bulk(changes: dict[str, Any], at: str, path: str) -> None:
    faulty = entry(**{name: value for name, value in changes.items() if name != "debtorAccount"})
    faulty |= {name: value for name, value in changes.items() if name == "debtorAccount"}

    assert stage(read(BULK, bulk(entry(), faulty, entry()))) == (
        at,
        [(FORMAT, f"payments[1].{path}")],
    )


def test_the_findings_of_a_bulk_come_in_the_order_of_validation() -> None:
    sent = bulk(
        entry(creditorName=ABSENT, instructedAmount__amount="0"),
        entry(),
        entry(
            creditorAddress={"streetName": "x" * 71},
            endToEndIdentification="x" * 36,
            creditorAccount__iban="DE00",
        ),
        debtorName="x" * 71,
        debtorAccount=ABSENT,
        requestedExecutionDate="2026-03-01",
    )

    assert stage(read(BULK, sent)) == (
        "fields",
        [
            (FORMAT, "debtorAccount"),
            (FORMAT, "debtorName"),
            (FORMAT, "payments[0].instructedAmount.amount"),
            (FORMAT, "payments[0].creditorName"),
            (FORMAT, "payments[2].endToEndIdentification"),
            (FORMAT, "payments[2].creditorAccount.iban"),
            (FORMAT, "payments[2].creditorAddress.streetName"),
            (FORMAT, "payments[2].creditorAddress.country"),
            ("EXECUTION_DATE_INVALID", "requestedExecutionDate"),
        ],
    )


# Stage by stage, wherever in the body: each hides what the next would find (spec 12.1).
def test_the_stages_of_a_bulk_come_one_after_the_other() -> None:
    kinds = entry(creditorAccount={"pan": "1"})
    fields = entry(creditorName=ABSENT)
    unknown = entry(foo="bar")
    scan = entry(chargeBearer="NONE")

    assert [
        stage(read(BULK, bulk(kinds, fields, unknown, scan))),
        stage(read(BULK, bulk(kinds, fields, unknown))),
        stage(read(BULK, bulk(kinds, fields))),
        stage(read(BULK, bulk(kinds))),
    ] == [
        ("early", [(FORMAT, "payments[3].chargeBearer")]),
        ("unknown_members", [(FORMAT, "payments[2].foo")]),
        ("fields", [(FORMAT, "payments[1].creditorName")]),
        ("accounts", [(FORMAT, "payments[0].creditorAccount")]),
    ]


# An answer must not outgrow its request, however many entries are bad.
@pytest.mark.parametrize(
    "bad",
    [
        {},
        7,
        entry(creditorAccount__iban="DE00"),
        entry(creditorAccount={"pan": "1"}),
        entry(chargeBearer="NONE"),
        {f"x{number}": 1 for number in range(40)},
        entry(remittanceInformationStructuredArray=[{}] * 40),
        entry(remittanceInformationStructuredArray=[{f"x{n}": 1 for n in range(40)}] * 40),
    ],
)
def test_the_number_of_findings_is_bounded(bad: Any) -> None:
    _, findings = stage(read(BULK, bulk(*[bad] * 1000)))

    assert len(findings) == 20
    assert findings[0][1] is not None
    assert findings[0][1].startswith("payments[0]")


@pytest.mark.parametrize("service", [PAYMENTS, PERIODIC, BULK])
@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"7", b"{", b"\xff", b'{"a":' * 2000])
def test_a_body_that_is_no_object(service: PaymentService, body: bytes) -> None:
    found = read_json(service, Document("application/json", body), RULES)

    assert stage(found) == ("early", [(FORMAT, None)])


@pytest.mark.parametrize("service", [PERIODIC, BULK])
def test_a_single_payment_is_none_of_the_others(service: PaymentService) -> None:
    assert stage(read(service, payment()))[0] != "order"

"""The order in a stored body is the one that was checked, whatever the rules say since."""

from dataclasses import replace
from datetime import date
from typing import Any

import orjson
import pytest

from cms.domain.money import Amount
from cms.domain.payment_order import Address, Document, Frequency, PaymentOrder, StandingOrder
from cms.domain.payment_service import PaymentService
from cms.domain.profile import Profile
from tests.json_orders import DAY, bulk, entry, periodic, standing_order
from tests.sent_orders import BULK, PERIODIC, SINGLE, in_xml
from tests.tpps import payment
from tests.unit.cms.domain.resources import payment as stored_payment
from xs2a.bodies import reading
from xs2a.bodies.iso20022.pain001 import TransferLost
from xs2a.bodies.json_body import (
    order_again,
    read_json,
    read_standing_order,
    standing_order_again,
)
from xs2a.checks.payment import BodyRules

RULES = BodyRules(Profile(), date.fromisoformat(DAY))
JSON = "application/json"
EVERY_MEMBER = payment(
    endToEndIdentification="E2E",
    instructionIdentification="INSTR",
    debtorName="Anton Brueckner",
    debtorAccount__currency="EUR",
    creditorAccount__cashAccountType="CASH",
    ultimateDebtor="UD",
    ultimateCreditor="UC",
    creditorAgent="AAAADEBBXXX",
    creditorAgentName="Bank",
    creditorAddress={"streetName": "Weg", "townName": "Berlin", "country": "DE"},
    purposeCode="SALA",
    chargeBearer="SLEV",
    requestedExecutionDate=DAY,
    remittanceInformationUnstructured="one",
    remittanceInformationUnstructuredArray=["two", "three"],
    remittanceInformationStructured={"reference": "R1", "referenceType": "SCOR"},
    remittanceInformationStructuredArray=[{"reference": "R2", "referenceIssuer": "I"}],
)


@pytest.mark.parametrize(
    "service, sent",
    [
        (SINGLE, payment()),
        (SINGLE, payment(requestedExecutionDate=DAY)),
        (SINGLE, EVERY_MEMBER),
        (PERIODIC, periodic(startDate=DAY)),
        (
            PERIODIC,
            periodic(
                endDate="2026-12-31",
                executionRule="preceding",
                frequency="MonthlyVariable",
                dayOfExecution="01",
                monthsOfExecution=["12", "1"],
            ),
        ),
        (BULK, bulk(requestedExecutionDate=DAY)),
        (BULK, bulk(batchBookingPreferred=True)),
        (BULK, bulk(batchBookingPreferred="false")),
        (BULK, bulk(entry(), entry(), requestedExecutionTime=f"{DAY}T10:00:00.25+02:00")),
    ],
)
def test_a_stored_order_is_read_again(service: PaymentService, sent: dict[str, object]) -> None:
    document = Document(JSON, orjson.dumps(sent))
    checked = read_json(service, document, RULES)

    assert checked.order is not None
    assert order_again(service, document) == checked.order


def test_a_stored_standing_order_is_read_again() -> None:
    part = orjson.dumps(standing_order(startDate=DAY))
    checked = read_standing_order(part, RULES)

    assert checked.standing_order is not None
    assert standing_order_again(part) == checked.standing_order


# What no rule takes: a currency that was withdrawn, a country and a purpose that no list has, a
# name, an IBAN and a BIC that are too long today, and a member that the standard has dropped.
OUTDATED: dict[str, Any] = {
    "instructedAmount": {"currency": "HRK", "amount": "12.505"},
    "creditorAddress": {"country": "YU", "streetName": "Weg"},
    "purposeCode": "OLDP",
    "creditorAgent": "NOBICANYMORE",
    "creditorName": "x" * 71,
    "chargeBearer": "NONE",
    "creditorAccount": {"iban": "XK00", "currency": "HRK"},
    "dropped": {"creditorName": 7},
}
BODIES: dict[PaymentService, Any] = {
    SINGLE: payment(**OUTDATED, requestedExecutionDate="1999-01-01"),
    PERIODIC: periodic(**OUTDATED, startDate="1999-01-01", dayOfExecution="31"),
    BULK: bulk(entry(**OUTDATED), entry(**OUTDATED), requestedExecutionDate="1999-01-01"),
}


@pytest.mark.parametrize("service", BODIES)
def test_no_rule_is_asked_again(service: PaymentService) -> None:
    document = Document(JSON, orjson.dumps(BODIES[service]))
    order = order_again(service, document)

    assert read_json(service, document, RULES).order is None
    assert len(order.transfers) == (2 if service is BULK else 1)
    for each in order.transfers:
        assert str(each.instructed_amount.value) == "12.505"
        assert each.instructed_amount.currency == "HRK"
        assert each.creditor_address == Address("YU", street_name="Weg")
        assert each.purpose_code == "OLDP"
        assert each.creditor_account.iban == "XK00"
        assert each.creditor_account.currency == "HRK"
        assert each.creditor_name == "x" * 71
    days = {each.requested_execution_date for each in order.transfers}
    assert days == {None if service is PERIODIC else date(1999, 1, 1)}
    assert (order.standing_order is not None) == (service is PERIODIC)


def test_no_rule_is_asked_again_of_a_standing_order() -> None:
    sent = standing_order(startDate="1999-01-02", endDate="1999-01-01", dropped=[None])
    part = orjson.dumps(sent)

    assert read_standing_order(part, RULES).standing_order is None
    assert standing_order_again(part) == StandingOrder(
        date(1999, 1, 2), Frequency.MONTHLY, date(1999, 1, 1)
    )


@pytest.mark.parametrize("service", PaymentService)
def test_a_withdrawn_currency_is_read_again_from_xml(service: PaymentService) -> None:
    sent = in_xml(service, "pain.001-sepa-credit-transfers")
    outdated = sent.body.replace(b'"EUR"', b'"HRK"')
    stored = stored_payment(service=service, product=sent.product, content_type=sent.content_type)

    def again(body: bytes) -> PaymentOrder:
        return reading.order_again(stored, body)

    assert outdated != sent.body
    assert again(outdated).transfers == tuple(
        replace(each, instructed_amount=Amount(each.instructed_amount.value, "HRK"))
        for each in again(sent.body).transfers
    )


@pytest.mark.parametrize("service", [SINGLE, BULK, PERIODIC])
def test_a_stored_message_is_not_judged_again(service: PaymentService) -> None:
    """Names that were taken once, and are not any more: too long, blank, with invisible signs."""
    sent = in_xml(service, "pain.001-sepa-credit-transfers")
    name = b"<Nm>Marion Mueller</Nm>"
    assert name in sent.body
    for odd in ("M" * 200, "\u3164", "Mari\u034fon"):
        body = sent.body.replace(name, f"<Nm>{odd}</Nm>".encode())
        stored = replace(
            stored_payment(), service=service, product=sent.product, content_type=sent.content_type
        )
        again = reading.order_again(stored, body)
        assert len(again.transfers) == sent.transfers
        assert odd in {each.creditor_name for each in again.transfers}


def test_what_cannot_be_read_again_is_a_fault_and_not_one_transfer_less() -> None:
    sent = in_xml(BULK, "pain.001-sepa-credit-transfers")
    stored = replace(
        stored_payment(), service=BULK, product=sent.product, content_type=sent.content_type
    )
    with pytest.raises(TransferLost):
        reading.order_again(
            stored,
            sent.body.replace(b"<InstdAmt", b"<Instd", 1).replace(b"</InstdAmt", b"</Instd", 1),
        )

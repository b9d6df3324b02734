"""Payments in every format at the psu-api, and the sandbox bank's pages as one of its readers."""

import base64
from typing import Any

import orjson
import pytest

from cms.domain.payment_service import PaymentService
from sandbox.core import quick_transfers
from sandbox.online_banking.order_reading import OrderUnreadable, read_order
from spi.sandbox_orders import order_of
from tests.http.conftest import OpenHouse
from tests.sent_orders import (
    BULK,
    EVERYTHING,
    JSON,
    MEMBERS,
    OWN_PRODUCT,
    PERIODIC,
    SINGLE,
    SentOrder,
    every_order,
)
from tests.tpps import PSU_ID, TppClient

ANTON = "DE80760700240271232400"
QUICK = SentOrder(
    SINGLE,
    quick_transfers.PRODUCT,
    JSON,
    orjson.dumps(
        {
            "from": ANTON,
            "to": "DE69760700240340283600",
            "name": "Marion Mueller",
            "amount": "12.50",
        }
    ),
    0,
)


def in_json(service: PaymentService, **members: Any) -> SentOrder:
    body = orjson.dumps(MEMBERS[service] | members)
    return SentOrder(service, "sepa-credit-transfers", JSON, body, 1)


VARIANTS = (
    in_json(SINGLE, remittanceInformationUnstructuredArray=["One", "Two"]),
    in_json(SINGLE, remittanceInformationUnstructured="One"),
    in_json(SINGLE, instructedAmount={"currency": "EUR", "amount": "7.5"}),
    in_json(SINGLE, debtorAccount={"iban": ANTON, "currency": "EUR"}),
    in_json(BULK, batchBookingPreferred="true"),
    in_json(BULK, batchBookingPreferred="false"),
    in_json(PERIODIC, dayOfExecution="01"),
    in_json(
        PERIODIC, frequency="MonthlyVariable", monthsOfExecution=["10", "1"], dayOfExecution="31"
    ),
    QUICK,
)


@pytest.fixture
def tpp(open_house: OpenHouse, pisp: str) -> TppClient:
    """A TPP of a bank that offers every product for every service."""
    offered = EVERYTHING | {"SINGLE": (*EVERYTHING["SINGLE"], quick_transfers.PRODUCT)}
    return TppClient(open_house(pis={"supportedPaymentTypeAndProductMatrix": offered}), pisp)


def shown(tpp: TppClient, sent: SentOrder) -> dict[str, Any]:
    """The payment as the psu-api shows it: behind the link, and to its PSU the same."""
    headers = {"Content-Type": sent.content_type, "PSU-ID": PSU_ID}
    made = tpp.initiated(sent.body, headers, sent.path)
    base = "/psu-api/v1/payment"
    behind_link = tpp.world.cms.get(f"{base}/redirect/{made.authorisation_id}").json["payment"]
    to_psu = tpp.world.cms.get(f"{base}/{made.payment_id}", headers={"psu-id": PSU_ID}).json
    assert behind_link == to_psu
    payment: dict[str, Any] = behind_link
    return payment


@pytest.mark.parametrize("service", PaymentService)
def test_the_bytes_of_every_payment_are_shown(tpp: TppClient, service: PaymentService) -> None:
    for sent in every_order(service):
        payment = shown(tpp, sent)
        assert base64.b64decode(payment["paymentData"]) == sent.body
        assert payment["contentType"] == sent.content_type
        assert payment["paymentType"] == service.payment_type
        assert payment["paymentProduct"] == sent.product
        told = "payments" if service is BULK else "instructedAmount"
        assert (told in payment) == (sent.product != OWN_PRODUCT)


@pytest.mark.parametrize("service", PaymentService)
def test_the_pages_read_the_same_order_as_the_connector(
    tpp: TppClient, service: PaymentService
) -> None:
    """Else a TAN, which counts for the order that was shown, would not count for any."""
    ours = [sent for sent in every_order(service) if sent.product != OWN_PRODUCT]
    for sent in (*ours, *(each for each in VARIANTS if each.service is service)):
        payment = shown(tpp, sent)
        assert read_order(payment) == order_of(tpp.world.bank.orders[-1]), sent


@pytest.mark.parametrize("service", PaymentService)
def test_another_banks_own_product_is_not_mistaken_for_ours(
    tpp: TppClient, service: PaymentService
) -> None:
    for sent in every_order(service):
        if sent.product == OWN_PRODUCT:
            with pytest.raises(OrderUnreadable):
                read_order(shown(tpp, sent))

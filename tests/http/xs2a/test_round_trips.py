"""What was sent is what GET returns: every payment service, product and format (P11; spec 14.1)."""

from email import message_from_bytes
from typing import Any

import orjson
import pytest

from cms.domain.payment_service import PaymentService
from tests.forms import BOUNDARY, JSON_PART, XML_PART, content_type, form, typed, uploaded
from tests.http.conftest import OpenHouse
from tests.http.xs2a.sending import cancel
from tests.sent_orders import (
    EVERYTHING,
    JSON,
    OWN_PRODUCT,
    PAIN_PRODUCTS,
    PERIODIC,
    SINGLE,
    STANDARD_PRODUCTS,
    STANDING_ORDER,
    XML,
    SentOrder,
    every_order,
    in_json,
    in_xml,
)
from tests.tpps import Made, TppClient

STANDARD, PAIN = STANDARD_PRODUCTS[0], PAIN_PRODUCTS[0]
MESSAGE = in_xml(SINGLE, PAIN).body
WHEN = orjson.dumps(STANDING_ORDER)
PARTS = (typed(XML_PART, MESSAGE, XML), typed(JSON_PART, WHEN, JSON))
FORM = content_type()


@pytest.fixture
def tpp(open_house: OpenHouse, pisp: str) -> TppClient:
    """A TPP of a bank that offers every product for every service."""
    offered = {"supportedPaymentTypeAndProductMatrix": EVERYTHING}
    return TppClient(open_house(pis=offered), pisp)


def initiated(tpp: TppClient, sent: SentOrder) -> Made:
    return tpp.initiated(sent.body, {"Content-Type": sent.content_type}, sent.path)


def read(tpp: TppClient, sent: SentOrder, accept: str | None = None) -> Any:
    """GET of a payment just initiated. The bank's own members in JSON the standard cannot judge."""
    path = initiated(tpp, sent).path
    face = tpp.world.xs2a
    face.judge = None if sent.product == OWN_PRODUCT else tpp.world.judge
    try:
        return tpp.get(path, {"Accept": accept})
    finally:
        face.judge = tpp.world.judge


def bank_saw(tpp: TppClient, sent: SentOrder) -> None:
    """The bank has the bytes, and all facts that the server can read."""
    order = tpp.world.bank.orders[-1]
    assert (order.service, order.product) == (sent.service, sent.product)
    assert order.order.document.body == sent.body
    assert len(order.order.transfers) == sent.transfers
    told = sent.service is PERIODIC and (sent.transfers or sent.content_type == FORM)
    assert (order.order.standing_order is not None) == bool(told)


@pytest.mark.parametrize("service", PaymentService)
def test_what_was_sent_is_what_is_read(tpp: TppClient, service: PaymentService) -> None:
    for sent in every_order(service):
        answer = read(tpp, sent)
        bank_saw(tpp, sent)
        assert answer.status_int == 200, sent
        assert answer.headers["Content-Type"] == sent.content_type, sent
        if sent.product in STANDARD_PRODUCTS:
            assert answer.json == {**orjson.loads(sent.body), "transactionStatus": "RCVD"}, sent
        else:
            assert answer.body == sent.body, sent


ODD_BODIES = [
    (PAIN, FORM, form(reversed(PARTS))),
    (PAIN, FORM, form(PARTS, before=b"A preamble.\r\n", after=b"\r\nAn epilogue.")),
    (PAIN, FORM, form(PARTS, padding=b" \t", after=b"")),
    (PAIN, FORM, form((uploaded(XML_PART, MESSAGE), uploaded(JSON_PART, WHEN)))),
    (PAIN, 'multipart/form-data; boundary="a b?"', form(PARTS, "a b?")),
    (PAIN, f"multipart/form-data; boundary=--{BOUNDARY}", form(PARTS)),
    (PAIN, f"Multipart/Form-Data;boundary={BOUNDARY};x=y", form(PARTS)),
    (OWN_PRODUCT, f"multipart/form-data; boundary={'b' * 70}", form(PARTS, "b" * 70)),
    (OWN_PRODUCT, "Application/XML; charset=UTF-8", b"\xef\xbb\xbf<a>\r\n</a>\r\n\r\n"),
    (OWN_PRODUCT, "application/json;charset=utf-8", b' {"b" : 1, "a":1e2, "c":"\\u00e4"}\n'),
]


def test_bytes_and_media_type_are_kept_as_they_are(tpp: TppClient) -> None:
    for product, header, body in ODD_BODIES:
        answer = read(tpp, SentOrder(PERIODIC, product, header, body, 1))
        assert (answer.headers["Content-Type"], answer.body) == (header, body)


@pytest.mark.parametrize("product", [PAIN, OWN_PRODUCT])
@pytest.mark.parametrize("header", [FORM, "multipart/form-data"])
def test_the_parts_can_be_taken_out_of_the_answer(
    tpp: TppClient, product: str, header: str
) -> None:
    """Also where the TPP named no boundary: the answer names the one that it used (row 36)."""
    answer = read(tpp, SentOrder(PERIODIC, product, header, form(PARTS), 1))

    assert answer.headers["Content-Type"] == FORM
    message = message_from_bytes(b"Content-Type: %b\r\n\r\n%b" % (FORM.encode(), answer.body))
    parts = {
        part.get_param("name", header="content-disposition"): part.get_payload(decode=True)
        for part in message.walk()
        if not part.is_multipart()
    }
    assert parts == {XML_PART: MESSAGE, JSON_PART: WHEN}


def test_the_format_of_a_payment_is_not_negotiated(tpp: TppClient) -> None:
    for accept in (None, "*/*", JSON, XML, "multipart/form-data", "application/problem+json"):
        for sent in (in_json(SINGLE, STANDARD), in_xml(SINGLE, PAIN), in_xml(PERIODIC, PAIN)):
            answer = read(tpp, sent, accept)
            assert answer.headers["Content-Type"] == sent.content_type, accept


@pytest.mark.parametrize("service", PaymentService)
def test_a_later_deed_of_the_bank_is_about_the_same_order(
    tpp: TppClient, service: PaymentService
) -> None:
    """What is stored are the bytes; the order is read from them again."""
    for sent in every_order(service):
        assert cancel(tpp, initiated(tpp, sent)).status_int == 204, sent
        bank = tpp.world.bank
        assert bank.deeds[-1][0].payment.order == bank.orders[-1].order, sent

"""The media type of a payment, and the reader that it finds."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import orjson
import pytest

from cms.domain.payment_order import Document
from cms.domain.payment_service import PaymentService
from cms.domain.profile import Profile
from tests.forms import JSON_PART, content_type, periodic
from tests.sent_orders import (
    BULK,
    PERIODIC,
    SINGLE,
    STANDING_ORDER,
    SentOrder,
    every_order,
    in_json,
    in_xml,
)
from tests.unit.cms.domain.resources import payment
from xs2a.bodies.outcome import ReadBody
from xs2a.bodies.reading import media_type_finding, order_again, read_order
from xs2a.checks.payment import BodyRules

STANDARD, PAIN, OWN = "target-2-payments", "pain.001-target-2-payments", "house-transfers"
JSON, XML, FORM = "application/json", "application/xml", "multipart/form-data; boundary=x"
DAY = date(2026, 3, 2)
UNKNOWN_MEDIA_TYPES = [
    None,
    "",
    ";",
    "text/plain",
    "text/xml",
    "text/json",
    "application/jsonx",
    "application/problem+json",
    "application/pain.001+xml",
    "application/x-www-form-urlencoded",
    "multipart/mixed; boundary=x",
    "*/*",
    "\xe4/\xfc",
]


@pytest.mark.parametrize(
    "product, service, taken",
    [
        *((STANDARD, service, (JSON,)) for service in PaymentService),
        (PAIN, SINGLE, (XML,)),
        (PAIN, BULK, (XML,)),
        (PAIN, PERIODIC, (FORM,)),
        (OWN, SINGLE, (JSON, XML)),
        (OWN, BULK, (JSON, XML)),
        (OWN, PERIODIC, (JSON, XML, FORM)),
    ],
)
def test_the_product_says_which_media_types_it_takes(
    product: str, service: PaymentService, taken: tuple[str, ...]
) -> None:
    for sent in (JSON, XML, FORM):
        found = media_type_finding(service, product, sent)
        if sent in taken:
            assert found is None
        else:
            assert found is not None
            assert (found.message.code, found.message.http_status) == ("FORMAT_ERROR", 400)
            assert found.path == "content-type"
            assert all(each.partition(";")[0] in found.text for each in taken)
    for unknown in UNKNOWN_MEDIA_TYPES:
        found = media_type_finding(service, product, unknown)
        assert found is not None
        assert found.message.http_status == 415, unknown


@pytest.mark.parametrize(
    "product, sent, path",
    [
        (STANDARD, "APPLICATION/JSON", None),
        (STANDARD, " application/json ", None),
        (STANDARD, "application/json;charset=utf-8", None),
        (STANDARD, 'application/json; charset="UTF-8"', None),
        (STANDARD, "application/json; charset=us-ascii", None),
        (STANDARD, "application/json; profile=x", None),
        (STANDARD, "application/json;", None),
        (STANDARD, "application/json; charset=iso-8859-1", "content-type"),
        (STANDARD, "application/json; charset=utf-16", "content-type"),
        (STANDARD, "application/json; charset=", "content-type"),
        (OWN, "application/json; charset=utf-16", "content-type"),
        (OWN, "application/xml; charset=utf8", None),
        (OWN, "application/xml; charset=iso-8859-1", "content-type"),
        (PAIN, "Application/XML; charset=utf-8", None),
        (PAIN, "application/xml; charset=US-ASCII", None),
        (PAIN, "application/xml; charset=utf-7", "content-type"),
        # Of these, readers make what they like.
        (PAIN, "application/xml; charset=utf-8; charset=utf-8", "content-type"),
        (PAIN, "application/xml;charset=iso-8859-1 ; Charset=utf-8", "content-type"),
        (PAIN, "application/xml; charset*=utf-8''iso-8859-1", "content-type"),
        (PAIN, "application/xml; charset*0=iso-; charset*1=8859-1", "content-type"),
    ],
)
def test_parameters_do_not_count_but_for_the_charset(
    product: str, sent: str, path: str | None
) -> None:
    found = media_type_finding(SINGLE, product, sent)

    assert (found and found.path) == path
    assert found is None or found.message.code == "FORMAT_ERROR"


@pytest.mark.parametrize(
    "charset, path", [("utf-8", None), ("us-ascii", "content-type"), ("ASCII", "content-type")]
)
@pytest.mark.parametrize("form", [in_json, in_xml])
@pytest.mark.parametrize("service", PaymentService)
def test_what_is_ascii_by_its_header_is_ascii(
    charset: str, path: str | None, form: Callable[..., SentOrder], service: PaymentService
) -> None:
    """Whoever took the header at its word would see another name than the PSU."""
    sent = form(service, STANDARD if form is in_json else PAIN)
    plain = replace(sent, content_type=f"{sent.content_type}; charset={charset}")
    other = replace(plain, body=sent.body.replace(b"Marion", "Mari\xf6n".encode()))

    assert other.body != sent.body
    assert read(plain).order is not None
    assert [each.path for each in read(other).early] == ([path] if path else [])
    assert (read(other).order is None) == bool(path)


def read(sent: SentOrder) -> ReadBody:
    document = Document(sent.content_type, sent.body)
    return read_order(sent.service, sent.product, document, BodyRules(Profile(), DAY))


@pytest.mark.parametrize(
    "sent", [each for service in PaymentService for each in every_order(service)]
)
def test_a_stored_order_is_read_again_as_it_was(sent: SentOrder) -> None:
    """Also when its days are long over, as no rule is asked again."""
    order = read(sent).order

    assert order is not None
    assert order.document == Document(sent.content_type, sent.body)
    assert len(order.transfers) == sent.transfers
    stored = payment(service=sent.service, product=sent.product, content_type=sent.content_type)
    assert order_again(stored, sent.body) == order


@pytest.mark.parametrize("product", [PAIN, OWN])
def test_the_boundary_is_kept_where_the_header_has_none(product: str) -> None:
    body = periodic(in_xml(SINGLE, product).body, orjson.dumps(STANDING_ORDER))
    order = read(SentOrder(PERIODIC, product, "multipart/form-data", body, 1)).order

    assert order is not None
    assert order.document == Document("multipart/form-data; boundary=AaaBbbCcc", body)


def test_the_faults_of_xml_and_standing_order_are_told_at_once() -> None:
    body = periodic(b"<a>", b'{"startDate": "2026-03-05", "frequency": "monthly"}')
    told = read(SentOrder(PERIODIC, PAIN, content_type(), body, 1))

    assert told.order is None
    assert [each.path for each in told.early] == ["xml_sct", f"{JSON_PART}.frequency"]


@pytest.mark.parametrize("service", PaymentService)
def test_what_is_only_warned_about_comes_with_the_order(service: PaymentService) -> None:
    """The schema demands the time of creation; the bank can do without."""
    sent = in_xml(service, PAIN)
    created = b"<CreDtTm>2026-03-02T10:30:00</CreDtTm>"
    assert created in sent.body
    told = read(replace(sent, body=sent.body.replace(created, b"")))

    assert told.order is not None
    assert told.notes


@pytest.mark.parametrize("service", PaymentService)
def test_kinds_of_accounts_are_judged_last(service: PaymentService) -> None:
    sent = in_xml(service, PAIN)
    other = sent.body.replace(b"<IBAN>DE80760700240271232400</IBAN>", b"<Othr><Id>1</Id></Othr>")
    wrong = other.replace(b"Ccy=", b"Currency=").replace(b'"Monthly"', b'"monthly"')

    assert len(read(replace(sent, body=other)).accounts) == 1
    assert not read(replace(sent, body=wrong)).accounts
    assert read(replace(sent, body=wrong)).fields

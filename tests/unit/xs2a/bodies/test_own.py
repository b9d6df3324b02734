"""Orders of the bank's own products are well-formed, and kept as they came."""

from datetime import date

import pytest

from cms.domain.payment_order import Document, Frequency, PaymentOrder, StandingOrder
from cms.domain.payment_service import PaymentService
from cms.domain.profile import Profile
from tests.forms import JSON_PART, XML_PART, Part, content_type, form, periodic
from xs2a.bodies.outcome import ReadBody
from xs2a.bodies.reading import read_order
from xs2a.checks.payment import BodyRules

DAY = date(2026, 3, 2)
JSON, XML = "application/json", "application/xml"
STANDING_ORDER = b'{"startDate": "2026-03-05", "frequency": "Monthly"}'


def read(header: str, body: bytes) -> ReadBody:
    rules = BodyRules(Profile(), DAY)
    service = PaymentService.PERIODIC_PAYMENTS
    return read_order(service, "house-transfers", Document(header, body), rules)


@pytest.mark.parametrize(
    "header, body",
    [
        (JSON, b"{}"),
        (JSON, b" [1, {}]\r\n"),
        (JSON, '{"für": "\\u00fc \U0001f600", "n": 1e99}'.encode()),
        ("application/json; charset=utf-8", b'{"a": 1, "b": {"a": 2}}'),
        (XML, b"<a/>"),
        (
            XML,
            b'\xef\xbb\xbf<?xml version="1.0" encoding="utf-8"?>\r\n<!-- 1 --><a b="1">&amp;</a>\n',
        ),
        ("application/xml; charset=utf-8", "<a xmlns='urn:x'>ü</a>".encode()),
    ],
)
def test_a_well_formed_document_is_taken_as_it_is(header: str, body: bytes) -> None:
    assert read(header, body) == ReadBody(order=PaymentOrder(Document(header, body), ()))


@pytest.mark.parametrize(
    "header, body",
    [
        (JSON, b""),
        (JSON, b"{"),
        (JSON, b"1"),
        (JSON, b"null"),
        (JSON, b'"text"'),
        (JSON, b"{'a': 1}"),
        (JSON, b"{} {}"),
        (JSON, b'{"a": NaN}'),
        (JSON, b'{"a": "\xff"}'),
        (JSON, b'{"a": "\\ud800"}'),
        (JSON, b"\xef\xbb\xbf{}"),
        (JSON, "{}".encode("utf-16")),
        (JSON, b"[" * 100_000),
        (JSON, b'{"a": "\x00"}'),
        (JSON, b'{"a": 1, "a": 2}'),
        (JSON, b'[{"a": [{"b": 1, "c": 2, "b": 1}]}]'),
        (JSON, b"<a/>"),
        (XML, b""),
        (XML, b"text"),
        (XML, b"<a>"),
        (XML, b"<a/><b/>"),
        (XML, b"<a>\xff</a>"),
        (XML, b"<a>\x00</a>"),
        (XML, b"<!DOCTYPE a><a/>"),
        (XML, b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'),
        (XML, b"<a>" * 100_000),
        (XML, b"{}"),
    ],
)
def test_what_is_not_well_formed_is_refused(header: str, body: bytes) -> None:
    told = read(header, body)

    assert told.order is None
    assert [each.message.code for each in told.early] == ["FORMAT_ERROR"]
    assert told.early[0].path is None


def test_a_periodic_payment_may_say_in_a_part_of_its_own_when() -> None:
    body = periodic(b"<a/>", STANDING_ORDER)
    told = read(content_type(), body)

    standing_order = StandingOrder(date(2026, 3, 5), Frequency.MONTHLY)
    document = Document(content_type(), body)
    assert told == ReadBody(order=PaymentOrder(document, (), standing_order))


@pytest.mark.parametrize(
    "xml, standing_order, paths",
    [
        (b"<a>", STANDING_ORDER, [XML_PART]),
        (b"<a/>", b"", [JSON_PART]),
        (b"<a/>", b"[]", [JSON_PART]),
        (b"<a/>", STANDING_ORDER.replace(b"}", b', "frequency": "Daily"}'), [JSON_PART]),
        (b"<a>", b'{"startDate": "2026-03-05"}', [XML_PART, f"{JSON_PART}.frequency"]),
        (b"<a/>", b'{"frequency": "Monthly"}', [f"{JSON_PART}.startDate"]),
        (
            b"<a>",
            b'{"startDate": "2026-03-01", "frequency": "Monthly", "more": 1}',
            [XML_PART, f"{JSON_PART}.more"],
        ),
        (
            b"<a/>",
            b'{"startDate": "2026-03-01", "frequency": "Monthly"}',
            [f"{JSON_PART}.startDate"],
        ),
    ],
)
def test_the_faults_of_both_parts_are_told_at_once(
    xml: bytes, standing_order: bytes, paths: list[str]
) -> None:
    told = read(content_type(), periodic(xml, standing_order))

    assert told.order is None
    assert not told.early
    assert not told.unknown_members
    assert [each.path for each in told.fields] == paths


def test_a_body_in_other_parts_is_refused_early() -> None:
    told = read(content_type(), form((Part(XML_PART, b"<a/>"),)))

    assert told.order is None
    assert [each.path for each in told.early] == [JSON_PART]

"""Which formats a payment product takes, and what is told of the others (spec 13.2, 25.15)."""

from typing import Any

import pytest

from cms.domain.payment_service import PaymentService
from tests.forms import BOUNDARY, JSON_PART, XML_PART, Part, content_type, form, periodic
from tests.http.conftest import OpenHouse
from tests.sent_orders import (
    BULK,
    EVERYTHING,
    JSON,
    OWN_PRODUCT,
    PAIN_PRODUCTS,
    PERIODIC,
    SINGLE,
    STANDARD_PRODUCTS,
    XML,
    SentOrder,
    in_json,
    in_xml,
    own,
)
from tests.tpps import Headers, TppClient, refusal

FORM = content_type()
STANDARD, PAIN = STANDARD_PRODUCTS[0], PAIN_PRODUCTS[0]
# Which media types are taken; the others of these three do not fit.
TAKEN = {
    **{(STANDARD, service): (JSON,) for service in PaymentService},
    (PAIN, SINGLE): (XML,),
    (PAIN, BULK): (XML,),
    (PAIN, PERIODIC): (FORM,),
    (OWN_PRODUCT, SINGLE): (JSON, XML),
    (OWN_PRODUCT, BULK): (JSON, XML),
    (OWN_PRODUCT, PERIODIC): (JSON, XML, FORM),
}
UNKNOWN = (None, "text/plain", "text/xml", "multipart/mixed; boundary=x", "application/jsonx")
WRONG = (400, [("FORMAT_ERROR", "content-type")])
UNSUPPORTED = (415, [("UNSUPPORTED_MEDIA_TYPE", "content-type")])
NO_WAY_BACK: Headers = {"TPP-Redirect-URI": None, "TPP-Nok-Redirect-URI": None}


@pytest.fixture
def tpp(open_house: OpenHouse, pisp: str) -> TppClient:
    """A TPP of a bank that offers every product for every service."""
    offered = {"supportedPaymentTypeAndProductMatrix": EVERYTHING}
    return TppClient(open_house(pis=offered), pisp)


def post(tpp: TppClient, sent: SentOrder, headers: Headers | None = None) -> Any:
    return tpp.post(sent.body, {"Content-Type": sent.content_type, **(headers or {})}, sent.path)


@pytest.mark.parametrize("product, service", TAKEN)
def test_the_media_type_must_fit_the_product(
    tpp: TppClient, product: str, service: PaymentService
) -> None:
    taken = TAKEN[product, service]
    for media_type in {JSON, XML, FORM} - set(taken):
        answer = post(tpp, SentOrder(service, product, media_type, b"", 0))
        assert refusal(answer) == WRONG, media_type
        text = answer.json["tppMessages"][0]["text"]
        assert all(each.partition(";")[0] in text for each in taken)
    for unknown in UNKNOWN:
        answer = tpp.post(b"{}", {"Content-Type": unknown}, f"/v1/{service}/{product}")
        assert refusal(answer) == UNSUPPORTED, unknown
    assert not tpp.world.bank.asked


def test_json_is_taken_in_utf_8_only(tpp: TppClient) -> None:
    for sent in (in_json(SINGLE, STANDARD), own(SINGLE)[0]):
        answer = post(tpp, sent, {"Content-Type": f"{JSON}; charset=utf-16"})
        assert refusal(answer) == WRONG
        assert post(tpp, sent, {"Content-Type": f"{JSON}; charset=UTF-8"}).status_int == 201


def test_the_way_back_is_asked_for_with_the_standards_json_only(tpp: TppClient) -> None:
    for service in PaymentService:
        answer = post(tpp, in_json(service, STANDARD), NO_WAY_BACK)
        assert refusal(answer) == (400, [("FORMAT_ERROR", "tpp-redirect-uri")]), service
        for sent in (in_xml(service, PAIN), *own(service)):
            answer = post(tpp, sent, NO_WAY_BACK)
            assert answer.status_int == 201, sent
            assert "scaRedirect" in answer.json["_links"]


def test_faults_of_an_own_product_are_told_with_those_of_the_headers(tpp: TppClient) -> None:
    sent = SentOrder(SINGLE, OWN_PRODUCT, JSON, b"{", 0)

    assert refusal(post(tpp, sent, {"PSU-IP-Address": "999.1.1.1"})) == (
        400,
        [("FORMAT_ERROR", "psu-ip-address"), ("FORMAT_ERROR", None)],
    )


BROKEN_FORMS: list[tuple[str, bytes, list[str | None]]] = [
    (FORM, b"", [None]),
    (FORM, form((Part(XML_PART, b""),), closed=False), [None]),
    (FORM, form((Part(XML_PART, b""), Part(JSON_PART, b"{}")), end=b"\n"), [None]),
    (FORM, form(()), [XML_PART, JSON_PART]),
    (FORM, form((Part("x", b""), Part(XML_PART, b""))), ["x", JSON_PART]),
    ("multipart/form-data; boundary=" + "b" * 71, b"", ["content-type"]),
    (f'multipart/form-data; boundary="{BOUNDARY} "', b"", ["content-type"]),
    (FORM, periodic(b"<a>", b"{"), [XML_PART, JSON_PART]),
]


@pytest.mark.parametrize("product", [PAIN, OWN_PRODUCT])
def test_broken_forms_are_refused(tpp: TppClient, product: str) -> None:
    for header, body, paths in BROKEN_FORMS:
        answer = post(tpp, SentOrder(PERIODIC, product, header, body, 0))
        assert refusal(answer) == (400, [("FORMAT_ERROR", path) for path in paths]), body
    assert not tpp.world.bank.asked

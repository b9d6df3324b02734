"""Whatever a TPP sends, the server answers in the standard's words and never fails (E1, E4)."""

from typing import Any
from urllib.parse import quote

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.http.conftest import OpenHouse
from tests.http.xs2a.sending import (
    APPROACHES,
    AUTHORISATIONS,
    CANCELLATIONS,
    NOWHERE_ID,
    cancel,
    push,
    start,
    update,
)
from tests.tpps import INSTANT, PAYMENT, PSU_ID, SCT, TppClient, payment, told

NAMED = {"PSU-ID": PSU_ID}
PASSWORD = {"psuData": {"password": "12345"}}

shared_house = settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)

texts = st.text(max_size=80)
scalars = st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats() | texts
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)
members = st.sampled_from(
    [
        *PAYMENT,
        "creditorAddress",
        "creditorAgent",
        "requestedExecutionDate",
        "purposeCode",
        "chargeBearer",
        "remittanceInformationUnstructuredArray",
        "remittanceInformationStructured",
        "remittanceInformationStructuredArray",
        "instructedAmount__amount",
        "instructedAmount__currency",
        "debtorAccount__iban",
        "creditorAccount__bban",
        "creditorAccount__other",
    ]
)
names = st.sampled_from(
    [
        "X-Request-ID",
        "PSU-ID",
        "PSU-IP-Address",
        "PSU-Device-ID",
        "PSU-Geo-Location",
        "TPP-Redirect-URI",
        "TPP-Nok-Redirect-URI",
        "TPP-Notification-URI",
        "TPP-Notification-Content-Preferred",
        "TPP-Redirect-Preferred",
        "TPP-QWAC-Certificate",
        "Client-Cert",
        "TPP-Roles-Allowed",
        "Instance-ID",
        "Idempotency-Key",
        "Authorization",
        "TPP-Explicit-Authorisation-Preferred",
        "TPP-Decoupled-Preferred",
        "Accept",
        "Content-Type",
        "Date",
    ]
)
# What HTTP admits in a header's value (RFC 9110, 5.5), as WSGI hands it over.
header_values = st.text(
    st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_characters="\x7f"), max_size=60
)


def judged(answer: Any) -> None:
    """Done, or refused by a 4xx in one of the standard's bodies."""
    assert answer.status_int < 500, answer.text
    if answer.status_int not in {200, 201, 202, 204}:
        assert answer.status_int >= 400
        is_problem = answer.content_type == "application/problem+json"
        assert answer.json["code"] if is_problem else told(answer)


@shared_house
@given(changes=st.dictionaries(members, values, max_size=4), extra=values)
def test_any_json_around_a_payment(tpp: TppClient, changes: dict[str, Any], extra: Any) -> None:
    flat = {name: value for name, value in changes.items() if name.partition("__")[0] == name}
    deep = {name: value for name, value in changes.items() if name not in flat}
    body = payment(**deep) | flat
    judged(tpp.post(orjson.dumps(body)))
    judged(tpp.post(orjson.dumps(extra)))


@shared_house
@given(
    body=st.binary(max_size=300), cut=st.integers(0, 200), product=st.sampled_from([SCT, INSTANT])
)
def test_any_bytes(tpp: TppClient, body: bytes, cut: int, product: str) -> None:
    good = orjson.dumps(payment())
    for each in (body, good[:cut] + body + good[cut:], good[:cut]):
        judged(tpp.post(each, path=product))


@shared_house
@given(headers=st.dictionaries(names, header_values, min_size=1, max_size=4))
def test_any_headers(tpp: TppClient, headers: dict[str, str]) -> None:
    judged(tpp.post(headers=headers))
    answer = tpp.get(f"{SCT}/{NOWHERE_ID}", headers)
    assert 400 <= answer.status_int < 500


@pytest.fixture
def embedded(open_house: OpenHouse, pisp: str) -> TppClient:
    """Of a bank where everything is sent through the TPP, and each cancellation is authorised."""
    mandated = {"paymentCancellationAuthorisationMandated": True}
    return TppClient(open_house(common=APPROACHES["EMBEDDED"], pis=mandated), pisp)


@shared_house
@given(headers=st.dictionaries(names, header_values, max_size=3), executed=st.booleans())
def test_any_headers_of_authorisations(
    embedded: TppClient, headers: dict[str, str], *, executed: bool
) -> None:
    made = embedded.initiated(headers=NAMED)
    if executed:
        push(embedded.world, made, "ACSP")
    judged(cancel(embedded, made, headers))
    for below in (AUTHORISATIONS, CANCELLATIONS):
        judged(start(embedded, made, {}, headers, below=below))
        judged(embedded.get(f"{made.path}/{below}", headers))
    judged(update(embedded, made.authorisation_path, PASSWORD, headers))


psu_data = st.fixed_dictionaries(
    {},
    optional={
        "password": values | st.just("12345"),
        "encryptedPassword": values,
        "additionalPassword": values,
        "additionalEncryptedPassword": values,
        "more": values,
    },
)
updates = st.fixed_dictionaries(
    {},
    optional={
        "psuData": psu_data | values,
        "authenticationMethodId": values | st.just("sms"),
        "scaAuthenticationData": values | st.just("123456"),
        "confirmationCode": values,
        "more": values,
    },
)


@shared_house
@given(first=updates, second=updates, extra=values, junk=st.binary(max_size=100))
def test_any_body_of_authorisations(
    embedded: TppClient, first: Any, second: Any, extra: Any, junk: bytes
) -> None:
    made = embedded.initiated(headers=NAMED)
    for body in (first, extra, junk):
        judged(start(embedded, made, orjson.dumps(body) if body is not junk else junk, NAMED))
    for body in (first, second, extra, junk):
        content = orjson.dumps(body) if body is not junk else junk
        judged(update(embedded, made.authorisation_path, content, NAMED))


@shared_house
@given(
    parts=st.lists(st.text(max_size=20) | st.binary(max_size=20), max_size=6),
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE", "PATCH"]),
)
def test_any_path(tpp: TppClient, parts: list[str | bytes], method: str) -> None:
    encoded = [
        quote(each.encode("utf-8", "replace") if isinstance(each, str) else each, safe="")
        for each in parts
    ]
    answer = tpp.call(method, "/v1/payments/" + "/".join(encoded), body=orjson.dumps(payment()))
    assert 400 <= answer.status_int < 500
    assert told(answer)

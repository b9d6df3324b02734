"""Whatever headers, paths and JSON a TPP sends, the answer is in the standard's words (E1, E4)."""

import json
from typing import Any
from urllib.parse import quote

import orjson
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.damage import values
from tests.fuzz.judging import judged
from tests.fuzz.tried import tried
from tests.http.xs2a.sending import (
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


@tried(40)
@given(changes=st.dictionaries(members, values, max_size=4), extra=values)
def test_any_json_around_a_payment(tpp: TppClient, changes: dict[str, Any], extra: Any) -> None:
    flat = {name: value for name, value in changes.items() if name.partition("__")[0] == name}
    deep = {name: value for name, value in changes.items() if name not in flat}
    body = payment(**deep) | flat
    judged(tpp.post(json.dumps(body).encode()))
    judged(tpp.post(json.dumps(extra).encode()))


@tried(40)
@given(
    body=st.binary(max_size=300), cut=st.integers(0, 200), product=st.sampled_from([SCT, INSTANT])
)
def test_any_bytes(tpp: TppClient, body: bytes, cut: int, product: str) -> None:
    good = orjson.dumps(payment())
    for each in (body, good[:cut] + body + good[cut:], good[:cut]):
        judged(tpp.post(each, path=product))


@tried(40)
@given(headers=st.dictionaries(names, header_values, min_size=1, max_size=4))
def test_any_headers(tpp: TppClient, headers: dict[str, str]) -> None:
    judged(tpp.post(headers=headers))
    answer = tpp.get(f"{SCT}/{NOWHERE_ID}", headers)
    assert 400 <= answer.status_int < 500


@tried(40)
@given(headers=st.dictionaries(names, header_values, max_size=3), executed=st.booleans())
def test_any_headers_of_authorisations(
    tpp: TppClient, headers: dict[str, str], *, executed: bool
) -> None:
    made = tpp.initiated(headers=NAMED)
    if executed:
        push(tpp.world, made, "ACSP")
    judged(cancel(tpp, made, headers))
    for below in (AUTHORISATIONS, CANCELLATIONS):
        judged(start(tpp, made, {}, headers, below=below))
        judged(tpp.get(f"{made.path}/{below}", headers))
    judged(update(tpp, made.authorisation_path, PASSWORD, headers))


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


@tried(40)
@given(first=updates, second=updates, extra=values, junk=st.binary(max_size=100))
def test_any_body_of_authorisations(
    tpp: TppClient, first: Any, second: Any, extra: Any, junk: bytes
) -> None:
    made = tpp.initiated(headers=NAMED)
    for body in (first, extra, junk):
        judged(
            start(tpp, made, body if isinstance(body, bytes) else json.dumps(body).encode(), NAMED)
        )
    for body in (first, second, extra, junk):
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        judged(update(tpp, made.authorisation_path, content, NAMED))


@tried(40)
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

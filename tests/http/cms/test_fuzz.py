"""Whatever online banking and back office send, the CMS answers in JSON and never fails (C3)."""

from typing import Any
from urllib.parse import quote

import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.tpps import PSU_ID, TppClient

shared_house = settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
texts = st.text(max_size=40)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=4,
)
members = st.sampled_from(
    [
        "psuId",
        "psuIdType",
        "psuCorporateId",
        "authenticationMethodId",
        "authenticationData",
        "x",
    ]
)
header_values = st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF), max_size=40).filter(
    lambda text: "\x7f" not in text
)


def judged(answer: Any) -> None:
    assert answer.status_int < 500, answer.text
    if answer.status_int >= 400:
        assert answer.json["message"]


@shared_house
@given(body=st.dictionaries(members, values, max_size=3) | values, garbage=st.binary(max_size=60))
def test_any_body(tpp: TppClient, body: Any, garbage: bytes) -> None:
    made = tpp.initiated(headers={"PSU-ID": PSU_ID})
    base, key = "/psu-api/v1/payment", made.authorisation_id
    for content in (orjson.dumps(body), garbage):
        for path in (
            f"{base}/payments/sepa-credit-transfers/{made.payment_id}",
            f"{base}/authorisation/{key}/psu-data",
            f"{base}/{made.payment_id}/authorisation/{key}/status/started",
            f"{base}/{made.payment_id}/authorisation/{key}/status/unconfirmed",
        ):
            headers = {"psu-id": PSU_ID, "Content-Type": "application/json"}
            judged(tpp.world.cms.put(path, content, headers=headers, status="*"))


@shared_house
@given(
    first=texts,
    second=texts | st.binary(max_size=20),
    headers=st.dictionaries(
        st.sampled_from(["psu-id", "psu-id-type", "instance-id", "Accept"]), header_values
    ),
)
def test_any_path_and_header(
    tpp: TppClient, first: str, second: str | bytes, headers: dict[str, str]
) -> None:
    one, two = (
        quote(each if isinstance(each, bytes) else each.encode("utf-8", "replace"), safe="")
        for each in (first, second)
    )
    for method, path in (
        ("GET", f"/psu-api/v1/payment/{one}"),
        ("GET", f"/psu-api/v1/payment/redirect/{two}"),
        ("GET", f"/psu-api/v1/payment/authorisation/{one}"),
        ("GET", f"/psu-api/v1/payment/cancellation/{one}"),
        ("GET", f"/psu-api/v1/payment/cancellation/redirect/{two}"),
        ("GET", f"/psu-api/v1/payment/{one}/authorisation/psus?pageIndex={two}&itemsPerPage={one}"),
        ("PUT", f"/psu-api/v1/payment/authorisation/{one}/psu-data"),
        ("PUT", f"/psu-api/v1/payment/{one}/authorisation/{two}/status/{one}"),
        ("PUT", f"/psu-api/v1/payment/{one}/status/{two}"),
        ("PUT", f"/psu-api/v1/payment/{one}/{two}/{one}"),
        ("PUT", f"/aspsp-api/v1/pis/transaction-status/{one}/status/{two}"),
    ):
        answer = tpp.world.cms.request(path, method=method, headers=headers, status="*")
        judged(answer)
        assert answer.status_int >= 400


back_office_headers = st.sampled_from(
    [
        "psu-id",
        "psu-id-type",
        "instance-id",
        "start-date",
        "end-date",
        "tpp-authorisation-number",
        "lock-period",
        "updated-by",
        "reason",
    ]
)


@shared_house
@given(
    name=texts | st.binary(max_size=20),
    query=st.tuples(texts, texts),
    headers=st.dictionaries(back_office_headers, header_values | st.integers().map(str)),
)
def test_any_question_of_the_back_office(
    tpp: TppClient, name: str | bytes, query: tuple[str, str], headers: dict[str, str]
) -> None:
    one, index, size = (
        quote(each if isinstance(each, bytes) else each.encode("utf-8", "replace"), safe="")
        for each in (name, *query)
    )
    paging = f"?pageIndex={index}&itemsPerPage={size}"
    for method, path in (
        ("GET", f"/aspsp-api/v1/pis/payments/tpp/{one}{paging}"),
        ("GET", f"/aspsp-api/v1/pis/payments/psu{paging}"),
        ("GET", f"/aspsp-api/v1/pis/payments/account/{one}"),
        ("GET", "/aspsp-api/v1/tpp"),
        ("GET", "/aspsp-api/v1/tpp/stop-list"),
        ("PUT", "/aspsp-api/v1/tpp/stop-list/block"),
        ("DELETE", "/aspsp-api/v1/tpp/stop-list/unblock"),
    ):
        judged(tpp.world.cms.request(path, method=method, headers=headers, status="*"))

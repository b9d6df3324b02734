"""Damaged bodies of every service and format over HTTP, and what is stored of those taken in."""

from typing import Any

import orjson
import pytest
from hypothesis import given

from tests.fuzz.damage import form_sent, json_sent, misplaced, xml_sent
from tests.fuzz.judging import judged
from tests.fuzz.payment_bodies import JSON_PRODUCT, Sent, proper
from tests.fuzz.tried import tried
from tests.tpps import Made, TppClient


def examined(tpp: TppClient, sent: Sent) -> Any:
    """Send a body; what is taken in comes back as it was sent."""
    headers = {"Content-Type": sent.content_type}
    answer = tpp.call("POST", sent.path, headers, sent.body)
    judged(answer, sent.body)
    if answer.status_int == 201:
        kept = tpp.get(Made(answer, sent.path).path)
        assert kept.status_int == 200
        if sent.product == JSON_PRODUCT:
            assert kept.json == orjson.loads(sent.body) | {"transactionStatus": "RCVD"}
        else:
            assert kept.body == sent.body
            assert kept.headers["Content-Type"].startswith(sent.content_type)  # or with a boundary
    return answer


@pytest.mark.parametrize("sent", list(proper()), ids=str)
def test_an_undamaged_body_is_taken_in(tpp: TppClient, sent: Sent) -> None:
    assert examined(tpp, sent).status_int == 201


@tried(40)
@given(sent=json_sent())
def test_any_json(tpp: TppClient, sent: Sent) -> None:
    examined(tpp, sent)


@tried(40)
@given(sent=xml_sent())
def test_any_xml(tpp: TppClient, sent: Sent) -> None:
    examined(tpp, sent)


@tried(40)
@given(sent=form_sent())
def test_any_form(tpp: TppClient, sent: Sent) -> None:
    examined(tpp, sent)


@tried(30)
@given(sent=misplaced())
def test_any_body_in_any_place(tpp: TppClient, sent: Sent) -> None:
    examined(tpp, sent)

"""Whatever a body holds, its reader ends with an order or with findings, never with an exception.

An order is read again from the stored bytes as it was read first, and what is told about a body
is never much longer than the body (P11, E4, E5).
"""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given

from cms.domain.payment import Payment
from cms.domain.payment_order import Document, PaymentOrder
from cms.domain.profile import Profile
from cms.domain.statuses import Cause, TransactionStatus
from tests.fuzz.damage import form_sent, json_sent, misplaced, xml_sent
from tests.fuzz.payment_bodies import OWN_PRODUCT, Sent, proper
from tests.fuzz.tried import tried
from xs2a.bodies.outcome import ReadBody
from xs2a.bodies.reading import media_type_finding, order_again, read_order
from xs2a.checks.payment import BodyRules

NOW = datetime(2026, 3, 2, 10, 30, tzinfo=UTC)
RULES = BodyRules(Profile(), NOW.date())
LONGER = 20
"""So many times as long as the body, at most, is what is told about it."""
SHORTEST_ANSWER = 2_000
"""Characters that even the shortest body may be answered with."""


def read(sent: Sent) -> ReadBody:
    misplaced_type = media_type_finding(sent.service, sent.product, sent.content_type)
    if misplaced_type is not None:  # such a body is not read at all
        return ReadBody(early=(misplaced_type,))
    return read_order(sent.service, sent.product, Document(sent.content_type, sent.body), RULES)


def stored(sent: Sent, order: PaymentOrder) -> Payment:
    return Payment(
        payment_id="p-1",
        instance_id="UNDEFINED",
        tpp_id="tpp-1",
        service=sent.service,
        product=sent.product,
        status=TransactionStatus.RCVD,
        status_cause=Cause.INITIATED,
        status_changed_at=NOW,
        created_at=NOW,
        confirm_by=NOW + timedelta(days=1),
        content_type=order.document.content_type,
    )


def examined(sent: Sent) -> None:
    """Read a body, and hold the outcome against what is promised of every body."""
    outcome = read(sent)
    findings = (*outcome.early, *outcome.unknown_members, *outcome.fields, *outcome.accounts)
    texts = [(each.text, each.path) for each in findings]
    texts += [(each.text, each.path) for each in outcome.notes]
    told = sum(len(text) + len(path or "") for text, path in texts)
    assert told <= LONGER * len(sent.body) + SHORTEST_ANSWER
    if outcome.order is None:
        assert findings
        return
    assert not findings
    assert outcome.order.document.body == sent.body
    assert (outcome.order.transfers == ()) == (sent.product == OWN_PRODUCT)
    assert all(each.instructed_amount.value > 0 for each in outcome.order.transfers)
    assert order_again(stored(sent, outcome.order), sent.body) == outcome.order


@pytest.mark.parametrize("sent", list(proper()), ids=str)
def test_an_undamaged_body_is_an_order(sent: Sent) -> None:
    outcome = read(sent)
    assert outcome.order is not None, outcome
    assert not outcome.notes
    examined(sent)


@tried(200)
@given(sent=json_sent())
def test_any_json(sent: Sent) -> None:
    examined(sent)


@tried(200)
@given(sent=xml_sent())
def test_any_xml(sent: Sent) -> None:
    examined(sent)


@tried(200)
@given(sent=form_sent())
def test_any_form(sent: Sent) -> None:
    examined(sent)


@tried(200)
@given(sent=misplaced())
def test_any_body_in_any_place(sent: Sent) -> None:
    examined(sent)

"""After any failure the database holds all of a change or nothing of it (S4, A3, E4)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cms.domain.intent import LONGEST_BANK_CALL
from cms.domain.statuses import ScaStatus, TransactionStatus
from spi.answers import BankCode, BankError, Done, Refused, Unknown
from spi.types import PaymentStatusReport, ScaStatusReport
from tests.breaking import break_inserts, break_moves, mend
from tests.contract.berlin_group import BerlinGroup
from tests.houses import open_world
from tests.tpps import PSU_ID, TppClient, refusal, told

FAILURES = [
    (Refused((BankError(BankCode.PAYMENT_FAILED),)), 400, "PAYMENT_FAILED"),
    (Unknown("time-out"), 503, "SERVICE_UNAVAILABLE"),
    (RuntimeError("connector"), 503, "SERVICE_UNAVAILABLE"),
]
ALL_HEADERS = {"PSU-ID": PSU_ID, "Idempotency-Key": "1"}


@pytest.fixture
def any_tpp(
    database_url: str, tmp_path: Path, judge: BerlinGroup | None, pisp: str
) -> Iterator[TppClient]:
    """A TPP that has called before, with a house on each engine."""
    with open_world(database_url, tmp_path, judge) as world:
        tpp = TppClient(world, pisp)
        tpp.initiated(headers={"PSU-ID": PSU_ID})
        yield tpp


@pytest.mark.parametrize("failure, status, code", FAILURES)
def test_nothing_is_kept_of_a_payment_that_the_bank_did_not_take(
    any_tpp: TppClient, failure: Any, status: int, code: str
) -> None:
    before = any_tpp.world.changes()
    any_tpp.world.bank.initiated = failure

    assert refusal(any_tpp.post(headers=ALL_HEADERS)) == (status, [(code, None)])
    assert any_tpp.world.changes() == before


@pytest.mark.parametrize("failure, status, code", FAILURES)
def test_a_start_that_the_bank_failed_stays_on_record(
    any_tpp: TppClient, failure: Any, status: int, code: str
) -> None:
    """A3: the payment is kept as received, its authorisation as failed, and no answer."""
    world = any_tpp.world
    before = world.rows()
    world.bank.started = failure

    assert refusal(any_tpp.post(headers=ALL_HEADERS)) == (status, [(code, None)])
    added = {"payments": 1, "payment_psus": 1, "authorisations": 1, "events": 2, "moves": 1}
    assert world.rows() == {name: n + added.get(name, 0) for name, n in before.items()}
    order = world.bank.orders[-1]
    payment = world.house.parts.payments.find(order.payment_id, "UNDEFINED")
    (authorisation,) = world.house.parts.authorisations.all_of(payment)
    assert (payment.status, authorisation.status) == (TransactionStatus.RCVD, ScaStatus.FAILED)
    assert world.history(authorisation.authorisation_id) == [
        ("psuIdentified", "failed", "bank_failed")
    ]


@pytest.mark.parametrize(
    "table", ["payments", "payment_psus", "authorisations", "idempotent_answers", "events"]
)
def test_an_initiation_is_kept_whole_or_not_at_all(any_tpp: TppClient, table: str) -> None:
    before = any_tpp.world.changes()
    break_inserts(any_tpp.world.house.database, table)
    answer = any_tpp.post(headers=ALL_HEADERS)

    assert answer.status_int in {500, 503}
    assert len(told(answer)) == 1
    assert any_tpp.world.changes() == before
    mend(any_tpp.world.house.database)
    assert any_tpp.post(headers=ALL_HEADERS).status_int == 201


def test_a_failed_start_is_kept_whole_or_not_at_all(any_tpp: TppClient) -> None:
    before = any_tpp.world.changes()
    any_tpp.world.bank.started = Unknown("time-out")
    break_moves(any_tpp.world.house.database)

    assert any_tpp.post(headers=ALL_HEADERS).status_int in {500, 503}
    assert any_tpp.world.changes() == before


def test_a_status_moves_with_its_history_or_not_at_all(any_tpp: TppClient) -> None:
    world = any_tpp.world
    made = any_tpp.initiated()
    before = world.changes()
    break_moves(world.house.database)
    world.bank.status = Done(PaymentStatusReport(TransactionStatus.ACSP))
    world.bank.sca = Done(ScaStatusReport(ScaStatus.STARTED))

    for path in (made.status_path, made.authorisation_path):
        assert any_tpp.get(path).status_int in {500, 503}
    assert world.changes() == before
    mend(world.house.database)
    assert any_tpp.get(made.status_path).json["transactionStatus"] == "ACSP"


def test_a_payment_expires_with_its_authorisations_or_not_at_all(any_tpp: TppClient) -> None:
    """What the bank has agreed to is not lost: it is asked again, when the store works again."""
    world = any_tpp.world
    made = any_tpp.initiated()
    parts = world.house.parts
    payment = parts.payments.find(made.payment_id, "UNDEFINED")
    world.clock.now = payment.confirm_by
    break_moves(world.house.database)

    assert any_tpp.get(made.status_path).status_int in {500, 503}
    held = parts.payments.find(made.payment_id, "UNDEFINED")
    assert (held.status, world.history(made.payment_id)) == (payment.status, [])
    assert [each.status.finalised for each in parts.authorisations.all_of(held)] == [False]

    mend(world.house.database)
    world.clock.advance(LONGEST_BANK_CALL)
    assert any_tpp.get(made.status_path).json == {"transactionStatus": "RJCT"}
    assert any_tpp.get(made.authorisation_path).json == {"scaStatus": "failed"}
    assert world.bank.asked.count("cancel_payment") == 1


def test_the_psu_is_named_everywhere_or_nowhere(any_tpp: TppClient) -> None:
    world = any_tpp.world
    made = any_tpp.initiated()
    before = world.changes()
    break_inserts(world.house.database, "payment_psus")
    path = f"/psu-api/v1/payment/authorisation/{made.authorisation_id}/psu-data"
    answer = world.cms.put_json(path, {"psuId": PSU_ID}, status="*")

    assert answer.status_int in {500, 503}
    assert set(answer.json) == {"message"}
    assert world.changes() == before


def test_a_database_that_is_gone_is_told_in_the_standards_words(tpp: TppClient) -> None:
    made = tpp.initiated()
    tpp.world.rename_table("payments", "gone")

    for answer in (tpp.get(made.path), tpp.post()):
        assert refusal(answer) == (503, [("SERVICE_UNAVAILABLE", None)])
    assert tpp.world.bank.asked.count("start_authorisation") == 2
    tpp.world.rename_table("gone", "payments")
    assert tpp.get(made.path).status_int == 200
    assert tpp.world.rows()["payments"] == 1

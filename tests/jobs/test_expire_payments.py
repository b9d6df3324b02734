"""P8 without anybody looking: rejected once the bank has agreed, and only then."""

from datetime import timedelta
from typing import Any

import pytest

from cms.domain.intent import Deed
from cms.domain.statuses import Cause, TransactionStatus
from cms.service.intents import Subject
from spi.answers import BankCode, Done, Unknown
from spi.types import BankDeed, NoScaNeeded, NotAuthorised, Outcome, PaymentStatusReport, Proof
from tests.houses import refused
from tests.jobs.conftest import OpenWorks
from tests.jobs.working import DAY, NAMES, Works
from tests.tpps import INSTANT, Made, TppClient
from xs2a.flows.deeds import Request, carry_out
from xs2a.flows.parts import TppContext
from xs2a.jobs.backoff import FIRST_REST
from xs2a.jobs.payments import MOST_FAILURES_IN_A_ROW
from xs2a.jobs.run import BATCH

T = TransactionStatus
JOB = "expire_payments"
MS = timedelta(milliseconds=1)


def overdue(works: Works, count: int = 1) -> list[Made]:
    """Payments whose time is over by now."""
    made = [works.initiated() for _ in range(count)]
    works.world.clock.advance(DAY)
    return made


def test_what_nobody_confirms_is_rejected_without_anybody_looking(works: Works) -> None:
    made = works.initiated()
    works.world.clock.advance(DAY - MS)
    assert works.did(JOB) == (0, 0)
    assert works.world.bank.asked == []

    works.world.clock.advance(MS)
    assert works.did(JOB) == (1, 0)
    assert works.payment(made).status is T.RJCT
    assert works.world.history(made.payment_id) == [("RCVD", "RJCT", "time_ran_out")]
    assert works.world.history(made.authorisation_id) == [("received", "failed", "parent_expired")]
    # The bank has agreed never to execute it, and is asked nothing more.
    assert [proof for _, proof in works.world.bank.deeds] == [NotAuthorised()]
    assert works.did(JOB) == (0, 0)
    assert works.world.bank.asked == ["cancel_payment"]


def test_the_bank_learns_whose_payment_it_is(works: Works) -> None:
    """The TPP that initiated it, its tenant, and a request id of the job's own."""
    overdue(works, 2)
    works.did(JOB)

    asked = works.world.bank.contexts[-2:]
    assert {each.tpp.authorisation_number for each in asked} == {"PSDDE-BAFIN-100001"}
    assert {each.instance_id for each in asked} == {"UNDEFINED"}
    assert len({each.x_request_id for each in asked}) == 2
    assert {(each.psu, each.psu_context, each.access_token) for each in asked} == {
        (None, None, None)
    }


@pytest.mark.parametrize("status", list(T))
def test_only_what_awaits_a_psu_is_due(works: Works, status: TransactionStatus) -> None:
    made = works.initiated()
    parts = works.world.house.parts
    parts.payments.set_status(made.payment_id, "UNDEFINED", status, cause=Cause.ASPSP_PUSHED)
    works.world.clock.advance(DAY)

    due = status in {T.RCVD, T.PATC}
    assert works.did(JOB) == (int(due), 0)
    assert works.payment(made).status is (T.RJCT if due else status)


def test_what_was_executed_in_the_last_moment_is_not_rejected(works: Works) -> None:
    """The bank's word of it was lost, so that it is overdue here; the bank knows better (S6)."""
    (made,) = overdue(works)
    works.world.bank.cancelled = refused(BankCode.CANCELLATION_INVALID)
    works.world.bank.status = Done(PaymentStatusReport(T.ACSC))

    assert works.did(JOB) == (1, 0)
    assert works.world.history(made.payment_id) == [("RCVD", "ACSC", "bank_reported")]


def test_a_psu_who_confirms_at_that_moment_has_confirmed(works: Works) -> None:
    """While the bank is executing, nothing expires; nor is the bank asked to stop it."""
    made = works.initiated()
    works.world.clock.advance(DAY - MS)
    parts, bank = works.world.house.parts, works.world.bank
    payment = works.payment(made)
    authorisation = parts.authorisations.find(made.authorisation_id, "UNDEFINED")
    during: list[Any] = []

    def executing(ctx: Any, deed: BankDeed, proof: Proof) -> Any:
        works.world.clock.advance(DAY)
        during.append(works.did(JOB))
        return Done(Outcome(T.ACSP))

    bank.execute_payment = executing  # type: ignore[method-assign]
    ctx = TppContext(
        parts.payments.tpp_of(payment),
        payment.tpp_id,
        "UNDEFINED",
        "x",
        works.world.house.profiles.for_tenant(None),
    )
    carry_out(parts, ctx, Subject(payment, authorisation), Request(Deed.EXECUTE, NoScaNeeded()))

    assert during == [(0, 0)]
    assert works.payment(made).status is T.ACSP
    assert bank.asked == []


def test_a_psu_who_confirms_while_the_bank_gives_it_up_comes_too_late(works: Works) -> None:
    (made,) = overdue(works)
    told: list[int] = []

    def cancelling(ctx: Any, deed: BankDeed, proof: Proof) -> Any:
        below = f"/psu-api/v1/payment/{made.payment_id}"
        answer = works.world.cms.put(f"{below}/status/ACSP", status="*")
        told.append(answer.status_int)
        return Done(Outcome(T.CANC))

    works.world.bank.cancel_payment = cancelling  # type: ignore[method-assign]
    works.did(JOB)

    # While the bank is asked, nobody else moves the payment; its answer counts.
    assert told == [409]
    assert works.payment(made).status is T.RJCT


SILENT: list[Any] = [Unknown("time-out"), RuntimeError("x")]


@pytest.mark.parametrize("failure", SILENT, ids=["silent", "raises"])
def test_a_bank_that_does_not_answer_decides_nothing(works: Works, failure: Any) -> None:
    """The payment is left, not asked about again in this run, and left in peace for a while."""
    (made,) = overdue(works)
    bank = works.world.bank
    bank.cancelled = bank.outcome = failure

    assert works.did(JOB) == (0, 1)
    assert works.payment(made).status is T.RCVD
    assert bank.asked == ["cancel_payment"]
    for name in (JOB, "settle_intents"):
        assert works.did(name) == (0, 0)
    works.world.clock.advance(FIRST_REST)
    assert works.did(JOB) == (0, 0)  # now it is an answer that is missing
    assert works.did("settle_intents") == (0, 1)

    bank.outcome = Done(Outcome(T.CANC))
    works.world.clock.advance(FIRST_REST)
    assert works.did("settle_intents") == (0, 0)  # it rests for twice as long now
    works.world.clock.advance(FIRST_REST)
    assert works.did("settle_intents") == (1, 0)
    assert works.payment(made).status is T.RJCT
    assert len(bank.deeds) == 1


def test_one_that_fails_holds_up_none_behind_it(works: Works) -> None:
    made = overdue(works, 5)
    failing = {made[0].payment_id, made[3].payment_id}
    cancel = works.world.bank.cancel_payment

    def sometimes(ctx: Any, deed: BankDeed, proof: Proof) -> Any:
        if deed.payment.payment_id in failing:
            raise RuntimeError("x")
        return cancel(ctx, deed, proof)

    works.world.bank.cancel_payment = sometimes  # type: ignore[method-assign]

    assert works.did(JOB) == (3, 2)
    left = {each.payment_id for each in made if works.payment(each).status is T.RCVD}
    assert left == failing


def test_one_that_the_bank_neither_gives_up_nor_moves_rests(works: Works) -> None:
    (made,) = overdue(works)
    works.world.bank.cancelled = refused(BankCode.CANCELLATION_INVALID)

    assert works.did(JOB) == (0, 1)
    assert works.did(JOB) == (0, 0)
    works.world.clock.advance(FIRST_REST)
    assert works.did(JOB) == (0, 1)
    assert works.payment(made).status is T.RCVD
    assert works.payment(made).open_intent_id is None


def test_a_bank_that_is_away_is_not_asked_for_all(works: Works) -> None:
    """Each run asks about other payments, until one answers."""
    overdue(works, 2 * MOST_FAILURES_IN_A_ROW + 3)
    bank = works.world.bank
    bank.cancelled = Unknown("away")

    for asked in (MOST_FAILURES_IN_A_ROW, MOST_FAILURES_IN_A_ROW, 3):
        bank.asked.clear()
        assert works.did(JOB) == (0, asked)
        assert bank.asked == ["cancel_payment"] * asked


def test_a_worker_that_is_to_stop_begins_nothing_more(works: Works) -> None:
    overdue(works, 3)
    cancel = works.world.bank.cancel_payment

    def stopped_then(ctx: Any, deed: BankDeed, proof: Proof) -> Any:
        works.stopping = True
        return cancel(ctx, deed, proof)

    works.world.bank.cancel_payment = stopped_then  # type: ignore[method-assign]
    assert works.did(JOB) == (1, 0)
    assert len(works.world.bank.deeds) == 1
    assert [works.run(name) for name in NAMES] == [None] * len(NAMES)

    works.stopping = False
    works.world.bank.cancel_payment = cancel  # type: ignore[method-assign]
    assert works.did(JOB) == (2, 0)


@pytest.mark.slow
def test_all_that_is_due_is_done_in_one_run(works: Works) -> None:
    count = BATCH + 2
    made = overdue(works, count)

    assert works.did(JOB) == (count, 0)
    assert {works.payment(each).status for each in made} == {T.RJCT}


MINUTE_MS = 60_000
SHORT = {"pis": {"notConfirmedPaymentExpirationTimeMs": MINUTE_MS}}


def by_tenant(works: Works, tenant: str) -> Made:
    tpp = TppClient(works.world, works.certificate)
    return tpp.initiated(headers={"Instance-ID": tenant}, path=INSTANT)


def test_each_tenant_has_its_own_period(open_shop: OpenWorks) -> None:
    works = open_shop(tenants={"quick": SHORT, "slow": {}})
    quick, slow = by_tenant(works, "quick"), by_tenant(works, "slow")
    works.world.clock.advance(timedelta(minutes=1))

    assert works.did(JOB) == (1, 0)
    assert works.payment(quick, "quick").status is T.RJCT
    assert works.payment(slow, "slow").status is T.RCVD
    assert works.world.bank.contexts[-1].instance_id == "quick"


@pytest.mark.parametrize("left", [{}, {"slow": {}}], ids=["none is told apart", "others are"])
def test_rows_of_a_tenant_that_is_gone_are_left_alone(
    open_shop: OpenWorks, left: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    before = open_shop(tenants={"quick": SHORT, "slow": {}})
    made = [by_tenant(before, "quick") for _ in range(3)]
    ours = before.initiated()
    works = open_shop(tenants=left)
    works.world.clock.advance(DAY)

    for done in (1, 0):
        assert works.did(JOB) == (done, 0)
    assert works.payment(ours).status is T.RJCT
    assert {works.payment(each, "quick").status for each in made} == {T.RCVD}
    told = [each for each in caplog.messages if "the tenant quick" in each]
    assert len(told) == 1


def test_a_failing_job_is_told_without_secrets(works: Works) -> None:
    (made,) = overdue(works)
    works.world.bank.cancelled = RuntimeError("the password is 12345")
    works.did(JOB)

    (run,) = works.jobs.latest_runs(JOB)
    assert run.error == f"payment {made.payment_id}: BankUnavailable"
    assert (run.done, run.failed) == (0, 1)

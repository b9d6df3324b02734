"""What the database does alone: authorisations that have lapsed, the stop list, what is too old."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from cms.domain.authorisation import AuthorisationKind
from cms.domain.intent import Deed
from cms.domain.job_run import JobRun
from cms.domain.kept_answer import KeptAnswer
from cms.domain.statuses import ScaStatus, TransactionStatus
from cms.service.intents import Subject
from cms.store.tables import tpp_stop_list
from tests.houses import NOW
from tests.http.cms.authorising import CANCELLATION, CREATION, started
from tests.jobs.working import DAY, TENANT, Works
from tests.tpps import PSU_ID, Made
from xs2a.jobs.rows import RUNS_KEPT_FOR

A = ScaStatus
JOB = "expire_authorisations"
TEN_MINUTES, MS = timedelta(minutes=10), timedelta(milliseconds=1)
HOUR = timedelta(hours=1)


def below(works: Works, made: Made, status: ScaStatus, kind: AuthorisationKind = CREATION) -> str:
    """One more authorisation, which stands there: its link lives ten minutes, itself an hour."""
    return started(
        works.world,
        made.payment_id,
        kind,
        psu_id=None if status is A.RECEIVED else PSU_ID,
        status=status,
        expires_at=works.world.clock() + HOUR,
    )


@pytest.mark.parametrize("kind", [CREATION, CANCELLATION])
@pytest.mark.parametrize(
    "at, after, cause",
    [
        (A.RECEIVED, TEN_MINUTES, "redirect_expired"),
        (A.PSU_IDENTIFIED, TEN_MINUTES, "redirect_expired"),
        # Who has come by the link in time may finish, until the authorisation's own end.
        (A.PSU_AUTHENTICATED, HOUR, "authorisation_expired"),
        (A.SCA_METHOD_SELECTED, HOUR, "authorisation_expired"),
        (A.STARTED, HOUR, "authorisation_expired"),
        (A.UNCONFIRMED, HOUR, "authorisation_expired"),
    ],
)
def test_what_time_has_ended_fails(
    works: Works, at: ScaStatus, after: timedelta, cause: str, kind: AuthorisationKind
) -> None:
    made = works.initiated()
    authorisation_id = below(works, made, at, kind)
    first = int(after > TEN_MINUTES)  # the one that came with the payment lapses before
    works.world.clock.advance(after - MS)
    assert works.did(JOB) == (first, 0)
    assert works.sca_status(authorisation_id) == at

    works.world.clock.advance(MS)
    assert works.did(JOB) == (2 - first, 0)
    assert works.world.history(authorisation_id) == [(at, "failed", cause)]
    assert works.did(JOB) == (0, 0)
    assert works.world.bank.asked == []
    assert works.payment(made).status is TransactionStatus.RCVD


@pytest.mark.parametrize("at", [A.FINALISED, A.EXEMPTED, A.FAILED])
def test_what_has_ended_stays(works: Works, at: ScaStatus) -> None:
    made = works.initiated()
    authorisation_id = below(works, made, A.PSU_IDENTIFIED)
    parts = works.world.house.parts
    found = parts.authorisations.find(authorisation_id, TENANT)
    parts.authorisations.bank_reports(found, at)
    works.world.clock.advance(DAY)
    works.run(JOB)

    assert works.sca_status(authorisation_id) == at


def test_nothing_lapses_while_the_bank_is_acting(works: Works) -> None:
    made, other = works.initiated(), works.initiated()
    parts = works.world.house.parts
    found = parts.authorisations.find(made.authorisation_id, TENANT)
    subject = Subject(works.payment(made), found)
    parts.intents.open(subject, Deed.EXECUTE, intent_id=parts.new_id(), sca_status=A.FINALISED)
    works.world.clock.advance(TEN_MINUTES)

    assert works.did(JOB) == (1, 0)
    assert works.sca_status(made.authorisation_id) == "received"
    assert works.sca_status(other.authorisation_id) == "failed"


def test_all_batches_are_done(works: Works) -> None:
    shop = works.runner._shop
    made = [works.initiated() for _ in range(7)]
    works.world.clock.advance(TEN_MINUTES)
    due = shop.due

    assert [due.fail_lapsed(3) for _ in range(4)] == [3, 3, 1, 0]
    assert {works.sca_status(each.authorisation_id) for each in made} == {"failed"}


def test_an_authorisation_that_the_job_failed_takes_no_report(works: Works) -> None:
    """The same answer before and after the job: too late, with the way back."""
    made = works.initiated(**{"PSU-ID": PSU_ID})
    cms = works.world.cms
    path = f"/psu-api/v1/payment/{made.payment_id}/authorisation/{made.authorisation_id}/status"
    works.world.clock.advance(TEN_MINUTES)
    answers = []
    for _ in range(2):
        answer = cms.put(f"{path}/psuAuthenticated", headers={"psu-id": PSU_ID}, status="*")
        answers.append((answer.status_int, answer.json))
        works.run(JOB)
    assert answers == [(408, {"tppNokRedirectUri": "https://pay.example/nok"})] * 2


def stop(works: Works, number: str, status: str, until: Any) -> None:
    row = {
        "instance_id": TENANT,
        "authorisation_number": number,
        "status": status,
        "blocked_until": until,
        "reason": "fraud",
        "changed_at": NOW,
    }
    with works.world.house.database.writes.begin() as connection:
        connection.execute(sa.insert(tpp_stop_list).values(row))


def test_whose_time_on_the_stop_list_is_over_is_let_in_again(works: Works) -> None:
    stop(works, "over", "BLOCKED", NOW + HOUR)
    stop(works, "not yet", "BLOCKED", NOW + HOUR + MS)
    stop(works, "for ever", "BLOCKED", None)
    stop(works, "enabled", "ENABLED", None)
    assert works.did("let_in_again") == (0, 0)
    works.world.clock.advance(HOUR)
    assert works.did("let_in_again") == (1, 0)

    with works.world.house.database.reads.connect() as connection:
        rows = connection.execute(
            sa.select(
                tpp_stop_list.c.authorisation_number,
                tpp_stop_list.c.status,
                tpp_stop_list.c.blocked_until,
                tpp_stop_list.c.reason,
                tpp_stop_list.c.changed_at,
            )
        )
        found = {number: tuple(rest) for number, *rest in rows}
    assert found == {
        "over": ("ENABLED", None, "fraud", NOW),
        "not yet": ("BLOCKED", NOW + HOUR + MS, "fraud", NOW),
        "for ever": ("BLOCKED", None, "fraud", NOW),
        "enabled": ("ENABLED", None, "fraud", NOW),
    }


def test_what_is_kept_long_enough_is_forgotten(works: Works) -> None:
    for day in (0, 1):
        with works.world.house.store.writing() as uow:
            answer = KeptAnswer(f"key-{day}", "digest", 201, "{}", b"{}")
            uow.idempotency.add(answer, NOW + day * DAY)
    works.world.clock.advance(timedelta(days=30) + MS)
    assert works.did("purge") == (1, 0)

    kept = works.world.house.parts.idempotency
    assert kept.find("key-0") is None
    assert kept.find("key-1") is not None


def test_runs_are_forgotten_after_a_season(works: Works) -> None:
    parts = works.world.house.parts
    for _ in range(2):
        works.jobs.note(JobRun(parts.new_id(), JOB, "node", works.world.clock(), done=1))
        works.world.clock.advance(DAY)
    works.world.clock.now = NOW + RUNS_KEPT_FOR + MS

    assert works.did("purge") == (1, 0)
    assert [each.started_at for each in works.jobs.latest_runs(JOB)] == [NOW + DAY]


def test_events_are_forgotten_after_their_retention(works: Works) -> None:
    for _ in range(2):
        works.initiated()
        works.world.clock.advance(DAY)
    works.world.clock.now = NOW + timedelta(days=1826) + MS

    assert works.did("purge") == (1, 0)
    assert [each["at"] for each in works.world.events()] == [NOW + DAY]
    assert works.world.rows()["payments"] == 2


def test_what_a_job_asks_the_bank_is_on_record(works: Works) -> None:
    made = works.initiated()
    works.world.clock.now = works.payment(made).confirm_by
    assert works.did("expire_payments") == (1, 0)
    called, *moved = works.world.events(payment_id=made.payment_id)[1:]

    assert [called["event_type"], *(each["event_type"] for each in moved)] == [
        "BANK_CALLED",
        "TRANSACTION_STATUS_CHANGED",
        "SCA_STATUS_CHANGED",
    ]
    assert {each["origin"] for each in (called, *moved)} == {"XS2A_INTERNAL"}
    assert '"method":"cancel_payment","answer":"Done"' in called["payload"]

"""What is due is found by the indexes that hold nothing else, however many other rows there are."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from cms.domain.ids import first_id_at
from cms.domain.intent import Deed
from cms.domain.job_run import JobRun
from cms.domain.kept_answer import KeptAnswer
from cms.domain.statuses import ScaStatus, TransactionStatus
from cms.service.due import Due, DueRows
from cms.service.intents import Subject
from cms.service.jobs import Jobs
from cms.store.database import Database
from cms.store.tables import (
    authorisations,
    bank_intents,
    idempotent_answers,
    job_runs,
    payments,
)
from tests.houses import NOW
from tests.store.rooms import Rooms

T, A = TransactionStatus, ScaStatus
DAY = timedelta(days=1)
CLOSED = 3000  # rows of each table that are over: enough that no engine prefers to read them all
BIG = ("payments", "authorisations", "bank_intents", "idempotent_answers", "job_runs")


@pytest.fixture
def due(rooms: Rooms) -> DueRows:
    return DueRows(rooms.store, rooms.clock)


def copies(table: sa.Table, key: str, **changes: Any) -> sa.Insert:
    """So many rows like the one that is there, save for the key and the changes."""
    numbers = sa.select(sa.literal(1).label("n")).cte("numbers", recursive=True)
    following = sa.select((numbers.c.n + 1).label("n")).where(numbers.c.n < CLOSED)
    numbers = numbers.union_all(following)
    columns: dict[str, Any] = {column.name: column for column in table.c}
    columns |= {name: sa.literal(to, type_=table.c[name].type) for name, to in changes.items()}
    columns[key] = sa.literal("copy-") + sa.cast(numbers.c.n, sa.String)
    rows = sa.select(*[value.label(name) for name, value in columns.items()])
    return sa.insert(table).from_select(
        list(columns), rows.select_from(table.join(numbers, sa.true()))
    )


def fill(rooms: Rooms) -> None:
    """One row of each kind is open; all others are over since the same time as it is due."""
    payment, authorisation = rooms.kept()
    rooms.asked(Subject(payment, authorisation), Deed.EXECUTE)
    with rooms.store.writing() as uow:
        uow.idempotency.add(KeptAnswer("key", "digest", 201, "{}", b"{}"), NOW)
        uow.jobs.note(JobRun(first_id_at(NOW), "job", "node", NOW))
    later = NOW + 400 * DAY
    with rooms.database.writes.begin() as connection:
        connection.execute(copies(payments, "payment_id", transaction_status=T.ACSC.value))
        connection.execute(copies(authorisations, "authorisation_id", sca_status=A.FINALISED.value))
        connection.execute(copies(bank_intents, "intent_id", settled_at=NOW))
        connection.execute(copies(idempotent_answers, "request_key", created_at=later))
        connection.execute(copies(job_runs, "run_id"))
        connection.execute(sa.text("ANALYZE"))


@contextmanager
def statements_of(database: Database) -> Iterator[list[tuple[str, Any]]]:
    """What is sent to the database meanwhile."""
    sent: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, given: Any, *_: Any) -> None:
        sent.append((statement, given))

    for engine in (database.reads, database.writes):
        sa.event.listen(engine, "before_cursor_execute", note)
    yield sent
    for engine in (database.reads, database.writes):
        sa.event.remove(engine, "before_cursor_execute", note)


def plan_of(database: Database, statement: str, given: Any) -> str:
    word = "EXPLAIN QUERY PLAN" if database.sqlite else "EXPLAIN"
    with database.reads.connect() as connection:
        rows = connection.exec_driver_sql(f"{word} {statement}", given)
        return "\n".join(str(row[-1]) for row in rows)


def reads_all(plan: str) -> list[str]:
    """The lines that read a whole table of the big ones, or a whole index of it."""
    lines = [line.strip() for line in plan.splitlines()]
    return [
        line
        for line in lines
        for table in BIG
        if line.startswith(f"SCAN {table}") or f"Seq Scan on {table}" in line
    ]


FIRST = Due(NOW, "0", "p", "UNDEFINED")


@pytest.mark.parametrize(
    "look, index",
    [
        (lambda due: due.overdue_payments(None, 100), "ix_payments_confirm_by"),
        (lambda due: due.overdue_payments(FIRST, 100), "ix_payments_confirm_by"),
        (lambda due: due.unanswered_intents(None, 100), "ix_bank_intents_resolve_from"),
        (lambda due: due.unanswered_intents(FIRST, 100), "ix_bank_intents_resolve_from"),
        (lambda due: due.fail_lapsed(100), "ix_authorisations_redirect_expires_at"),
        (lambda due: due.fail_lapsed(100), "ix_authorisations_expires_at"),
        (lambda due: due.forget_answers(DAY, 100), "ix_idempotent_answers_created_at"),
        (lambda due: due.forget_runs(DAY, 100), "pk_job_runs"),
    ],
    ids=[
        "payments",
        "payments, next page",
        "intents",
        "intents, next page",
        "links",
        "authorisations",
        "answers",
        "runs",
    ],
)
def test_no_job_reads_what_is_not_due(
    rooms: Rooms, due: DueRows, look: Callable[[DueRows], Any], index: str
) -> None:
    fill(rooms)
    rooms.clock.now = NOW + 2 * DAY
    with statements_of(rooms.database) as sent:
        look(due)
    plans = [plan_of(rooms.database, *each) for each in sent if "job_leases" not in each[0]]

    assert plans
    assert [line for plan in plans for line in reads_all(plan)] == []
    named = index if not rooms.database.sqlite else index.replace("pk_job_runs", "autoindex_job")
    assert any(named in plan for plan in plans), plans


def test_pages_follow_each_other_without_gaps(rooms: Rooms, due: DueRows) -> None:
    """Also among those that are due since the same moment."""
    made = [rooms.kept()[0].payment_id for _ in range(7)]
    rooms.clock.now = NOW + DAY
    found: list[str] = []
    after: Due | None = None
    while page := due.overdue_payments(after, 3):
        assert len(page) <= 3
        found += [each.payment_id for each in page]
        after = page[-1]
    assert found == sorted(made)


def test_only_what_is_due_is_found(rooms: Rooms, due: DueRows) -> None:
    early, _ = rooms.kept(confirm_by=NOW + DAY)
    rooms.kept(confirm_by=NOW + 2 * DAY)
    for status in (T.ACSP, T.RJCT):
        rooms.pushed(rooms.kept(confirm_by=NOW + DAY)[0], status)
    held, below = rooms.kept(confirm_by=NOW + DAY)
    rooms.asked(Subject(held, below))
    assert due.overdue_payments(None, 10) == []
    assert due.unanswered_intents(None, 10) == []

    rooms.clock.now = NOW + DAY
    assert [each.payment_id for each in due.overdue_payments(None, 10)] == [early.payment_id]
    assert [each.payment_id for each in due.unanswered_intents(None, 10)] == [held.payment_id]


@pytest.mark.parametrize(
    "database_url", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)
def test_what_another_transaction_holds_is_left_to_it(rooms: Rooms, due: DueRows) -> None:
    """SKIP LOCKED: nobody waits. On SQLite there is one writer at a time."""
    payment, held = rooms.kept()
    _, free = rooms.kept()
    rooms.clock.now = NOW + timedelta(minutes=10)
    with rooms.store.writing() as uow:
        uow.payments.find(payment.payment_id, lock=True)
        assert due.fail_lapsed(10) == 1
    assert (rooms.stored(held).status, rooms.stored(free).status) == (A.RECEIVED, A.FAILED)
    assert due.fail_lapsed(10) == 1
    assert rooms.stored(held).status is A.FAILED


def test_a_lease_is_one_holders(rooms: Rooms) -> None:
    jobs = Jobs(rooms.store, rooms.clock)
    assert jobs.take("a", "one")
    assert not jobs.take("a", "other")
    assert jobs.take("a", "one")  # a runner runs one at a time: it could not give it back
    assert jobs.take("b", "other")
    assert not jobs.renew("a", "other")
    jobs.release("a", "other")
    assert jobs.renew("a", "one")
    jobs.release("a", "one")
    assert jobs.take("a", "other")
    assert not jobs.renew("a", "one")

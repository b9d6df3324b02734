"""One runner at a time; what goes wrong ends no worker; when each job comes again."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from cms.service.jobs import LEASE
from tests.houses import NOW
from tests.jobs.working import NAMES, Works
from tests.store.rooms import race
from xs2a.jobs.run import Run, Workshop
from xs2a.jobs.runner import RENEWED_AFTER, Runner
from xs2a.jobs.schedule import JOBS, Job

SECOND = timedelta(seconds=1)


def job(work: Callable[[Run], None], name: str = "test") -> Job:
    def worked(_shop: Workshop, run: Run) -> None:
        work(run)

    return Job(name, SECOND, worked)


def test_of_two_runners_at_once_one_gets_the_job(works: Works) -> None:
    runners = [works.runner, works.another_runner()]
    inside: list[int] = []

    def overlapping(run: Run) -> None:
        inside.append(1)
        others = [each.run(job(lambda _: None)) for each in (works.another_runner(),)]
        assert others == [None]
        run.done += 1

    for _ in range(5):
        made = race(*(lambda each=each: each.run(job(overlapping)) for each in runners))
        assert all(each is None or each.done == 1 for each in made)
        assert any(made)
    assert len(inside) == len(works.jobs.latest_runs("test", limit=100))


def test_other_jobs_wait_for_nobody(works: Works) -> None:
    def meanwhile(run: Run) -> None:
        assert works.did("purge", by=works.another_runner()) == (0, 0)

    made = works.runner.run(job(meanwhile))
    assert made is not None
    assert made.error is None


def test_the_lease_of_a_dead_node_ends_by_itself(works: Works) -> None:
    assert works.jobs.take("test", "the dead node")
    nothing = job(lambda run: None)
    works.world.clock.advance(LEASE - SECOND)
    assert works.runner.run(nothing) is None

    works.world.clock.advance(SECOND)
    assert works.runner.run(nothing) is not None
    assert not works.jobs.renew("test", "the dead node")


def test_a_lease_outlasts_what_is_done_between_two_looks_at_it() -> None:
    """One payment may take two calls to the bank, of two minutes each."""
    assert RENEWED_AFTER + 2 * timedelta(minutes=2) < LEASE


def test_a_lease_that_was_released_is_free_at_once(works: Works) -> None:
    for runner in (works.runner, works.another_runner(), works.runner):
        assert runner.run(job(lambda run: None)) is not None


@pytest.mark.parametrize("table", ["job_leases", "job_runs"])
def test_who_could_not_give_its_lease_back_takes_it_again(works: Works, table: str) -> None:
    """The database was away when the run ended; others wait until the lease ends."""

    def loses_the_database(run: Run) -> None:
        run.done += 1
        works.world.rename_table(table, "gone")

    assert works.runner.run(job(loses_the_database)) is not None
    works.world.rename_table("gone", table)

    assert works.another_runner().run(job(lambda run: None)) is None
    assert works.runner.run(job(lambda run: None)) is not None
    assert works.another_runner().run(job(lambda run: None)) is not None


def test_a_long_run_keeps_its_lease_and_can_be_seen(works: Works) -> None:
    other = works.another_runner()

    def long(run: Run) -> None:
        for _ in range(20):
            works.world.clock.advance(RENEWED_AFTER)
            run.done += 1
            assert run.goes_on()
            assert other.run(job(lambda _: None)) is None
            (seen,) = works.jobs.latest_runs("test")
            assert (seen.done, seen.ended_at) == (run.done, None)

    made = works.runner.run(job(long))
    assert made is not None
    assert (made.done, made.error) == (20, None)
    (seen,) = works.jobs.latest_runs("test")
    assert (seen.done, seen.ended_at) == (20, works.world.clock())


def test_a_runner_that_lost_its_lease_does_not_go_on(works: Works) -> None:
    other = works.another_runner()

    def slow(run: Run) -> None:
        works.world.clock.advance(LEASE)
        assert other.run(job(lambda _: other_began.append(1))) is not None
        assert works.jobs.take("test", "yet another")
        assert not run.goes_on()

    other_began: list[int] = []
    made = works.runner.run(job(slow))
    assert made is not None
    assert (made.error, other_began) == (None, [1])
    # Nor does it end the lease of whoever has the job now.
    assert works.runner.run(job(lambda run: None)) is None


def test_a_run_that_fails_is_on_record_and_ends_nothing(works: Works) -> None:
    def failing(run: Run) -> None:
        run.done += 2
        raise RuntimeError("postgresql://user:password@host")

    made = works.runner.run(job(failing))
    assert made is not None
    assert works.jobs.latest_runs("test") == [made]
    assert (made.done, made.failed, made.error) == (2, 1, "RuntimeError")
    assert (made.started_at, made.ended_at) == (NOW, NOW)
    assert works.runner.run(job(lambda run: None)) is not None


def test_runs_with_nothing_to_do_leave_no_row(works: Works) -> None:
    for name in NAMES:
        assert works.did(name) == (0, 0)
    assert works.jobs.latest_runs() == []
    # The leases tell that they were looked after.
    assert {each.job: each.held_until for each in works.jobs.leases()} == dict.fromkeys(NAMES, NOW)


def test_the_latest_runs_come_first(works: Works) -> None:
    for name in ("one", "two", "one"):
        works.world.clock.advance(SECOND)
        works.runner.run(job(lambda run: setattr(run, "done", 1), name))

    assert [each.job for each in works.jobs.latest_runs()] == ["one", "two", "one"]
    assert [each.job for each in works.jobs.latest_runs("two")] == ["two"]
    assert len(works.jobs.latest_runs(limit=2)) == 2


@pytest.mark.parametrize("table", ["job_leases", "job_runs", "payments"])
def test_a_failing_database_ends_no_worker(works: Works, table: str) -> None:
    works.world.rename_table(table, "gone")
    rounds = [works.runner.run(each) for each in JOBS for _ in range(2)]
    assert all(each is None or each.done == 0 for each in rounds)
    works.world.rename_table("gone", table)
    works.world.clock.advance(LEASE)

    assert [works.did(name) for name in NAMES] == [(0, 0)] * len(NAMES)


class Ticks:
    """The real time: it passes while the worker waits."""

    def __init__(self, stop_at: float) -> None:
        self.now = 1000.0
        self._stop_at = self.now + stop_at

    def __call__(self) -> float:
        return self.now

    def stops(self, seconds: float) -> bool:
        self.now = min(self.now + seconds, self._stop_at)
        return self.now >= self._stop_at


def test_each_job_comes_again_when_its_period_has_passed(works: Works) -> None:
    """By the real time: the server's clock stands still here."""
    ticks = Ticks(stop_at=35)
    ran: list[tuple[str, float]] = []

    def jobs(name: str, seconds: int) -> Job:
        def note(_shop: Workshop, _run: Run) -> None:
            ran.append((name, ticks.now - 1000))

        return Job(name, timedelta(seconds=seconds), note)

    Runner(works.runner._shop, "node", ticks.stops).run_for_ever(
        [jobs("often", 10), jobs("rarely", 30)], ticks
    )
    assert [when for name, when in ran if name == "often"] == [0, 10, 20, 30]
    assert [when for name, when in ran if name == "rarely"] == [0, 30]


def test_every_job_is_named_once_and_looks_again() -> None:
    assert len(set(NAMES)) == len(NAMES)
    assert all(each.every > timedelta(0) for each in JOBS)

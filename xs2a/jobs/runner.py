"""Runs jobs: each by one runner at a time over all nodes, and again when its period has passed."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Final

from cms import metrics
from cms.domain.errors import StoreUnavailable
from cms.domain.job_run import JobRun
from cms.service.jobs import LEASE
from xs2a.jobs.run import Run, Workshop
from xs2a.jobs.schedule import Job

log = logging.getLogger(__name__)

# A quarter of the lease: the rest is longer than the two calls to the bank that one payment may
# need, however long each of them takes.
RENEWED_AFTER: Final = LEASE / 4


class Runner:
    """One process that runs jobs. `node` names it, and no other: it holds the leases.

    `stops(seconds)` waits so long for the word to stop, and tells whether it has come.
    """

    def __init__(self, shop: Workshop, node: str, stops: Callable[[float], bool]) -> None:
        self._shop = shop
        self._node = node
        self._stops = stops

    def run_for_ever(self, jobs: Iterable[Job], ticks: Callable[[], float]) -> None:
        """Run every job when it is due, until the word to stop comes. `ticks` are seconds of the
        real time: how often is looked does not depend on the server's clock.
        """
        next_at = dict.fromkeys(jobs, ticks())
        wait = 0.0
        while not self._stops(wait):
            for job in [each for each, at in next_at.items() if at <= ticks()]:
                self.run(job)
                next_at[job] = ticks() + job.every.total_seconds()
            wait = max(0.0, min(next_at.values()) - ticks())

    def run(self, job: Job) -> JobRun | None:
        """Run the job once; None when another runner has it, or the database does not answer.

        Nothing that goes wrong ends the worker: the next run tries again.
        """
        try:
            if self._stops(0) or not self._shop.jobs.take(job.name, self._node):
                return None
        except StoreUnavailable:  # the store has logged it
            return None
        except Exception:
            log.exception("the job %s cannot be begun", job.name)
            return None
        return self._run(job)

    def _run(self, job: Job) -> JobRun:
        parts = self._shop.parts
        begun = JobRun(parts.new_id(), job.name, self._node, parts.clock())
        run = _LeasedRun(self._shop, begun, self._stops)
        try:
            job.work(self._shop, run)
        except Exception as error:  # the worker lives on
            log.exception("the job %s failed", job.name)
            run.has_failed(type(error).__name__)
        ended_at = parts.clock()
        made = run.as_far_as_it_came(ended_at)
        end, took = "failed" if made.failed else "done", ended_at - made.started_at
        metrics.observe_job_run(
            made.job, end, seconds=took.total_seconds(), rows=made.done + made.failed
        )
        self._end(made)
        return made

    def _end(self, made: JobRun) -> None:
        """Keep what was done, where something was, and let others run the job."""
        try:
            if made.done or made.failed:
                log.info("%s: %d done, %d failed", made.job, made.done, made.failed)
                self._shop.jobs.note(made)
            self._shop.jobs.release(made.job, made.node)
        except Exception:  # the lease ends by itself
            log.exception("the end of the job %s cannot be stored", made.job)


class _LeasedRun(Run):
    """A run under its lease, which is renewed long before it ends. A run for which that is
    necessary takes long, and is noted while it is under way.
    """

    def __init__(self, shop: Workshop, begun: JobRun, stops: Callable[[float], bool]) -> None:
        super().__init__()
        self._shop = shop
        self._begun = begun
        self._stops = stops
        self._renew_at = begun.started_at + RENEWED_AFTER

    def goes_on(self) -> bool:
        """May the next piece of work begin? Raises StoreUnavailable."""
        if self._stops(0):
            return False
        now = self._shop.parts.clock()
        if now < self._renew_at:
            return True
        if not self._shop.jobs.renew(self._begun.job, self._begun.node):
            log.warning("the job %s was taken over by another runner", self._begun.job)
            return False
        self._renew_at = now + RENEWED_AFTER
        self._shop.jobs.note(self.as_far_as_it_came())
        return True

    def as_far_as_it_came(self, ended_at: datetime | None = None) -> JobRun:
        """What there is to be seen of it."""
        return replace(
            self._begun, done=self.done, failed=self.failed, error=self.error, ended_at=ended_at
        )

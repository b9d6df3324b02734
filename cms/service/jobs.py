"""Jobs: one runner at a time over all nodes, and what their runs have done."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from cms.domain.job_run import JobLease, JobRun
from cms.store.unit_of_work import Store

Clock = Callable[[], datetime]

# Between two payments it is renewed, and one may take two calls to the bank of two minutes each. A
# node that dies holds up its jobs for no longer.
LEASE: Final = timedelta(minutes=10)


class Jobs:
    """The CMS's leases and runs of jobs."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def take(self, job: str, holder: str) -> bool:
        """May this holder run the job now? Of two that ask at once one may."""
        now = self._clock()
        with self._store.writing() as uow:
            return uow.jobs.take(JobLease(job, holder, now + LEASE), now)

    def renew(self, job: str, holder: str) -> bool:
        """Does it hold the job still? Then it does for longer."""
        with self._store.writing() as uow:
            return uow.jobs.keep(JobLease(job, holder, self._clock() + LEASE))

    def release(self, job: str, holder: str) -> None:
        """It has run the job; whoever wants to may do so next."""
        with self._store.writing() as uow:
            uow.jobs.keep(JobLease(job, holder, self._clock()))

    def note(self, run: JobRun) -> None:
        """Keep what a run has done so far."""
        with self._store.writing() as uow:
            uow.jobs.note(run)

    def latest_runs(self, job: str | None = None, *, limit: int = 50) -> list[JobRun]:
        """The latest runs that had something to do, of one job or of all; newest first."""
        with self._store.reading() as uow:
            return uow.jobs.latest(job, limit)

    def leases(self) -> list[JobLease]:
        """Of each job who holds it, or when it was last looked after, with work or without."""
        with self._store.reading() as uow:
            return uow.jobs.leases()

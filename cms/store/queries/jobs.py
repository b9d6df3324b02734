"""Leases and runs of jobs: rows to domain and back."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, or_, select, update

from cms.domain.ids import first_id_at
from cms.domain.job_run import JobLease, JobRun
from cms.store.inserts import insert_or
from cms.store.tables import job_leases, job_runs

_LONGEST_ERROR: Final = 500
_PROGRESS: Final = ("ended_at", "done", "failed", "error")


class JobQueries:
    """Leases and runs over one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def take(self, lease: JobLease, now: datetime) -> bool:
        """Hold the lease, if nobody else does: one statement, so that one of two gets it (S1).

        Who holds it asks only when its run has ended: it could not give the lease back.
        """
        wanted = {"held_by": lease.held_by, "held_until": lease.held_until}
        statement = insert_or(self._connection, job_leases).values(job=lease.job, **wanted)
        free = or_(job_leases.c.held_until <= now, job_leases.c.held_by == lease.held_by)
        statement = statement.on_conflict_do_update(index_elements=["job"], set_=wanted, where=free)
        taken = self._connection.execute(statement.returning(job_leases.c.job))
        return taken.one_or_none() is not None

    def keep(self, lease: JobLease) -> bool:
        """Hold it until another moment, if it still is this holder's."""
        mine = (job_leases.c.job == lease.job, job_leases.c.held_by == lease.held_by)
        statement = update(job_leases).where(*mine).values(held_until=lease.held_until)
        return self._connection.execute(statement).rowcount == 1

    def leases(self) -> list[JobLease]:
        """Of every job that was ever run."""
        rows = self._connection.execute(select(job_leases).order_by(job_leases.c.job))
        return [JobLease(row.job, row.held_by, row.held_until) for row in rows]

    def note(self, run: JobRun) -> None:
        """A run, or how far it has come since it was noted before."""
        columns = {
            "job": run.job,
            "node": run.node,
            "started_at": run.started_at,
            "ended_at": run.ended_at,
            "done": run.done,
            "failed": run.failed,
            "error": run.error[:_LONGEST_ERROR] if run.error else None,
        }
        statement = insert_or(self._connection, job_runs).values(run_id=run.run_id, **columns)
        statement = statement.on_conflict_do_update(
            index_elements=["run_id"], set_={name: columns[name] for name in _PROGRESS}
        )
        self._connection.execute(statement)

    def latest(self, job: str | None, limit: int) -> list[JobRun]:
        """The latest runs of one job, or of all; newest first."""
        query = select(job_runs).order_by(job_runs.c.run_id.desc()).limit(limit)
        if job is not None:
            query = query.where(job_runs.c.job == job)
        return [_run(row) for row in self._connection.execute(query)]

    def purge(self, before: datetime, limit: int) -> int:
        """Forget runs that began before; how many there were."""
        old = (
            select(job_runs.c.run_id)
            .where(job_runs.c.run_id < first_id_at(before))
            .order_by(job_runs.c.run_id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        statement = delete(job_runs).where(job_runs.c.run_id.in_(old))
        return self._connection.execute(statement).rowcount


def _run(row: Row[Any]) -> JobRun:
    return JobRun(
        run_id=row.run_id,
        job=row.job,
        node=row.node,
        started_at=row.started_at,
        ended_at=row.ended_at,
        done=row.done,
        failed=row.failed,
        error=row.error,
    )

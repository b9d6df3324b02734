"""One run of a job: what it works with, whether it may go on, and what it has done."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import timedelta

from cms.service.due import DueRows
from cms.service.jobs import Jobs
from xs2a.flows.parts import Parts
from xs2a.jobs.backoff import Backoff
from xs2a.jobs.fetching import Fetching
from xs2a.jobs.tenants import Tenants

BATCH = 100  # rows of one transaction, or of one look for what is due


@dataclass(frozen=True, slots=True)
class Workshop:
    """What all jobs of a process work with."""

    parts: Parts
    tenants: Tenants
    due: DueRows
    jobs: Jobs
    backoff: Backoff
    event_retention: timedelta
    idempotency_retention: timedelta
    fetching: Fetching | None  # none where nobody asks whether certificates are revoked
    batch: int = BATCH


class Run(ABC):
    """One run, and how far it has come."""

    def __init__(self) -> None:
        self.done = 0
        self.failed = 0
        self.error: str | None = None

    @abstractmethod
    def goes_on(self) -> bool:
        """Asked before every batch and every call to the bank: no when the worker is to stop, and
        when another runner holds the job.
        """

    def has_failed(self, error: str) -> None:
        """Something could not be done; the next run tries again."""
        self.failed += 1
        self.error = error

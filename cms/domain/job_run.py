"""What one run of a job did; what there is to see of it afterwards."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class JobRun:
    """One run of a job on one node. Without `ended_at` it is under way, or its process has died.

    `error` is the last of its failures, without anything secret or personal.
    """

    run_id: str
    job: str
    node: str
    started_at: datetime
    ended_at: datetime | None = None
    done: int = 0
    failed: int = 0
    error: str | None = None


@dataclass(frozen=True, slots=True)
class JobLease:
    """Who runs a job until when, or was the last to do so: then `held_until` is when it ended."""

    job: str
    held_by: str
    held_until: datetime

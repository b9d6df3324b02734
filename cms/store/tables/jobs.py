"""Who may run a job now, over all nodes; and what its runs have done."""

from sqlalchemy import Column, Index, Integer, Table

from cms.store.columns import Code, Id, Text, UtcDateTime
from cms.store.tables.metadata import metadata

job_leases = Table(
    "job_leases",
    metadata,
    Column("job", Code, primary_key=True),
    Column("held_by", Text, nullable=False),
    Column("held_until", UtcDateTime, nullable=False),
)

job_runs = Table(
    "job_runs",
    metadata,
    Column("run_id", Id, primary_key=True),
    Column("job", Code, nullable=False),
    Column("node", Text, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("done", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    Column("error", Text),
    Index(None, "job", "run_id"),
)

"""First answers to requests that carried an Idempotency-Key (P14)."""

from sqlalchemy import Column, Index, Integer, Table, Text

from cms.store.columns import Bytes, Id, UtcDateTime
from cms.store.tables.metadata import metadata

idempotent_answers = Table(
    "idempotent_answers",
    metadata,
    Column("request_key", Id, primary_key=True),
    Column("body_digest", Id, nullable=False),
    Column("http_status", Integer, nullable=False),
    Column("headers", Text, nullable=False),
    Column("body", Bytes, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Index(None, "created_at"),
)

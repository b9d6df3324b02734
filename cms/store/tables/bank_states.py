"""The connector's own bytes about a payment (in the field: aspsp-consent-data), sealed."""

from sqlalchemy import Column, Index, Table

from cms.store.columns import Bytes, Code, Id, Text, UtcDateTime
from cms.store.tables.metadata import metadata

bank_states = Table(
    "bank_states",
    metadata,
    Column("resource_id", Id, primary_key=True),
    Column("instance_id", Text, nullable=False),
    Column("key_id", Code, nullable=False),  # which key of the ring has sealed it
    Column("sealed", Bytes, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Index(None, "key_id"),
)

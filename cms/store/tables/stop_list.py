"""TPPs that the bank has stopped; a row stays when the TPP is let in again."""

from sqlalchemy import Column, Table

from cms.store.columns import Code, Text, UtcDateTime
from cms.store.tables.metadata import metadata

tpp_stop_list = Table(
    "tpp_stop_list",
    metadata,
    Column("instance_id", Text, primary_key=True),
    Column("authorisation_number", Text, primary_key=True),
    Column("status", Code, nullable=False),
    Column("blocked_until", UtcDateTime),  # none: for ever
    Column("reason", Text),
    Column("changed_by", Text),
    Column("changed_at", UtcDateTime, nullable=False),
)

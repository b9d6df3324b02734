"""Every move of a status, when and why; a resource's first status is what it was created with.

Rows are only ever added.
"""

from sqlalchemy import Column, Index, Table

from cms.store.columns import Code, Id, RowNumber, Text, UtcDateTime
from cms.store.tables.metadata import metadata

status_history = Table(
    "status_history",
    metadata,
    Column("row_number", RowNumber, primary_key=True, autoincrement=True),
    Column("resource_kind", Code, nullable=False),
    Column("resource_id", Id, nullable=False),
    Column("instance_id", Text, nullable=False),
    Column("from_status", Code, nullable=False),
    Column("to_status", Code, nullable=False),
    Column("cause", Code, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index(None, "resource_id"),
)

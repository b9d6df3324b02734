"""What happened: every request of a TPP, and every move of a status, when and why.

The id tells the time, so the rows lie in its order. A move's row has both statuses and the cause; a
resource's first status is what it was created with. Rows are added, and purged when they are old.
"""

from sqlalchemy import Column, Index, Table
from sqlalchemy import Text as LongText

from cms.store.columns import Code, Id, Text, UtcDateTime
from cms.store.tables.metadata import metadata

events = Table(
    "events",
    metadata,
    Column("instance_id", Text, primary_key=True),
    Column("event_id", Id, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("origin", Code, nullable=False),
    Column("event_type", Text, nullable=False),
    Column("payment_id", Id),
    Column("authorisation_id", Id),
    Column("from_status", Code),
    Column("to_status", Code),
    Column("cause", Code),
    Column("tpp_authorisation_number", Text),
    Column("x_request_id", Text),
    Column("internal_request_id", Id),
    Column("payload", LongText),
    Index(None, "payment_id", "event_id"),
)

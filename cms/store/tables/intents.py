"""What the bank was asked to do once only, and whether its answer is known."""

from sqlalchemy import Column, ForeignKey, Index, Table, text

from cms.store.columns import Code, Id, Text, UtcDateTime
from cms.store.tables.metadata import metadata

UNSETTLED = text("settled_at IS NULL")

bank_intents = Table(
    "bank_intents",
    metadata,
    Column("intent_id", Id, primary_key=True),
    Column("payment_id", Id, ForeignKey("payments.payment_id"), nullable=False),
    Column("instance_id", Text, nullable=False),
    Column("authorisation_id", Id),
    Column("deed", Code, nullable=False),
    Column("sca_status", Code, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("resolve_from", UtcDateTime, nullable=False),
    Column("settled_at", UtcDateTime),
    Index(None, "payment_id"),
    Index(
        None,
        "resolve_from",
        sqlite_where=UNSETTLED,
        postgresql_where=UNSETTLED,
    ),
)

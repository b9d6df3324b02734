"""The people behind the operators' console, their sessions, and the trail of what they did."""

from sqlalchemy import Column, ForeignKey, Index, Integer, Table

from cms.store.columns import Code, Id, Text, UtcDateTime
from cms.store.tables.metadata import metadata

operators = Table(
    "operators",
    metadata,
    Column("name", Text, primary_key=True),
    Column("role", Code, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("wrong_tries", Integer, nullable=False),
    Column("locked_until", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
)

operator_sessions = Table(
    "operator_sessions",
    metadata,
    Column("token_hash", Id, primary_key=True),
    Column("operator", Text, ForeignKey("operators.name"), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("last_used_at", UtcDateTime, nullable=False),
    Index(None, "operator"),
)

# No foreign key: what an operator has done outlives the operator's account.
operator_actions = Table(
    "operator_actions",
    metadata,
    Column("action_id", Id, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("operator", Text, nullable=False),
    Column("action", Code, nullable=False),
    Column("instance_id", Text),
    Column("subject", Text),
    Column("reason", Text),
)

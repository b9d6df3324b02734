"""Lists of revoked certificates, and where they are fetched."""

from sqlalchemy import Boolean, Column, Index, Integer, String, Table, false

from cms.store.columns import Bytes, Id, Text, UtcDateTime
from cms.store.tables.metadata import metadata

revocation_sources = Table(
    "revocation_sources",
    metadata,
    Column("point_id", Id, primary_key=True),
    Column("issuer", Bytes, nullable=False),  # its certificate
    Column("issuer_name", Text, nullable=False),
    Column("urls", String(2000), nullable=False),  # and other names, a line each
    Column("for_authorities", Boolean, nullable=False, server_default=false()),
    Column("needed_until", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("failure", Text),
    Column("fetched_at", UtcDateTime),
    Column("this_update", UtcDateTime),
    Column("next_update", UtcDateTime),
    Column("list_id", Id),
    Column("revoked", Integer),
    Column("serials", Bytes),
    Index(None, "due_at"),
)

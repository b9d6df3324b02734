"""The TPPs that have called, as their certificates name them.

The key is made of authorisation number, authority and tenant, which are the identity (T4); a second
unique constraint on those would let racing upserts fail.
"""

from sqlalchemy import Column, ForeignKey, Index, Table
from sqlalchemy import Text as LongText

from cms.store.columns import Id, Text, UtcDateTime
from cms.store.tables.metadata import metadata

tpps = Table(
    "tpps",
    metadata,
    Column("tpp_id", Id, primary_key=True),
    Column("instance_id", Text, nullable=False),
    Column("authorisation_number", Text, nullable=False),
    Column("authority_id", Text, nullable=False),
    Column("authority_name", Text),
    Column("name", Text),
    Column("country", Text),
    Column("organisation", Text),
    Column("organisation_unit", Text),
    Column("city", Text),
    Column("state", Text),
    Column("roles", Text, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Index(None, "instance_id", "authorisation_number"),
)

# What each certificate says that a TPP has shown, with the roles in force; several may be valid.
tpp_certificates = Table(
    "tpp_certificates",
    metadata,
    Column("tpp_id", ForeignKey("tpps.tpp_id"), primary_key=True),
    Column("thumbprint", Id, primary_key=True),  # SHA-256 in hex
    Column("roles", Text, nullable=False),
    Column("domains", LongText, nullable=False),
    Column("not_after", UtcDateTime, nullable=False),
)

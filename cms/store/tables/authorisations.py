"""Authorisations of every kind of parent; the parent's kind says where `parent_id` points."""

from sqlalchemy import Column, Index, Table, text

from cms.store.columns import Code, Id, Text, UtcDateTime
from cms.store.tables.metadata import metadata

_OPEN_LINK = text("sca_status NOT IN ('finalised', 'failed', 'exempted', 'unconfirmed')")
_UNCONFIRMED = text("sca_status = 'unconfirmed'")

authorisations = Table(
    "authorisations",
    metadata,
    Column("authorisation_id", Id, primary_key=True),
    Column("kind", Code, nullable=False),
    Column("parent_id", Id, nullable=False),
    Column("instance_id", Text, nullable=False),
    Column("sca_approach", Code, nullable=False),
    Column("sca_status", Code, nullable=False),
    Column("status_cause", Code, nullable=False),
    Column("status_changed_at", UtcDateTime, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("redirect_expires_at", UtcDateTime, nullable=False),
    Column("psu_id", Text),
    Column("psu_id_type", Text),
    Column("psu_corporate_id", Text),
    Column("psu_corporate_id_type", Text),
    Column("redirect_uri", Text),
    Column("nok_redirect_uri", Text),
    Column("authentication_method_id", Text),
    Column("confirmation_code_hash", Text),
    Index(None, "parent_id"),
    Index(None, "instance_id", "sca_status", "parent_id"),
    # To find what is due: a link that nobody has used in time, a code that nobody has sent in time.
    Index(
        None,
        "redirect_expires_at",
        sqlite_where=_OPEN_LINK,
        postgresql_where=_OPEN_LINK,
    ),
    Index(
        None,
        "expires_at",
        sqlite_where=_UNCONFIRMED,
        postgresql_where=_UNCONFIRMED,
    ),
)

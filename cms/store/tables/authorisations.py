"""Authorisations of every kind of parent; the parent's kind says where `parent_id` points."""

from sqlalchemy import Column, Index, Table, text

from cms.store.columns import Code, Id, Text, UtcDateTime
from cms.store.tables.metadata import metadata

# As with payments: a new authorisation awaits its PSU, and few do. A query has to name the
# condition.
AWAITS_PSU = text("sca_status IN ('received', 'psuIdentified')")
AWAITS_NO_PSU = text("sca_status NOT IN ('received', 'psuIdentified')")
PSU_HAS_COME = text(
    "sca_status IN ('psuAuthenticated', 'scaMethodSelected', 'started', 'unconfirmed')"
)

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
    Index(
        None,
        "instance_id",
        "sca_status",
        "parent_id",
        sqlite_where=AWAITS_NO_PSU,
        postgresql_where=AWAITS_NO_PSU,
    ),
    # To find what is due: a link by which nobody has come in time, a PSU who has not ended in time.
    # No link ends later than its authorisation.
    Index(
        None,
        "redirect_expires_at",
        sqlite_where=AWAITS_PSU,
        postgresql_where=AWAITS_PSU,
    ),
    Index(
        None,
        "expires_at",
        sqlite_where=PSU_HAS_COME,
        postgresql_where=PSU_HAS_COME,
    ),
)

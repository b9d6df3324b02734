"""Payments of every service and product, the PSUs that take part, and the bytes that were sent."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, false, text

from cms.store.columns import Bytes, Code, Id, Text, UtcDateTime
from cms.store.tables.metadata import metadata

# A new payment awaits its confirmation, and few do: so those have an index of their own, and what
# the others are found by costs nothing when a payment is initiated. A query has to name the
# condition.
AWAITS_CONFIRMATION = text("transaction_status IN ('RCVD', 'PATC')")
AWAITS_NO_CONFIRMATION = text("transaction_status NOT IN ('RCVD', 'PATC')")

payments = Table(
    "payments",
    metadata,
    Column("payment_id", Id, primary_key=True),
    Column("instance_id", Text, nullable=False),
    Column("tpp_id", Id, ForeignKey("tpps.tpp_id"), nullable=False),
    Column("payment_service", Code, nullable=False),
    Column("payment_product", Code, nullable=False),
    Column("transaction_status", Code, nullable=False),
    Column("status_cause", Code, nullable=False),
    Column("status_changed_at", UtcDateTime, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("confirm_by", UtcDateTime, nullable=False),
    Column("content_type", Text, nullable=False),
    Column("bank_reference", Text),
    Column("aspsp_account_id", Text),
    Column("internal_request_id", Id),
    Column("redirect_uri", Text),
    Column("nok_redirect_uri", Text),
    Column("notification_uri", Text),
    Column("notification_modes", Text),
    Column("brand_logging_information", Text),
    Column("multilevel", Boolean, nullable=False, server_default=false()),
    Column("cancellation_requested_at", UtcDateTime),
    Column("cancellation_redirect_uri", Text),
    Column("cancellation_nok_redirect_uri", Text),
    Column("cancellation_internal_request_id", Id),
    Column("open_intent_id", Id),  # at most one: whoever sets it holds the row
    # Last, and read only on demand: a body may be large, and most reads do without it.
    Column("body", Bytes, nullable=False),
    # To find payments by; the id tells the time, so that what is found comes in its order.
    Index(None, "tpp_id", "payment_id"),
    Index(
        None,
        "instance_id",
        "transaction_status",
        "payment_id",
        sqlite_where=AWAITS_NO_CONFIRMATION,
        postgresql_where=AWAITS_NO_CONFIRMATION,
    ),
    Index(
        None,
        "aspsp_account_id",
        "payment_id",
        sqlite_where=text("aspsp_account_id IS NOT NULL"),
        postgresql_where=text("aspsp_account_id IS NOT NULL"),
    ),
    Index(
        None,
        "bank_reference",
        sqlite_where=text("bank_reference IS NOT NULL"),
        postgresql_where=text("bank_reference IS NOT NULL"),
    ),
    # To find what is open, and what of it is due.
    Index(
        None,
        "confirm_by",
        sqlite_where=AWAITS_CONFIRMATION,
        postgresql_where=AWAITS_CONFIRMATION,
    ),
)

payment_psus = Table(
    "payment_psus",
    metadata,
    Column("payment_id", Id, ForeignKey("payments.payment_id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("psu_id", Text, nullable=False),
    Column("psu_id_type", Text),
    Column("psu_corporate_id", Text),
    Column("psu_corporate_id_type", Text),
    Index(None, "psu_id", "payment_id"),
)

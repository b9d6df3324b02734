"""OAuth 2: requests for access, each with the code that it ends in, and tokens. Of codes and tokens
only the SHA-256 is kept: they are 256 random bits, which nobody guesses from it.
"""

from sqlalchemy import Column, ForeignKey, Index, Table, text
from sqlalchemy import Text as LongText

from cms.store.columns import Bytes, Code, Id, Text, UtcDateTime
from cms.store.tables.metadata import metadata

UNDECIDED = text("ended_at IS NULL")
NOT_GRANTED = text("granted_at IS NULL")
SEALED = text("confirmation_key_id IS NOT NULL")

oauth_requests = Table(
    "oauth_requests",
    metadata,
    Column("request_id", Id, primary_key=True),
    Column("instance_id", Text, nullable=False),
    Column("tpp_id", ForeignKey("tpps.tpp_id"), nullable=False),
    Column("client_id", Text, nullable=False),
    Column("payment_id", Id),  # none: payment initiation as such
    Column("authorisation_id", Id),
    Column("redirect_uri", LongText, nullable=False),
    Column("state", LongText),
    Column("code_challenge", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("psu_id", Text),
    Column("psu_id_type", Text),
    Column("psu_corporate_id", Text),
    Column("psu_corporate_id_type", Text),
    Column("granted_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
    Column("revoked_at", UtcDateTime),
    Column("code_hash", Id, unique=True),
    Column("code_expires_at", UtcDateTime),
    Column("code_used_at", UtcDateTime),
    Column("confirmation_key_id", Code),
    Column("confirmation_sealed", Bytes),  # the code that the PSU's browser brought along
    Index(None, "authorisation_id"),
    Index(
        "uq_oauth_requests_undecided",  # who comes back is of one request (psu-api)
        "authorisation_id",
        unique=True,
        sqlite_where=UNDECIDED,
        postgresql_where=UNDECIDED,
    ),
    Index(None, "expires_at"),
    Index(None, "psu_id"),
    Index(
        "ix_oauth_requests_confirmation_key_id",
        "confirmation_key_id",
        sqlite_where=SEALED,
        postgresql_where=SEALED,
    ),
    Index(
        "ix_oauth_requests_not_granted",
        "tpp_id",
        "expires_at",
        sqlite_where=NOT_GRANTED,
        postgresql_where=NOT_GRANTED,
    ),
)

oauth_tokens = Table(
    "oauth_tokens",
    metadata,
    Column("token_hash", Id, primary_key=True),
    Column("request_id", ForeignKey("oauth_requests.request_id"), nullable=False),
    Column("kind", Code, nullable=False),
    Column("certificate_thumbprint", Id),
    Column("issued_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("revoked_at", UtcDateTime),
    Column("used_at", UtcDateTime),
    Index(None, "request_id"),
    Index(None, "expires_at"),
)

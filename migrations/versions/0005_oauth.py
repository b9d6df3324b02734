"""OAuth 2: requests for access with their codes, tokens; and what TPPs' certificates say.

Mind the locks: on PostgreSQL most ALTER TABLE forms lock out readers and writers, and waiting for
that lock holds up everybody behind. A new column without a default takes it for a moment only.
Import nothing of our own code: this file must still run when that code has moved on.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ID = sa.String(64)
CODE = sa.String(40)
TEXT = sa.String(500)
MOMENT = sa.DateTime(timezone=True)
UNDECIDED = sa.text("ended_at IS NULL")
SEALED = sa.text("confirmation_key_id IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "tpp_certificates",
        sa.Column("tpp_id", ID, nullable=False),
        sa.Column("thumbprint", ID, nullable=False),
        sa.Column("roles", TEXT, nullable=False),
        sa.Column("domains", sa.Text(), nullable=False),
        sa.Column("not_after", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("tpp_id", "thumbprint", name="pk_tpp_certificates"),
        sa.ForeignKeyConstraint(
            ["tpp_id"], ["tpps.tpp_id"], name="fk_tpp_certificates_tpp_id_tpps"
        ),
    )
    op.create_table(
        "oauth_requests",
        sa.Column("request_id", ID, nullable=False),
        sa.Column("instance_id", TEXT, nullable=False),
        sa.Column("tpp_id", ID, nullable=False),
        sa.Column("client_id", TEXT, nullable=False),
        sa.Column("payment_id", ID),
        sa.Column("authorisation_id", ID),
        sa.Column("redirect_uri", sa.Text(), nullable=False),
        sa.Column("state", sa.Text()),
        sa.Column("code_challenge", TEXT, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("psu_id", TEXT),
        sa.Column("psu_id_type", TEXT),
        sa.Column("psu_corporate_id", TEXT),
        sa.Column("psu_corporate_id_type", TEXT),
        sa.Column("granted_at", MOMENT),
        sa.Column("ended_at", MOMENT),
        sa.Column("revoked_at", MOMENT),
        sa.Column("code_hash", ID),
        sa.Column("code_expires_at", MOMENT),
        sa.Column("code_used_at", MOMENT),
        sa.Column("confirmation_key_id", CODE),
        sa.Column("confirmation_sealed", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("request_id", name="pk_oauth_requests"),
        sa.UniqueConstraint("code_hash", name="uq_oauth_requests_code_hash"),
        sa.ForeignKeyConstraint(["tpp_id"], ["tpps.tpp_id"], name="fk_oauth_requests_tpp_id_tpps"),
    )
    op.create_index("ix_oauth_requests_authorisation_id", "oauth_requests", ["authorisation_id"])
    op.create_index(
        "uq_oauth_requests_undecided",
        "oauth_requests",
        ["authorisation_id"],
        unique=True,
        sqlite_where=UNDECIDED,
        postgresql_where=UNDECIDED,
    )
    op.create_index("ix_oauth_requests_expires_at", "oauth_requests", ["expires_at"])
    op.create_index("ix_oauth_requests_psu_id", "oauth_requests", ["psu_id"])
    op.create_index(
        "ix_oauth_requests_confirmation_key_id",
        "oauth_requests",
        ["confirmation_key_id"],
        sqlite_where=SEALED,
        postgresql_where=SEALED,
    )
    op.create_index(
        "ix_oauth_requests_waiting",
        "oauth_requests",
        ["tpp_id", "expires_at"],
        sqlite_where=UNDECIDED,
        postgresql_where=UNDECIDED,
    )
    op.create_table(
        "oauth_tokens",
        sa.Column("token_hash", ID, nullable=False),
        sa.Column("request_id", ID, nullable=False),
        sa.Column("kind", CODE, nullable=False),
        sa.Column("certificate_thumbprint", ID),
        sa.Column("issued_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("revoked_at", MOMENT),
        sa.Column("used_at", MOMENT),
        sa.PrimaryKeyConstraint("token_hash", name="pk_oauth_tokens"),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["oauth_requests.request_id"],
            name="fk_oauth_tokens_request_id_oauth_requests",
        ),
    )
    op.create_index("ix_oauth_tokens_request_id", "oauth_tokens", ["request_id"])
    op.create_index("ix_oauth_tokens_expires_at", "oauth_tokens", ["expires_at"])


def downgrade() -> None:
    op.drop_table("oauth_tokens")
    op.drop_table("oauth_requests")
    op.drop_table("tpp_certificates")

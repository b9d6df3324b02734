"""Payments, their PSUs and authorisations, TPPs, status history and kept answers.

Mind the locks: on PostgreSQL most ALTER TABLE forms lock out readers and writers, and waiting for
that lock holds up everybody behind. Expand first, fill in batches, enforce in a later release.
Import nothing of our own code: this file must still run when that code has moved on.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.String(64)
CODE = sa.String(40)
TEXT = sa.String(500)
MOMENT = sa.DateTime(timezone=True)
# On SQLite a table without row numbers lies in its primary key: one page less per new row.
ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _tpps()
    _payments()
    _authorisations()
    _history()


def downgrade() -> None:
    for table in (
        "idempotent_answers",
        "status_history",
        "authorisations",
        "payment_psus",
        "payments",
        "tpps",
    ):
        op.drop_table(table)


def _psu_columns(*, nullable: bool) -> list[sa.Column[str]]:
    return [
        sa.Column("psu_id", TEXT, nullable=nullable),
        sa.Column("psu_id_type", TEXT),
        sa.Column("psu_corporate_id", TEXT),
        sa.Column("psu_corporate_id_type", TEXT),
    ]


def _status_columns(status: str) -> list[sa.Column[Any]]:
    return [
        sa.Column(status, CODE, nullable=False),
        sa.Column("status_cause", CODE, nullable=False),
        sa.Column("status_changed_at", MOMENT, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
    ]


def _tpps() -> None:
    op.create_table(
        "tpps",
        sa.Column("tpp_id", ID, nullable=False),
        sa.Column("instance_id", TEXT, nullable=False),
        sa.Column("authorisation_number", TEXT, nullable=False),
        sa.Column("authority_id", TEXT, nullable=False),
        sa.Column("authority_name", TEXT),
        sa.Column("name", TEXT),
        sa.Column("country", TEXT),
        sa.Column("organisation", TEXT),
        sa.Column("organisation_unit", TEXT),
        sa.Column("city", TEXT),
        sa.Column("state", TEXT),
        sa.Column("roles", TEXT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("tpp_id", name="pk_tpps"),
    )


def _payments() -> None:
    op.create_table(
        "payments",
        sa.Column("payment_id", ID, nullable=False),
        sa.Column("instance_id", TEXT, nullable=False),
        sa.Column("tpp_id", ID, nullable=False),
        sa.Column("payment_service", CODE, nullable=False),
        sa.Column("payment_product", CODE, nullable=False),
        *_status_columns("transaction_status"),
        sa.Column("confirm_by", MOMENT, nullable=False),
        sa.Column("content_type", TEXT, nullable=False),
        sa.Column("bank_reference", TEXT),
        sa.Column("aspsp_account_id", TEXT),
        sa.Column("internal_request_id", ID),
        sa.Column("redirect_uri", TEXT),
        sa.Column("nok_redirect_uri", TEXT),
        sa.Column("notification_uri", TEXT),
        sa.Column("notification_modes", TEXT),
        sa.Column("brand_logging_information", TEXT),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("payment_id", name="pk_payments"),
        sa.ForeignKeyConstraint(["tpp_id"], ["tpps.tpp_id"], name="fk_payments_tpp_id_tpps"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "payment_psus",
        sa.Column("payment_id", ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        *_psu_columns(nullable=False),
        sa.PrimaryKeyConstraint("payment_id", "position", name="pk_payment_psus"),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payments.payment_id"], name="fk_payment_psus_payment_id_payments"
        ),
        sqlite_with_rowid=False,
    )


def _authorisations() -> None:
    op.create_table(
        "authorisations",
        sa.Column("authorisation_id", ID, nullable=False),
        sa.Column("kind", CODE, nullable=False),
        sa.Column("parent_id", ID, nullable=False),
        sa.Column("instance_id", TEXT, nullable=False),
        sa.Column("sca_approach", CODE, nullable=False),
        *_status_columns("sca_status"),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("redirect_expires_at", MOMENT, nullable=False),
        *_psu_columns(nullable=True),
        sa.Column("redirect_uri", TEXT),
        sa.Column("nok_redirect_uri", TEXT),
        sa.Column("authentication_method_id", TEXT),
        sa.PrimaryKeyConstraint("authorisation_id", name="pk_authorisations"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_authorisations_parent_id", "authorisations", ["parent_id"])


def _history() -> None:
    op.create_table(
        "status_history",
        sa.Column("row_number", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("resource_kind", CODE, nullable=False),
        sa.Column("resource_id", ID, nullable=False),
        sa.Column("instance_id", TEXT, nullable=False),
        sa.Column("from_status", CODE, nullable=False),
        sa.Column("to_status", CODE, nullable=False),
        sa.Column("cause", CODE, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("row_number", name="pk_status_history"),
    )
    op.create_index("ix_status_history_resource_id", "status_history", ["resource_id"])
    op.create_table(
        "idempotent_answers",
        sa.Column("request_key", ID, nullable=False),
        sa.Column("body_digest", ID, nullable=False),
        sa.Column("http_status", sa.Integer(), nullable=False),
        sa.Column("headers", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("request_key", name="pk_idempotent_answers"),
    )

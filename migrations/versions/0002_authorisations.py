"""Cancellations, several PSUs, confirmation codes, and what the bank is asked once only.

Mind the locks: on PostgreSQL most ALTER TABLE forms lock out readers and writers, and waiting for
that lock holds up everybody behind. Expand first (a new column is nullable or has a constant
default), fill in batches, enforce in a later release. Import nothing of our own code: this file
must still run when that code has moved on.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ID = sa.String(64)
CODE = sa.String(40)
TEXT = sa.String(500)
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    for column in _payment_columns():
        op.add_column("payments", column)
    op.add_column("authorisations", sa.Column("confirmation_code_hash", TEXT))
    _bank_intents()


def downgrade() -> None:
    op.drop_table("bank_intents")
    op.drop_column("authorisations", "confirmation_code_hash")
    for column in _payment_columns():
        op.drop_column("payments", column.name)


def _payment_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("multilevel", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("cancellation_requested_at", MOMENT),
        sa.Column("cancellation_redirect_uri", TEXT),
        sa.Column("cancellation_nok_redirect_uri", TEXT),
        sa.Column("cancellation_internal_request_id", ID),
        sa.Column("open_intent_id", ID),
    ]


def _bank_intents() -> None:
    op.create_table(
        "bank_intents",
        sa.Column("intent_id", ID, nullable=False),
        sa.Column("payment_id", ID, nullable=False),
        sa.Column("instance_id", TEXT, nullable=False),
        sa.Column("authorisation_id", ID),
        sa.Column("deed", CODE, nullable=False),
        sa.Column("sca_status", CODE, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("resolve_from", MOMENT, nullable=False),
        sa.Column("settled_at", MOMENT),
        sa.PrimaryKeyConstraint("intent_id", name="pk_bank_intents"),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payments.payment_id"], name="fk_bank_intents_payment_id_payments"
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_bank_intents_payment_id", "bank_intents", ["payment_id"])

"""Lists of revoked certificates, and where they are fetched.

Mind the locks: on PostgreSQL most ALTER TABLE forms lock out readers and writers, and waiting for
that lock holds up everybody behind. Import nothing of our own code: this file must still run when
that code has moved on.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ID = sa.String(64)
TEXT = sa.String(500)
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "revocation_sources",
        sa.Column("point_id", ID, nullable=False),
        sa.Column("issuer", sa.LargeBinary, nullable=False),
        sa.Column("issuer_name", TEXT, nullable=False),
        sa.Column("urls", sa.String(2000), nullable=False),
        sa.Column("needed_until", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("failure", TEXT),
        sa.Column("fetched_at", MOMENT),
        sa.Column("this_update", MOMENT),
        sa.Column("next_update", MOMENT),
        sa.Column("list_id", ID),
        sa.Column("revoked", sa.Integer),
        sa.Column("serials", sa.LargeBinary),
        sa.PrimaryKeyConstraint("point_id", name="pk_revocation_sources"),
    )
    op.create_index("ix_revocation_sources_due_at", "revocation_sources", ["due_at"])


def downgrade() -> None:
    op.drop_table("revocation_sources")

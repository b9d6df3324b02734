"""Lists of revoked certificates: for whose certificates they have to be.

Mind the locks: on PostgreSQL most ALTER TABLE forms lock out readers and writers, and waiting for
that lock holds up everybody behind. Import nothing of our own code: this file must still run when
that code has moved on.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "revocation_sources",
        sa.Column("for_authorities", sa.Boolean, nullable=False, server_default=sa.false()),
    )


def downgrade() -> None:
    op.drop_column("revocation_sources", "for_authorities")

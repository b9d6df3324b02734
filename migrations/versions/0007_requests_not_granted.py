"""Requests for access that nobody has granted: how many of a TPP there are counts, decided or not.

Mind the locks: on PostgreSQL making an index lets nobody write to its table. This one is small:
what has come to nothing is forgotten after a week. Import nothing of our own code: this file must
still run when that code has moved on.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TABLE, COLUMNS = "oauth_requests", ["tpp_id", "expires_at"]
NOT_GRANTED = sa.text("granted_at IS NULL")
UNDECIDED = sa.text("ended_at IS NULL")


def upgrade() -> None:
    op.create_index(
        "ix_oauth_requests_not_granted",
        TABLE,
        COLUMNS,
        sqlite_where=NOT_GRANTED,
        postgresql_where=NOT_GRANTED,
    )
    op.drop_index("ix_oauth_requests_waiting", TABLE)


def downgrade() -> None:
    op.create_index(
        "ix_oauth_requests_waiting",
        TABLE,
        COLUMNS,
        sqlite_where=UNDECIDED,
        postgresql_where=UNDECIDED,
    )
    op.drop_index("ix_oauth_requests_not_granted", TABLE)

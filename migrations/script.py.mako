"""${message}.

Mind the locks: on PostgreSQL most ALTER TABLE forms lock out readers and writers, and waiting for
that lock holds up everybody behind. Expand first (a new column is nullable or has a constant
default), fill in batches, enforce in a later release. Import nothing of our own code: this file
must still run when that code has moved on.
"""

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}
revision = "${up_revision}"
down_revision = ${f'"{down_revision}"' if down_revision else None}
branch_labels = None
depends_on = None


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}

"""Ids, codes and texts are compared byte by byte on PostgreSQL too, whatever its language.

Mind the locks: the tables are closed until all their indexes have been made anew, some 45 seconds
for a million payments; the rows themselves stay where they are. SQLite compares so by itself.
Import nothing of our own code: this file must still run when that code has moved on.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# Not all that there are: the sandbox bank's may lie in the same database.
TABLES = (
    "tpps",
    "tpp_certificates",
    "tpp_stop_list",
    "payments",
    "payment_psus",
    "authorisations",
    "bank_intents",
    "bank_states",
    "idempotent_answers",
    "events",
    "oauth_requests",
    "oauth_tokens",
    "revocation_sources",
    "job_leases",
    "job_runs",
    "operators",
    "operator_sessions",
    "operator_actions",
)
LENGTHS = (40, 64, 500)  # of codes, ids and texts


def upgrade() -> None:
    _compare_by('"C"')


def downgrade() -> None:
    _compare_by('pg_catalog."default"')


def _compare_by(collation: str) -> None:
    """All columns of a table at once, so that each index is made anew once only."""
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    for table in TABLES:
        lengths = {
            column["name"]: getattr(column["type"], "length", None)
            for column in sa.inspect(connection).get_columns(table)
        }
        changes = ", ".join(
            f"ALTER COLUMN {name} TYPE varchar({length}) COLLATE {collation}"
            for name, length in lengths.items()
            if length in LENGTHS
        )
        op.execute(f"ALTER TABLE {table} {changes}")

"""The bank's side: events, bank states, stop list, jobs, operators; and indexes to find rows by.

Mind the locks: on PostgreSQL most ALTER TABLE forms lock out readers and writers, and waiting for
that lock holds up everybody behind. Import nothing of our own code: this file must still run when
that code has moved on. The moves of status_history become events; no version with that table was
ever released, so it is dropped at once.
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ID = sa.String(64)
CODE = sa.String(40)
TEXT = sa.String(500)
MOMENT = sa.DateTime(timezone=True)
ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

MOVES_AT_ONCE = 1_000

OPEN_PAYMENT = "transaction_status IN ('RCVD', 'PATC')"
OTHER_PAYMENT = "transaction_status NOT IN ('RCVD', 'PATC')"
AWAITS_PSU = "sca_status IN ('received', 'psuIdentified')"
PSU_HAS_COME = "sca_status IN ('psuAuthenticated', 'scaMethodSelected', 'started', 'unconfirmed')"
AWAITS_NO_PSU = "sca_status NOT IN ('received', 'psuIdentified')"
# Name, table, columns, and for which rows. What is not there for all rows costs little.
INDEXES = (
    ("ix_payments_tpp_id_payment_id", "payments", ["tpp_id", "payment_id"], None),
    (
        "ix_payments_aspsp_account_id_payment_id",
        "payments",
        ["aspsp_account_id", "payment_id"],
        "aspsp_account_id IS NOT NULL",
    ),
    (
        "ix_payments_instance_id_transaction_status_payment_id",
        "payments",
        ["instance_id", "transaction_status", "payment_id"],
        OTHER_PAYMENT,
    ),
    ("ix_payments_bank_reference", "payments", ["bank_reference"], "bank_reference IS NOT NULL"),
    ("ix_payments_confirm_by", "payments", ["confirm_by"], OPEN_PAYMENT),
    ("ix_payment_psus_psu_id_payment_id", "payment_psus", ["psu_id", "payment_id"], None),
    (
        "ix_authorisations_redirect_expires_at",
        "authorisations",
        ["redirect_expires_at"],
        AWAITS_PSU,
    ),
    (
        "ix_authorisations_instance_id_sca_status_parent_id",
        "authorisations",
        ["instance_id", "sca_status", "parent_id"],
        AWAITS_NO_PSU,
    ),
    ("ix_authorisations_expires_at", "authorisations", ["expires_at"], PSU_HAS_COME),
    ("ix_bank_intents_resolve_from", "bank_intents", ["resolve_from"], "settled_at IS NULL"),
    ("ix_idempotent_answers_created_at", "idempotent_answers", ["created_at"], None),
)


def upgrade() -> None:
    _events()
    _bank_states()
    _stop_list()
    _jobs()
    _operators()
    _moves_to_events()
    op.drop_table("status_history")
    for name, table, columns, where in INDEXES:
        rows = sa.text(where) if where else None
        op.create_index(name, table, columns, sqlite_where=rows, postgresql_where=rows)


def downgrade() -> None:
    for name, table, _, _ in INDEXES:
        op.drop_index(name, table)
    op.drop_index("ix_tpps_instance_id_authorisation_number", "tpps")
    _status_history()
    _events_to_moves()
    for table in (
        "operator_actions",
        "operator_sessions",
        "operators",
        "job_runs",
        "job_leases",
        "tpp_stop_list",
        "bank_states",
        "events",
    ):
        op.drop_table(table)


def _events() -> None:
    op.create_table(
        "events",
        sa.Column("instance_id", TEXT, nullable=False),
        sa.Column("event_id", ID, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("origin", CODE, nullable=False),
        sa.Column("event_type", TEXT, nullable=False),
        sa.Column("payment_id", ID),
        sa.Column("authorisation_id", ID),
        sa.Column("from_status", CODE),
        sa.Column("to_status", CODE),
        sa.Column("cause", CODE),
        sa.Column("tpp_authorisation_number", TEXT),
        sa.Column("x_request_id", TEXT),
        sa.Column("internal_request_id", ID),
        sa.Column("payload", sa.Text()),
        sa.PrimaryKeyConstraint("instance_id", "event_id", name="pk_events"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_events_payment_id_event_id", "events", ["payment_id", "event_id"])


def _bank_states() -> None:
    op.create_table(
        "bank_states",
        sa.Column("resource_id", ID, nullable=False),
        sa.Column("instance_id", TEXT, nullable=False),
        sa.Column("key_id", CODE, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("resource_id", name="pk_bank_states"),
    )
    op.create_index("ix_bank_states_key_id", "bank_states", ["key_id"])


def _stop_list() -> None:
    op.create_table(
        "tpp_stop_list",
        sa.Column("instance_id", TEXT, nullable=False),
        sa.Column("authorisation_number", TEXT, nullable=False),
        sa.Column("status", CODE, nullable=False),
        sa.Column("blocked_until", MOMENT),
        sa.Column("reason", TEXT),
        sa.Column("changed_by", TEXT),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("instance_id", "authorisation_number", name="pk_tpp_stop_list"),
    )
    op.create_index(
        "ix_tpps_instance_id_authorisation_number", "tpps", ["instance_id", "authorisation_number"]
    )


def _jobs() -> None:
    op.create_table(
        "job_leases",
        sa.Column("job", CODE, nullable=False),
        sa.Column("held_by", TEXT, nullable=False),
        sa.Column("held_until", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("job", name="pk_job_leases"),
    )
    op.create_table(
        "job_runs",
        sa.Column("run_id", ID, nullable=False),
        sa.Column("job", CODE, nullable=False),
        sa.Column("node", TEXT, nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("error", TEXT),
        sa.PrimaryKeyConstraint("run_id", name="pk_job_runs"),
    )
    op.create_index("ix_job_runs_job_run_id", "job_runs", ["job", "run_id"])


def _operators() -> None:
    op.create_table(
        "operators",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("role", CODE, nullable=False),
        sa.Column("password_hash", TEXT, nullable=False),
        sa.Column("wrong_tries", sa.Integer(), nullable=False),
        sa.Column("locked_until", MOMENT),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_operators"),
    )
    op.create_table(
        "operator_sessions",
        sa.Column("token_hash", ID, nullable=False),
        sa.Column("operator", TEXT, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("last_used_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name="pk_operator_sessions"),
        sa.ForeignKeyConstraint(
            ["operator"], ["operators.name"], name="fk_operator_sessions_operator_operators"
        ),
    )
    op.create_index("ix_operator_sessions_operator", "operator_sessions", ["operator"])
    # No foreign key: what an operator has done outlives the operator's account.
    op.create_table(
        "operator_actions",
        sa.Column("action_id", ID, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("operator", TEXT, nullable=False),
        sa.Column("action", CODE, nullable=False),
        sa.Column("instance_id", TEXT),
        sa.Column("subject", TEXT),
        sa.Column("reason", TEXT),
        sa.PrimaryKeyConstraint("action_id", name="pk_operator_actions"),
    )


def _status_history() -> None:
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


def _moves_to_events() -> None:
    connection = op.get_bind()
    old = sa.Table("status_history", sa.MetaData(), autoload_with=connection)
    new = sa.Table("events", sa.MetaData(), autoload_with=connection)
    below = sa.Table("authorisations", sa.MetaData(), autoload_with=connection)
    of_payment = old.c.resource_kind == "payment"
    paid = sa.case((of_payment, old.c.resource_id), else_=below.c.parent_id)
    authorised = sa.case((of_payment, None), else_=old.c.resource_id)
    kind = sa.case((of_payment, "TRANSACTION_STATUS_CHANGED"), else_="SCA_STATUS_CHANGED")
    moves = (
        sa.select(
            old.c.row_number,
            old.c.instance_id,
            old.c.at,
            sa.literal("XS2A_INTERNAL").label("origin"),
            kind.label("event_type"),
            paid.label("payment_id"),
            authorised.label("authorisation_id"),
            old.c.from_status,
            old.c.to_status,
            old.c.cause,
        )
        .select_from(old.outerjoin(below, below.c.authorisation_id == old.c.resource_id))
        .order_by(old.c.row_number)
        .limit(MOVES_AT_ONCE)
    )
    last = 0
    while found := connection.execute(moves.where(old.c.row_number > last)).mappings().all():
        last = found[-1]["row_number"]
        rows = [{**row, "event_id": _event_id(row["at"], row["row_number"])} for row in found]
        for row in rows:
            del row["row_number"]
        connection.execute(new.insert(), rows)


def _event_id(at: datetime, number: int) -> str:
    """A UUID of version 7 of that moment; within its millisecond the number keeps the order."""
    moment = at if at.tzinfo else at.replace(tzinfo=UTC)  # SQLite gives it without its zone
    digits = f"{int(moment.timestamp() * 1000):012x}70008{number:015x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def _events_to_moves() -> None:
    connection = op.get_bind()
    old = sa.Table("events", sa.MetaData(), autoload_with=connection)
    new = sa.Table("status_history", sa.MetaData(), autoload_with=connection)
    below = old.c.authorisation_id
    moves = (
        sa.select(
            sa.case((below.is_(None), "payment"), else_="authorisation").label("resource_kind"),
            sa.func.coalesce(below, old.c.payment_id).label("resource_id"),
            old.c.instance_id,
            old.c.from_status,
            old.c.to_status,
            old.c.cause,
            old.c.at,
        )
        .where(old.c.to_status.is_not(None))
        .order_by(old.c.event_id)
    )
    connection.execute(new.insert().from_select(list(moves.selected_columns.keys()), moves))

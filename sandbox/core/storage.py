"""The bank's own tables and how they are opened: a SQLite file or PostgreSQL, durable."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Connection,
    Date,
    Engine,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    create_engine,
    event,
    inspect,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from sandbox.core.orders import BankUnavailable

BUSY_TIMEOUT_MS = 10_000
CONNECT_TIMEOUT_S = 5
SET_UP_LOCK = 0x5A6D  # any number: two processes that set up at once wait for each other

log = logging.getLogger(__name__)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

metadata = MetaData()

balances = Table(
    "bank_balances",
    metadata,
    Column("account_id", String(36), primary_key=True),
    Column("currency", String(3), nullable=False),
    Column("may_overdraw", Boolean, nullable=False),
    Column("booked", BigInteger, nullable=False),
    Column("reserved", BigInteger, nullable=False),
    CheckConstraint("reserved >= 0", name="bank_balances_reserved"),
    CheckConstraint("may_overdraw OR booked - reserved >= 0", name="bank_balances_available"),
)

orders = Table(
    "bank_orders",
    metadata,
    Column("payment_id", String(100), primary_key=True),
    Column("content", Text, nullable=False),
    Column("debtor_account_id", ForeignKey("bank_balances.account_id")),
    Column("minor_units", BigInteger, nullable=False),
    Column("fee", BigInteger, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("status", String(4), nullable=False),
    Column("reason", String(200), nullable=False),
    Column("reserved", Boolean, nullable=False),
    Column("taken_in_ms", BigInteger, nullable=False),
    Column("due_ms", BigInteger, index=True),
    Column("due_execution", Date),
    Column("executed", Integer, nullable=False),
)

executions = Table(
    "bank_executions",
    metadata,
    Column("payment_id", ForeignKey("bank_orders.payment_id"), primary_key=True),
    Column("nominal_day", Date, primary_key=True),
    Column("booked", Boolean, nullable=False),
    Column("done_ms", BigInteger, nullable=False),
)

bookings = Table(
    "bank_bookings",
    metadata,
    Column("booking_id", Integer, primary_key=True),
    Column("payment_id", ForeignKey("bank_orders.payment_id"), nullable=False),
    Column("execution", Integer, nullable=False),
    Column("position", Integer, nullable=False),
    Column("side", String(6), nullable=False),
    Column("account_id", ForeignKey("bank_balances.account_id"), nullable=False, index=True),
    Column("minor_units", BigInteger, nullable=False),
    Column("counterparty", Text, nullable=False),
    Column("remittance", Text),
    Column("booked_ms", BigInteger, nullable=False),
    UniqueConstraint("payment_id", "execution", "position", "side", name="bank_bookings_once"),
)

authorisations = Table(
    "bank_authorisations",
    metadata,
    Column("authorisation_id", String(100), primary_key=True),
    Column("payment_id", String(100), nullable=False, index=True),
    Column("purpose", String(10), nullable=False),
    Column("sca_status", String(20), nullable=False),
    Column("declined", Boolean, nullable=False),
    Column("psu_id", String(100)),
    Column("method_id", String(20)),
    Column("order_shown", Text),
    Column("asked_on_phone_ms", BigInteger),
    Column("confirmation_hash", String(200)),
    Column("password_tries", Integer, nullable=False),
    Column("tan_tries", Integer, nullable=False),
)

approvals = Table(
    "bank_approvals",
    metadata,
    Column("payment_id", ForeignKey("bank_orders.payment_id"), primary_key=True),
    Column("psu_id", String(100), primary_key=True),
)

deeds = Table(
    "bank_deeds",
    metadata,
    Column("deed_id", String(100), primary_key=True),
    Column("payment_id", String(100), nullable=False),
    Column("purpose", String(10), nullable=False),
    Column("ending", String(10), nullable=False),
    Column("status", String(4)),
    Column("reason", String(200)),
    Column("tries_left", Integer),
)

accesses = Table(
    "bank_accesses",
    metadata,
    Column("access_id", String(100), primary_key=True),
    Column("psu_id", String(100)),
    Column("password_tries", Integer, nullable=False),
    Column("tan_tries", Integer, nullable=False),
)


class Storage:
    """Two engines on one database: one to read without transactions, one to write.

    Writes on SQLite begin with BEGIN IMMEDIATE, else read-then-write would lose updates.
    """

    def __init__(self, url: str, *, pool_size: int = 5) -> None:
        parsed = make_url(url)
        self.sqlite = parsed.get_backend_name() == "sqlite"
        options: dict[str, Any] = {
            "pool_size": pool_size,
            "max_overflow": pool_size,
            "hide_parameters": True,
        }
        if not self.sqlite:
            options["connect_args"] = {"connect_timeout": CONNECT_TIMEOUT_S}
        self._writes: Engine = create_engine(parsed, **options)
        self._reads: Engine = create_engine(
            parsed, isolation_level="AUTOCOMMIT", pool_reset_on_return=None, **options
        )
        if self.sqlite:
            event.listen(self._reads, "connect", _prepare_sqlite)
            event.listen(self._writes, "connect", _prepare_sqlite)
            event.listen(self._writes, "begin", _begin_immediate)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection without a transaction. Raises BankUnavailable."""
        with _unavailable(), self._reads.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction, committed at the end. Raises BankUnavailable."""
        with _unavailable(), self._writes.begin() as connection:
            yield connection

    def create_tables(self, connection: Connection) -> None:
        """Make the tables that are missing, one process at a time.

        Books of an earlier version, whose tables look different, are thrown away first: they hold
        play money, and the bank starts anew.
        """
        if not self.sqlite:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({SET_UP_LOCK})")
        if _is_of_earlier_version(connection):
            log.warning("the sandbox bank's books are of an earlier version; it starts anew")
            metadata.drop_all(connection)
        metadata.create_all(connection)

    def close(self) -> None:
        """Give all connections back."""
        self._reads.dispose()
        self._writes.dispose()


def insert_new(connection: Connection, table: Table, row: Mapping[str, object]) -> bool:
    """Insert the row unless its key is there already; tells which of the two it was."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(table).values(dict(row)).on_conflict_do_nothing()
    # A row comes back only when one was made; the row count of an INSERT is not kept everywhere.
    made = connection.execute(statement.returning(*table.primary_key.columns))
    return made.one_or_none() is not None


def to_ms(moment: datetime) -> int:
    """Milliseconds since 1970 in UTC: how the tables keep a moment."""
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def from_ms(milliseconds: int) -> datetime:
    """The moment, aware, in UTC."""
    return _EPOCH + timedelta(milliseconds=milliseconds)


def _is_of_earlier_version(connection: Connection) -> bool:
    inspector = inspect(connection)
    there = set(inspector.get_table_names())
    return any(
        {column["name"] for column in inspector.get_columns(table.name)} != set(table.c.keys())
        for table in metadata.sorted_tables
        if table.name in there
    )


@contextmanager
def _unavailable() -> Iterator[None]:
    try:
        yield
    except (OperationalError, PoolTimeoutError) as error:
        # The error's text holds statement and parameters; its kind is enough to know.
        raise BankUnavailable(f"the bank's books: {type(error).__name__}") from None


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver begins nothing by itself; we do
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")

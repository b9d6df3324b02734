"""How the database finds what is asked for: the plans of the statements of the bank's side."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection, event

from cms.domain.parties import PsuId
from cms.domain.search import PaymentFilter
from cms.domain.statuses import ScaStatus, TransactionStatus
from cms.service.search import PaymentSearch
from cms.store.database import Database
from cms.store.unit_of_work import Store
from xs2a.ids import id_source

TENANT = "UNDEFINED"
Statement = tuple[str, Any]


def shown(url: str, numbers: list[str]) -> Iterator[str]:
    """A piece of Markdown for each question: its statements, and their plans."""
    database = Database(url, pool_size=1)
    store = Store(database, id_source(_now))
    try:
        for name, ask in _questions(store, numbers).items():
            with _written_down(database) as statements:
                ask()
            yield f"### {name}\n"
            with database.reads.connect() as connection:
                for statement in statements:
                    yield f"```\n{_plan(connection, statement)}\n```\n"
    finally:
        database.close()


def _questions(store: Store, numbers: list[str]) -> dict[str, Callable[[], object]]:
    search = PaymentSearch(store)
    month = _now() - timedelta(days=30)
    exports = {
        "by TPP": PaymentFilter(TENANT, tpp_authorisation_number=numbers[0]),
        "by TPP, since a day": PaymentFilter(
            TENANT, tpp_authorisation_number=numbers[0], since=month
        ),
        "by PSU": PaymentFilter(TENANT, psu=PsuId("psu-7")),
        "by account": PaymentFilter(TENANT, aspsp_account_id="account-psu-7"),
    }
    searches = {
        "newest": PaymentFilter(TENANT),
        "by the bank's reference": PaymentFilter(TENANT, key="B-000000000000"),
        "by PSU": exports["by PSU"],
        "by a status that few have": PaymentFilter(TENANT, status=TransactionStatus.RCVD),
        "by a status that most have": PaymentFilter(TENANT, status=TransactionStatus.ACSC),
        "by SCA status": PaymentFilter(TENANT, sca_status=ScaStatus.RECEIVED),
        "by time": PaymentFilter(TENANT, since=month, before=month + timedelta(days=1)),
    }
    asked: dict[str, Callable[[], object]] = {}
    for name, wanted in exports.items():
        asked[f"Export {name}"] = partial(search.page, wanted, index=3, size=20)
    for name, wanted in searches.items():
        asked[f"Search {name}"] = partial(search.newest, wanted, size=50)
    return asked


@contextmanager
def _written_down(database: Database) -> Iterator[list[Statement]]:
    statements: list[Statement] = []

    def note(_connection: Any, _cursor: Any, *sent: Any) -> None:
        statements.append((sent[0], sent[1]))

    event.listen(database.reads, "before_cursor_execute", note)
    event.listen(database.writes, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(database.reads, "before_cursor_execute", note)
        event.remove(database.writes, "before_cursor_execute", note)


def _plan(connection: Connection, statement: Statement) -> str:
    """What EXPLAIN says: of SQLite the tree, of PostgreSQL also what it took."""
    sql, values = statement
    sqlite = connection.dialect.name == "sqlite"
    how = "EXPLAIN QUERY PLAN" if sqlite else "EXPLAIN (ANALYZE, COSTS OFF, BUFFERS OFF)"
    rows = connection.exec_driver_sql(f"{how} {sql}", values)
    return "\n".join(str(row[-1]) for row in rows)


def _now() -> datetime:
    return datetime.now(UTC)

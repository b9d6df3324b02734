"""A PostgreSQL that hangs or takes no writes is away; what is committed there is on the disk."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from cms.domain.errors import StoreUnavailable
from cms.domain.statuses import Cause, TransactionStatus
from cms.service.payments import NewPayment
from cms.store.database import Database
from cms.store.unit_of_work import Store
from tests.store.rooms import BODY, TENANT, Rooms

pytestmark = pytest.mark.postgres

# Room in the pool for one connection that a test hangs on to, or for several of the threads.
POOL = 4


@contextmanager
def opened(url: str, **options: str) -> Iterator[Rooms]:
    """The rooms over a database whose sessions have these options in their URL."""
    said = " ".join(f"-c {name}={value}" for name, value in options.items())
    told = sa.make_url(url).update_query_dict({"options": said} if said else {})
    database = Database(told.render_as_string(hide_password=False), pool_size=POOL)
    try:
        yield Rooms(database)
    finally:
        database.close()


def shown(engine: sa.Engine, name: str) -> str:
    with engine.connect() as connection:
        return str(connection.exec_driver_sql(f"SHOW {name}").scalar_one())


@pytest.mark.parametrize(
    "name, by_default, set_to, becomes",
    [
        ("lock_timeout", "10s", "2s", "2s"),
        ("lock_timeout", "10s", "0", "0"),
        ("statement_timeout", "30s", "1min", "1min"),
        ("synchronous_commit", "on", "off", "on"),
        ("synchronous_commit", "on", "local", "local"),
        ("synchronous_commit", "on", "remote_apply", "remote_apply"),
    ],
)
def test_a_session_has_limits_and_the_operator_the_last_word(
    postgres_url: str, name: str, by_default: str, set_to: str, becomes: str
) -> None:
    """The server of the tests has `synchronous_commit=off`, and no limits."""
    with opened(postgres_url) as rooms:
        engines = rooms.database.reads, rooms.database.writes
        assert [shown(engine, name) for engine in engines] == [by_default] * 2
    with opened(postgres_url, **{name: set_to}) as rooms:
        engines = rooms.database.reads, rooms.database.writes
        assert [shown(engine, name) for engine in engines] == [becomes] * 2


@pytest.mark.parametrize(
    "said, becomes", [({}, "20000"), ({"tcp_user_timeout": "1000"}, "1000")], ids=["ours", "theirs"]
)
def test_a_network_that_swallows_everything_has_a_limit(
    postgres_url: str, said: dict[str, str], becomes: str
) -> None:
    url = sa.make_url(postgres_url).update_query_dict(said)
    database = Database(url.render_as_string(hide_password=False), pool_size=1)
    pooled = database.reads.raw_connection()
    try:
        driver: Any = pooled.dbapi_connection
        assert driver.info.get_parameters()["tcp_user_timeout"] == becomes
    finally:
        pooled.close()
        database.close()


@pytest.mark.parametrize(
    "limits",
    [
        {"lock_timeout": "20ms"},
        {"lock_timeout": "0", "statement_timeout": "20ms"},
    ],
    ids=["lock", "statement"],
)
def test_who_waits_too_long_is_told_that_the_database_is_away(
    postgres_url: str, limits: dict[str, str]
) -> None:
    with opened(postgres_url) as others, opened(postgres_url, **limits) as ours:
        payment, _ = others.kept()
        with others.database.writes.begin() as hanging:
            hanging.exec_driver_sql("LOCK TABLE payments, events")
            for deed in deeds(ours, payment):
                with pytest.raises(StoreUnavailable):
                    deed()
        for deed in deeds(ours, payment):
            deed()
        assert ours.stored(payment).status is TransactionStatus.ACSC


def deeds(rooms: Rooms, payment: Any) -> list[Callable[[], object]]:
    """A change, and new rows, which go another way."""
    report = rooms.payments.set_status
    return [
        lambda: report(
            payment.payment_id, TENANT, TransactionStatus.ACSC, cause=Cause.ASPSP_PUSHED
        ),
        lambda: rooms.payments.keep(NewPayment(rooms.payment(), BODY)),
    ]


def turn_read_only(rooms: Rooms) -> None:
    """The connections that are there lead to a server that is a standby now; new ones do not."""
    taken = [engine.raw_connection() for engine in (rooms.database.reads, rooms.database.writes)]
    taken.append(rooms.database.take_for_new_rows())
    for pooled in taken:
        driver: Any = pooled.dbapi_connection
        driver.execute("SET default_transaction_read_only = on")
        driver.commit()
    for pooled in taken[:-1]:
        pooled.close()
    rooms.database.keep_for_new_rows(taken[-1])


def test_a_server_that_takes_no_writes_is_away_and_the_next_one_is_asked(
    postgres_url: str,
) -> None:
    with opened(postgres_url) as rooms:
        payment, _ = rooms.kept()
        for number in range(2):
            turn_read_only(rooms)
            deed = deeds(rooms, payment)[number]
            with pytest.raises(StoreUnavailable):
                deed()
            deed()
        assert rooms.stored(payment).status is TransactionStatus.ACSC
        assert rooms.rows()["payments"] == 2


def test_it_is_not_ready(postgres_url: str) -> None:
    with opened(postgres_url) as rooms:
        assert rooms.store.answers()
        turn_read_only(rooms)
        assert not rooms.store.answers()
        assert rooms.store.answers()
    with opened(postgres_url, default_transaction_read_only="on") as rooms:
        assert [rooms.store.answers() for _ in range(2)] == [False, False]


def test_events_wait_until_it_takes_writes_again(postgres_url: str) -> None:
    with opened(postgres_url) as rooms:
        store = Store(rooms.database, rooms.new_event_id)
        event = {
            "instance_id": TENANT,
            "event_id": "one",
            "at": rooms.clock(),
            "origin": "TPP",
            "event_type": "GET_PAYMENT",
        }
        with rooms.database.writes.connect():  # so that the pool has one
            pass
        turn_read_only(rooms)
        store.event_writer.add(event)
        store.event_writer.flush()
        assert rooms.rows()["events"] == 0
        store.event_writer.flush()
        assert rooms.rows()["events"] == 1
        store.event_writer.close()

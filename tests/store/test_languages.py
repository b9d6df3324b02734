"""The language of a bank's PostgreSQL has no say in the order of ids, by which days are found."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

import pytest

from cms.domain.ids import first_id_at, id_made_at
from cms.domain.search import PaymentFilter
from cms.service.payments import NewPayment
from cms.service.search import PaymentSearch
from cms.store.database import Database
from tests.databases import migrate
from tests.postgres import PostgresServer
from tests.store.rooms import FULL_TPP, TENANT, Rooms

pytestmark = pytest.mark.postgres

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(scope="module")
def danish_url(postgres_server: PostgresServer) -> Iterator[str]:
    """A migrated database in which "aa" comes after "z"."""
    locale = postgres_server.learn("da_DK")
    if locale is None:
        pytest.skip("this machine has no Danish: no localedef, or not its sources (locales)")
    postgres_server.create_database("danish", locale=locale)
    url = postgres_server.url("danish")
    with postgres_server.connect("danish") as connection:
        assert connection.execute("SELECT 'z' < 'aa'").fetchone() == (True,)
    migrate(url)
    yield url
    postgres_server.drop_database("danish")


def day_with_aa_in_its_ids() -> datetime:
    """The start of a day some of whose ids have "aa" where those of other hours do not."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    at = next(at for n in range(24 * 366) if "aa" in first_id_at(at := start + n * HOUR)[4:6])
    return datetime.combine(at, time(), UTC)


def test_a_day_is_found_whole_and_in_order(danish_url: str) -> None:
    database = Database(danish_url, pool_size=2)
    rooms, day = Rooms(database), day_with_aa_in_its_ids()
    tpp = rooms.tpps.register(FULL_TPP, TENANT)
    hours = [day + n * HOUR for n in range(-24, 48)]
    for n, at in enumerate(hours):
        made = rooms.payment(payment_id=id_made_at(at, n << 62), created_at=at, tpp_id=tpp)
        rooms.payments.keep(NewPayment(made, b"{}"))
    search = PaymentSearch(rooms.store)

    def found(since: datetime, before: datetime) -> list[datetime]:
        wanted = PaymentFilter(TENANT, since=since, before=before)
        page = search.page(wanted, index=0, size=100)
        return [each.payment.created_at for each in page.found]

    try:
        assert found(hours[0], hours[-1] + HOUR) == hours
        for start in (day - DAY, day, day + DAY):
            assert found(start, start + DAY) == [start + n * HOUR for n in range(24)]
    finally:
        database.close()

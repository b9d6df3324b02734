"""The databases of the tests: what one test leaves behind, another never sees."""

import pytest
import sqlalchemy as sa

from tests.databases import PostgresDatabases

pytestmark = pytest.mark.postgres

A_ROW = "INSERT INTO job_leases (job, held_by, held_until) VALUES ('expire', 'us', now())"
ROWS = "SELECT count(*) FROM job_leases"


def run(url: str, statement: str) -> None:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.execute(sa.text(statement))


def test_a_database_that_is_taken_back_is_given_out_without_rows(
    postgres_databases: PostgresDatabases,
) -> None:
    url = postgres_databases.make()
    run(url, A_ROW)
    postgres_databases.take_back(url)

    assert postgres_databases.make() == url
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        assert connection.execute(sa.text(ROWS)).scalar_one() == 0
    postgres_databases.take_back(url)


@pytest.mark.parametrize(
    "change",
    [
        "CREATE TABLE more (one text)",
        "DROP TABLE job_runs",
        "ALTER TABLE job_runs RENAME TO gone",
        "ALTER TABLE job_runs ADD COLUMN one text",
        "ALTER TABLE job_runs DROP CONSTRAINT pk_job_runs",
        "CREATE INDEX one ON job_leases (held_by)",
        "CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    ],
)
def test_one_with_other_tables_is_given_to_nobody(
    postgres_databases: PostgresDatabases, change: str
) -> None:
    url = postgres_databases.make()
    run(url, change)
    postgres_databases.take_back(url)

    taken = [postgres_databases.make() for _ in range(2)]
    assert url not in taken
    for each in taken:
        postgres_databases.take_back(each)


def test_whoever_is_still_connected_is_cut_off(postgres_databases: PostgresDatabases) -> None:
    url = postgres_databases.make()
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.execute(sa.text(A_ROW))
        postgres_databases.take_back(url)
        with pytest.raises(sa.exc.OperationalError):
            connection.execute(sa.text(ROWS))

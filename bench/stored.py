"""`python -m bench.stored`: what the bank's side takes with very many payments stored.

It fills a database, asks the running server, shows how the database answers, and fails where the
median is above what we promise.
"""

import argparse
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import requests

from bench import plans
from bench.filling import fill
from bench.report import Table
from cms.store.database import Database
from cms.store.unit_of_work import Store
from tests.postgres import DURABLE, running_postgres
from tests.serving import INSTANT, PAYMENT, RunningServer, new_installation
from xs2a.ids import id_source

MOST_MS = 50
"""The longest median that we promise."""
AMOUNTS = {"PostgreSQL": 1_000_000, "SQLite": 100_000}
TRIES = 50
DUE = 200
A_MONTH = timedelta(days=30)

Ask = Callable[[int], requests.Response]


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that was asked several times; milliseconds of each."""

    name: str
    took_ms: list[float]

    @property
    def median_ms(self) -> float:
        return statistics.median(self.took_ms)


@dataclass(frozen=True, slots=True)
class Expiry:
    """A run of all jobs with DUE payments due: how long it took, and what it says it did."""

    took_s: float
    said: str


def main() -> int:
    """Exit status 1 when something is slower than we promise."""
    options = arguments()
    tables: list[Table] = []
    shown: list[str] = []
    complaints: list[str] = []
    for database in options.databases:
        amount = options.amount or AMOUNTS[database]
        with (
            tempfile.TemporaryDirectory(prefix="xs2a-stored-") as name,
            stored(database, Path(name), amount) as (url, numbers),
        ):
            deeds, expiry = measured(url, Path(name), numbers)
            shown += [f"## {database}, {amount:,} payments\n", *plans.shown(url, numbers)]
        tables.append(table_of(database, amount, deeds, expiry))
        print(f"\n{tables[-1].as_text()}\n\n{tables[-1].remarks}", flush=True)
        slow = [each.name for each in deeds if each.median_ms > MOST_MS]
        complaints += [f"{database}: {each} takes more than {MOST_MS} ms" for each in slow]
    if options.markdown:
        options.markdown.write_text(as_markdown(tables, shown))
    print("".join(f"\n{complaint}" for complaint in complaints))
    return 1 if complaints else 0


@contextmanager
def stored(database: str, folder: Path, amount: int) -> Iterator[tuple[str, list[str]]]:
    """The URL of a migrated database with so many payments, and the numbers of their TPPs."""
    if database == "SQLite":
        url = f"sqlite:///{folder}/xs2a.db"
        yield url, filled(url, folder, amount)
        return
    with running_postgres(DURABLE) as server:
        server.create_database("xs2a")
        url = server.url("xs2a")
        yield url, filled(url, folder, amount)


def filled(url: str, folder: Path, amount: int) -> list[str]:
    """Migrate and fill."""
    migrated = new_installation(folder, url).run("migrate")
    if migrated.returncode:
        raise RuntimeError(migrated.stdout)
    database = Database(url, pool_size=1)
    begun = time.perf_counter()
    numbers = fill(Store(database, id_source(_now)), url, amount, _now())
    with database.reads.connect() as connection:
        if not database.sqlite:
            connection.exec_driver_sql("SET statement_timeout = 0")
        connection.exec_driver_sql("ANALYZE" if database.sqlite else "VACUUM ANALYZE")
    database.close()
    print(f"{amount:,} payments in {time.perf_counter() - begun:.0f} s", flush=True)
    return numbers


def measured(url: str, folder: Path, numbers: list[str]) -> tuple[list[Deed], Expiry]:
    """What TPPs, the bank's systems and operators ask; and a run that expires what is due."""
    installation = new_installation(folder, url, XS2A_SERVE_WORKER="0")
    with installation.serving() as server:
        deeds = [
            Deed(name, [took_ms(ask, place) for place in range(TRIES)])
            for name, ask in questions(server, numbers).items()
        ]
        expire_at_once(server)
        for _ in range(DUE):
            initiated(server)
    begun = time.perf_counter()
    run = installation.run("worker", "--once")
    if run.returncode:
        raise RuntimeError(run.stdout)
    return deeds, Expiry(time.perf_counter() - begun, run.stdout)


def questions(server: RunningServer, numbers: list[str]) -> dict[str, Ask]:
    """By what they are called in the table; each is asked about another place every time."""
    own = [initiated(server) for _ in range(TRIES)]
    tpp = [f"tpp/{number}" for number in numbers]
    month = {"start-date": f"{_now() - A_MONTH:%Y-%m-%d}"}
    bank, console = partial(bank_reads, server), partial(searched, log_in(server), server)
    since = f"{_now() - A_MONTH:%Y-%m-%dT%H:%M}"
    return {
        "status read": lambda place: server.tpp("GET", f"{own[place]}/status"),
        "export by TPP": lambda place: bank(tpp[place % len(tpp)]),
        "export by TPP, page 1,000": lambda place: bank(f"{tpp[place % len(tpp)]}?pageIndex=1000"),
        "export by TPP, 30 days": lambda place: bank(tpp[place % len(tpp)], month),
        "export by PSU": lambda place: bank("psu", {"psu-id": f"psu-{place}"}),
        "export by account": lambda place: bank(f"account/account-psu-{place}"),
        "console: newest": lambda _: console(),
        "console: by payment id": lambda place: console(key=own[place].rpartition("/")[2]),
        "console: by the bank's reference": lambda _: console(key="B-000000000000"),
        "console: by PSU": lambda place: console(psu=f"psu-{place}"),
        "console: by TPP": lambda place: console(tpp=numbers[place % len(numbers)]),
        "console: by account": lambda place: console(account=f"account-psu-{place}"),
        "console: by status": lambda place: console(status=("RCVD", "ACSC", "PATC")[place % 3]),
        "console: by SCA status": lambda _: console(sca_status="received"),
        "console: by time": lambda _: console(since=since),
    }


def took_ms(ask: Ask, place: int) -> float:
    """How long one question takes, from the client's side."""
    begun = time.perf_counter()
    answer = ask(place)
    took = 1e3 * (time.perf_counter() - begun)
    _demand_good(answer)
    return took


def initiated(server: RunningServer) -> str:
    """The path of a new payment."""
    answer = server.tpp("POST", INSTANT, PAYMENT)
    _demand_good(answer)
    return f"{INSTANT}/{answer.json()['paymentId']}"


def expire_at_once(server: RunningServer) -> None:
    """From now on the PSU has a millisecond to authorise a payment."""
    profile = server.aspsp("GET", "/api/v1/aspsp-profile").json()
    profile["pis"]["notConfirmedPaymentExpirationTimeMs"] = 1
    write = "/api/v1/aspsp-profile/for-debug/aspsp-settings"
    _demand_good(server.aspsp("PUT", write, profile))


def bank_reads(
    server: RunningServer, path: str, headers: dict[str, str] | None = None
) -> requests.Response:
    """A page of an export."""
    token = {"Authorization": f"Bearer {server.cms_token}"}
    url = f"{server.cms}/aspsp-api/v1/pis/payments/{path}"
    return requests.get(url, headers=token | (headers or {}), timeout=30)


def searched(session: requests.Session, server: RunningServer, **wanted: str) -> requests.Response:
    """A page of the console's search."""
    return session.get(f"{server.cms}/console/payments", params=wanted, timeout=30)


def log_in(server: RunningServer) -> requests.Session:
    """A session of the sandbox's operator at the console."""
    session = requests.Session()
    url = f"{server.cms}/console/log-in"
    page = session.get(url, timeout=30).text
    token = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', page)
    form = {"name": "operator", "password": "12345", "csrf_token": token[1] if token else ""}
    _demand_good(session.post(url, data=form, timeout=30))
    return session


def table_of(database: str, amount: int, deeds: list[Deed], expiry: Expiry) -> Table:
    """Medians and the longest, and what the run of the jobs did."""
    cells = [[each.name, f"{each.median_ms:.1f}", f"{max(each.took_ms):.1f}"] for each in deeds]
    return Table(
        f"{database}, {amount:,} payments",
        ("asked", "median ms", "longest ms"),
        1,
        cells,
        f"Over HTTP, one at a time, {TRIES} times each. With {DUE} payments due, `xs2a worker"
        f" --once` took {expiry.took_s:.1f} s in all, and says:\n\n```\n{expiry.said.strip()}\n```",
    )


def as_markdown(tables: list[Table], shown: list[str]) -> str:
    """The page about it."""
    about = f"""# With very many payments

Written by `make bench-stored` on {_now():%Y-%m-%d}. It fills a database with the payments of a
year, each with a PSU, an authorisation and two events, sent by 20 TPPs for 20,000 PSUs, and asks
the server. Below are the plans of the statements.
"""
    return "\n".join([about, *(table.as_markdown() for table in tables), *shown])


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.stored", description=__doc__)
    parser.add_argument("--databases", nargs="+", choices=list(AMOUNTS), default=list(AMOUNTS))
    parser.add_argument("--amount", type=int, help="of payments, instead of each database's own")
    parser.add_argument("--markdown", type=Path, help="also write the tables to this file")
    return parser.parse_args()


def _demand_good(answer: requests.Response) -> None:
    if not answer.ok:
        raise RuntimeError(f"{answer.request.method} {answer.url}: {answer.status_code}")


def _now() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    sys.exit(main())

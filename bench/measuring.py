"""The measurements: rounds of load on two running servers in turn, and a count of their SQL."""

import itertools
import statistics
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from bench import accounting, counting, load, payment, servers
from bench.load import Outcome, Requests
from bench.servers import Server, Setting
from tests.postgres import DURABLE, running_postgres

DEEDS = ("initiation", "status read")
COUNTED_REQUESTS = 50
KNOWN_PAYMENTS = 200
WARM_UP_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Plan:
    """How much to measure. `servers` are names of STARTERS, in the order of the rounds."""

    folder: Path
    rounds: int
    seconds: float
    workers: int
    threads: int
    clients: int
    connections: int
    servers: tuple[str, ...]


STARTERS: dict[str, Callable[[Setting], AbstractContextManager[Server]]] = {
    "xs2a": servers.ours,
    "floor": servers.floor,
}


@dataclass(slots=True)
class Measured:
    """One deed on one server and database: a value per round, and the cost per request."""

    outcomes: list[Outcome] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)
    database_cpu_ms: list[float] = field(default_factory=list)
    resident_mb: float = 0.0
    start_seconds: float = 0.0
    cost: counting.Cost = field(default_factory=lambda: counting.Cost(0, 0))

    @property
    def per_second(self) -> float:
        return statistics.median(outcome.per_second for outcome in self.outcomes)

    def percentile_ms(self, share: float) -> float:
        return statistics.median(outcome.percentile_ms(share) for outcome in self.outcomes)


Results = dict[tuple[str, str], Measured]
"""(deed, server) -> what was measured, on one database."""


@dataclass(frozen=True, slots=True)
class Place:
    """A database for each server: URL by server, the database server's process if there is one."""

    urls: Mapping[str, str]
    pid: int | None
    meters: Mapping[str, counting.Meter]
    extra: Mapping[str, Mapping[str, str]]


@contextmanager
def sqlite_place(plan: Plan, *, counted: bool) -> Iterator[Place]:
    """A SQLite file for each server."""
    folder = plan.folder / ("sqlite-counted" if counted else "sqlite")
    folder.mkdir()
    files = {name: folder / f"{name}.sqlite" for name in plan.servers}
    tallies = {name: folder / f"{name}.statements" for name in plan.servers}
    trace = str(Path(__file__).parent / "trace")
    extra = {
        name: {"PYTHONPATH": trace, "BENCH_STATEMENTS": str(tallies[name])} if counted else {}
        for name in plan.servers
    }
    meters = {name: counting.SqliteMeter(files[name], tallies[name]) for name in plan.servers}
    urls = {name: f"sqlite:///{file}" for name, file in files.items()}
    yield Place(urls, None, meters, extra)


@contextmanager
def postgres_place(plan: Plan, *, counted: bool) -> Iterator[Place]:
    """A PostgreSQL with fsync on and a database for each server."""
    with running_postgres(counting.POSTGRES_SETTINGS if counted else DURABLE) as server:
        for name in plan.servers:
            server.create_database(name)
        meters = {n: counting.PostgresMeter(server, n) for n in plan.servers} if counted else {}
        urls = {name: server.url(name) for name in plan.servers}
        yield Place(urls, server.pid, meters, {name: {} for name in plan.servers})


PLACES = {"SQLite": sqlite_place, "PostgreSQL": postgres_place}


def measure(plan: Plan, database: str) -> Results:
    """All deeds on all servers of the plan, on one of PLACES."""
    results: Results = {key: Measured() for key in itertools.product(DEEDS, plan.servers)}
    with PLACES[database](plan, counted=False) as place, ExitStack() as stack:
        started = start_all(plan, place, stack)
        traffic = {name: requests_for(server) for name, server in started.items()}
        for name, deed in itertools.product(plan.servers, DEEDS):
            put_load(plan, traffic[name][deed], WARM_UP_SECONDS)
        for _, deed, name in itertools.product(range(plan.rounds), DEEDS, plan.servers):
            measure_round(plan, traffic[name][deed], (started[name], place, results[deed, name]))
        for (_, name), measured in results.items():
            measured.resident_mb = accounting.largest_resident_mb(started[name].pid)
            measured.start_seconds = started[name].start_seconds
    count_costs(plan, database, results)
    return results


def start_all(plan: Plan, place: Place, stack: ExitStack) -> dict[str, Server]:
    """Start the servers of the plan on their databases."""
    started: dict[str, Server] = {}
    for name in plan.servers:
        setting = Setting(
            database=place.urls[name],
            folder=plan.folder,
            workers=plan.workers,
            threads=plan.threads,
            extra=place.extra[name],
        )
        started[name] = stack.enter_context(STARTERS[name](setting))
    return started


def requests_for(server: Server) -> dict[str, Requests]:
    """The traffic for each of DEEDS; makes some payments whose status can be read."""
    posts = payment.initiations(server.port, server.certificate)
    ids = load.payment_ids(load.ask_in_turn(posts, KNOWN_PAYMENTS))
    reads = payment.status_reads(server.port, server.certificate, ids)
    return dict(zip(DEEDS, (posts, reads), strict=True))


def put_load(plan: Plan, requests: Requests, seconds: float) -> Outcome:
    connections = plan.connections // plan.clients
    return load.load(requests, clients=plan.clients, connections=connections, seconds=seconds)


def measure_round(plan: Plan, requests: Requests, subject: tuple[Server, Place, Measured]) -> None:
    """One round of load on one server, with the CPU time that it and its database took."""
    server, place, measured = subject
    pids = [server.pid, *([place.pid] if place.pid else [])]
    before = [accounting.cpu_seconds(pid) for pid in pids]
    outcome = put_load(plan, requests, plan.seconds)
    after = [accounting.cpu_seconds(pid) for pid in pids]
    used = [1e3 * (b - a) / len(outcome.latencies) for a, b in zip(before, after, strict=True)]
    measured.outcomes.append(outcome)
    measured.cpu_ms.append(used[0])
    measured.database_cpu_ms.append(sum(used[1:]))


def count_costs(plan: Plan, database: str, results: Results) -> None:
    """Count SQL on servers started anew: counting slows them down."""
    with PLACES[database](plan, counted=True) as place, ExitStack() as stack:
        for name, server in start_all(plan, place, stack).items():
            for deed, requests in requests_for(server).items():
                results[deed, name].cost = counting.cost_per_request(
                    place.meters[name],
                    partial(load.ask_in_turn, requests, COUNTED_REQUESTS),
                    COUNTED_REQUESTS,
                )

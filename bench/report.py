"""The benchmark's tables, for the terminal and as Markdown."""

import os
import platform
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bench.bulk import BulkMeasured
from bench.hostile import HostileMeasured
from bench.identifying import REVOKED, Identified
from bench.measuring import Plan, Results
from bench.signatures import SignatureMeasured


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells below their columns; the first `words` columns are no numbers."""

    title: str
    columns: tuple[str, ...]
    words: int
    cells: list[list[str]]
    remarks: str

    def as_text(self) -> str:
        """In columns of even width."""
        table = [list(self.columns), *self.cells]
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        return "\n".join(
            "  ".join(
                cell.ljust(width) if column < self.words else cell.rjust(width)
                for column, (cell, width) in enumerate(zip(row, widths, strict=True))
            ).rstrip()
            for row in table
        )

    def as_markdown(self) -> str:
        """With its title and remarks."""
        numbers = len(self.columns) - self.words
        table = [self.columns, ["---"] * self.words + ["---:"] * numbers, *self.cells]
        lines = "\n".join(f"| {' | '.join(row)} |" for row in table)
        return f"## {self.title}\n\n{lines}\n\n{self.remarks}\n"


COLUMNS = (
    "database",
    "deed",
    "server",
    "requests/s",
    "of floor",
    "p50 ms",
    "p99 ms",
    "SQL",
    "commits",
    "CPU ms",
    "DB CPU ms",
    "worker MB",
    "start s",
)
THROUGHPUT_REMARKS = """\
Medians over the rounds; both servers run side by side and are loaded in turn. SQL: statements per
request without BEGIN and COMMIT; commits: transactions per request that wrote. CPU: user and system
time per request of all processes of the server; DB CPU: of PostgreSQL. Worker MB: the resident
memory of the server's biggest process. Start: from the command to the first answer."""


def throughput(measured: Mapping[str, Results]) -> Table:
    """A row per database, deed and server."""
    cells = []
    for database, results in measured.items():
        for (deed, server), one in results.items():
            share = share_of_floor(results, deed) if server != "floor" else None
            cells.append(
                [
                    database,
                    deed,
                    server,
                    f"{one.per_second:,.0f}",
                    "" if share is None else f"{share:.2f}",
                    f"{one.percentile_ms(0.5):.1f}",
                    f"{one.percentile_ms(0.99):.1f}",
                    f"{one.cost.statements:.1f}",
                    f"{one.cost.commits:.1f}",
                    f"{statistics.median(one.cpu_ms):.2f}",
                    f"{statistics.median(one.database_cpu_ms):.2f}",
                    f"{one.resident_mb:.0f}",
                    f"{one.start_seconds:.1f}",
                ]
            )
    return Table("Throughput", COLUMNS, 3, cells, THROUGHPUT_REMARKS)


def share_of_floor(results: Results, deed: str) -> float | None:
    """Our throughput as a share of the floor's; None when one of them was not measured."""
    if (deed, "xs2a") not in results or (deed, "floor") not in results:
        return None
    return results[deed, "xs2a"].per_second / results[deed, "floor"].per_second


BULK_COLUMNS = ("format", "entries", "KB", "median ms", "p99 ms", "resting MB", "more MB")
BULK_REMARKS = """\
Initiation of a bulk by one worker of one thread on one core, on SQLite, one at a time. More MB: by
how much the first bulk of that size raises the peak of the worker's memory, each on a worker of its
own."""

HOSTILE_COLUMNS = ("hostile body", "sent to", "KB", "status", "median ms", "longest ms", "more MB")
HOSTILE_REMARKS = """\
By the same kind of worker, one after the other; the time is from connecting to the end of the
answer. More MB: by how much the worker's memory peaks above what it had before. The bodies marked
with * keep within all limits, so that all of it is read, as with a bulk of that size."""


def bulks(measured: Sequence[BulkMeasured]) -> Table:
    """A row per format and size."""
    cells = [
        [
            each.form,
            f"{each.entries:,}",
            f"{each.size / 1e3:,.0f}",
            f"{each.outcome.percentile_ms(0.5):.0f}",
            f"{each.outcome.percentile_ms(0.99):.0f}",
            f"{each.resting_mb:.0f}",
            f"{each.grown_mb:.1f}",
        ]
        for each in measured
    ]
    return Table("A bulk", BULK_COLUMNS, 1, cells, BULK_REMARKS)


def hostile_bodies(measured: Sequence[HostileMeasured]) -> Table:
    """A row per body."""
    cells = [
        [
            f"{each.hostile}{' *' if each.hostile.full_size else ''}",
            f"{each.hostile.service} {each.hostile.content_type.partition(';')[0]}",
            f"{len(each.hostile.body) / 1e3:,.0f}",
            str(each.status),
            f"{each.median_ms:.1f}",
            f"{max(each.milliseconds):.1f}",
            f"{each.grown_mb:.1f}",
        ]
        for each in measured
    ]
    return Table("Hostile bodies", HOSTILE_COLUMNS, 2, cells, HOSTILE_REMARKS)


IDENTIFYING_COLUMNS = ("certificate", "key", "median ms", "p99 ms")
IDENTIFYING_REMARKS = f"""\
In process, without HTTP: reading the header, and judging time, use, chain and revocation, beside a
list of {REVOKED:,} revoked certificates. A new certificate is one that this process has not seen
yet; its chain is one issuer long, with an ECDSA key."""


def identifying(measured: Sequence[Identified]) -> Table:
    """A row per kind of key, for new certificates and known ones."""
    cells = [
        [
            "known" if each.known else "new",
            each.key_type.value.upper(),
            f"{each.median_ms:.3f}",
            f"{each.outcome.percentile_ms(0.99):.3f}",
        ]
        for each in measured
    ]
    return Table("Who calls", IDENTIFYING_COLUMNS, 2, cells, IDENTIFYING_REMARKS)


SIGNATURE_COLUMNS = ("key", "body", "first ms", "median ms", "p99 ms")
SIGNATURE_REMARKS = """\
The whole check in one process: headers, digest, certificate, signature. At the first one the
certificate is read and its chain is built; later it is known."""


def signatures(measured: Sequence[SignatureMeasured]) -> Table:
    """A row per kind of key and body."""
    cells = [
        [
            each.key,
            each.body,
            f"{each.first_ms:.3f}",
            f"{each.median_ms:.3f}",
            f"{statistics.quantiles(each.later_ms, n=100)[-1]:.3f}",
        ]
        for each in measured
    ]
    return Table("Signed requests", SIGNATURE_COLUMNS, 2, cells, SIGNATURE_REMARKS)


def as_markdown(tables: Sequence[Table], about: str, today: date) -> str:
    """The page docs/benchmarks.md."""
    head = f"""\
# Benchmarks

Written by `make bench-docs` on {today.isoformat()}. The floor is `bench/floor.py`: the smallest
Flask app that does one durable INSERT per POST and one SELECT per GET, on the same server software
and database.

{about}
"""
    return "\n".join([head, *(table.as_markdown() for table in tables)])


def machine(plan: Plan, fsync_microseconds: float) -> str:
    """One line on where and how it was measured."""
    return (
        f"{processor()}, {os.cpu_count()} cores, {platform.system()}, "
        f"Python {platform.python_version()}; client, server and database on the same machine; "
        f"write and fdatasync of 8 KiB: {fsync_microseconds / 1e3:.2f} ms; "
        f"{plan.workers} workers with {plan.threads} thread(s), {plan.connections} connections, "
        f"{plan.rounds} rounds of {plan.seconds:g} s."
    )


def processor() -> str:
    """The processor's name as the kernel tells it."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())

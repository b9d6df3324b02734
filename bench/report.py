"""The benchmark's one table, for the terminal and as Markdown."""

import os
import platform
import statistics
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from bench.measuring import Plan, Results

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
REMARKS = """\
Medians over the rounds; both servers run side by side and are loaded in turn. SQL: statements per
request without BEGIN and COMMIT; commits: transactions per request that wrote. CPU: user and system
time per request of all processes of the server; DB CPU: of PostgreSQL. Worker MB: the resident
memory of the server's biggest process. Start: from the command to the first answer."""


def rows(measured: Mapping[str, Results]) -> list[list[str]]:
    """The table's cells: a row per database, deed and server."""
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
    return cells


def share_of_floor(results: Results, deed: str) -> float | None:
    """Our throughput as a share of the floor's; None when one of them was not measured."""
    if (deed, "xs2a") not in results or (deed, "floor") not in results:
        return None
    return results[deed, "xs2a"].per_second / results[deed, "floor"].per_second


def as_text(cells: list[list[str]]) -> str:
    """The table in columns of even width."""
    table = [list(COLUMNS), *cells]
    widths = [max(len(row[column]) for row in table) for column in range(len(COLUMNS))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column < 3 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in table
    )


def as_markdown(cells: list[list[str]], about: str, today: date) -> str:
    """The page docs/benchmarks.md."""
    table = [COLUMNS, ["---"] * 3 + ["---:"] * (len(COLUMNS) - 3), *cells]
    lines = "\n".join(f"| {' | '.join(row)} |" for row in table)
    return f"""\
# Benchmarks

Written by `make bench-docs` on {today.isoformat()}. The floor is `bench/floor.py`: the smallest
Flask app that does one durable INSERT per POST and one SELECT per GET, on the same server software
and database.

{about}

{lines}

{REMARKS}
"""


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

"""`python -m bench`: measure, print the tables, and fail where we are slower than we promise."""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from bench import accounting, bulk, hostile, identifying, measuring, report, signatures

LEAST_SHARE = 0.4
"""Of the floor's throughput, for the initiation of a payment, on each database."""


def main() -> int:
    """Exit status 1 when something is slower than we promise."""
    options = arguments()
    with tempfile.TemporaryDirectory(prefix="xs2a-bench-") as name:
        plan = measuring.Plan(
            folder=Path(name),
            rounds=options.rounds,
            seconds=options.seconds,
            workers=options.workers,
            threads=options.threads,
            clients=2,
            connections=options.connections,
            servers=tuple(options.servers),
        )
        about = report.machine(plan, accounting.fsync_microseconds(plan.folder))
        print(about, flush=True)
        tables, complaints = [], []
        for part in options.parts:
            table, too_slow = MEASURES[part](plan, options)
            print(f"\n{table.as_text()}\n\n{table.remarks}", flush=True)
            tables.append(table)
            complaints += too_slow
    if options.markdown:
        options.markdown.write_text(report.as_markdown(tables, about, datetime.now(UTC).date()))
    print("".join(f"\n{complaint}" for complaint in complaints))
    return 1 if complaints else 0


Measure = Callable[[measuring.Plan, argparse.Namespace], tuple[report.Table, list[str]]]


def throughput(plan: measuring.Plan, options: argparse.Namespace) -> tuple[report.Table, list[str]]:
    """Ours beside the floor, on each database."""
    measured = {database: measuring.measure(plan, database) for database in options.databases}
    shares = {name: report.share_of_floor(each, "initiation") for name, each in measured.items()}
    return report.throughput(measured), [
        f"Initiation is below {LEAST_SHARE} of the floor on {name}: {share:.2f}"
        for name, share in shares.items()
        if share is not None and share < LEAST_SHARE
    ]


def bulks(plan: measuring.Plan, options: argparse.Namespace) -> tuple[report.Table, list[str]]:
    """Bulks of several sizes in each format."""
    measured = bulk.measure(plan.folder, options.tries)
    complaints = [f"A bulk of {bulk.ENTRIES[0]} entries is slow: {e}" for e in bulk.slow(measured)]
    return report.bulks(measured), complaints


def hostile_bodies(
    plan: measuring.Plan, options: argparse.Namespace
) -> tuple[report.Table, list[str]]:
    """What is made to hurt."""
    measured = hostile.measure(plan.folder, options.tries)
    complaints = [f"A hostile body is refused slowly: {each}" for each in hostile.slow(measured)]
    return report.hostile_bodies(measured), complaints


def who_calls(plan: measuring.Plan, _options: argparse.Namespace) -> tuple[report.Table, list[str]]:
    """Certificates of TPPs."""
    measured = identifying.measure(plan.folder)
    complaints = [f"A known certificate costs: {each}" for each in identifying.slow(measured)]
    return report.identifying(measured), complaints


def signed_requests(
    _plan: measuring.Plan, options: argparse.Namespace
) -> tuple[report.Table, list[str]]:
    """The check of signatures by each kind of key."""
    measured = signatures.measure(options.tries)
    complaints = [f"A signature is checked slowly: {each}" for each in signatures.slow(measured)]
    return report.signatures(measured), complaints


MEASURES: dict[str, Measure] = {
    "throughput": throughput,
    "bulk": bulks,
    "hostile": hostile_bodies,
    "identifying": who_calls,
    "signatures": signed_requests,
}


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--parts", nargs="+", choices=list(MEASURES), default=list(MEASURES))
    parser.add_argument("--tries", type=int, default=20, help="of each bulk and hostile body")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0, help="of load per round")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--threads", type=int, default=4, help="of each worker")
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--databases", nargs="+", default=list(measuring.PLACES))
    parser.add_argument("--servers", nargs="+", default=list(measuring.STARTERS))
    parser.add_argument("--markdown", type=Path, help="also write the table to this file")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

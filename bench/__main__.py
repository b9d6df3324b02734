"""`python -m bench`: measure, print the table, and fail when we fall too far below the floor."""

import argparse
import os
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from bench import accounting, measuring, report

LEAST_SHARE = 0.4
"""Of the floor's throughput, for the initiation of a payment, on each database."""


def main() -> int:
    """Exit status 1 when an initiation has less than LEAST_SHARE of the floor's throughput."""
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
        measured = {database: measuring.measure(plan, database) for database in options.databases}
    cells = report.rows(measured)
    print(f"\n{report.as_text(cells)}\n\n{report.REMARKS}")
    if options.markdown:
        options.markdown.write_text(report.as_markdown(cells, about, datetime.now(UTC).date()))
    slow = [
        f"{database}: {share:.2f}"
        for database, results in measured.items()
        if (share := report.share_of_floor(results, "initiation") or 1.0) < LEAST_SHARE
    ]
    if slow:
        print(f"\nInitiation is below {LEAST_SHARE} of the floor: {', '.join(slow)}")
    return 1 if slow else 0


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0, help="of load per round")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--threads", type=int, default=2, help="of each worker")
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--databases", nargs="+", default=list(measuring.PLACES))
    parser.add_argument("--servers", nargs="+", default=list(measuring.STARTERS))
    parser.add_argument("--markdown", type=Path, help="also write the table to this file")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

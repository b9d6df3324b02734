"""The worker process: runs the jobs until a signal comes, or every job once."""

import os
import select
import signal
import time
from collections.abc import Iterator
from types import FrameType

from cms.domain.job_run import JobRun
from xs2a.jobs.lanes import run_in_lanes
from xs2a.jobs.schedule import JOBS, Job
from xs2a.settings import Settings
from xs2a.wiring import build_house, runner


class StopSignal:
    """Ctrl-C or SIGTERM, waited for. What is being done then comes to its end first.

    A pipe, as a handler may do next to nothing: waiting ends when there is something to read.
    """

    def __init__(self) -> None:
        self._read, self._write = os.pipe()
        os.set_blocking(self._write, False)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._came)

    def within(self, seconds: float) -> bool:
        """Wait so long at the most. Has it come?"""
        ready, _, _ = select.select([self._read], [], [], seconds)
        return bool(ready)

    def _came(self, _number: int, _frame: FrameType | None) -> None:
        os.write(self._write, b".")


def run_worker(settings: Settings) -> None:
    """Run the jobs, each when it is due, until the signal."""
    stop = StopSignal()
    house = build_house(settings)
    try:
        run_in_lanes(lambda: runner(house, stop.within), JOBS, time.monotonic)
    finally:
        house.close()


def run_once(settings: Settings) -> Iterator[tuple[Job, JobRun | None]]:
    """Run every job once; what each did, or None where another runner has it."""
    stop = StopSignal()
    house = build_house(settings)
    try:
        runs = runner(house, stop.within)
        for job in JOBS:
            yield job, runs.run(job)
    finally:
        house.close()

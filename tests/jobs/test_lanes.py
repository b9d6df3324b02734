"""Jobs that do not wait for those that fetch from strangers."""

import time
from datetime import timedelta
from threading import Event

from tests.jobs.working import Works
from tests.serving import PATIENCE_S
from xs2a.jobs.lanes import run_in_lanes
from xs2a.jobs.run import Run, Workshop
from xs2a.jobs.schedule import JOBS, Job
from xs2a.wiring import runner


def test_nobody_waits_for_a_stranger(works: Works) -> None:
    """Who would wait for the other one here would wait in vain."""
    fetching, expired, waited = Event(), Event(), []

    def fetch(shop: Workshop, run: Run) -> None:
        fetching.set()
        waited.append(expired.wait(PATIENCE_S))

    def expire(shop: Workshop, run: Run) -> None:
        waited.append(fetching.wait(PATIENCE_S))
        expired.set()

    jobs = (
        Job("fetch", timedelta(days=1), fetch, waits_for_strangers=True),
        Job("expire", timedelta(days=1), expire),
    )

    def stops(seconds: float) -> bool:
        return seconds > 0  # as soon as there is nothing to do

    run_in_lanes(lambda: runner(works.world.house, stops), jobs, time.monotonic)
    assert waited == [True, True]


def test_who_waits_for_strangers() -> None:
    assert [job.name for job in JOBS if job.waits_for_strangers] == ["fetch_revocations"]

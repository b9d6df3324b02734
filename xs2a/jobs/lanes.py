"""Which jobs of one worker wait for each other: none for those that fetch from strangers."""

from collections.abc import Callable, Iterable
from threading import Thread

from xs2a.jobs.runner import Runner
from xs2a.jobs.schedule import Job


def run_in_lanes(
    new_runner: Callable[[], Runner], jobs: Iterable[Job], ticks: Callable[[], float]
) -> None:
    """Run the jobs until the word to stop comes to the runners: one after the other, but apart
    from them those that wait for strangers. `ticks` are seconds of the real time.
    """
    ours: list[Job] = []
    of_strangers: list[Job] = []
    for job in jobs:
        (of_strangers if job.waits_for_strangers else ours).append(job)
    beside = Thread(target=new_runner().run_for_ever, args=(of_strangers, ticks), daemon=True)
    beside.start()
    new_runner().run_for_ever(ours, ticks)
    beside.join()

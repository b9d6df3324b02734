"""A worker of the tests' own: the real jobs over a house whose bank and clock are the test's."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from cms.domain.job_run import JobRun
from cms.domain.payment import Payment
from cms.service.jobs import Jobs
from tests.houses import World, open_world
from tests.tpps import Made, TppClient
from xs2a.jobs.runner import Runner
from xs2a.jobs.schedule import JOBS
from xs2a.wiring import runner

DAY = timedelta(days=1)
TENANT = "UNDEFINED"
NAMES = [job.name for job in JOBS]


@dataclass
class Works:
    """A house and what runs its jobs. `stopping` is the word to stop; `waited` how long the worker
    was ready to wait for it each time.
    """

    world: World
    certificate: str
    stopping: bool = False
    waited: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.runner = self.another_runner()
        self.jobs = Jobs(self.world.house.store, self.world.clock)

    def another_runner(self) -> Runner:
        """As on another node, or after a restart."""
        return runner(self.world.house, self._stops)

    def _stops(self, seconds: float) -> bool:
        self.waited += [seconds] if seconds else []
        return self.stopping

    def run(self, name: str, by: Runner | None = None) -> JobRun | None:
        """Run a job once."""
        (job,) = [each for each in JOBS if each.name == name]
        return (by or self.runner).run(job)

    def did(self, name: str, by: Runner | None = None) -> tuple[int, int]:
        """Run a job once: how much was done, how much failed."""
        made = self.run(name, by)
        assert made is not None, "another runner has it"
        return made.done, made.failed

    def initiated(self, **headers: str) -> Made:
        """A payment of the TPP with its authorisation; the bank's calls for it are forgotten."""
        made = TppClient(self.world, self.certificate).initiated(headers=headers)
        self.world.bank.asked.clear()
        return made

    def payment(self, made: Made, tenant: str = TENANT) -> Payment:
        """As it is stored, without asking anybody."""
        return self.world.house.parts.payments.find(made.payment_id, tenant)

    def sca_status(self, authorisation_id: str) -> str:
        """As it is stored, without a look at the clock."""
        parts = self.world.house.parts
        return parts.authorisations.find(authorisation_id, TENANT).status.value


@contextmanager
def open_works(
    database_url: str, folder: Path, certificate: str, **profile: Any
) -> Iterator[Works]:
    """The house and its worker."""
    with open_world(database_url, folder, None, **profile) as world:
        yield Works(world, certificate)

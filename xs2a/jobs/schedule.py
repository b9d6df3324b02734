"""Which jobs there are, and how often each looks for what is due."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from xs2a.jobs.payments import expire_payments, settle_intents
from xs2a.jobs.revocation import fetch_revocations
from xs2a.jobs.rows import expire_authorisations, let_in_again, purge
from xs2a.jobs.run import Run, Workshop


@dataclass(frozen=True, slots=True)
class Job:
    """A job, by the name that its lease and its runs have. `waits_for_strangers`: how long it takes
    is up to those it calls, not to the bank or us.
    """

    name: str
    every: timedelta
    work: Callable[[Workshop, Run], None]
    waits_for_strangers: bool = False


# Looking costs one short statement by an index, so that short periods cost little.
JOBS: Final = (
    Job("expire_payments", timedelta(seconds=10), expire_payments),
    Job("settle_intents", timedelta(seconds=30), settle_intents),
    Job("expire_authorisations", timedelta(seconds=30), expire_authorisations),
    Job("let_in_again", timedelta(minutes=1), let_in_again),
    Job("fetch_revocations", timedelta(seconds=10), fetch_revocations, waits_for_strangers=True),
    Job("purge", timedelta(hours=1), purge),
)

"""Jobs that the database does alone, a batch in each transaction."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Final

from cms.domain.access import TOKENS_KEPT_FOR
from xs2a.jobs.run import Run, Workshop

RUNS_KEPT_FOR: Final = timedelta(days=90)


def expire_authorisations(shop: Workshop, run: Run) -> None:
    """Fail authorisations by whose link no PSU came in time, or whose own time is over."""
    _all(run, shop.due.fail_lapsed, shop.batch)


def let_in_again(shop: Workshop, run: Run) -> None:
    """Take TPPs off the stop list whose time on it is over."""
    lift = partial(shop.parts.stop_list.lift_expired, shop.parts.clock())
    _all(run, lift, shop.batch)


def purge(shop: Workshop, run: Run) -> None:
    """Forget what has been kept long enough."""
    kept: tuple[tuple[Callable[[timedelta, int], int], timedelta], ...] = (
        (shop.due.forget_events, shop.event_retention),
        (shop.due.forget_answers, shop.idempotency_retention),
        (shop.due.forget_runs, RUNS_KEPT_FOR),
        (shop.parts.access.forget, TOKENS_KEPT_FOR),
    )
    for forget, kept_for in kept:
        _all(run, partial(forget, kept_for), shop.batch)


def _all(run: Run, batch: Callable[[int], int], limit: int) -> None:
    """One batch after the other; the last one is not full."""
    full = True
    while full and run.goes_on():
        done = batch(limit)
        run.done += done
        full = done == limit

"""What time has brought about, batch by batch: for the jobs, which nobody asks for anything."""

from collections.abc import Callable
from datetime import datetime, timedelta

from cms.domain.expiry import lapsed_by
from cms.store.queries.due import Due
from cms.store.unit_of_work import Store

Clock = Callable[[], datetime]

__all__ = ["Due", "DueRows"]


class DueRows:
    """Finds what is due. What needs no bank is done at once, a batch in a transaction; each method
    says how many rows there were: fewer than `limit` is the end of it.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def overdue_payments(self, after: Due | None, limit: int) -> list[Due]:
        """The next payments whose PSU has not confirmed in time (P8)."""
        with self._store.reading() as uow:
            return uow.due.overdue_payments(self._clock(), after, limit)

    def unanswered_intents(self, after: Due | None, limit: int) -> list[Due]:
        """The next payments of which the bank has to be asked what it has done (S4)."""
        with self._store.reading() as uow:
            return uow.due.unanswered_intents(self._clock(), after, limit)

    def fail_lapsed(self, limit: int) -> int:
        """Fail authorisations by whose link no PSU came in time, or whose own time is over.

        Those that another transaction holds, or on which the bank is acting, are left out.
        """
        now = self._clock()
        with self._store.writing() as uow:
            failed = 0
            for each in uow.due.claim_lapsed(now, limit):
                # Now that its payment is held: somebody may have moved it while we came for it.
                authorisation = uow.authorisations.find(each.authorisation_id, lock=True)
                cause = lapsed_by(authorisation, now) if authorisation else None
                if authorisation is not None and cause is not None:
                    uow.move(authorisation, cause, at=now)
                    failed += 1
        return failed

    def let_in_again(self, limit: int) -> int:
        """Take TPPs off the stop list whose time on it is over."""
        with self._store.writing() as uow:
            return uow.stop_list.lift_expired(self._clock(), limit)

    def forget_answers(self, kept_for: timedelta, limit: int) -> int:
        """Forget first answers under an idempotency key (P14)."""
        with self._store.writing() as uow:
            return uow.idempotency.purge(self._clock() - kept_for, limit)

    def forget_runs(self, kept_for: timedelta, limit: int) -> int:
        """Forget what jobs have done long ago."""
        with self._store.writing() as uow:
            return uow.jobs.purge(self._clock() - kept_for, limit)

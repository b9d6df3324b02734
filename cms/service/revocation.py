"""What is known of revoked certificates: kept in the database for all processes, looked up in
the memory of each. Who fetches the lists is not of concern here.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from cms import metrics
from cms.domain.revocation import (
    KnownList,
    Revocable,
    RevocationList,
    RevocationSource,
    RevocationState,
    asked_again_at,
    names,
    tried_again_at,
)
from cms.store.unit_of_work import Store, UnitOfWork

Clock = Callable[[], datetime]

log = logging.getLogger(__name__)

SEEN_FOR: Final = timedelta(seconds=1)  # so late a process may learn what the worker has fetched
FULL_FOR: Final = timedelta(minutes=1)  # so long nobody asks again for room where there is none
MOST_SOURCES: Final = 1_000  # bounds memory and fetching; all QTSPs of Europe have a few hundred

MOST_SERIALS: Final = 2_000_000  # of all lists: some 70 MB in each process


class OlderList(Exception):
    """The list is older than the one that is kept: somebody hands out an old one."""


class NoRoom(Exception):
    """The lists would be too long to be kept in the memory of every process."""


_Lists = dict[str, tuple[KnownList, bytes]]


@dataclass(frozen=True, slots=True)
class _Seen:
    """All lists as they were at a moment, by their points' ids, with the packed serial numbers;
    `recent` unless something has changed since.
    """

    at: datetime
    lists: _Lists
    recent: bool = True


class Revocations:
    """The CMS's knowledge of revoked certificates."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._seen: _Seen | None = None
        self._full_at: datetime | None = None
        self._reading = Lock()

    def expect(self, certificates: Iterable[Revocable]) -> None:
        """See to it that the lists that could name these certificates are fetched from now on. That
        they are already, memory tells.
        """
        now = self._clock()
        seen = self._seen_at(now).lists
        wanted = {
            point.point_id: (point, each.expires_at)
            for each in sorted(certificates, key=lambda each: each.expires_at)
            for point in each.points
        }
        full = self._full_at is not None and abs(now - self._full_at) < FULL_FOR
        new = {
            point_id: (point, until)
            for point_id, (point, until) in wanted.items()
            if until > now
            and (seen[point_id][0].needed_until < until if point_id in seen else not full)
        }
        if not new:
            return
        with self._store.writing(of_request=False) as uow:
            room = MOST_SOURCES - uow.revocations.count()
            for point_id, (point, until) in new.items():
                if point_id not in seen and (room := room - 1) < 0:
                    log.warning("no more than %d lists are fetched: %s", MOST_SOURCES, point.urls)
                    self._full_at = now
                    continue
                uow.revocations.expect(point, needed_until=until, due_at=now)
        self._forget()

    def state_of(self, certificate: Revocable) -> RevocationState:
        """What the fresh lists say of the certificate. Asked at every request, so the database is
        asked for news at most once a second.
        """
        now = self._clock()
        seen = self._seen_at(now).lists
        kept = [seen[point.point_id] for point in certificate.points if point.point_id in seen]
        # A list that is over says nothing good any more; what it has revoked stays so.
        if any(names(packed, certificate.serial) for _, packed in kept):
            return RevocationState.REVOKED
        if any(known.is_fresh(now) for known, _ in kept):
            return RevocationState.GOOD
        return RevocationState.UNKNOWN

    def sources(self) -> list[RevocationSource]:
        """Every source, as it is in the database."""
        with self._store.reading() as uow:
            return uow.revocations.all()

    def due(self, limit: int) -> list[RevocationSource]:
        """Where to ask now; who has waited longest comes first."""
        with self._store.reading() as uow:
            return uow.revocations.due(self._clock(), limit)

    def keep(self, source: RevocationSource, fetched: RevocationList) -> bool:
        """Keep what the source has published; whether that is news. Raises OlderList, NoRoom."""
        now = self._clock()
        before = source.this_update
        if before is not None and fetched.this_update < before <= now:
            raise OlderList("it is older than the one that was fetched before")
        due_at = asked_again_at(fetched, now)
        with self._store.writing(of_request=False) as uow:
            of_others = uow.revocations.revoked_by_others(source.point.point_id)
            if of_others + len(fetched.serials) > MOST_SERIALS:
                raise NoRoom(f"with it there would be more than {MOST_SERIALS:,} serial numbers")
            uow.revocations.keep(source.point.point_id, fetched, fetched_at=now, due_at=due_at)
        self._forget()
        return fetched.list_id != source.list_id

    def failed(self, source: RevocationSource, failure: str) -> None:
        """It was of no use to ask the source; it is asked again, later each time."""
        failures = source.failures + 1
        due_at = tried_again_at(failures, source.next_update, self._clock())
        with self._store.writing(of_request=False) as uow:
            uow.revocations.keep_failure(
                source.point.point_id, failure, failures=failures, due_at=due_at
            )

    def forget_unneeded(self, limit: int) -> int:
        """Forget at most so many sources that no certificate needs; how many they were."""
        with self._store.writing(of_request=False) as uow:
            return uow.revocations.forget(self._clock(), limit)

    def _seen_at(self, now: datetime) -> _Seen:
        seen = self._seen
        if seen is not None and _recent(seen, now):
            return seen
        with self._reading:
            seen = self._seen
            if seen is None or not _recent(seen, now):
                self._seen = seen = self._read(now, seen.lists if seen else {})
            return seen

    def _read(self, now: datetime, before: _Lists) -> _Seen:
        with self._store.reading() as uow:
            known = uow.revocations.known()
            lists = {each.point_id: (each, _serials(uow, each, before)) for each in known}
        fresh = sum(each.is_fresh(now) for each in known)
        metrics.tell_revocation_lists(fresh=fresh, missing=len(known) - fresh)
        return _Seen(now, lists)

    def _forget(self) -> None:
        """Look for news at the next request."""
        with self._reading:  # what is being read just now may be older than the change
            if self._seen is not None:
                self._seen = replace(self._seen, recent=False)


def _serials(uow: UnitOfWork, known: KnownList, before: _Lists) -> bytes:
    """The serial numbers of the list, packed; from memory if they are the same as before."""
    if known.list_id is None:
        return b""
    remembered = before.get(known.point_id)
    if remembered is not None and remembered[0].list_id == known.list_id:
        return remembered[1]
    return uow.revocations.serials(known.point_id)


def _recent(seen: _Seen, now: datetime) -> bool:
    """Also a clock that was set back makes the lists be read again."""
    return seen.recent and abs(now - seen.at) < SEEN_FOR

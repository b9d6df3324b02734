"""The bank's stop list: TPPs that are not let in, for a while or for good (spec 2.5, 5.5)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from cms.domain.errors import Malformed
from cms.domain.events import EventType
from cms.domain.operator import OperatorAction, OperatorDeed
from cms.domain.stop_list import StopListEntry, StopStatus, as_listed
from cms.domain.texts import LONGEST_TEXT
from cms.store.journal import EventRow, changed_row
from cms.store.unit_of_work import Store, UnitOfWork

Clock = Callable[[], datetime]

SEEN_FOR: Final = timedelta(seconds=1)  # so late a process may learn what another one has stopped
MOST_REMEMBERED: Final = 10_000  # bounds this process's memory of the list
LONGEST_LOCK: Final = timedelta(days=366 * 100)

_Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class ByWhom:
    """Who changes the list, and why, as far as they say. What is done at the console is kept in
    the trail of its operators too, in the same transaction.
    """

    operator: str | None = None
    reason: str | None = None
    at_console: bool = False


@dataclass(frozen=True, slots=True)
class _Seen:
    """The locks as they were read at a moment; `complete` unless there are too many of them."""

    at: datetime
    locks: dict[_Key, StopListEntry]
    complete: bool


class StopList:
    """The CMS's stop list."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._seen: _Seen | None = None
        self._reading = Lock()

    def block(
        self,
        authorisation_number: str,
        instance_id: str,
        *,
        period: timedelta | None = None,
        by: ByWhom = ByWhom(),
    ) -> StopListEntry:
        """Let the TPP in no more: for this period from now on, or for ever. An earlier lock is
        replaced. Raises Malformed.
        """
        now = self._clock()
        if period is not None and not timedelta(0) <= period <= LONGEST_LOCK:
            raise Malformed("The lock is negative or too long.", path="lock-period")
        until = None if period is None else now + period
        entry = _entry(
            (instance_id, authorisation_number), StopStatus.BLOCKED, by, at=now, until=until
        )
        with self._store.writing() as uow:
            uow.stop_list.put(entry)
            uow.events.add_all([self._changed(EventType.TPP_BLOCKED, entry)])
            _keep_in_trail(uow, entry, OperatorDeed.BLOCKED_TPP, by)
        self._forget()
        return entry

    def unblock(
        self, authorisation_number: str, instance_id: str, *, by: ByWhom = ByWhom()
    ) -> bool:
        """Let the TPP in again; False if it was never listed. Raises Malformed."""
        key, now = (instance_id, authorisation_number), self._clock()
        entry = _entry(key, StopStatus.ENABLED, by, at=now)
        with self._store.writing() as uow:
            listed = uow.stop_list.replace(entry)
            if listed:
                uow.events.add_all([self._changed(EventType.TPP_UNBLOCKED, entry)])
                _keep_in_trail(uow, entry, OperatorDeed.UNBLOCKED_TPP, by)
        self._forget()
        return listed

    def find(self, authorisation_number: str, instance_id: str) -> StopListEntry | None:
        """The TPP's entry as it stands now, or None if it was never listed."""
        with self._store.reading() as uow:
            found = uow.stop_list.find(instance_id, as_listed(authorisation_number))
        return found.as_of(self._clock()) if found else None

    def listed(self, instance_id: str, *, first: int, most: int) -> list[StopListEntry]:
        """The tenant's entries as they stand now, the last one changed first: `most` of them,
        from the `first` on, counted from 0.
        """
        with self._store.reading() as uow:
            found = uow.stop_list.of_tenant(instance_id, first=first, most=most)
        now = self._clock()
        return [entry.as_of(now) for entry in found]

    def lift_expired(self, now: datetime, limit: int) -> int:
        """Tidy up at most so many locks that have ended by `now`; how many they were.

        They keep nobody out any more, with or without this.
        """
        with self._store.writing() as uow:
            return uow.stop_list.lift_expired(now, limit)

    def keeps_out(self, authorisation_number: str, instance_id: str) -> bool:
        """Is the TPP blocked now? Asked at every request, so the list is read at most once a
        second: what this object has changed counts at once, what another process has within a
        second.
        """
        now = self._clock()
        seen = self._seen_at(now)
        if not seen.complete:
            entry = self.find(authorisation_number, instance_id)
        else:
            entry = seen.locks.get((instance_id, as_listed(authorisation_number)))
        return entry is not None and entry.blocks(now)

    def _changed(self, event_type: EventType, entry: StopListEntry) -> EventRow:
        told = {
            "until": entry.blocked_until,
            "reason": entry.reason,
            "changedBy": entry.changed_by,
        }
        return changed_row(
            event_type,
            entry.changed_at,
            {name: value for name, value in told.items() if value},
            instance_id=entry.instance_id,
            event_id=self._store.new_event_id(),
            tpp_authorisation_number=entry.authorisation_number,
        )

    def _seen_at(self, now: datetime) -> _Seen:
        seen = self._seen
        if seen is not None and _fresh(seen, now):
            return seen
        with self._reading:
            seen = self._seen
            if seen is None or not _fresh(seen, now):
                self._seen = seen = self._read(now)
            return seen

    def _read(self, now: datetime) -> _Seen:
        with self._store.reading() as uow:
            found = uow.stop_list.blocking(MOST_REMEMBERED + 1)
        if len(found) > MOST_REMEMBERED:
            return _Seen(now, {}, complete=False)
        locks = {(entry.instance_id, entry.authorisation_number): entry for entry in found}
        return _Seen(now, locks, complete=True)

    def _forget(self) -> None:
        with self._reading:  # a list that is being read just now may be older than the change
            self._seen = None


def _entry(
    key: _Key, status: StopStatus, by: ByWhom, *, at: datetime, until: datetime | None = None
) -> StopListEntry:
    """What a person has told. Raises Malformed."""
    instance_id, authorisation_number = key
    return StopListEntry(
        instance_id=instance_id,
        authorisation_number=_text(as_listed(authorisation_number), "tpp-authorisation-number"),
        status=status,
        changed_at=at,
        blocked_until=until,
        reason=by.reason and _text(by.reason, "reason"),
        changed_by=by.operator and _text(by.operator, "updated-by"),
    )


def _keep_in_trail(uow: UnitOfWork, entry: StopListEntry, deed: OperatorDeed, by: ByWhom) -> None:
    if not by.at_console:
        return
    action = OperatorAction(
        at=entry.changed_at,
        deed=deed,
        operator=by.operator or "",
        instance_id=entry.instance_id,
        subject=entry.authorisation_number,
        reason=entry.reason,
    )
    uow.trail.add(action)


def _fresh(seen: _Seen, now: datetime) -> bool:
    """Also a clock that was set back makes the list be read again."""
    return abs(now - seen.at) < SEEN_FOR


def _text(text: str, path: str) -> str:
    """Raises Malformed for what cannot be stored and shown again."""
    if not text.strip() or len(text) > LONGEST_TEXT or not text.isprintable():
        raise Malformed(
            f"Must be a printable text of at most {LONGEST_TEXT} characters.", path=path
        )
    return text.strip()

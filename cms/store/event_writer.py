"""Writes events that go with no change: of reads and refusals.

They wait for a fraction of a second and are written together, so that no reader queues for the
one writer of SQLite and none pays for a commit. What a crash loses is that fraction of a second
of them; the event of a change is in the transaction of the change.
"""

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Lock
from typing import Final

from cms.domain.errors import StoreUnavailable
from cms.store.journal import EventRow

WITHIN_S: Final = 0.25
AGAIN_S: Final = 2.0  # after the database has not answered
MOST_WAITING: Final = 10_000  # events; with more the database cannot keep up, and callers wait

log = logging.getLogger(__name__)


class EventWriter:
    """A thread of this process, started with the first event.

    `write` stores rows, all or none; it raises StoreUnavailable. With `at_once` nothing waits. When
    the interpreter ends, it waits for the thread, so all that is waiting is written, if the
    database answers then.
    """

    def __init__(
        self,
        write: Callable[[Sequence[EventRow]], None],
        *,
        at_once: bool,
        pause: Callable[[float], object] | None = None,
    ) -> None:
        """`pause` is how the thread waits for so many seconds; its own way ends with `close`."""
        self._write = write
        self._at_once = at_once
        self._closed = Event()
        self._pause = pause or self._closed.wait
        self._waiting: list[EventRow] = []
        self._coming = False
        self._list = Lock()
        self._turn = Lock()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="events")

    def add(self, row: EventRow) -> None:
        """Have the event written soon. Raises nothing: a request does not fail by its event."""
        if self._at_once or not self._queued(row):
            with self._turn:
                self._keep(self._unwritten([row]))

    def flush(self) -> None:
        """Write all that is waiting, before anything else happens."""
        with self._turn:
            with self._list:
                rows, self._waiting = self._waiting, []
            if rows:
                self._keep(self._unwritten(rows))

    def close(self) -> None:
        """Write all that is waiting; what comes later is written at once."""
        self._at_once = True
        self.flush()
        self._closed.set()
        self._thread.shutdown()

    def _queued(self, row: EventRow) -> bool:
        with self._list:
            if len(self._waiting) >= MOST_WAITING or not self._thread_comes_in(WITHIN_S):
                return False
            self._waiting.append(row)
        return True

    def _keep(self, rows: Sequence[EventRow]) -> None:
        """Have those tried again that the database did not take, as far as there is room."""
        if not rows:
            return
        with self._list:
            waiting = [*rows, *self._waiting]
            self._waiting = waiting[:MOST_WAITING] if self._thread_comes_in(AGAIN_S) else []
            left = len(self._waiting)
        log.warning("%d events wait for the database, %d are lost", left, len(waiting) - left)

    def _thread_comes_in(self, seconds: float) -> bool:
        """Have the thread come, unless it does already; to be asked while the list is held."""
        if not self._coming and not self._at_once:
            try:
                self._thread.submit(self._flush_in, seconds)
            except RuntimeError:  # the interpreter is about to end
                return False
            self._coming = True
        return self._coming

    def _flush_in(self, seconds: float) -> None:
        self._pause(seconds)
        with self._list:
            self._coming = False
        self.flush()

    def _unwritten(self, rows: Sequence[EventRow]) -> Sequence[EventRow]:
        """Write the rows; those are left for which the database does not answer.

        One that cannot be stored at all is left out; it is found by halving, and the others stay.
        """
        try:
            self._write(rows)
        except StoreUnavailable:
            return rows
        except Exception:  # nobody is there who could be told
            if len(rows) == 1:
                log.exception("event %s cannot be stored and is lost", rows[0].get("event_id"))
                return []
            half = len(rows) // 2
            return [*self._unwritten(rows[:half]), *self._unwritten(rows[half:])]
        return []

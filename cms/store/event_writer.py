"""Writes events that go with no change: of reads and refusals.

They wait for a fraction of a second and are written together, so that no reader queues for the
one writer of SQLite and none pays for a commit. What a crash loses is that fraction of a second
of them; the event of a change is in the transaction of the change.
"""

import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import Final

from cms.domain.errors import StoreUnavailable
from cms.store.journal import EventRow

WITHIN_S: Final = 0.25
MOST_WAITING: Final = 10_000  # events; with more the database cannot keep up, and callers wait

log = logging.getLogger(__name__)


class EventWriter:
    """A thread of this process, started with the first event.

    `write` stores rows, all or none; it raises StoreUnavailable. With `at_once` nothing waits. When
    the interpreter ends, it waits for the thread, so all that is waiting is written.
    """

    def __init__(self, write: Callable[[Sequence[EventRow]], None], *, at_once: bool) -> None:
        self._write = write
        self._at_once = at_once
        self._waiting: list[EventRow] = []
        self._thread_comes = False
        self._list = Lock()
        self._turn = Lock()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="events")

    def add(self, row: EventRow) -> None:
        """Have the event written soon. Raises nothing: a request does not fail by its event."""
        if self._at_once or not self._queued(row):
            with self._turn:
                self._store([row], again=[])

    def flush(self) -> None:
        """Write all that is waiting, before anything else happens."""
        with self._turn:
            with self._list:
                rows, self._waiting = self._waiting, []
                self._thread_comes = False
            if rows:
                self._store(rows, again=rows)

    def close(self) -> None:
        """Write all that is waiting; what comes later is written at once."""
        self._at_once = True
        self.flush()
        self._thread.shutdown()

    def _queued(self, row: EventRow) -> bool:
        with self._list:
            if len(self._waiting) >= MOST_WAITING:
                return False
            if not self._thread_comes:
                try:
                    self._thread.submit(self._flush_soon)
                except RuntimeError:  # the interpreter is about to end
                    return False
                self._thread_comes = True
            self._waiting.append(row)
        return True

    def _flush_soon(self) -> None:
        time.sleep(WITHIN_S)
        self.flush()

    def _store(self, rows: Sequence[EventRow], *, again: Sequence[EventRow]) -> None:
        """Store the rows; if the database does not answer, `again` are tried with the next ones."""
        try:
            self._write(rows)
        except StoreUnavailable:
            with self._list:
                self._waiting = [*again, *self._waiting][:MOST_WAITING]
            log.warning("%d events are not written yet, or lost", len(rows))
        except Exception:  # nobody is there who could be told
            log.exception("%d events are lost", len(rows))

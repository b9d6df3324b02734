"""New rows of several threads in one transaction, on SQLite, which lets one writer in at a time.

A commit is dear: pages are written, and the disk is waited for. Whoever waits for its turn anyway
may as well have its rows written by the one that has it.
"""

import sqlite3
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.pool import PoolProxiedConnection

Statements = Sequence[tuple[str, Sequence[Any]]]
"""SQL and its values."""

_THERE: Final = sqlite3.IntegrityError  # a row is there already


@dataclass(slots=True, eq=False)
class _Rows:
    """The new rows of one thread, and what has become of them."""

    statements: Statements
    ended: bool = False
    error: Exception | None = None

    def end(self, error: Exception | None = None) -> None:
        self.ended, self.error = True, error


class SharedCommits:
    """Writes for the threads of a process. `turn` is what they queue at; `take` and `keep` lend a
    connection and put it back.
    """

    def __init__(
        self,
        turn: AbstractContextManager[object],
        take: Callable[[], PoolProxiedConnection],
        keep: Callable[[PoolProxiedConnection], None],
    ) -> None:
        self._turn = turn
        self._take = take
        self._keep = keep
        self._waiting: deque[_Rows] = deque()

    def write(self, statements: Statements) -> None:
        """Keep the rows of these statements: all of them, or none.

        They are committed when this returns. Raises what the driver raises, for these rows only.
        """
        mine = _Rows(statements)
        self._waiting.append(mine)
        with self._turn:
            if not mine.ended:  # else the one before has written them too
                self._write_waiting(mine)
        if mine.error is not None:
            raise mine.error

    def _write_waiting(self, mine: _Rows) -> None:
        together, pooled = [mine], None
        try:
            pooled = self._take()
            driver: Any = pooled.dbapi_connection
            driver.execute("BEGIN IMMEDIATE")
            # Only now, as other processes may have kept the database to themselves for long.
            together = [self._waiting.popleft() for _ in range(len(self._waiting))]
            _write(driver, together)
        except BaseException as error:
            if pooled is not None:
                pooled.invalidate()
            self._give_up(together, error)
            if not isinstance(error, Exception):
                raise
            return
        if all(rows.error is None or isinstance(rows.error, _THERE) for rows in together):
            self._keep(pooled)
        else:  # who knows what the connection is still good for
            pooled.invalidate()

    def _give_up(self, together: Sequence[_Rows], error: BaseException) -> None:
        """Nobody writes later on what somebody has been told is not written."""
        silence = error if isinstance(error, Exception) else sqlite3.OperationalError("stopped")
        for rows in together:
            if rows in self._waiting:
                self._waiting.remove(rows)
            if not rows.ended:
                rows.end(silence)


def _write(driver: Any, together: Sequence[_Rows]) -> None:
    """Write and commit, in the transaction that has begun."""
    try:
        for rows in together:
            for sql, values in rows.statements:
                driver.execute(sql, values)
        driver.execute("COMMIT")
    except Exception as error:  # noqa: BLE001  whatever it is, the one that wrote it is told
        driver.rollback()
        if len(together) == 1:
            together[0].end(error)
            return
        # One of them has a row that is there already, or a value that the driver does not take.
        # The others must not suffer for it.
        for rows in together:
            driver.execute("BEGIN IMMEDIATE")
            _write(driver, [rows])
    else:
        for rows in together:
            rows.end()

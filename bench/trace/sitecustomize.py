"""Counts the SQL statements of a process on SQLite; loaded by the name that Python looks for.

Each statement appends one byte to the file in BENCH_STATEMENTS. BEGIN, COMMIT, ROLLBACK and PRAGMA
are not counted, as they are not on PostgreSQL.
"""

import os
import sqlite3
import sqlite3.dbapi2
from typing import Any

NOT_COUNTED = ("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA", "--")

if "BENCH_STATEMENTS" in os.environ:
    tally = os.open(os.environ["BENCH_STATEMENTS"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    connect = sqlite3.connect

    def count(statement: str) -> None:
        if not statement.lstrip().upper().startswith(NOT_COUNTED):
            os.write(tally, b".")

    def connect_counted(*arguments: Any, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*arguments, **options)
        connection.set_trace_callback(count)
        return connection

    # One function takes what all overloads of the original take.
    sqlite3.connect = connect_counted  # type: ignore[assignment]
    sqlite3.dbapi2.connect = connect_counted  # type: ignore[assignment]

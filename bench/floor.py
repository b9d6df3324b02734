"""The floor: one durable INSERT per POST and one SELECT per GET, and nothing else.

It keeps the body as it came, so a row is about as big as ours. Connections live as long as their
thread, SQLite is as durable as ours (WAL, synchronous=FULL), PostgreSQL runs in autocommit.
"""

import os
import sqlite3
import threading
from functools import cached_property
from typing import Any
from uuid import uuid4

import psycopg
from flask import Flask, request

TABLE = "CREATE TABLE IF NOT EXISTS floor (id TEXT PRIMARY KEY, status TEXT NOT NULL, body {blob})"


class Sqlite(threading.local):
    """A connection of this thread to a SQLite file."""

    @cached_property
    def connection(self) -> sqlite3.Connection:
        connection = sqlite3.connect(os.environ["FLOOR_DATABASE"], timeout=30, isolation_level=None)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        return connection

    def set_up(self) -> None:
        self.connection.execute(TABLE.format(blob="BLOB"))

    def insert(self, payment_id: str, body: bytes) -> None:
        self.connection.execute("INSERT INTO floor VALUES (?, 'RCVD', ?)", (payment_id, body))

    def status(self, payment_id: str) -> str | None:
        query = "SELECT status FROM floor WHERE id = ?"
        row = self.connection.execute(query, (payment_id,)).fetchone()
        return row[0] if row else None


class Postgres(threading.local):
    """A connection of this thread to a PostgreSQL database."""

    @cached_property
    def connection(self) -> psycopg.Connection[tuple[Any, ...]]:
        return psycopg.connect(os.environ["FLOOR_DATABASE"], autocommit=True)

    def set_up(self) -> None:
        self.connection.execute(TABLE.format(blob="BYTEA"))

    def insert(self, payment_id: str, body: bytes) -> None:
        self.connection.execute("INSERT INTO floor VALUES (%s, 'RCVD', %s)", (payment_id, body))

    def status(self, payment_id: str) -> str | None:
        query = "SELECT status FROM floor WHERE id = %s"
        row = self.connection.execute(query, (payment_id,)).fetchone()
        return row[0] if row else None


def create_app() -> Flask:
    """The app; FLOOR_DATABASE is a file's path, or a postgresql:// address."""
    app = Flask("floor")
    postgres = os.environ["FLOOR_DATABASE"].startswith("postgresql://")
    rows = Postgres() if postgres else Sqlite()

    @app.post("/v1/payments/sepa-credit-transfers")
    def initiate() -> tuple[dict[str, str], int]:
        payment_id = str(uuid4())
        rows.insert(payment_id, request.get_data())
        return {"paymentId": payment_id, "transactionStatus": "RCVD"}, 201

    @app.get("/v1/payments/sepa-credit-transfers/<payment_id>/status")
    def read_status(payment_id: str) -> tuple[dict[str, str], int]:
        status = rows.status(payment_id)
        return ({"transactionStatus": status}, 200) if status else ({}, 404)

    @app.get("/health/ready")
    def ready() -> dict[str, str]:
        return {"status": "ready"}

    return app


def set_up() -> None:
    """Make the table; run once, before the server starts."""
    url = os.environ["FLOOR_DATABASE"]
    (Postgres() if url.startswith("postgresql://") else Sqlite()).set_up()


if __name__ == "__main__":
    set_up()

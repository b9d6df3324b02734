"""Fills a database with payments of a year, as a bank of some size would have them."""

import random
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import orjson
import psycopg
from psycopg import sql
from sqlalchemy import Table
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import make_url

from bench.payment import PAYMENT
from cms.domain.ids import id_made_at
from cms.domain.parties import Role, Tpp
from cms.service.tpps import Tpps
from cms.store.tables import authorisations, events, payment_psus, payments
from cms.store.unit_of_work import Store

TENANT = "UNDEFINED"
TPPS = 20
PSUS = 20_000
PERIOD = timedelta(days=365)
WALK = timedelta(minutes=2)  # of a PSU through the authorisation
BATCH = 5_000
BODY = orjson.dumps(PAYMENT)
# Where the payments of a year have come to, and where their authorisations have, in parts of 1,000.
ENDS = (
    ("ACSC", "finalised", 900),
    ("ACSP", "finalised", 20),
    ("RJCT", "failed", 60),
    ("CANC", "finalised", 18),
    ("PATC", "finalised", 1),
    ("RCVD", "received", 1),
)
Row = dict[str, Any]


def fill(store: Store, url: str, amount: int, now: datetime) -> list[str]:
    """So many payments, the newest of them made an hour ago. None of them is due.

    Returns the TPPs' authorisation numbers.
    """
    numbers = [f"PSDDE-BAFIN-9{number:05}" for number in range(TPPS)]
    tpps = Tpps(store, lambda: now)
    roles = frozenset({Role.PSP_PI})
    keys = [
        tpps.register(Tpp(each, "DE-BAFIN", name=f"TPP {each}", roles=roles), TENANT)
        for each in numbers
    ]
    add = _adder(url)
    new = _payments(keys, amount, now)
    while made := list(islice(new, BATCH)):
        add(payments, [each["payment"] for each in made])
        add(payment_psus, [each["psu"] for each in made])
        add(authorisations, [each["authorisation"] for each in made])
        add(events, [event for each in made for event in each["events"]])
    return numbers


def _payments(tpps: Sequence[str], amount: int, now: datetime) -> Iterator[dict[str, Any]]:
    chance = random.Random(4711)  # noqa: S311  the same payments each time
    first = now - PERIOD
    step = (PERIOD - timedelta(hours=1)) / amount
    statuses = [(status, sca) for status, sca, part in ENDS for _ in range(part)]
    for number in range(amount):
        at = first + number * step
        ids = [id_made_at(at, chance.getrandbits(74)) for _ in range(4)]
        parties = tpps[number % TPPS], f"psu-{chance.randrange(PSUS)}"
        yield _one(ids, at, chance.choice(statuses), parties)


def _one(
    ids: list[str], at: datetime, statuses: tuple[str, str], parties: tuple[str, str]
) -> dict[str, Any]:
    payment_id, authorisation_id, *event_ids = ids
    tpp_id, psu_id = parties
    moved = {"status_changed_at": at + WALK, "created_at": at, "instance_id": TENANT}
    return {
        "payment": moved
        | {
            "payment_id": payment_id,
            "tpp_id": tpp_id,
            "payment_service": "payments",
            "payment_product": "sepa-credit-transfers",
            "transaction_status": statuses[0],
            "status_cause": "bank_reported",
            "confirm_by": at + 10 * PERIOD,
            "content_type": "application/json",
            "bank_reference": f"B-{payment_id[-12:]}",
            "aspsp_account_id": f"account-{psu_id}",
            "multilevel": False,
            "body": BODY,
        },
        "psu": {"payment_id": payment_id, "position": 0, "psu_id": psu_id},
        "authorisation": moved | _authorisation(authorisation_id, payment_id, statuses[1], at),
        "events": _events(event_ids, payment_id, statuses[0], at),
    }


def _authorisation(authorisation_id: str, payment_id: str, status: str, at: datetime) -> Row:
    return {
        "authorisation_id": authorisation_id,
        "kind": "PIS_CREATION",
        "parent_id": payment_id,
        "sca_approach": "REDIRECT",
        "sca_status": status,
        "status_cause": "online_banking_reported",
        "expires_at": at + 10 * PERIOD,
        "redirect_expires_at": at + 10 * PERIOD,
    }


def _events(event_ids: list[str], payment_id: str, status: str, at: datetime) -> list[Row]:
    asked, moved = ({"event_id": each, "payment_id": payment_id} for each in event_ids)
    return [
        asked
        | {
            "instance_id": TENANT,
            "at": at,
            "origin": "TPP",
            "event_type": "PAYMENT_INITIATION_REQUEST_RECEIVED",
            "payload": '{"method": "POST"}',
        },
        moved
        | {
            "instance_id": TENANT,
            "at": at + WALK,
            "origin": "ASPSP",
            "event_type": "TRANSACTION_STATUS_CHANGED",
            "from_status": "RCVD",
            "to_status": status,
            "cause": "bank_reported",
        },
    ]


def _adder(url: str) -> Callable[[Table, Sequence[Row]], None]:
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        return _sqlite_adder(sqlite3.connect(str(address.database)))
    plain = address.set(drivername="postgresql").render_as_string(hide_password=False)
    return _postgres_adder(psycopg.connect(plain))


def _sqlite_adder(connection: sqlite3.Connection) -> Callable[[Table, Sequence[Row]], None]:
    connection.execute("PRAGMA synchronous = OFF")

    def add(table: Table, rows: Sequence[Row]) -> None:
        names = list(rows[0] if table is not events else {c.name: None for c in table.c})
        marks = ", ".join("?" * len(names))
        statement = f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({marks})"  # noqa: S608
        processors = [table.c[name].type.bind_processor(sqlite.dialect()) for name in names]
        connection.executemany(
            statement,
            (
                [p(row.get(n)) if p else row.get(n) for n, p in zip(names, processors, strict=True)]
                for row in rows
            ),
        )
        connection.commit()

    return add


def _postgres_adder(
    connection: psycopg.Connection[tuple[Any, ...]],
) -> Callable[[Table, Sequence[Row]], None]:
    def add(table: Table, rows: Sequence[Row]) -> None:
        names = [column.name for column in table.c]
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
            sql.Identifier(table.name), sql.SQL(", ").join(map(sql.Identifier, names))
        )
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row([row.get(name) for name in names])
        connection.commit()

    return add

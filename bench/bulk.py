"""A bulk of 1,000 entries: how long its initiation takes on one core, and what memory it needs."""

import itertools
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

from bench import accounting, load, payment
from bench.load import Outcome
from bench.payment import Sent
from bench.servers import Server, Setting, ours
from tests.fuzz.payment_bodies import BULK, ENTRY, JSON_PRODUCT, XML_PRODUCT, pain001

ENTRIES: Final = (1_000, 2_000, 4_000)
LONGEST_MS: Final = 1_000.0
"""A bulk of the first of ENTRIES must be initiated in less."""

KEPT: Final = ("endToEndIdentification", "instructedAmount", "creditorAccount", "creditorName")


@dataclass(frozen=True, slots=True)
class BulkMeasured:
    """One size of one format: time of the initiations, memory that the first of them took."""

    form: str
    entries: int
    size: int
    outcome: Outcome
    resting_mb: float
    grown_mb: float


def in_json(entries: int, today: date) -> Sent:
    """A bulk in the standard's JSON, without blanks."""
    entry = {name: ENTRY[name] for name in KEPT}
    payments = [
        entry | {"remittanceInformationUnstructured": f"Invoice {number}"}
        for number in range(entries)
    ]
    body: dict[str, Any] = {**BULK, "requestedExecutionDate": str(today), "payments": payments}
    text = json.dumps(body, separators=(",", ":")).encode()
    return Sent(f"/v1/bulk-payments/{JSON_PRODUCT}", "application/json", text)


def in_xml(entries: int, today: date) -> Sent:
    """A bulk as pain.001, in one payment information block."""
    text = pain001(entries, day=str(today))
    return Sent(f"/v1/bulk-payments/{XML_PRODUCT}", "application/xml", text)


FORMS: Final = {"JSON": in_json, "pain.001": in_xml}


@contextmanager
def one_worker(folder: Path, name: str) -> Iterator[Server]:
    """Our server on SQLite with one worker of one thread, on one core."""
    database = f"sqlite:///{folder}/{name}.sqlite"
    setting = Setting(database=database, folder=folder, workers=1, threads=1, extra={})
    with ours(setting, one_core=True) as server:
        yield server


def measure(folder: Path, tries: int) -> list[BulkMeasured]:
    """Each form and size on a worker of its own, whose memory nothing large has widened yet."""
    today = datetime.now(UTC).date()
    measured = []
    for number, (form, entries) in enumerate(itertools.product(FORMS, ENTRIES)):
        sent = FORMS[form](entries, today)
        with one_worker(folder, f"bulk-{number}") as server:
            warm_up = payment.posts(server.port, server.certificate, FORMS[form](1, today))
            load.ask_in_turn(warm_up, 5)
            requests = payment.posts(server.port, server.certificate, sent)
            resting = accounting.largest_resident_mb(server.pid)
            growth = accounting.Growth(server.pid)
            load.ask_in_turn(requests, 1)
            grown = growth.mb()
            seconds = [taken for _, taken in load.ask_each(requests, tries)]
        outcome = Outcome(sum(seconds), seconds)
        measured.append(BulkMeasured(form, entries, len(sent.body), outcome, resting, grown))
    return measured


def slow(measured: list[BulkMeasured]) -> list[str]:
    """Forms whose bulk of the promised size took too long even once."""
    return [
        f"{each.form}: {each.outcome.percentile_ms(1):.0f} ms"
        for each in measured
        if each.entries == ENTRIES[0] and each.outcome.percentile_ms(1) >= LONGEST_MS
    ]

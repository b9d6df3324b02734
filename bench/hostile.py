"""Hostile bodies: how fast one worker on one core refuses them, and what memory they take."""

import http.client
import statistics
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench import accounting
from bench.bulk import one_worker
from bench.payment import HEADERS
from bench.servers import Server
from tests.fuzz.hostile import Hostile, hostile_bodies

LONGEST_MS: Final = 100.0
"""In which a hostile body must be refused, in the median; one of full size may work for longer."""
LONGEST_FULL_MS: Final = 1_000.0


@dataclass(frozen=True, slots=True)
class HostileMeasured:
    """One body: milliseconds of each try, and by how much the worker's memory has grown."""

    hostile: Hostile
    status: int
    milliseconds: list[float]
    grown_mb: float

    @property
    def median_ms(self) -> float:
        return statistics.median(self.milliseconds)

    @property
    def longest_ms(self) -> float:
        return LONGEST_FULL_MS if self.hostile.full_size else LONGEST_MS


def measure(folder: Path, tries: int) -> list[HostileMeasured]:
    """All bodies, one after the other, on the same worker."""
    measured = []
    with one_worker(folder, "hostile") as server:
        for hostile in hostile_bodies():
            growth = accounting.Growth(server.pid)
            answers = [ask(server, hostile) for _ in range(tries)]
            statuses = {status for status, _ in answers}
            if statuses != {hostile.status}:
                raise RuntimeError(f"{hostile.name}: {statuses} instead of {hostile.status}")
            taken = [milliseconds for _, milliseconds in answers]
            measured.append(HostileMeasured(hostile, hostile.status, taken, growth.mb()))
    return measured


def ask(server: Server, hostile: Hostile) -> tuple[int, float]:
    """Send a body on a connection of its own: the answer's status, and the milliseconds until it.

    A server that has seen enough may answer and close while we still send.
    """
    headers = {
        **HEADERS,
        "X-Request-ID": "99391c7e-ad88-49ec-a2ad-99ddcb1f7721",
        "TPP-QWAC-Certificate": server.certificate,
        "Content-Type": hostile.content_type,
    }
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)) as connection:
        started = time.perf_counter()
        with suppress(BrokenPipeError, ConnectionResetError):
            connection.request("POST", hostile.path, hostile.body, headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status, (time.perf_counter() - started) * 1e3


def slow(measured: list[HostileMeasured]) -> list[str]:
    """Bodies whose refusal took too long."""
    return [
        f"{each.hostile}: {each.median_ms:.0f} ms"
        for each in measured
        if each.median_ms > each.longest_ms
    ]

"""What the server counts, for Prometheus. Labels are words of ours: never an id, an account, or
what a caller has chosen.

Where several processes serve, each counts in files of the folder that PROMETHEUS_MULTIPROC_DIR
names, and whoever is asked adds them up. The library reads the variable when it is imported.
What is counted with each request is looked up once: the library's own look-up costs more than
counting.
"""

import os
from functools import cache
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
UNMATCHED: Final = "unmatched"  # the route of a request to nowhere
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"})
_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0)

_OURS: Final = CollectorRegistry()
_requests: Final = Histogram(
    "xs2a_request_seconds",
    "Answered requests, by what was answered",
    ("face", "route", "method", "status"),
    buckets=_SECONDS,
    registry=_OURS,
)
_bank_calls: Final = Histogram(
    "xs2a_bank_call_seconds",
    "Calls of the bank's connector, by its answer",
    ("call", "answer"),
    buckets=_SECONDS,
    registry=_OURS,
)
_database_failures: Final = Counter(
    "xs2a_database_failures",
    "Times that the database did not answer",
    ("during",),
    registry=_OURS,
)
_job_runs: Final = Histogram(
    "xs2a_job_run_seconds",
    "Runs of the worker's jobs, by how they ended",
    ("job", "end"),
    buckets=_SECONDS,
    registry=_OURS,
)
_job_rows: Final = Counter(
    "xs2a_job_rows", "Rows that the worker's jobs have dealt with", ("job",), registry=_OURS
)
_certificates: Final = Counter(
    "xs2a_certificates",
    "TPP certificates that were refused or let in with a doubt, by what was found",
    ("found",),
    registry=_OURS,
)
_revocation_lists: Final = Gauge(
    "xs2a_revocation_lists",
    "Sources of lists of revoked certificates, by whether there is a fresh list",
    ("list",),
    registry=_OURS,
    multiprocess_mode="mostrecent",
)
_revocation_fetches: Final = Counter(
    "xs2a_revocation_fetches",
    "Times that a list of revoked certificates was asked for",
    ("end",),
    registry=_OURS,
)


def known_method(method: str) -> str:
    """The method, if it is one of HTTP's: anybody may send another word."""
    return method if method in _METHODS else "other"


def observe_request(face: str, route: str, *, method: str, status: int, seconds: float) -> None:
    """A request was answered; `route` is the template, or UNMATCHED."""
    _requests_of(face, route, known_method(method), status // 100).observe(seconds)


@cache
def _requests_of(face: str, route: str, method: str, of_class: int) -> Histogram:
    return _requests.labels(face, route, method, f"{of_class}xx")


def observe_bank_call(call: str, answer: str, seconds: float) -> None:
    """The connector has answered a call, named as in the port, with `Done` and so on."""
    _bank_calls_of(call, answer).observe(seconds)


@cache
def _bank_calls_of(call: str, answer: str) -> Histogram:
    return _bank_calls.labels(call, answer.lower())


def count_database_failure(during: str) -> None:
    """The database did not answer, during `reading` or `writing`."""
    _database_failures.labels(during).inc()


def observe_job_run(job: str, end: str, *, seconds: float, rows: int) -> None:
    """A job of the worker has run: how it ended, and how many rows it has dealt with."""
    _job_runs.labels(job, end).observe(seconds)
    _job_rows.labels(job).inc(rows)


def count_certificate(found: str) -> None:
    """A TPP's certificate was not simply good: what was found, in a word of ours."""
    _certificates_of(found).inc()


@cache
def _certificates_of(found: str) -> Counter:
    return _certificates.labels(found)


def tell_revocation_lists(*, fresh: int, missing: int) -> None:
    """So many sources of lists have a fresh one, so many have none."""
    _revocation_lists.labels("fresh").set(fresh)
    _revocation_lists.labels("missing").set(missing)


def count_revocation_fetch(end: str) -> None:
    """A list was asked for, and this is how it ended: `done` or `failed`."""
    _revocation_fetches.labels(end).inc()


def exposition() -> bytes:
    """All that was counted, in Prometheus' text format; by all processes where they share."""
    registry = _OURS
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)

"""Runs the processes of one family: XS2A, CMS, the sandbox's online banking, and the worker."""

import logging
import multiprocessing
import multiprocessing.connection
import os
import secrets
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from multiprocessing.context import ForkProcess
from types import FrameType
from typing import Any, Final

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels

from cms.log_lines import ACCESS, JsonFormatter, TextFormatter
from xs2a.settings import LogFormat, Settings
from xs2a.whole_requests import reading_whole_requests

STOP_WITHIN_S: Final = 10
RETURNS_AFTER_S: Final = 1
_FORK = multiprocessing.get_context("fork")


@dataclass(frozen=True, slots=True)
class Face:
    """One server: what it is called, the factory of its app, its port, the variable that names
    the port, and its processes.
    """

    name: str
    factory: str
    port: int
    variable: str
    workers: int


def faces(settings: Settings) -> Iterator[Face]:
    """The servers that these settings ask for."""
    yield Face("XS2A", "xs2a.wiring:serve_xs2a", settings.xs2a_port, "XS2A_PORT", settings.workers)
    yield Face("CMS", "xs2a.wiring:serve_cms", settings.cms_port, "CMS_PORT", 1)
    if settings.sandbox and settings.spi == "sandbox":
        port = settings.online_banking_port
        factory = "xs2a.wiring:serve_online_banking"
        yield Face("online banking", factory, port, "ONLINE_BANKING_PORT", 1)


def generated_token() -> str:
    """A token for the CMS faces of a sandbox that was given none."""
    return secrets.token_urlsafe(24)


@dataclass(frozen=True, slots=True)
class Member:
    """A process of the family. One that `returns` is started again when it ends by itself; when
    any other does, all are stopped.
    """

    name: str
    work: Callable[[Settings], None]
    returns: bool = False


def members(settings: Settings) -> Iterator[Member]:
    """The processes that these settings ask for: one for each face, and the worker.

    The faces serve without a worker, whose jobs only tidy up: if it fails, nothing must stop.
    """
    for face in faces(settings):
        yield Member(face.name, partial(_serve, face))
    if settings.serve_worker:
        yield Member("worker", _run_jobs, returns=True)


class Supervisor:
    """Starts the family and stops it when a signal comes, or a member ends that must not."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._family = {member.name: member for member in members(settings)}
        self._children: dict[str, ForkProcess] = {}
        self._stopping = False
        self._woken, self._wake = os.pipe()

    def run(self) -> int:
        """Serve until stopped. The exit status: 0 after a signal, 1 when a face ended by itself."""
        signal.signal(signal.SIGINT, self._stop)
        signal.signal(signal.SIGTERM, self._stop)
        for member in self._family.values():
            self._start(member)
        failed: list[str] = []
        while not self._stopping and not failed:
            ends = [child.sentinel for child in self._children.values() if child.is_alive()]
            multiprocessing.connection.wait([*ends, self._woken], timeout=1)
            failed = self._replace_ended()
        for child in self._children.values():
            child.terminate()
        self._join()
        if failed and not self._stopping:
            print(f"{', '.join(failed)} ended by itself; all is stopped", file=sys.stderr)
            return 1
        return 0

    def _start(self, member: Member) -> None:
        child = _FORK.Process(target=_run, args=(member, self._settings), name=member.name)
        self._children[member.name] = child
        child.start()

    def _replace_ended(self) -> list[str]:
        """Start again who returns; the names of those who must not end, and have."""
        ended = [name for name, child in self._children.items() if not child.is_alive()]
        for name in ended:
            if self._family[name].returns and not self._stopping:
                print(f"{name} ended by itself; it is started again", file=sys.stderr)
                time.sleep(RETURNS_AFTER_S)  # one that fails at once must not keep us busy
            if self._family[name].returns and not self._stopping:
                self._start(self._family[name])
        return [name for name in ended if not self._family[name].returns]

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping = True
        os.write(self._wake, b"!")  # otherwise who waits would go on until the timeout (PEP 475)

    def _join(self) -> None:
        deadline = time.monotonic() + STOP_WITHIN_S
        for child in self._children.values():
            child.join(max(0.0, deadline - time.monotonic()))
            if child.is_alive():
                child.kill()


def _run(member: Member, settings: Settings) -> None:
    os.setpgrp()  # Ctrl-C reaches the supervisor alone; workers that got it too would not stop
    _end_by_signals()
    _end_with_parent()
    log_as(member.name, settings)
    member.work(settings)


def log_as(name: str, settings: Settings) -> None:
    """What this process logs has its name and number; requests only where that is wanted."""
    formatter = JsonFormatter if settings.log_format is LogFormat.JSON else TextFormatter
    logging.getLogger(ACCESS).setLevel(logging.INFO if settings.access_log else logging.WARNING)
    logging.getLogger("authlib").setLevel(logging.INFO)  # below that it would tell tokens
    handler = logging.StreamHandler()
    handler.setFormatter(formatter(name))
    logging.basicConfig(level=logging.INFO, handlers=[handler])


def _run_jobs(settings: Settings) -> None:
    # Loaded in the process that needs it, as the faces' apps are.
    from xs2a.worker import run_worker  # noqa: PLC0415

    run_worker(settings)


def _serve(face: Face, settings: Settings) -> None:
    Granian(
        face.factory,
        factory=True,
        address=settings.host,
        port=face.port,
        interface=Interfaces.WSGI,
        workers=face.workers,
        blocking_threads=settings.threads,
        http=HTTPModes.http1,
        websockets=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_WITHIN_S - 2,
    ).serve(target_loader=partial(_app, settings.threads))


def _app(threads: int, factory: str) -> Any:
    """The app that a server process serves, made inside of it."""
    _end_by_signals()  # until Granian serves: handlers that were forked along would swallow them
    _end_with_parent()
    module, _, name = factory.partition(":")
    return reading_whole_requests(getattr(import_module(module), name)(), threads)


def _end_by_signals() -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)


def _end_with_parent() -> None:
    """Stop when the process that started this one is gone, killed for instance.

    Otherwise its children would go on to listen, and share the port with the next server.
    """
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(STOP_WITHIN_S)
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, name="watch-parent", daemon=True).start()

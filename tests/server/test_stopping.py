"""How `xs2a serve` ends: all processes at once, and the ports are free again."""

import os
import signal
import socket
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from tests.server.processes import children_of, family_of, is_running
from tests.serving import INSTANT, PAYMENT, Installation, RunningServer, eventually, is_ready

pytestmark = pytest.mark.slow

PROCESSES = 1 + 3 + 2 + 1 + 1 + 1  # supervisor; per face; the servers behind each; worker


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


@contextmanager
def a_server_that_ends(installation: Installation) -> Iterator[tuple[RunningServer, list[int]]]:
    """A server and its whole family. At the end of the block nothing of it is left."""
    with installation.serving() as server:
        family = family_of(server.process.pid)
        assert len(family) == PROCESSES
        try:
            yield server, family
            assert eventually(lambda: not any(map(is_running, family)))
            assert all(map(is_free, installation.ports.values()))
        finally:
            for pid in filter(is_running, family):
                os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda one: one.name)
@pytest.mark.parametrize("to_all", [False, True], ids=["to the first", "to all, as a terminal"])
def test_a_signal_stops_all(migrated: Installation, number: signal.Signals, to_all: bool) -> None:
    with a_server_that_ends(migrated) as (server, _):
        pid = server.process.pid
        os.killpg(pid, number) if to_all else os.kill(pid, number)
        assert server.process.wait(30) == 0
    assert "Traceback" not in migrated.log.read_text()


def test_a_terminal_reaches_the_supervisor_alone(migrated: Installation) -> None:
    """Workers that get Ctrl-C too do not stop in time, and have to be killed."""
    with migrated.serving() as server:
        first, *others = family_of(server.process.pid)
        assert os.getpgid(first) not in {os.getpgid(pid) for pid in others}


@pytest.mark.parametrize("face, name", [(0, "XS2A"), (1, "CMS"), (2, "online banking")])
def test_a_face_that_is_killed_brings_all_down(
    migrated: Installation, face: int, name: str
) -> None:
    with a_server_that_ends(migrated) as (server, _):
        os.kill(children_of(server.process.pid)[face], signal.SIGKILL)
        assert server.process.wait(30) == 1
    assert f"{name} ended by itself; all is stopped" in migrated.log.read_text()


def test_a_supervisor_that_is_killed_takes_all_with_it(migrated: Installation) -> None:
    with a_server_that_ends(migrated) as (server, _):
        os.kill(server.process.pid, signal.SIGKILL)
        assert server.process.wait(30) == -signal.SIGKILL


def test_a_server_process_that_is_killed_is_replaced(migrated: Installation) -> None:
    with migrated.serving() as server:
        face = children_of(server.process.pid)[0]
        first, second = children_of(face)
        os.kill(first, signal.SIGKILL)
        assert eventually(lambda: len(set(children_of(face)) - {first, second}) == 1)
        assert second in children_of(face)
        assert eventually(lambda: is_ready(server.xs2a))
        answers = [server.tpp("POST", INSTANT, PAYMENT).status_code for _ in range(10)]
        assert answers == [201] * 10


def test_it_starts_again_where_it_was_stopped(migrated: Installation) -> None:
    for _ in range(2):
        with migrated.serving() as server:
            assert server.process.poll() is None


def test_nobody_waits_for_a_silent_client(migrated: Installation) -> None:
    with migrated.serving() as server:
        port = migrated.ports["XS2A"]
        with socket.create_connection(("127.0.0.1", port)) as silent:
            silent.sendall(b"POST /v1/payments/sepa-credit-transfers HTTP/1.1\r\nHost: x\r\n")
            server.process.send_signal(signal.SIGINT)
            try:
                assert server.process.wait(30) == 0
            except subprocess.TimeoutExpired:
                pytest.fail("a silent client keeps the server up")


def test_events_that_wait_are_written_before_the_end(migrated: Installation) -> None:
    """Those of reads: no transaction has taken them along."""
    with migrated.serving() as server:
        made = server.tpp("POST", INSTANT, PAYMENT).json()["_links"]["status"]["href"]
        for _ in range(10):
            assert server.tpp("GET", made).status_code == 200
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(30) == 0
    reads = "event_type = 'GET_TRANSACTION_STATUS_REQUEST_RECEIVED'"
    with closing(sqlite3.connect(migrated.folder / "xs2a.db")) as database:
        assert database.execute(f"SELECT count(*) FROM events WHERE {reads}").fetchone() == (10,)

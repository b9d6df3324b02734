"""The worker: a member of the family that `xs2a serve` starts, and a command of its own."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.server.processes import children_of, is_running
from tests.serving import INSTANT, PAYMENT, XS2A, Installation, RunningServer, eventually
from xs2a.jobs.schedule import JOBS

pytestmark = pytest.mark.slow

FACES = 3


@pytest.fixture
def short_lived(migrated: Installation) -> Installation:
    """A bank whose payments must be confirmed at once."""
    profile = Path(migrated.environment["ASPSP_PROFILE"])
    text, key = profile.read_text(), "notConfirmedPaymentExpirationTimeMs: "
    before, _, after = text.partition(key)
    assert after
    profile.write_text(f"{before}{key}1000\n{after.partition(chr(10))[2]}")
    return migrated


def stored(installation: Installation, query: str) -> list[tuple[object, ...]]:
    """Rows as they are, without asking any face: nobody looks at the payment."""
    engine = sa.create_engine(installation.environment["XS2A_DATABASE_URL"])
    with engine.connect() as connection:
        rows = [tuple(row) for row in connection.execute(sa.text(query))]
    engine.dispose()
    return rows


def initiated(server: RunningServer) -> str:
    answer = server.tpp("POST", INSTANT, PAYMENT)
    assert answer.status_code == 201
    payment_id: str = answer.json()["paymentId"]
    return payment_id


STATUSES = "SELECT transaction_status, status_cause FROM payments"


def test_a_payment_that_nobody_confirms_is_rejected_by_itself(short_lived: Installation) -> None:
    with short_lived.serving() as server:
        initiated(server)
        assert stored(short_lived, STATUSES) == [("RCVD", "initiated")]
        rejected = [("RJCT", "time_ran_out")]
        assert eventually(lambda: stored(short_lived, STATUSES) == rejected)
        runs = "SELECT done, failed, error FROM job_runs WHERE job = 'expire_payments'"
        assert eventually(lambda: stored(short_lived, runs) == [(1, 0, None)])


def worker_of(server: RunningServer) -> int:
    *_, last = children_of(server.process.pid)
    return last


def test_a_worker_that_is_killed_is_started_again(migrated: Installation) -> None:
    with migrated.serving() as server:
        faces = children_of(server.process.pid)[:FACES]
        worker = worker_of(server)
        os.kill(worker, signal.SIGKILL)
        assert eventually(
            lambda: (
                len(children_of(server.process.pid)) == FACES + 1 and worker_of(server) != worker
            )
        )
        assert children_of(server.process.pid)[:FACES] == faces
        assert initiated(server)
    assert "worker ended by itself; it is started again" in migrated.log.read_text()


@contextmanager
def a_worker(installation: Installation, *, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as written:
        process = subprocess.Popen(
            [*XS2A, "worker"],
            cwd=installation.folder,
            env=dict(installation.environment),
            stdout=written,
            stderr=subprocess.STDOUT,
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()


LEASES = "SELECT job FROM job_leases"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda one: one.name)
def test_a_worker_of_its_own_ends_by_a_signal(
    migrated: Installation, tmp_path: Path, number: signal.Signals
) -> None:
    log = tmp_path / "worker.log"
    with a_worker(migrated, log=log) as process:
        assert eventually(lambda: len(stored(migrated, LEASES)) == len(JOBS))
        process.send_signal(number)
        assert process.wait(30) == 0
    assert "Traceback" not in log.read_text()


def test_those_who_run_it_apart_leave_it_out(short_lived: Installation) -> None:
    environment = dict(short_lived.environment) | {"XS2A_SERVE_WORKER": "0"}
    apart = Installation(short_lived.folder, environment)
    with apart.serving() as server:
        assert len(children_of(server.process.pid)) == FACES
        initiated(server)
        confirm_by = "SELECT confirm_by < strftime('%Y-%m-%d %H:%M:%f', 'now') FROM payments"
        assert eventually(lambda: stored(apart, confirm_by) == [(1,)])
        once = apart.run("worker", "--once")

    assert once.returncode == 0, once.stdout
    told = {
        line.split()[0]: line.split()[1:5] for line in once.stdout.splitlines() if " done" in line
    }
    assert told["expire_payments"] == ["1", "done,", "0", "failed"]
    assert stored(apart, STATUSES) == [("RJCT", "time_ran_out")]


def test_a_worker_of_its_own_leaves_the_counts_of_the_family_alone(
    migrated: Installation,
) -> None:
    with migrated.serving():
        pass
    counts = set(migrated.folder.rglob("metrics/*.db"))
    assert counts
    assert migrated.run("worker", "--once").returncode == 0
    assert set(migrated.folder.rglob("metrics/*.db")) == counts


def test_the_worker_ends_with_the_family(migrated: Installation) -> None:
    with migrated.serving() as server:
        worker = worker_of(server)
        assert is_running(worker)
    assert not is_running(worker)


def test_without_tables_there_is_no_work(installation: Installation) -> None:
    refused = installation.run("worker", "--once")
    assert refused.returncode == 1
    assert "run `xs2a migrate`" in refused.stdout
    assert "Traceback" not in refused.stdout

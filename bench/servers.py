"""Starting the two servers that are compared, each as a person would: by its command."""

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from bench.accounting import on_one_core
from tests.postgres import free_port

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent
CERTIFICATE = "var/sandbox/tpp-qwac.header"
PATIENCE = 30.0
"""Seconds to wait for a server to come up or go down."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: its first process, its port, how long it took to answer, in seconds.

    `certificate` is what its TPP shows in TPP-QWAC-Certificate.
    """

    pid: int
    port: int
    start_seconds: float
    certificate: str


@dataclass(frozen=True, slots=True)
class Setting:
    """What both servers share: the database's SQLAlchemy URL, a work folder, the size."""

    database: str
    folder: Path
    workers: int
    threads: int
    extra: Mapping[str, str]


@contextmanager
def ours(setting: Setting, *, one_core: bool = False) -> Iterator[Server]:
    """`xs2a serve` with the sandbox bank, migrated first; perhaps with one core to itself."""
    port, cms_port, banking_port = free_port(), free_port(), free_port()
    environment = {
        **os.environ,
        **setting.extra,
        "ASPSP_PROFILE": str(ROOT / "aspsp-profile.yml"),
        "XS2A_DATABASE_URL": setting.database,
        "XS2A_MODE": "sandbox",
        "XS2A_PORT": str(port),
        "CMS_PORT": str(cms_port),
        "ONLINE_BANKING_PORT": str(banking_port),
        "XS2A_WORKERS": str(setting.workers),
        "XS2A_THREADS": str(setting.threads),
        "XS2A_SANDBOX_DEFAULT_TPP": "0",
    }
    command = [str(BIN / "xs2a")]
    migrate = [*command, "migrate"]
    subprocess.run(
        migrate, cwd=setting.folder, env=environment, check=True, stdout=subprocess.DEVNULL
    )
    log = setting.folder / "ours.log"
    with ExitStack() as stack:
        with on_one_core() if one_core else nullcontext():
            process = stack.enter_context(running([*command, "serve"], environment, log))
        started = wait_until_ready(process, port, log)
        certificate = (setting.folder / CERTIFICATE).read_text().strip()
        yield Server(process.pid, port, started, certificate)


@contextmanager
def floor(setting: Setting, certificate: str = "") -> Iterator[Server]:
    """The floor on the same server software, with as many workers and threads."""
    port = free_port()
    environment = {
        **os.environ,
        **setting.extra,
        "PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT), setting.extra.get("PYTHONPATH")))),
        "FLOOR_DATABASE": driver_address(setting.database),
    }
    set_up = [sys.executable, "-m", "bench.floor"]
    subprocess.run(set_up, cwd=setting.folder, env=environment, check=True)
    command = [str(BIN / "granian"), "--interface", "wsgi", "--factory", "--no-ws"]
    command += ["--port", str(port), "--workers", str(setting.workers), "--log-level", "warning"]
    command += ["--blocking-threads", str(setting.threads), "bench.floor:create_app"]
    log = setting.folder / "floor.log"
    with running(command, environment, log) as process:
        started = wait_until_ready(process, port, log)
        yield Server(process.pid, port, started, certificate)


def driver_address(url: str) -> str:
    """What the drivers themselves take: a file's path, or a postgresql:// address."""
    return url.replace("sqlite:///", "").replace("postgresql+psycopg://", "postgresql://")


@contextmanager
def running(
    command: list[str], environment: Mapping[str, str], log: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """A command in a session of its own, stopped by SIGINT as Ctrl-C would."""
    with ExitStack() as stack:
        output = stack.enter_context(log.open("wb"))
        process = subprocess.Popen(
            command,
            cwd=log.parent,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)


def wait_until_ready(process: subprocess.Popen[bytes], port: int, log: Path) -> float:
    """Seconds until /health/ready answers 200. Raises RuntimeError when it never does."""
    begun = time.perf_counter()
    while (waited := time.perf_counter() - begun) < PATIENCE and process.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
        try:
            connection.request("GET", "/health/ready")
            if connection.getresponse().status == 200:
                return waited
        except OSError:
            time.sleep(0.02)
        finally:
            connection.close()
    raise RuntimeError(f"{process.args!r} did not come up:\n{log.read_text()}")

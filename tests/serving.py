"""`xs2a serve` as a person starts it: a command in a folder of its own, on free ports.

The profile is ours, with the port of the online banking put into its links.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import requests

from tests.postgres import free_port

ROOT = Path(__file__).parent.parent
XS2A = [sys.executable, "-m", "xs2a.cli"]
PATIENCE_S = 30.0
TIMEOUT_S = 30.0
TOKEN = "a token for tests"
LINKS_TO = "http://127.0.0.1:4400"
DESCRIBED_AT = "http://127.0.0.1:8080"

PAYMENT = {
    "debtorAccount": {"iban": "DE80760700240271232400"},
    "instructedAmount": {"currency": "EUR", "amount": "12.50"},
    "creditorAccount": {"iban": "DE69760700240340283600"},
    "creditorName": "Marion Mueller",
    "remittanceInformationUnstructured": "Dinner on Friday",
}
INSTANT = "/v1/payments/instant-sepa-credit-transfers"


@dataclass(frozen=True, slots=True)
class RunningServer:
    """Where the faces of a running server are, and what opens them."""

    xs2a: str
    cms: str
    bank: str
    certificate: str
    process: subprocess.Popen[bytes]
    installation: "Installation"
    cms_token: str = TOKEN

    def tpp(
        self, method: str, url: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> requests.Response:
        """A call of the sandbox TPP; `url` may be a path of XS2A, `body` JSON or bytes."""
        sent = {
            "X-Request-ID": str(uuid.uuid4()),
            "TPP-QWAC-Certificate": self.certificate,
            "PSU-IP-Address": "192.0.2.7",
            "TPP-Redirect-URI": f"{self.bank}/tpp/ok",
            "TPP-Nok-Redirect-URI": f"{self.bank}/tpp/nok",
        }
        address = f"{self.xs2a}{url}" if url.startswith("/") else url
        content = {"data" if isinstance(body, bytes) else "json": body}
        return requests.request(
            method, address, **content, headers=sent | dict(headers or {}), timeout=TIMEOUT_S
        )

    def aspsp(self, method: str, path: str, body: Any = None) -> requests.Response:
        """A call of the bank's systems to the CMS, with the bank's token."""
        headers = {"Authorization": f"Bearer {self.cms_token}"}
        return requests.request(
            method, f"{self.cms}{path}", json=body, headers=headers, timeout=TIMEOUT_S
        )

    @contextmanager
    def profile_with(self, **common: object) -> Iterator[None]:
        """Keys of the profile's section `common` changed by a debug write, and put back."""
        before = self.aspsp("GET", "/api/v1/aspsp-profile").json()
        write = "/api/v1/aspsp-profile/for-debug/aspsp-settings"
        changed = before | {"common": before["common"] | common}
        assert self.aspsp("PUT", write, changed).status_code == 200
        try:
            yield
        finally:
            assert self.aspsp("PUT", write, before).status_code == 200


@dataclass(frozen=True, slots=True)
class Installation:
    """A folder in which the commands run, and their environment."""

    folder: Path
    environment: Mapping[str, str]

    @property
    def log(self) -> Path:
        """What `serve` prints."""
        return self.folder / "serve.log"

    @property
    def ports(self) -> dict[str, int]:
        """The port of each face."""
        names = {"XS2A": "XS2A_PORT", "CMS": "CMS_PORT", "online banking": "ONLINE_BANKING_PORT"}
        return {face: int(self.environment[name]) for face, name in names.items()}

    def run(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """One command, to its end. What it prints is in `stdout`, errors too."""
        return subprocess.run(
            [*XS2A, *words],
            check=False,
            cwd=self.folder,
            env={**self.environment, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=3 * PATIENCE_S,
        )

    @contextmanager
    def serving(self) -> Iterator[RunningServer]:
        """`xs2a serve` until the end of the block, then stopped as by Ctrl-C."""
        with ExitStack() as stack:
            process = subprocess.Popen(
                [*XS2A, "serve"],
                cwd=self.folder,
                env=dict(self.environment),
                stdout=stack.enter_context(self.log.open("wb")),
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            stack.callback(stop, process)
            addresses = [f"http://127.0.0.1:{port}" for port in self.ports.values()]
            xs2a, cms, bank = addresses
            for address in addresses:
                self._wait_until_ready(process, address)
            header = self.folder / "var" / "sandbox" / "tpp-qwac.header"
            yield RunningServer(
                xs2a, cms, bank, header.read_text().strip(), process=process, installation=self
            )

    def serving_with(self, **environment: str) -> AbstractContextManager[RunningServer]:
        """The same with other settings."""
        return Installation(self.folder, {**self.environment, **environment}).serving()

    def _wait_until_ready(self, process: subprocess.Popen[bytes], address: str) -> None:
        ready = eventually(lambda: process.poll() is not None or is_ready(address))
        if not ready or process.poll() is not None:
            pytest.fail(f"{address} did not come up:\n{self.log.read_text()}")


def new_installation(
    folder: Path, database_url: str | None = None, **environment: str
) -> Installation:
    """A sandbox on free ports, not migrated yet; without a URL its database is in the folder."""
    bank_port = free_port()
    xs2a_port = free_port()
    profile = (ROOT / "aspsp-profile.yml").read_text()
    profile = profile.replace(LINKS_TO, f"http://127.0.0.1:{bank_port}")
    profile = profile.replace(DESCRIBED_AT, f"http://127.0.0.1:{xs2a_port}")
    (folder / "profile.yml").write_text(profile)
    ours = ("XS2A_", "CMS_", "ONLINE_BANKING_", "SANDBOX_", "ASPSP_")
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(ours)}
    settings = {
        "ASPSP_PROFILE": str(folder / "profile.yml"),
        "XS2A_MODE": "sandbox",
        "XS2A_DATABASE_URL": database_url or f"sqlite:///{folder}/xs2a.db",
        "XS2A_PORT": str(xs2a_port),
        "CMS_PORT": str(free_port()),
        "ONLINE_BANKING_PORT": str(bank_port),
        "XS2A_CMS_TOKENS": TOKEN,
        "XS2A_WORKERS": "2",
        "PYTHONPATH": str(ROOT),
    }
    return Installation(folder, inherited | settings | environment)


def migrate_once(folder: Path) -> Path:
    """What `xs2a migrate` makes, to be copied into the folders of `migrated_installation`."""
    migrated = new_installation(folder).run("migrate")
    assert migrated.returncode == 0, migrated.stdout
    return folder


def migrated_installation(folder: Path, files: Path, **environment: str) -> Installation:
    """A sandbox that is ready to be served, with a copy of the `files` of `migrate_once`."""
    shutil.copytree(files, folder, dirs_exist_ok=True)
    return new_installation(folder, **environment)


@contextmanager
def running_server(files: Path, **environment: str) -> Iterator[RunningServer]:
    """Serve, and stop at the end. Fails with the log when it does not come up."""
    with TemporaryDirectory(prefix="xs2a-server-") as folder:
        installation = migrated_installation(Path(folder), files, **environment)
        with installation.serving() as server:
            yield server


@pytest.fixture(scope="session")
def server(migrated_files: Path) -> Iterator[RunningServer]:
    """A server for the tests of one folder; it is as they left it."""
    with running_server(migrated_files) as running:
        yield running


def stop(process: subprocess.Popen[bytes]) -> None:
    """As Ctrl-C does; by force when that does not help."""
    process.send_signal(signal.SIGINT)
    try:
        process.wait(PATIENCE_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise


def eventually(condition: Callable[[], bool], within_s: float = PATIENCE_S) -> bool:
    """Does it come true within that time? Asks often, and no longer than needed."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return condition()


def is_ready(address: str) -> bool:
    """Does the face at this address answer, and can it reach its database?"""
    try:
        return requests.get(f"{address}/health/ready", timeout=5).ok
    except requests.RequestException:
        return False

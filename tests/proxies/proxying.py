"""The proxies of `deploy/`, really started: with our files, save for ports and places."""

import gc
import os
import shutil
import subprocess
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from getpass import getuser
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import requests
from cryptography import x509
from cryptography.x509.oid import NameOID

from sandbox.certificates import SandboxQtsp
from tests.postgres import free_port
from tests.serving import INSTANT, PATIENCE_S, PAYMENT, ROOT, TIMEOUT_S, eventually

DEPLOY = ROOT / "deploy"


@dataclass(frozen=True)
class Proxy:
    """A proxy that runs; `authority` has issued its own certificate."""

    name: str
    port: int
    authority: Path

    def call(
        self,
        method: str = "POST",
        path: str = INSTANT,
        *,
        client: tuple[Path, Path] | None = None,
        headers: dict[str, str] | None = None,
        body: Any = PAYMENT,
    ) -> requests.Response:
        """A call by TLS, with the client's certificate and key, or without; `POST` with a body."""
        sent = {
            "X-Request-ID": str(uuid4()),
            "PSU-IP-Address": "192.0.2.7",
            "TPP-Redirect-URI": "https://tpp.example/ok",
            **(headers or {}),
        }
        return requests.request(
            method,
            f"https://localhost:{self.port}{path}",
            json=body if method == "POST" else None,
            headers=sent,
            cert=client and (str(client[0]), str(client[1])),
            verify=str(self.authority),
            timeout=TIMEOUT_S,
        )


def nginx(folder: Path, port: int, xs2a_port: int) -> list[str]:
    """Our file in a frame that needs no rights and leaves nothing behind."""
    ours = (DEPLOY / "nginx.conf").read_text()
    changes = {
        "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
        "127.0.0.1:8080": f"127.0.0.1:{xs2a_port}",
        "/etc/nginx/xs2a.bank.example.pem": f"{folder}/server.pem",
        "/etc/nginx/xs2a.bank.example.key": f"{folder}/server.key",
    }
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "\n".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    file = folder / "nginx.conf"
    file.write_text(
        f"user {getuser()}; daemon off; pid {folder}/nginx.pid;\n"
        f"error_log {folder}/error.log warn;\n"
        f"events {{}}\nhttp {{ access_log off; {temporary}\n{changed(ours, changes)} }}"
    )
    return ["nginx", "-p", str(folder), "-c", str(file)]


def haproxy(folder: Path, port: int, xs2a_port: int) -> list[str]:
    """Our file with other ports and places."""
    ours = (DEPLOY / "haproxy.cfg").read_text()
    changes = {
        "bind :443 ssl": f"bind 127.0.0.1:{port} ssl",
        "127.0.0.1:8080": f"127.0.0.1:{xs2a_port}",
        "/etc/haproxy/xs2a.bank.example.pem": f"{folder}/both.pem",
        "/etc/haproxy/qtsps.pem": f"{folder}/ca.pem",
    }
    (folder / "both.pem").write_text(
        (folder / "server.pem").read_text() + (folder / "server.key").read_text()
    )
    file = folder / "haproxy.cfg"
    file.write_text(changed(ours, changes))
    return ["haproxy", "-db", "-f", str(file)]


def changed(text: str, changes: dict[str, str]) -> str:
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, new)
    return text


PROXIES: dict[str, Callable[[Path, int, int], list[str]]] = {"nginx": nginx, "haproxy": haproxy}


def demand(name: str) -> None:
    """Skip where the proxy is not installed; fail where XS2A_REQUIRE_PROXIES=1 wants it."""
    if shutil.which(name, path=search_path()) is None:
        if os.environ.get("XS2A_REQUIRE_PROXIES") == "1":
            pytest.fail(f"XS2A_REQUIRE_PROXIES is set, but there is no {name}")
        pytest.skip(f"{name} is not installed")


def search_path() -> str:
    return f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"


@contextmanager
def running_proxy(name: str, folder: Path, xs2a_port: int) -> Iterator[Proxy]:
    """Start the proxy before this XS2A; stop it at the end."""
    demand(name)
    folder.mkdir(parents=True)
    write_server_certificate(folder)
    port = free_port()
    command = PROXIES[name](folder, port, xs2a_port)
    environment: dict[str, Any] = {**os.environ, "PATH": search_path()}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        proxy = Proxy(name, port, folder / "ca.pem")
        assert eventually(lambda: process.poll() is not None or answers(proxy)), "no answer"
        assert process.poll() is None, (folder / "log").read_text()
        yield proxy
    finally:
        process.terminate()
        process.wait(PATIENCE_S)


def answers(proxy: Proxy) -> bool:
    """Does it? One that refuses us may reset the connection before our handshake; then Python's
    `ssl` forgets to close it, which would count against whatever test runs when that is noticed.
    """
    try:
        return proxy.call("GET", "/health/live").ok
    except requests.RequestException:
        pass
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()
    return False


def write_server_certificate(folder: Path) -> None:
    """The proxy's own certificate, for `localhost`."""
    now = datetime.now(UTC)
    authority = SandboxQtsp.open(folder, now)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    issued = authority.issue(
        subject,
        not_before=now - timedelta(minutes=5),
        not_after=now + timedelta(days=1),
        domains=("localhost",),
    )
    (folder / "server.pem").write_text(issued.pem)
    (folder / "server.key").write_text(issued.key_pem)

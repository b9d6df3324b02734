"""Fetches what strangers publish: within limits of time and size, and from nowhere inside."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from ipaddress import ip_address, ip_network
from threading import Timer
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies, select_proxy
from urllib3.connectionpool import HTTPConnectionPool

from xs2a.jobs.fetching import DownloadFailed

CONNECT_WITHIN_S: Final = 5
NEXT_BYTES_WITHIN_S: Final = 10
ALL_WITHIN_S: Final = 60
MOST_BYTES: Final = 20_000_000
_CHUNK: Final = 65_536
# They lead to other addresses, private ones too, or belong to no public network any more.
_LEADING_ELSEWHERE: Final = tuple(
    map(
        ip_network,
        (
            "::/96",  # IPv4-compatible addresses (RFC 4291, 2.5.5.1)
            "64:ff9b::/96",  # NAT64 (RFC 6052)
            "64:ff9b:1::/48",  # NAT64 within a network (RFC 8215)
            "2001::/32",  # Teredo (RFC 4380)
            "2002::/16",  # 6to4 (RFC 3056)
            "fec0::/10",  # site-local addresses (RFC 3879)
        ),
    )
)


class Download:
    """Fetches by HTTP GET. The bank's own proxy for calls to the outside is taken from the
    environment (`https_proxy` and so on).

    With `public_only`, addresses of loopback and private networks are refused, unless such a
    proxy makes the call: certificates name the URLs, and nobody shall reach by them what stands
    behind the bank's walls. `within_s` are the seconds that a call may take from its connection to
    its last byte, however the other side spreads its bytes over them.
    """

    def __init__(self, *, public_only: bool, within_s: float = ALL_WITHIN_S) -> None:
        self._public_only = public_only
        self._within_s = within_s

    def __call__(self, url: str) -> bytes:
        """What is at the URL. Redirects are not followed. Raises DownloadFailed."""
        try:
            proxy = select_proxy(url, get_environ_proxies(url))
            line = _Line(public_only=self._public_only and proxy is None)
            if line.public_only:
                _demand_public_host(url)
            with line.cut_after(self._within_s):
                return _fetched(url, proxy, line)
        except (requests.RequestException, OSError, ValueError) as error:
            raise DownloadFailed(type(error).__name__) from error


class _Line:
    """The connection of one call: whom it may reach, and its end when the time is over."""

    def __init__(self, *, public_only: bool) -> None:
        self.public_only = public_only
        self._connection: socket.socket | None = None
        self._over = False

    def connected(self, connection: socket.socket) -> None:
        """Look at who is there, before a byte is sent: names may be resolved anew, and
        differently, at each look. Raises DownloadFailed.
        """
        # A handle of our own: TLS takes the other one over.
        self._connection = socket.socket(fileno=os.dup(connection.fileno()))
        try:
            if self._over:  # the time was over before there was anything to cut
                raise ConnectionAbortedError
            if self.public_only:
                _demand_public(connection.getpeername()[0])
        except (OSError, DownloadFailed):
            connection.close()
            raise

    @contextmanager
    def cut_after(self, seconds: float) -> Iterator[None]:
        """Whatever waits for bytes gets none any more then: in the handshake, the head or the body.
        Raises DownloadFailed.
        """
        timer = Timer(seconds, self._cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        except Exception as error:
            raise (self._too_long(seconds) if self._over else error) from error
        finally:
            timer.cancel()
            if self._connection is not None:
                self._connection.close()
        if self._over:  # a body without a length just seems to end
            raise self._too_long(seconds)
        if self._connection is None:
            raise DownloadFailed("nobody has looked at its connection")

    def _cut(self) -> None:
        self._over = True
        if self._connection is not None:
            with suppress(OSError):  # it has ended by itself
                self._connection.shutdown(socket.SHUT_RDWR)

    @staticmethod
    def _too_long(seconds: float) -> DownloadFailed:
        return DownloadFailed(f"it takes more than {seconds:g} seconds")


class _Watching(HTTPAdapter):
    """Tells of each connection that it makes."""

    def __init__(self, line: _Line) -> None:
        self._line = line
        super().__init__()

    def get_connection_with_tls_context(self, *args: Any, **named: Any) -> HTTPConnectionPool:
        """As the library does it, but for who is told."""
        pool: Any = super().get_connection_with_tls_context(*args, **named)
        usual, line = pool.ConnectionCls, self._line

        def new_connection(this: Any) -> socket.socket:
            made: socket.socket = usual._new_conn(this)  # noqa: SLF001  there is no other way in
            line.connected(made)
            return made

        pool.ConnectionCls = type(usual.__name__, (usual,), {"_new_conn": new_connection})
        watched: HTTPConnectionPool = pool
        return watched


def _fetched(url: str, proxy: str | None, line: _Line) -> bytes:
    with requests.Session() as session:
        session.trust_env = False  # nothing of a .netrc
        session.mount("http://", _Watching(line))
        session.mount("https://", _Watching(line))
        with session.get(
            url,
            headers={"Accept-Encoding": "identity"},
            proxies={} if proxy is None else {"all": proxy},
            timeout=(CONNECT_WITHIN_S, NEXT_BYTES_WITHIN_S),
            allow_redirects=False,
            stream=True,
        ) as answer:
            return _content(answer)


def _content(answer: requests.Response) -> bytes:
    if answer.status_code != 200:
        raise DownloadFailed(f"HTTP status {answer.status_code}")
    content = bytearray()
    for chunk in answer.iter_content(_CHUNK):
        content += chunk
        if len(content) > MOST_BYTES:
            raise DownloadFailed(f"it has more than {MOST_BYTES:,} bytes")
    return bytes(content)


def _demand_public_host(url: str) -> None:
    host = urlsplit(url).hostname or ""
    for *_, address in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM):
        _demand_public(str(address[0]))


def _demand_public(address: str) -> None:
    found = ip_address(address.partition("%")[0])
    elsewhere = any(found in network for network in _LEADING_ELSEWHERE)
    if not found.is_global or found.is_multicast or elsewhere:
        raise DownloadFailed("its address is not public")

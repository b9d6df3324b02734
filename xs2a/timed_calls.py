"""Calls of other servers that end in their time, however the other side spreads its bytes over it.

The time-outs of a client library are for the next byte each: with one a second, a call would hold
its thread for hours.
"""

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Timer
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connectionpool import HTTPConnectionPool


class TimeOver(Exception):
    """The call has taken longer than it may."""


def _anybody(_address: str) -> None:
    """Whoever is there will do."""


@contextmanager
def session_within(
    seconds: float, look: Callable[[str], None] = _anybody
) -> Iterator[requests.Session]:
    """A session for one call; whatever it waits for, in the handshake, the head or the body, does
    not come any more when the time is over. Nothing is taken from the environment: no proxy, no
    `.netrc`. No redirect is followed. Raises TimeOver.

    `look` is told the address of whoever is at the other end, before a byte is sent; what it
    raises ends the call. A name may be resolved differently each time: this is who it was.
    """
    line = _Line(look)
    timer = Timer(seconds, line.cut)
    timer.daemon = True
    timer.start()
    try:
        with _Unredirected() as session:
            session.trust_env = False
            session.mount("http://", _Watching(line))
            session.mount("https://", _Watching(line))
            yield session
    except Exception as error:
        if line.over:
            raise TimeOver from error
        raise
    finally:
        timer.cancel()
        line.close()
    if line.over:  # a body without a length just seems to end
        raise TimeOver


class _Unredirected(requests.Session):
    """Takes a redirect for an answer like any other. The library makes the next request ready even
    where it must not follow: it reads the whole body into memory, and a URL of any making.
    """

    def get_redirect_target(self, resp: requests.Response) -> None:
        """There is none."""


class _Line:
    """The connection of one call."""

    def __init__(self, look: Callable[[str], None]) -> None:
        self.over = False
        self._look = look
        self._connection: socket.socket | None = None

    def connected(self, connection: socket.socket) -> None:
        """Have it at hand. Raises OSError when the time is over already, and what `look` raises."""
        # A handle of our own: TLS takes the other one over.
        self._connection = socket.socket(fileno=os.dup(connection.fileno()))
        try:
            self._look(connection.getpeername()[0])
        except Exception:
            connection.close()
            raise
        if self.over:
            connection.close()
            raise ConnectionAbortedError

    def cut(self) -> None:
        """The time is over."""
        self.over = True
        if self._connection is not None:
            with suppress(OSError):  # it has ended by itself
                self._connection.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """The call has ended."""
        if self._connection is not None:
            self._connection.close()


class _Watching(HTTPAdapter):
    """Tells of the connection that it makes."""

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

"""The load generator: prepared bytes over persistent sockets, from processes of their own.

Each connection has one request under way at a time. Preparing the bytes and reading only the
status line and the length keeps the client far cheaper than the server beside it.
"""

import itertools
import json
import multiprocessing
import selectors
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

REQUEST_ID_HEADER = b"X-Request-ID: "
REQUEST_ID = b"99391c7e-ad88-49ec-a2ad-000000000000"


class WrongAnswer(Exception):
    """The server answered with another status than the benchmark is about, or hung up."""


@dataclass(slots=True)
class Requests:
    """Complete HTTP requests, sent in turn, each time with a new X-Request-ID."""

    texts: Sequence[bytes]
    expected_status: int
    port: int

    def endless(self, client: int) -> Iterator[bytes]:
        """The requests over and over; `client` keeps the ids of several processes apart."""
        parts = [text.split(REQUEST_ID) for text in self.texts]
        prefix = REQUEST_ID[:-12] + b"%02x" % client
        for number, (before, after) in enumerate(itertools.cycle(parts)):
            yield before + prefix + b"%010x" % number + after


@dataclass(slots=True)
class Outcome:
    """Latencies in seconds of all requests that were answered in `seconds`."""

    seconds: float
    latencies: list[float] = field(repr=False)

    @property
    def per_second(self) -> float:
        return len(self.latencies) / self.seconds

    def percentile_ms(self, share: float) -> float:
        """The latency below which this share (0 to 1) of the requests stays, in milliseconds."""
        ordered = sorted(self.latencies)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1e3


class Connection:
    """One socket and the answer that is arriving on it."""

    def __init__(self, port: int, expected_status: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.started = 0.0
        self._expected = b"HTTP/1.1 %d" % expected_status
        self._received = b""

    def send(self, request: bytes) -> None:
        self._received = b""
        self.started = time.perf_counter()
        self.socket.sendall(request)

    def receive(self) -> bytes | None:
        """The body once it is complete, else None. Raises WrongAnswer."""
        chunk = self.socket.recv(65536)
        self._received += chunk
        head, found, body = self._received.partition(b"\r\n\r\n")
        if not chunk or (found and not head.startswith(self._expected)):
            raise WrongAnswer(self._received[:2000].decode(errors="replace") or "hung up")
        if not found:
            return None
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r", 1)[0])
        return body if len(body) >= length else None


def ask_each(requests: Requests, times: int) -> Iterator[tuple[bytes, float]]:
    """Send so many requests one after the other: each body, and the seconds it took."""
    connection = Connection(requests.port, requests.expected_status)
    with connection.socket:
        for request in itertools.islice(requests.endless(client=255), times):
            connection.send(request)
            while (body := connection.receive()) is None:
                pass
            yield body, time.perf_counter() - connection.started


def ask_in_turn(requests: Requests, times: int) -> list[bytes]:
    """Send so many requests one after the other; return the bodies."""
    return [body for body, _ in ask_each(requests, times)]


def payment_ids(bodies: Sequence[bytes]) -> list[str]:
    """The ids in answers to initiations."""
    return [json.loads(body)["paymentId"] for body in bodies]


def drive(requests: Requests, client: int, connections: int, seconds: float) -> list[float]:
    """Keep the connections busy for so long; return the latencies in seconds."""
    latencies = []
    texts = requests.endless(client)
    with selectors.DefaultSelector() as selector:
        for _ in range(connections):
            connection = Connection(requests.port, requests.expected_status)
            selector.register(connection.socket, selectors.EVENT_READ, connection)
            connection.send(next(texts))
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            for key, _ in selector.select(timeout=1):
                if key.data.receive() is not None:
                    latencies.append(time.perf_counter() - key.data.started)
                    key.data.send(next(texts))
        for key in list(selector.get_map().values()):
            key.data.socket.close()
    return latencies


def load(requests: Requests, *, clients: int, connections: int, seconds: float) -> Outcome:
    """Put `clients` processes with `connections` each on the server for so many seconds."""
    with multiprocessing.get_context("fork").Pool(clients) as pool:
        work = [(requests, client, connections, seconds) for client in range(clients)]
        parts = pool.starmap(drive, work)
    return Outcome(seconds, list(itertools.chain.from_iterable(parts)))

"""The load generator sends well-formed requests and never counts a wrong answer."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bench import load, payment


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    request_ids: set[str]

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        type(self).request_ids.add(self.headers["X-Request-ID"])
        self.answer(201, b'{"paymentId": "p-1"}')

    def do_GET(self) -> None:
        self.answer(200 if self.path.endswith("/p-1/status") else 404, b"{}")

    def answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def port() -> Iterator[int]:
    Handler.request_ids = set()
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def test_each_request_has_its_own_id(port: int) -> None:
    bodies = load.ask_in_turn(payment.initiations(port, "PEM"), times=5)
    assert load.payment_ids(bodies) == ["p-1"] * 5
    assert len(Handler.request_ids) == 5


def test_answers_are_timed(port: int) -> None:
    reads = payment.status_reads(port, "", ["p-1"])
    latencies = load.drive(reads, client=0, connections=2, seconds=0.05)
    assert latencies
    assert min(latencies) > 0


def test_a_wrong_answer_stops_the_measurement(port: int) -> None:
    with pytest.raises(load.WrongAnswer, match="404"):
        load.ask_in_turn(payment.status_reads(port, "", ["p-2"]), times=1)

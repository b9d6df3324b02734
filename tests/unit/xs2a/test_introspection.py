"""Introspection at the bank's own authorization server, over loopback (RFC 7662)."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest

from xs2a.errors import IntrospectionUnavailable
from xs2a.introspection import REMEMBERED_S, Introspection


@dataclass
class Bank:
    """The bank's server: what it answers, and what it was asked."""

    http_status: int = 200
    body: bytes = b'{"active": true}'
    asked: list[tuple[dict[str, list[str]], str | None]] = field(default_factory=list)
    url: str = ""


@pytest.fixture
def bank() -> Iterator[Bank]:
    found = Bank()

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            found.asked.append((parse_qs(body), self.headers["Authorization"]))
            self.send_response(found.http_status)
            self.send_header("Location", "http://127.0.0.1:9/")
            self.end_headers()
            self.wfile.write(found.body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    found.url = f"http://127.0.0.1:{server.server_port}/introspect"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield found
    server.shutdown()
    thread.join()
    server.server_close()


def test_it_is_asked_as_the_rfc_says(bank: Bank) -> None:
    ask = Introspection(bank.url, "us:secret", lambda: 0.0)

    assert ask("a token") == {"active": True}
    sent = {"token": ["a token"], "token_type_hint": ["access_token"]}
    assert bank.asked == [(sent, "Basic dXM6c2VjcmV0")]


def test_an_answer_is_remembered_for_seconds(bank: Bank) -> None:
    now = 0.0
    ask = Introspection(bank.url, None, lambda: now)
    ask("a")
    ask("b")
    now = REMEMBERED_S - 0.1
    ask("a")
    assert len(bank.asked) == 2
    now = REMEMBERED_S
    ask("a")
    assert len(bank.asked) == 3


@pytest.mark.parametrize(
    "http_status, body",
    [(500, b"{}"), (401, b"{}"), (302, b"{}"), (200, b"not JSON"), (200, b"[]"), (200, b"")],
)
def test_no_answer_is_no_yes(bank: Bank, http_status: int, body: bytes) -> None:
    bank.http_status, bank.body = http_status, body
    with pytest.raises(IntrospectionUnavailable):
        Introspection(bank.url, None, lambda: 0.0)("a token")


def test_nobody_there() -> None:
    with pytest.raises(IntrospectionUnavailable):
        Introspection("http://127.0.0.1:9/", None, lambda: 0.0)("a token")

"""Introspection at the bank's own authorization server, over loopback (RFC 7662)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qs

import pytest

from tests.answering import Answers, answering, dripping
from xs2a.errors import IntrospectionUnavailable
from xs2a.introspection import MOST_BYTES, REMEMBERED_S, Introspection


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

    class Introspects(Answers):
        def hear(self) -> None:
            found.asked.append((parse_qs(self.body().decode()), self.headers["Authorization"]))
            self.answer(found.http_status, found.body, Location="http://127.0.0.1:9/")

    with answering(Introspects) as address:
        found.url = f"{address}/introspect"
        yield found


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
    [
        (500, b"{}"),
        (401, b"{}"),
        (302, b"{}"),
        (200, b"not JSON"),
        (200, b"[]"),
        (200, b""),
        (200, b'{"active": true, "exp": NaN}'),
        (200, b"[" * 60_000),
        (200, b'{"active": true}' + b" " * MOST_BYTES),
    ],
)
def test_no_answer_is_no_yes(bank: Bank, http_status: int, body: bytes) -> None:
    bank.http_status, bank.body = http_status, body
    with pytest.raises(IntrospectionUnavailable):
        Introspection(bank.url, None, lambda: 0.0)("a token")


def test_nobody_there() -> None:
    with pytest.raises(IntrospectionUnavailable):
        Introspection("http://127.0.0.1:9/", None, lambda: 0.0)("a token")


@pytest.mark.parametrize("location", [b"http://\xff\xfe/", b"http://[", b"http://a:99999999/"])
def test_a_redirect_to_anywhere_is_no_yes(location: bytes) -> None:
    head = b"HTTP/1.1 302 Found\r\nLocation: " + location + b"\r\n\r\n"
    with dripping(head, b"x") as address, pytest.raises(IntrospectionUnavailable):
        Introspection(f"http://{address}/", None, lambda: 0.0)("a token")


HEAD = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    "scheme, first",
    [
        ("http", HEAD + b"Content-Length: 65536\r\n\r\n{"),
        ("http", HEAD + b'\r\n{"active": true}'),
        ("http", HEAD + b"X-Long: "),
        ("http", b""),
        ("https", b"\x16\x03\x03\x3f\xff\x02\x00\x3f\x00"),
    ],
    ids=["a body", "a body without a length", "a header", "nothing", "a handshake"],
)
def test_who_drips_is_left_when_the_time_is_over(scheme: str, first: bytes) -> None:
    with dripping(first, b" ") as address, pytest.raises(IntrospectionUnavailable):
        Introspection(f"{scheme}://{address}/", None, lambda: 0.0, within_s=0.3)("a token")

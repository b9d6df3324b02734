"""The load generator sends well-formed requests and never counts a wrong answer."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from bench import load, payment
from tests.answering import Answers, answering


class Handler(Answers):
    protocol_version = "HTTP/1.1"
    request_ids: set[str]

    def hear(self) -> None:
        if self.command == "GET":
            self.answer(200 if self.path.endswith("/p-1/status") else 404, b"{}")
            return
        self.body()
        self.request_ids.add(self.headers["X-Request-ID"])
        self.answer(201, b'{"paymentId": "p-1"}')


@pytest.fixture
def port() -> Iterator[int]:
    Handler.request_ids = set()
    with answering(Handler) as address:
        port = urlsplit(address).port
        assert port is not None
        yield port


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

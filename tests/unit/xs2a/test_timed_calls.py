"""A call ends in its time; who is there in time is not disturbed."""

import socket
from threading import Event, Thread

import pytest
import requests

from xs2a.timed_calls import TimeOver, session_within


def test_nobody_there_is_what_it_is() -> None:
    with pytest.raises(requests.ConnectionError), session_within(60) as session:
        session.get("http://127.0.0.1:1/", timeout=5)


def test_a_connection_that_comes_too_late_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """The name may take its time to be found, which no time-out of the library knows."""
    real, over = socket.getaddrinfo, Event()

    def slow_resolver(*args: object, **named: object) -> object:
        over.wait(0.3)
        return real(*args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", slow_resolver)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/"
        with pytest.raises(TimeOver), session_within(0.1) as session:
            session.get(url, timeout=5)


def test_who_answers_in_time_is_heard() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(65_536)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")

        thread = Thread(target=answer)
        thread.start()
        with session_within(60) as session:
            found = session.get(f"http://127.0.0.1:{listening.getsockname()[1]}/", timeout=5)
        thread.join()
    assert found.text == "hi"

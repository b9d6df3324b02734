"""What a server on a socket does with clients that do not keep to the rules, and with many."""

import json
import socket
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest
import requests

from tests.serving import INSTANT, PAYMENT, TIMEOUT_S, RunningServer
from xs2a.whole_requests import REST_BYTES

TOO_LARGE = b"x" * (10 * 1024 * 1024 + 1)


@contextmanager
def connected(url: str) -> Iterator[socket.socket]:
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port), timeout=TIMEOUT_S) as connection:
        yield connection


def headers_of(server: RunningServer) -> dict[str, str]:
    return {
        "X-Request-ID": str(uuid.uuid4()),
        "TPP-QWAC-Certificate": server.certificate,
        "PSU-IP-Address": "192.0.2.7",
        "TPP-Redirect-URI": "https://tpp.example/ok",
        "Content-Type": "application/json",
    }


def post_bytes(
    server: RunningServer, body: bytes | Iterator[bytes]
) -> tuple[dict[str, str], requests.Response]:
    sent = headers_of(server)
    answer = requests.post(server.xs2a + INSTANT, data=body, headers=sent, timeout=TIMEOUT_S)
    return sent, answer


def still_serves(server: RunningServer) -> bool:
    return server.tpp("POST", INSTANT, PAYMENT).status_code == 201


@pytest.mark.parametrize("chunked", [False, True], ids=["with its length", "in chunks"])
def test_a_body_above_the_limit_is_refused_as_the_standard_says(
    server: RunningServer, chunked: bool
) -> None:
    pieces = (TOO_LARGE[at : at + 65536] for at in range(0, len(TOO_LARGE), 65536))
    sent, answer = post_bytes(server, pieces if chunked else TOO_LARGE)
    assert answer.status_code == 413
    assert answer.headers["X-Request-ID"] == sent["X-Request-ID"]
    (message,) = answer.json()["tppMessages"]
    assert message["category"] == "ERROR"
    assert still_serves(server)


@pytest.mark.parametrize(
    "face, method, path, media_type",
    [
        ("cms", "PUT", "/psu-api/v1/payment/authorisation/x/psu-data", "application/json"),
        ("bank", "POST", "/log-in", "application/x-www-form-urlencoded"),
    ],
    ids=["CMS", "online banking"],
)
def test_the_other_faces_refuse_it_too(
    server: RunningServer, face: str, method: str, path: str, media_type: str
) -> None:
    url = getattr(server, face) + path
    headers = {"Authorization": f"Bearer {server.cms_token}", "Content-Type": media_type}
    answer = requests.request(method, url, data=TOO_LARGE, headers=headers, timeout=TIMEOUT_S)
    assert answer.status_code == 413
    assert requests.get(f"{getattr(server, face)}/health/ready", timeout=TIMEOUT_S).ok


def test_a_chunked_body_is_read_like_any_other(server: RunningServer) -> None:
    body = json.dumps(PAYMENT).encode()
    sent, answer = post_bytes(server, (body[at : at + 7] for at in range(0, len(body), 7)))
    assert answer.request.headers["Transfer-Encoding"] == "chunked"
    assert answer.status_code == 201
    assert answer.headers["X-Request-ID"] == sent["X-Request-ID"]


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", id="TLS on a plain port"),
        pytest.param(b"HELLO\r\n\r\n", id="no HTTP"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: x\r\nno colon here\r\n\r\n", id="broken header"),
        pytest.param(
            b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n", id="broken length"
        ),
        pytest.param(
            b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
            b"0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n",
            id="two lengths",
        ),
        pytest.param(
            b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
            id="broken chunk",
        ),
    ],
)
@pytest.mark.parametrize("face", ["xs2a", "cms", "bank"])
def test_broken_http_is_refused_or_cut_off_and_harms_nobody(
    server: RunningServer, face: str, sent: bytes
) -> None:
    with connected(getattr(server, face)) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        answered = b"".join(iter(lambda: read(connection), b""))
    statuses = [int(part[:3]) for part in answered.split(b"HTTP/1.1 ")[1:]]
    assert len(statuses) <= 1
    assert all(400 <= status < 500 for status in statuses)
    assert requests.get(f"{getattr(server, face)}/health/ready", timeout=TIMEOUT_S).ok


def read(connection: socket.socket) -> bytes:
    try:
        return connection.recv(65536)
    except ConnectionResetError:
        return b""


@pytest.mark.parametrize(
    "clients, in_the_middle_of", [(50, "the headers"), (1, "the body")], ids=str
)
def test_slow_clients_do_not_stop_the_others(
    server: RunningServer, clients: int, in_the_middle_of: str
) -> None:
    """Headers wait outside of the four threads; a body is waited for in one of them."""
    body = json.dumps(PAYMENT).encode()
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers_of(server).items())
    head = f"POST {INSTANT} HTTP/1.1\r\nHost: x\r\n{lines}Content-Length: {len(body)}\r\n\r\n"
    sent = head.encode() + body
    first = 60 if in_the_middle_of == "the headers" else len(head) + 10
    with ExitStack() as stack:
        slow = [stack.enter_context(connected(server.xs2a)) for _ in range(clients)]
        for connection in slow:
            connection.sendall(sent[:first])
        assert all(still_serves(server) for _ in range(4))
        for connection in slow:
            connection.sendall(sent[first:])
            assert connection.recv(65536).startswith(b"HTTP/1.1 201")


def test_duplicates_at_the_same_time_make_one_payment(server: RunningServer) -> None:
    key = {"Idempotency-Key": str(uuid.uuid4())}
    with ThreadPoolExecutor(8) as clients:
        sent = [clients.submit(server.tpp, "POST", INSTANT, PAYMENT, key) for _ in range(8)]
        answers = [each.result() for each in sent]
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["paymentId"] for answer in answers}) == 1
    assert len({answer.content for answer in answers}) == 1
    assert len({answer.headers["X-Request-ID"] for answer in answers}) == 8


def test_another_body_under_the_same_key_is_refused(server: RunningServer) -> None:
    key = {"Idempotency-Key": str(uuid.uuid4())}
    assert server.tpp("POST", INSTANT, PAYMENT, key).status_code == 201
    other = PAYMENT | {"creditorName": "Somebody Else"}
    answer = server.tpp("POST", INSTANT, other, key)
    assert answer.status_code == 400
    assert answer.json()["tppMessages"][0]["code"] == "FORMAT_ERROR"


REFUSED = [
    pytest.param("xs2a", INSTANT, 401, id="XS2A"),
    pytest.param("cms", "/psu-api/v1/payment/redirect/x", 401, id="CMS"),
    pytest.param("bank", "/log-in", 400, id="online banking"),
]


@pytest.mark.parametrize("face, path, status", REFUSED)
def test_a_refusal_leaves_the_connection_to_the_next_request(
    server: RunningServer, face: str, path: str, status: int
) -> None:
    """This client sends body after headers: it meets a server that does not wait for the body."""
    address = urlsplit(getattr(server, face)).netloc
    with closing(HTTPConnection(address, timeout=TIMEOUT_S)) as connection:
        statuses = []
        for _ in range(300):
            connection.request("POST", path, b"{}", {"Content-Type": "application/json"})
            with connection.getresponse() as answer:
                assert not answer.will_close
                statuses.append(answer.status)
                answer.read()
    assert statuses == [status] * 300


@pytest.mark.parametrize("face, path, status", REFUSED)
def test_a_refusal_before_a_long_body_says_that_the_connection_closes(
    server: RunningServer, face: str, path: str, status: int
) -> None:
    address = urlsplit(getattr(server, face)).netloc
    with closing(HTTPConnection(address, timeout=TIMEOUT_S)) as connection:
        connection.putrequest("POST", path)
        connection.putheader("Content-Length", "1000000")
        connection.endheaders(b" " * REST_BYTES)
        with connection.getresponse() as answer:
            assert answer.status in {status, 413}
            assert answer.getheader("Connection") == "close"


def test_a_refusal_asks_for_no_body(server: RunningServer) -> None:
    with connected(server.xs2a) as connection:
        head = f"POST {INSTANT} HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n"
        connection.sendall(f"{head}Expect: 100-continue\r\n\r\n".encode())
        assert read(connection).startswith(b"HTTP/1.1 401")


@pytest.mark.parametrize("face, path", [("xs2a", INSTANT), ("cms", "/aspsp-api/v1/x")])
def test_who_is_refused_and_sends_no_body_holds_up_nobody(
    server: RunningServer, face: str, path: str
) -> None:
    with ExitStack() as stack:
        for _ in range(16):
            silent = stack.enter_context(connected(getattr(server, face)))
            head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n"
            silent.sendall(head.encode())
        assert requests.get(f"{getattr(server, face)}/health/ready", timeout=TIMEOUT_S).ok


@pytest.mark.parametrize(
    "rest",
    [
        pytest.param("Content-Length: 9\r\n\r\n", id="no body"),
        pytest.param("Content-Length: 9\r\n\r\n1234", id="half a body"),
        pytest.param("Transfer-Encoding: chunked\r\n\r\nZZ\r\n", id="no chunk"),
    ],
)
def test_a_client_that_leaves_during_a_refused_body_harms_nobody(
    server: RunningServer, rest: str
) -> None:
    for _ in range(8):
        with connected(server.xs2a) as connection:
            connection.sendall(f"POST {INSTANT} HTTP/1.1\r\nHost: x\r\n{rest}".encode())
    assert all(still_serves(server) for _ in range(8))
    assert "Traceback" not in server.installation.log.read_text()

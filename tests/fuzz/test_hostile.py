"""A server on a socket refuses hostile bodies clearly, and serves the next one as before.

How long it takes and how much memory it needs, `make bench` measures.
"""

import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import orjson
import pytest
import requests

from tests.fuzz.conftest import MATRIX
from tests.fuzz.hostile import Hostile, hostile_bodies, too_large
from tests.fuzz.judging import SHORTEST_ANSWER
from tests.fuzz.payment_bodies import SINGLE, pain001
from tests.houses import write_profile
from tests.serving import INSTANT, PAYMENT, TIMEOUT_S, RunningServer, running_server


@pytest.fixture(scope="module")
def server(
    tmp_path_factory: pytest.TempPathFactory, migrated_files: Path
) -> Iterator[RunningServer]:
    folder = tmp_path_factory.mktemp("profile")
    pis = {"supportedPaymentTypeAndProductMatrix": MATRIX}
    profile = write_profile(folder / "profile.yml", {"pis": pis})
    environment = {"ASPSP_PROFILE": str(profile), "XS2A_WORKERS": "1"}
    with running_server(migrated_files, **environment) as running:
        yield running
        assert running.tpp("POST", INSTANT, PAYMENT).status_code == 201


def headers_of(server: RunningServer, hostile: Hostile) -> dict[str, str]:
    return {
        "X-Request-ID": str(uuid4()),
        "TPP-QWAC-Certificate": server.certificate,
        "PSU-IP-Address": "192.0.2.7",
        "Content-Type": hostile.content_type,
    }


def refused(server: RunningServer, hostile: Hostile, body: bytes | Iterator[bytes]) -> None:
    """The body gets the 4xx that is due, in the standard's form, and the server lives on."""
    headers = headers_of(server, hostile)
    url = server.xs2a + hostile.path
    answer = requests.post(url, data=body, headers=headers, timeout=TIMEOUT_S)
    assert answer.status_code == hostile.status, answer.text
    assert answer.headers["X-Request-ID"] == headers["X-Request-ID"]
    assert {each["category"] for each in answer.json()["tppMessages"]} == {"ERROR"}
    assert all(each["text"] for each in answer.json()["tppMessages"])
    assert len(answer.content) <= SHORTEST_ANSWER
    assert requests.get(f"{server.xs2a}/health/ready", timeout=TIMEOUT_S).ok


@pytest.mark.parametrize("hostile", hostile_bodies(), ids=str)
def test_a_hostile_body_is_refused(server: RunningServer, hostile: Hostile) -> None:
    refused(server, hostile, hostile.body)


@pytest.mark.parametrize("hostile", list(too_large()), ids=str)
def test_also_in_chunks(server: RunningServer, hostile: Hostile) -> None:
    body = hostile.body
    refused(server, hostile, (body[at : at + 65536] for at in range(0, len(body), 65536)))


@pytest.mark.parametrize(
    "path, media_type, body",
    [
        ("/v1/payments/sepa-credit-transfers", "application/json", orjson.dumps(SINGLE)),
        ("/v1/payments/pain.001-sepa-credit-transfers", "application/xml", pain001()),
    ],
    ids=["JSON", "XML"],
)
def test_a_body_that_ends_too_early_is_no_payment(
    server: RunningServer, path: str, media_type: str, body: bytes
) -> None:
    lines = (
        f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {media_type}\r\n"
        f"X-Request-ID: {uuid4()}\r\nPSU-IP-Address: 192.0.2.7\r\n"
        f"TPP-QWAC-Certificate: {server.certificate}\r\nContent-Length: {len(body) + 1}\r\n\r\n"
    )
    parts = urlsplit(server.xs2a)
    with socket.create_connection((parts.hostname, parts.port), timeout=TIMEOUT_S) as connection:
        connection.sendall(lines.encode() + body)
        connection.shutdown(socket.SHUT_WR)
        answered = b"".join(iter(lambda: read(connection), b""))
    assert not answered or answered.startswith(b"HTTP/1.1 4")
    assert requests.get(f"{server.xs2a}/health/ready", timeout=TIMEOUT_S).ok


def read(connection: socket.socket) -> bytes:
    try:
        return connection.recv(65536)
    except ConnectionResetError:
        return b""

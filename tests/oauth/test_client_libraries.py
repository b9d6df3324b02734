"""Both OAuth flows over sockets, by client libraries that are not ours, from the metadata alone."""

import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tests.oauth.clients import Begin, Finish, authlib, described, oauthlib, plain_http
from tests.recorded.form_client import Psu
from tests.serving import INSTANT, PAYMENT, TIMEOUT_S, RunningServer

CALLBACK = "http://127.0.0.1:9/callback"  # nobody listens: the PSU's browser is the test
OK_URI = "https://tpp.example/ok"

Library = Callable[[Mapping[str, Any], str, str, str], tuple[Begin, Finish]]
LIBRARIES = pytest.mark.parametrize("library", [authlib, oauthlib], ids=["Authlib", "oauthlib"])


@pytest.fixture(autouse=True)
def over_http() -> Iterator[None]:
    with plain_http():
        yield


def visit(server: RunningServer, address: str) -> str:
    """The PSU follows the TPP's link, logs in and confirms; where its browser is sent then."""
    psu = Psu(server.bank, server.xs2a)
    psu.open(address)
    psu.submit("/log-in", psu_id="anton.brueckner", password="12345")
    psu.submit("/confirm", tan="123456")
    assert psu.left_for is not None, psu.page.heading
    return psu.left_for


def headers(server: RunningServer) -> dict[str, str]:
    return {
        "X-Request-ID": str(uuid.uuid4()),
        "PSU-IP-Address": "192.0.2.7",
        "TPP-Redirect-URI": OK_URI,
    }


@LIBRARIES
def test_integrated(server: RunningServer, library: Library) -> None:
    with server.profile_with(scaRedirectFlow="OAUTH"):
        made = server.tpp("POST", INSTANT, PAYMENT, {"TPP-Redirect-URI": CALLBACK}).json()
        told = described(made["_links"]["scaOAuth"]["href"])
        begin, finish = library(told, f"PIS:{made['paymentId']}", CALLBACK, server.certificate)

        answer = visit(server, begin())
        session = finish(answer)

        assert parse_qs(urlsplit(answer).query)["iss"] == [told["issuer"]]
        status = made["_links"]["status"]["href"]
        assert server.tpp("GET", status).status_code == 403  # without the token
        read = session.get(status, headers=headers(server), timeout=TIMEOUT_S)
        assert (read.status_code, read.json()) == (200, {"transactionStatus": "ACSC"})


@LIBRARIES
def test_pre_step(server: RunningServer, library: Library) -> None:
    with server.profile_with(scaRedirectFlow="OAUTH_PRE_STEP"):
        refused = server.tpp("POST", INSTANT, PAYMENT)
        where = refused.json()["tppMessages"][0]["text"].rpartition(" ")[2]
        begin, finish = library(described(where), "PIS", CALLBACK, server.certificate)

        session = finish(visit(server, begin()))
        made = session.post(
            server.xs2a + INSTANT, json=PAYMENT, headers=headers(server), timeout=TIMEOUT_S
        )
        assert made.status_code == 201, made.text
        links = made.json()["_links"]
        assert visit(server, links["scaRedirect"]["href"]) == OK_URI
        read = session.get(links["status"]["href"], headers=headers(server), timeout=TIMEOUT_S)
        assert read.json() == {"transactionStatus": "ACSC"}


@LIBRARIES
def test_a_declined_payment_gives_no_code(server: RunningServer, library: Library) -> None:
    with server.profile_with(scaRedirectFlow="OAUTH"):
        made = server.tpp("POST", INSTANT, PAYMENT, {"TPP-Redirect-URI": CALLBACK}).json()
        told = described(made["_links"]["scaOAuth"]["href"])
        begin, _ = library(told, f"PIS:{made['paymentId']}", CALLBACK, server.certificate)
        psu = Psu(server.bank, server.xs2a)
        psu.open(begin())
        psu.submit("/log-in", psu_id="anton.brueckner", password="12345")
        psu.submit("/decline")

    answer = parse_qs(urlsplit(psu.left_for or "").query)
    assert (answer["error"], answer["iss"]) == (["access_denied"], [told["issuer"]])


def test_the_metadata_are_there_for_everybody(server: RunningServer) -> None:
    address = f"{server.xs2a}/.well-known/oauth-authorization-server"
    answer = requests.get(address, timeout=TIMEOUT_S)

    assert answer.json()["issuer"] == server.xs2a
    assert answer.headers["Content-Type"] == "application/json"

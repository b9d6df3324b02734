"""A PSU authorises what somebody else has begun at the TPP; that one opens the link afterwards.

Session fixation: the code is for the browser in which the PSU is logged in (docs/oauth.md).
"""

from collections.abc import Callable, Iterator

import pytest
import requests

from tests.oauth.clients import authlib, described, plain_http
from tests.recorded.form_client import Psu
from tests.serving import INSTANT, PAYMENT, TIMEOUT_S, RunningServer

CALLBACK = "http://127.0.0.1:9/callback"
DORAS = PAYMENT | {"debtorAccount": {"iban": "DE02100100109307118603"}}


@pytest.fixture(autouse=True)
def over_http() -> Iterator[None]:
    with plain_http():
        yield


def by_sms(_server: RunningServer, psu: Psu) -> None:
    """The browser is sent on, but loses the answer on its way."""
    psu.submit("/log-in", psu_id="anton.brueckner", password="12345")
    psu.submit("/confirm", tan="123456")


def in_the_app(server: RunningServer, psu: Psu) -> None:
    psu.submit("/log-in", psu_id="dora.push", password="12345")
    psu.choose("/method", "Approve in the banking app")
    phone = Psu(server.bank)
    phone.open(f"{server.bank}/phone")
    phone.submit("/log-in", psu_id="dora.push", password="12345")
    phone.submit("/approve")


@pytest.mark.parametrize(
    "body, authorise", [(PAYMENT, by_sms), (DORAS, in_the_app)], ids=["sms", "app"]
)
def test_who_has_begun_it_finds_no_way_on(
    server: RunningServer,
    body: dict[str, object],
    authorise: Callable[[RunningServer, Psu], None],
) -> None:
    with server.profile_with(scaRedirectFlow="OAUTH"):
        made = server.tpp("POST", INSTANT, body, {"TPP-Redirect-URI": CALLBACK}).json()
        told = described(made["_links"]["scaOAuth"]["href"])
        begin, finish = authlib(told, f"PIS:{made['paymentId']}", CALLBACK, server.certificate)
        link = requests.get(begin(), allow_redirects=False, timeout=TIMEOUT_S).headers["Location"]
        psu, stranger = Psu(server.bank), Psu(server.bank)
        psu.open(link)
        authorise(server, psu)
        stranger.open(link)
        psu.open(link)

        assert stranger.page.heading == psu.page.heading == "Payment authorised"
        assert stranger.page.way_on is None
        assert psu.page.way_on is not None
        psu_comes_back = Psu(server.bank, server.xs2a)
        psu_comes_back.open(psu.page.way_on)
        assert finish(psu_comes_back.left_for or "").token["scope"] == f"PIS:{made['paymentId']}"

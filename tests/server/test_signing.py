"""`xs2a sign` signs as a running server wants it."""

from pathlib import Path

import pytest
import requests

from tests.serving import INSTANT, TIMEOUT_S, RunningServer

BODY = b"""{"debtorAccount": {"iban": "DE80760700240271232400"},\r
 "instructedAmount": {"currency": "EUR", "amount": "1.50"},
 "creditorAccount": {"iban": "DE69760700240340283600"}, "creditorName": "Marion Mueller"}
"""


def signed(server: RunningServer, *words: str) -> dict[str, str]:
    """The headers that the command prints."""
    done = server.installation.run("sign", *words)
    assert done.returncode == 0, done.stdout
    return dict(line.split(": ", 1) for line in done.stdout.splitlines())


def test_what_the_command_prints_opens_the_door(server: RunningServer, tmp_path: Path) -> None:
    (tmp_path / "payment.json").write_bytes(BODY)
    sent = {
        "TPP-QWAC-Certificate": server.certificate,
        "PSU-IP-Address": "192.0.2.7",
        "Content-Type": "application/json",
    }
    url = f"{server.xs2a}{INSTANT}"
    headers = sent | signed(
        server,
        str(tmp_path / "payment.json"),
        "-H",
        "TPP-Redirect-URI: https://tpp.example/ok",
        "-H",
        "PSU-ID: anton.brueckner",
    )
    with server.profile_with(tppSignatureRequired=True):
        made = requests.post(url, BODY, headers=headers, timeout=TIMEOUT_S)
        assert made.status_code == 201, made.text
        status = made.json()["_links"]["status"]["href"]
        read = requests.get(status, headers=sent | signed(server), timeout=TIMEOUT_S)
        assert read.status_code == 200, read.text

        unsigned = requests.post(url, BODY, headers=sent, timeout=TIMEOUT_S)
        assert unsigned.status_code == 400  # without X-Request-ID


@pytest.mark.parametrize(
    "twice", [{"PSU-ID": "max.musterman"}, {"X-Request-ID": "99391c7e-ad88-49ec-a2ad-99ddcb1f7721"}]
)
def test_what_is_sent_twice_or_under_another_spelling_does_not_slip_in(
    server: RunningServer, twice: dict[str, str]
) -> None:
    """A server may join such headers, or take the last one: what it takes was not signed then."""
    headers = signed(server, "-H", "PSU-ID: anton.brueckner")
    spelt = {name.replace("-", "_"): value for name, value in twice.items()}
    sent = headers | spelt | {"TPP-QWAC-Certificate": server.certificate}
    with server.profile_with(tppSignatureRequired=True):
        answer = requests.get(f"{server.xs2a}{INSTANT}/1", headers=sent, timeout=TIMEOUT_S)

    assert answer.status_code == 401
    assert answer.json()["tppMessages"][0]["code"] == "SIGNATURE_INVALID"

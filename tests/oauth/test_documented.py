"""The programs in docs/oauth.md do what the page says."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.documents_code import code_blocks
from tests.oauth.clients import plain_http
from tests.recorded.form_client import Psu
from tests.serving import INSTANT, PAYMENT, RunningServer


def run(server: RunningServer, program: str) -> tuple[Mapping[str, Any], list[Any]]:
    """What the program knows at its end, and what it has printed; the PSU does what it asks for."""
    program = program.replace("127.0.0.1:8080", urlsplit(server.xs2a).netloc)
    program = program.replace("127.0.0.1:4400", urlsplit(server.bank).netloc)
    psu = Psu(server.bank, server.xs2a)
    printed: list[Any] = []

    def visited(_question: str) -> str:
        psu.open(printed[0])
        psu.submit("/log-in", psu_id="anton.brueckner", password="12345")
        psu.submit("/confirm", tan="123456")
        return psu._url

    names: dict[str, Any] = {"input": visited, "print": printed.append}
    with plain_http():
        exec(program, names)
    return names, printed


def test_pre_step(server: RunningServer, monkeypatch: pytest.MonkeyPatch) -> None:
    program, _ = code_blocks("docs/oauth.md", "python")
    monkeypatch.chdir(server.installation.folder)
    with server.profile_with(scaRedirectFlow="OAUTH_PRE_STEP"):
        names, _printed = run(server, program)
        token = names["tpp"].token["access_token"]
        made = server.tpp("POST", INSTANT, PAYMENT, {"Authorization": f"Bearer {token}"})

    assert made.status_code == 201


def test_integrated(server: RunningServer, monkeypatch: pytest.MonkeyPatch) -> None:
    _, program = code_blocks("docs/oauth.md", "python")
    monkeypatch.chdir(server.installation.folder)
    with server.profile_with(scaRedirectFlow="OAUTH"):
        names, (_, status) = run(server, program)
        token = {"Authorization": f"Bearer {names['tpp'].token['access_token']}"}
        revoked = server.tpp("GET", names["made"]["_links"]["status"]["href"], headers=token)

    assert status == {"transactionStatus": "ACSC"}
    assert revoked.status_code == 401

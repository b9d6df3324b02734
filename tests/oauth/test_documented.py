"""The program in docs/oauth.md does what the page says."""

import re
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.oauth.clients import plain_http
from tests.recorded.form_client import Psu
from tests.serving import INSTANT, PAYMENT, ROOT, RunningServer


def test_the_program_gets_a_token(server: RunningServer, monkeypatch: pytest.MonkeyPatch) -> None:
    found = re.search(r"```python\n(.*?)```", (ROOT / "docs/oauth.md").read_text(), re.DOTALL)
    assert found
    program = found[1].replace("127.0.0.1:8080", urlsplit(server.xs2a).netloc)
    program = program.replace("127.0.0.1:4400", urlsplit(server.bank).netloc)
    psu = Psu(server.bank, server.xs2a)
    printed: list[str] = []

    def visited(_question: str) -> str:
        psu.open(printed[0])
        psu.submit("/log-in", psu_id="anton.brueckner", password="12345")
        psu.submit("/confirm", tan="123456")
        return psu._url

    monkeypatch.chdir(server.installation.folder)
    names: dict[str, Any] = {"input": visited, "print": printed.append}
    with server.profile_with(scaRedirectFlow="OAUTH_PRE_STEP"), plain_http():
        exec(program, names)
        token = names["tpp"].token["access_token"]
        made = server.tpp("POST", INSTANT, PAYMENT, {"Authorization": f"Bearer {token}"})
    assert made.status_code == 201

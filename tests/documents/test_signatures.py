"""The example of docs/signatures.md is right: by our command, by OpenSSL, and for the server."""

import re
import shlex
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from cms.domain.parties import Tpp
from cms.domain.profile import Profile
from sandbox.certificates import SANDBOX_TPP
from tests.documents_code import ROOT, code_blocks
from tests.unit.xs2a.tpp.tpp_world import judge
from xs2a.checks.signature import SignatureCheck
from xs2a.cli import main
from xs2a.tpp.keys import LONGEST_RSA_KEY, SHORTEST_RSA_KEY
from xs2a.tpp.signature.algorithms import CURVES
from xs2a.tpp.signature.seal_certificate import SealCertificates
from xs2a.tpp.signature.signing_string import SignedRequest

PAGE = "docs/signatures.md"
FOLDER = ROOT / "docs" / "signing"
MOMENT = datetime(2026, 3, 2, 10, 30, tzinfo=UTC)
TEXT = (ROOT / PAGE).read_text()


def printed(words: list[str], monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(FOLDER)
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    return done.output


@pytest.fixture
def command() -> list[str]:
    own = "../../.venv/bin/xs2a sign payment.json"
    (found,) = (block for block in code_blocks(PAGE, "sh") if block.startswith(own))
    return shlex.split(found.replace("\\\n", " "))[1:]


def test_the_command_prints_the_example(
    command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (shown,) = code_blocks(PAGE, "http")
    (string_to_sign,) = code_blocks(PAGE, "text")
    lines = printed(command, monkeypatch).splitlines()

    assert [line for line in lines if not line.startswith("TPP-Sig")] == shown.splitlines()
    assert printed([*command, "--show"], monkeypatch) == string_to_sign


def test_openssl_makes_the_same_of_it(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("no openssl in PATH")
    (string_to_sign,) = code_blocks(PAGE, "text")
    for file in FOLDER.iterdir():
        shutil.copy(file, tmp_path)
    digest, printed_to_file, signature, key_id, certificate = (
        subprocess.run(
            ["bash", "-c", block], cwd=tmp_path, check=True, capture_output=True, text=True
        ).stdout
        for block in code_blocks(PAGE, "sh")
        if block.startswith(("openssl", "printf"))
    )

    assert not printed_to_file
    assert (tmp_path / "string-to-sign").read_text() == string_to_sign.removesuffix("\n")
    assert f"TPP-Signature-Certificate: {certificate}\n" in printed(command, monkeypatch)
    assert f"Digest: SHA-256={digest.strip()}\n" in TEXT
    assert f'signature="{signature}"' in TEXT
    told = dict(line.split("=", 1) for line in key_id.splitlines())
    assert f'keyId="SN={told["serial"]},CA={told["issuer"].replace(" ", "%20")}"' in TEXT


def test_the_server_takes_the_example(command: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    lines = printed(command, monkeypatch).splitlines()
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
    seals = SealCertificates(judge(now=MOMENT, any_chain=True))
    tpp = Tpp(SANDBOX_TPP.authorisation_number, SANDBOX_TPP.authority_id)
    request = SignedRequest("POST", "/", headers, (FOLDER / "payment.json").read_bytes())

    SignatureCheck(seals, lambda: MOMENT).check(request, tpp, Profile())


def test_the_page_tells_the_limits_that_hold() -> None:
    text = TEXT.replace("\n", " ")
    minutes = Profile().common.signature_date_tolerance.seconds // 60

    assert f"`common.signatureDateToleranceMs` ({minutes} minutes)" in text
    assert f"RSA of {SHORTEST_RSA_KEY} to {LONGEST_RSA_KEY} bits" in text
    names = {re.sub("^(secp|brainpoolP)|r1$", "", curve) for curve in CURVES}
    assert all(name in text for name in names)

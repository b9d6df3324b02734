"""Certificates at the command line, and what a running server makes of them."""

import re
from pathlib import Path

import pytest
from cryptography import x509

from tests.serving import INSTANT, PAYMENT, Installation, RunningServer, eventually

pytestmark = pytest.mark.slow

HALF_A_MINUTE_AND_SOME_S = 60.0


def issued(installation: Installation, *words: str) -> dict[str, str]:
    """The header values of what `xs2a certificate issue` has made, by kind."""
    made = installation.run("certificate", "issue", *words)
    assert made.returncode == 0, made.stdout
    files = re.findall(r"^(qwac|qsealc): (\S+)\.pem", made.stdout, re.MULTILINE)
    for kind, path in files:
        assert f"{path}." in made.stdout.split("For curl", 1)[-1]
        assert (installation.folder / f"{path}.key").stat().st_mode & 0o777 == 0o600, kind
    return {
        kind: (installation.folder / f"{path}.header").read_text().strip() for kind, path in files
    }


def pay(server: RunningServer, certificate: str) -> tuple[int, str]:
    """What comes of a payment with this certificate: the status, and the code of an error."""
    headers = {"TPP-QWAC-Certificate": certificate}
    answer = server.tpp("POST", INSTANT, PAYMENT, headers)
    errors = answer.json().get("tppMessages", [{}]) if answer.status_code >= 400 else [{}]
    return answer.status_code, errors[0].get("code", "")


def test_a_certificate_of_each_kind_is_issued(server: RunningServer) -> None:
    number = "PSDDE-FAKENCA-77"
    made = issued(server.installation, "--roles", "PISP,aisp", "--authorisation-number", number)
    assert made.keys() == {"qwac", "qsealc"}
    assert pay(server, made["qwac"]) == (201, "")
    assert pay(server, made["qsealc"]) == (401, "CERTIFICATE_INVALID")


@pytest.mark.parametrize(
    "words, answer",
    [
        (["--roles", "PSP_PI", "--key-type", "rsa"], (201, "")),
        (["--roles", "AISP"], (401, "ROLE_INVALID")),
        (["--roles", "PISP", "--from-day", "-100"], (401, "CERTIFICATE_EXPIRED")),
        (["--roles", "PISP", "--from-day", "5"], (401, "CERTIFICATE_INVALID")),
    ],
)
def test_it_is_as_was_wished(
    server: RunningServer, words: list[str], answer: tuple[int, str]
) -> None:
    made = issued(server.installation, *words, "--kind", "qwac", "--out", "made", "--force")
    assert made.keys() == {"qwac"}
    assert pay(server, made["qwac"]) == answer


def test_a_revoked_certificate_is_soon_refused(server: RunningServer) -> None:
    made = issued(server.installation, "--roles", "PISP", "--out", "revoked", "--kind", "qwac")
    assert pay(server, made["qwac"]) == (201, "")
    (file,) = (server.installation.folder / "revoked").glob("*.pem")
    revoked = server.installation.run("certificate", "revoke", str(file))
    assert revoked.returncode == 0, revoked.stdout
    serial = x509.load_pem_x509_certificate(file.read_bytes()).serial_number
    assert f"{serial:x} is revoked" in revoked.stdout
    answer = (401, "CERTIFICATE_REVOKE")
    assert eventually(lambda: pay(server, made["qwac"]) == answer, HALF_A_MINUTE_AND_SOME_S)
    assert pay(server, server.certificate) == (201, "")  # that of the sandbox TPP still counts
    metrics = server.aspsp("GET", "/metrics").text
    assert 'xs2a_certificates_total{found="revoked"}' in metrics
    assert 'xs2a_revocation_lists{list="fresh"} 1.0' in metrics


@pytest.mark.parametrize(
    "words, said",
    [
        (["issue", "--roles", "PISP,KING"], "--roles: KING; there are ASPSP, PISP, AISP, PIISP"),
        (["issue", "--roles", " "], "--roles: none"),
        (["revoke", "stranger.pem"], "stranger.pem is no certificate in PEM; the QTSP is that in"),
    ],
)
def test_what_cannot_be_done_is_said(
    installation: Installation, words: list[str], said: str
) -> None:
    (installation.folder / "stranger.pem").write_text("no certificate")
    refused = installation.run("certificate", *words)
    assert refused.returncode == 1
    assert said in refused.stdout


def test_production_has_no_such_qtsp(installation: Installation, tmp_path: Path) -> None:
    (installation.folder / "any.pem").write_text("")
    for words in (["issue", "--roles", "PISP"], ["revoke", "any.pem"]):
        refused = installation.run("certificate", *words, XS2A_MODE="production")
        assert refused.returncode == 1
        assert "Traceback" not in refused.stdout

"""`xs2a certificate`: what it takes, what it refuses in one line, and what it tells to do next."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography import x509

from sandbox.tpp_certificate import ensure_tpp_certificate
from tests.houses import NOW
from xs2a.cli import main

Run = Callable[..., Result]
LIST = "http://127.0.0.1:4499/qtsp/revoked.crl"
MADE = Path("var/sandbox/tpps/PSDDE-FAKENCA-SANDBOX2-qwac.pem")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command in a folder where a sandbox has run, with its list on a port of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XS2A_MODE", "sandbox")
    monkeypatch.setenv("XS2A_CLOCK", NOW.isoformat())
    ensure_tpp_certificate(tmp_path / "var" / "sandbox", NOW, LIST)
    return lambda *words: CliRunner().invoke(main, ["certificate", *words])


def list_named_in(path: Path) -> str:
    certificate = x509.load_pem_x509_certificate(path.read_bytes())
    found = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints)
    names = (name for point in found.value for name in point.full_name or ())
    return str(next(names).value)


def test_it_names_the_list_of_the_last_start_whatever_this_terminal_says(run: Run) -> None:
    assert run("issue", "--roles", "PISP").exit_code == 0
    assert list_named_in(MADE) == LIST
    assert LIST in run("revoke", str(MADE)).output


def test_nothing_is_written_over_unless_that_is_said(run: Run) -> None:
    assert run("issue", "--roles", "PISP", "--kind", "qwac").exit_code == 0
    before = MADE.read_bytes()
    refused = run("issue", "--roles", "PISP")

    assert refused.exit_code == 1
    assert "qwac.pem is there already: --force replaces it" in refused.output
    assert MADE.read_bytes() == before
    assert run("issue", "--roles", "PISP", "--force").exit_code == 0
    assert MADE.read_bytes() != before


def test_it_tells_what_each_is_for(run: Run) -> None:
    told = run("issue", "--roles", "PISP").output
    path = str(MADE).removesuffix("-qwac.pem")

    assert f'-H "TPP-QWAC-Certificate: $(cat {path}-qwac.header)"' in told
    assert f"xs2a sign --certificate {path}-qsealc.pem --key {path}-qsealc.key" in told
    assert "TPP-Signature-Certificate" not in told


@pytest.mark.parametrize(
    "words, said",
    [
        (("--country", "Germany"), "'Germany' is not a country's code of two letters"),
        (("--country", "\u00c4\u00d6"), "is not a country's code"),
        (("--name", "x" * 70), "it has 1 to 64 bytes"),
        (("--name", "\u00e4" * 33), "it has 1 to 64 bytes"),
        (("--name", " "), "it has 1 to 64 bytes"),
        (("--authorisation-number", ""), "it has 1 to 256 characters"),
        (("--authorisation-number", "PSDDE-\n"), "it has 1 to 256 characters"),
        (("--authority-id", " "), "it has 1 to 256 characters"),
        (("--domain", "pay.ex\u00e4mple"), "is not a DNS name in ASCII"),
        (("--domain", "https://pay.example"), "is not a DNS name in ASCII"),
        (("--from-day", "100000000"), "is not in the range"),
        (("--out", "/proc/x"), "/proc/x: No such file or directory"),
        (("--out", "file/x"), "file/x: Not a directory"),
    ],
)
def test_what_cannot_be_is_said_in_a_line(run: Run, words: tuple[str, ...], said: str) -> None:
    Path("file").write_text("no folder")
    refused = run("issue", "--roles", "PISP", *words)

    assert refused.exit_code in {1, 2}
    assert isinstance(refused.exception, SystemExit)
    assert said in refused.stderr.splitlines()[-1]


@pytest.mark.parametrize("first_day, clock", [("-20000", "1950-01-02"), ("20000", "9990-01-01")])
def test_moments_that_no_certificate_has_are_said_too(
    run: Run, monkeypatch: pytest.MonkeyPatch, first_day: str, clock: str
) -> None:
    monkeypatch.setenv("XS2A_CLOCK", f"{clock}T00:00:00Z")
    refused = run("issue", "--roles", "PISP", "--from-day", first_day)

    assert refused.exit_code == 1
    assert refused.stderr.startswith("Error: ")


@pytest.mark.parametrize("number, warned", [("PSDFR-ACPR-4711", False), ("ACME", True)])
def test_a_number_of_another_form_is_warned_of(run: Run, number: str, warned: bool) -> None:
    made = run("issue", "--roles", "PISP", "--authorisation-number", number)

    assert made.exit_code == 0, made.output
    assert ("is not as TS 119 495 has it" in made.stderr) is warned


@pytest.mark.parametrize(
    "file, said",
    [
        ("ca.pem", "ca.pem is the QTSP's own certificate"),
        ("tpp-qwac.key", "no certificate in PEM: say var/sandbox/tpp-qwac.pem"),
        ("tpp-qwac.header", "no certificate in PEM: say var/sandbox/tpp-qwac.pem"),
        ("ca.key", "no certificate in PEM: say var/sandbox/ca.pem"),
    ],
)
def test_what_is_not_revoked_is_said(run: Run, file: str, said: str) -> None:
    refused = run("revoke", f"var/sandbox/{file}")

    assert refused.exit_code == 1
    assert said in refused.output


@pytest.mark.parametrize("words", [("issue", "--roles", "PISP"), ("revoke", "var/sandbox/ca.pem")])
@pytest.mark.parametrize("mode", [None, "production"])
def test_who_forgets_the_mode_is_told(
    run: Run, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], mode: str | None
) -> None:
    if mode is None:
        monkeypatch.delenv("XS2A_MODE")
    else:
        monkeypatch.setenv("XS2A_MODE", mode)
    refused = run(*words)

    assert refused.exit_code == 1
    assert refused.output == "Error: The QTSP is the sandbox's: say XS2A_MODE=sandbox first.\n"

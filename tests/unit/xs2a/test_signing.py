"""`xs2a sign`: what it signs, and what it says of wrong words and files."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from cms.domain.parties import Tpp
from cms.domain.profile import Profile
from sandbox.certificates import KeyType
from tests.houses import NOW, TPP
from tests.qtsp import the_qtsp
from tests.signing import DATE, sha_256
from tests.unit.xs2a.tpp.tpp_world import judge
from xs2a.checks.signature import SignatureCheck
from xs2a.cli import main
from xs2a.tpp.refusals import SignatureInvalid
from xs2a.tpp.signature.seal_certificate import SealCertificates
from xs2a.tpp.signature.signing_string import SignedRequest

Run = Callable[..., Result]
DAY = timedelta(days=1)
OTHER_KEY = (
    ed25519.Ed25519PrivateKey.generate()
    .private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    .decode()
)


@pytest.fixture(params=KeyType, ids=str)
def run(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command in a folder with a seal of this kind, at the moment of the tests."""
    monkeypatch.chdir(tmp_path)
    issued = the_qtsp().issue_qsealc(
        TPP, not_before=NOW - DAY, not_after=NOW + DAY, key_type=request.param
    )
    (tmp_path / "seal.pem").write_text(issued.pem)
    (tmp_path / "seal.key").write_text(issued.key_pem)
    (tmp_path / "body").write_bytes(b"<a>\r\n</a>\n")
    (tmp_path / "other.key").write_text(OTHER_KEY)
    stranger = the_qtsp().issue_qsealc(TPP, not_before=NOW - DAY, not_after=NOW + DAY)
    (tmp_path / "stranger.key").write_text(stranger.key_pem)

    def ran(*words: str, body: bytes = b"", date: str = DATE) -> Result:
        files = ("--certificate", "seal.pem", "--key", "seal.key", "--date", date)
        return CliRunner().invoke(main, ["sign", *files, *words], input=body)

    return ran


def headers_of(done: Result) -> dict[str, str]:
    assert done.exit_code == 0, done.output
    return dict(line.split(": ", 1) for line in done.output.splitlines())


@pytest.mark.parametrize(
    "words, body, covered",
    [
        ((), b"", "digest x-request-id date"),
        (("body",), b"<a>\r\n</a>\n", "digest x-request-id date"),
        (("-",), b"from\r\ninput", "digest x-request-id date"),
        (("-H", "PSU-ID:  J\u00e4ger\u20ac "), b"", "digest x-request-id psu-id date"),
        (
            ("-H", "Accept: */*", "-H", "tpp-redirect-uri: https://tpp.example", "-H", "x: y: z"),
            b"",
            "digest x-request-id tpp-redirect-uri date",
        ),
    ],
)
def test_what_is_signed(run: Run, words: tuple[str, ...], body: bytes, covered: str) -> None:
    sent = headers_of(run(*words, body=body))

    assert sent["Digest"] == sha_256(body)
    assert f'headers="{covered}"' in sent["Signature"]
    on_the_wire = {name.lower(): value.encode().decode("latin-1") for name, value in sent.items()}
    check = SignatureCheck(SealCertificates(judge(the_qtsp().certificate, now=NOW)), lambda: NOW)
    request = SignedRequest("GET", "/", on_the_wire, body)
    check.check(request, Tpp(TPP.authorisation_number, TPP.authority_id), Profile())


def test_the_address_is_signed_if_it_is_told(run: Run) -> None:
    sent = headers_of(run("--request-target", "GET /v1/x?y=1"))

    assert 'headers="(request-target) digest x-request-id date"' in sent["Signature"]
    shown = run("--request-target", "GET /v1/x?y=1", "--show").output
    assert shown.startswith("(request-target): get /v1/x?y=1\ndigest: ")
    check = SignatureCheck(SealCertificates(judge(the_qtsp().certificate, now=NOW)), lambda: NOW)
    lower = {name.lower(): value for name, value in sent.items()}
    tpp = Tpp(TPP.authorisation_number, TPP.authority_id)
    check.check(SignedRequest("GET", "/v1/x?y=1", lower, b""), tpp, Profile())
    with pytest.raises(SignatureInvalid):
        check.check(SignedRequest("DELETE", "/v1/x?y=1", lower, b""), tpp, Profile())


@pytest.mark.parametrize("alone", [("--certificate", "seal.pem"), ("--key", "seal.key")])
def test_half_a_seal_signs_nothing(run: Run, tmp_path: Path, alone: tuple[str, ...]) -> None:
    assert (tmp_path / "seal.pem").exists()
    done = CliRunner().invoke(main, ["sign", *alone])

    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == "Error: --certificate and --key go together: say both, or none\n"


def test_without_a_sandbox_its_seal_is_missed(run: Run) -> None:
    done = CliRunner().invoke(main, ["sign"])

    assert done.exit_code == 1
    assert "var/sandbox/tpp-qsealc.pem: No such file or directory" in done.output


def test_a_request_id_of_ones_own_is_kept_and_else_one_is_made(run: Run) -> None:
    own = "99391c7e-ad88-49ec-a2ad-99ddcb1f7721"

    assert headers_of(run("-H", f"x-request-id: {own}"))["x-request-id"] == own
    made = {headers_of(run())["X-Request-ID"] for _ in range(2)}
    assert len(made) == 2


@pytest.mark.parametrize(
    "words, complaint",
    [
        (("-H", "PSU-ID"), "is no header"),
        (("-H", ": x"), "is no header"),
        (("-H", "PSU-ID: a\nX-Other: b"), "is no header"),
        (("--date", "today"), "is no date"),
        (("nothing",), "No such file"),
        (("--key", "nothing"), "does not exist"),
        (("--key", "seal.pem"), "no private key"),
        (("--key", "other.key"), "neither an RSA key"),
        (("--certificate", "seal.key"), "no certificate"),
        (("--key", "stranger.key"), "stranger.key is not the key of seal.pem"),
        (("-H", "(request-target): get /"), "say --request-target"),
        (("-H", "PSU ID: x"), "is no header"),
        (("--request-target", "/v1/payments"), "is no request target"),
        (("--request-target", "get http://127.0.0.1/"), "is no request target"),
    ],
)
def test_what_is_wrong_is_said(run: Run, words: tuple[str, ...], complaint: str) -> None:
    done = run(*words)

    assert done.exit_code != 0
    assert complaint in done.output
    assert done.exception is None or isinstance(done.exception, SystemExit)

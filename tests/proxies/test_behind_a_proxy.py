"""XS2A behind real proxies with the files of `deploy/`: from the TLS handshake to a payment."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.proxies.proxying import PROXIES, Proxy, running_proxy
from tests.serving import Installation, RunningServer, running_server, server
from tests.unit.xs2a.tpp.pki import (
    PSD2_SUBJECT,
    issuing,
    key,
    psd2,
    the_root,
)

__all__ = ["server"]

pytestmark = pytest.mark.slow

Client = tuple[Path, Path]


@pytest.fixture(scope="module", params=list(PROXIES))
def proxy(
    request: pytest.FixtureRequest, server: RunningServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Proxy]:
    folder = tmp_path_factory.mktemp("proxy") / request.param
    port = urlsplit(server.xs2a).port
    assert port is not None
    with running_proxy(request.param, folder, port) as running:
        yield running


def client(installation: Installation, name: str, *words: str) -> Client:
    """A certificate and its key, made by the command line."""
    made = installation.run(
        "certificate", "issue", *words, "--out", name, "--authorisation-number", name
    )
    assert made.returncode == 0, made.stdout
    kind = "qsealc" if "qsealc" in words else "qwac"
    folder = installation.folder / name
    return folder / f"{name}-{kind}.pem", folder / f"{name}-{kind}.key"


def code(answer: object) -> tuple[int, str]:
    """HTTP status and message code."""
    return answer.status_code, answer.json()["tppMessages"][0]["code"]  # type: ignore[attr-defined]


@pytest.mark.parametrize("key_type", ["ec", "rsa"])
def test_a_payment(proxy: Proxy, server: RunningServer, key_type: str) -> None:
    tpp = client(server.installation, f"PAYS-{key_type}", "--roles", "PISP", "--key-type", key_type)
    made = proxy.call(client=tpp)
    assert made.status_code == 201, made.text
    path = urlsplit(made.json()["_links"]["self"]["href"]).path
    assert proxy.call("GET", path, client=tpp).status_code == 200
    other = client(server.installation, f"OTHER-{key_type}", "--roles", "PISP")
    assert code(proxy.call("GET", path, client=other)) == (404, "RESOURCE_UNKNOWN")


def test_without_a_certificate(proxy: Proxy) -> None:
    assert code(proxy.call()) == (401, "CERTIFICATE_MISSING")


FORGED = [
    "TPP-QWAC-Certificate",
    "tpp-qwac-certificate",
    "TPP_QWAC_Certificate",
    "TPP-QWAC_Certificate",
    "Client-Cert",
    "Client_Cert",
]


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_header_does_not_come_through(
    proxy: Proxy, server: RunningServer, name: str
) -> None:
    forged = {name: server.certificate}
    assert code(proxy.call(headers=forged)) == (401, "CERTIFICATE_MISSING")
    reads_only = client(server.installation, "READS", "--roles", "AISP")
    assert code(proxy.call(client=reads_only, headers=forged)) == (401, "ROLE_INVALID")


@pytest.mark.parametrize("name", ["TPP-Roles-Allowed", "TPP_Roles_Allowed", "tpp-roles_allowed"])
def test_forged_roles_do_not_come_through(proxy: Proxy, server: RunningServer, name: str) -> None:
    reads_only = client(server.installation, "READS", "--roles", "AISP")
    answer = proxy.call(client=reads_only, headers={name: "ASPSP"})
    assert code(answer) == (401, "ROLE_INVALID")


@pytest.mark.parametrize("name", ["Client-Cert-Chain", "Client_Cert_Chain"])
def test_a_forged_chain_does_not_come_through(
    proxy: Proxy, server: RunningServer, name: str
) -> None:
    tpp = client(server.installation, "CHAINED", "--roles", "PISP")
    assert proxy.call(client=tpp, headers={name: "garbage"}).status_code == 201


@pytest.mark.parametrize(
    "words, answer",
    [
        (["--from-day", "-100"], (401, "CERTIFICATE_EXPIRED")),
        (["--from-day", "5"], (401, "CERTIFICATE_INVALID")),
        (["--kind", "qsealc"], (401, "CERTIFICATE_INVALID")),
    ],
    ids=["expired", "not yet valid", "a seal"],
)
def test_what_is_wrong_with_a_certificate_we_say(
    proxy: Proxy, server: RunningServer, words: list[str], answer: tuple[int, str]
) -> None:
    name = f"WRONG{'-'.join(words).replace('--', '')}"
    tpp = client(server.installation, name, "--roles", "PISP", *words)
    assert code(proxy.call(client=tpp)) == answer


@pytest.mark.parametrize("name, status", [("nginx", 401), ("haproxy", 201)])
def test_a_chain_with_an_intermediate(
    name: str, status: int, tmp_path: Path, migrated_files: Path
) -> None:
    """HAProxy hands on what came along; nginx cannot, so the issuing CA has to be an anchor. Both
    certificates are over by the proxies' clock: what counts is that of XS2A.
    """
    between = issuing(the_root(), "Between")
    made = between.issues(PSD2_SUBJECT, key("TPP"), (psd2(),))
    pem = b"".join(each.public_bytes(Encoding.PEM) for each in (made, between.certificate))
    files = tmp_path / "client.pem", tmp_path / "client.key"
    files[0].write_bytes(pem)
    files[1].write_bytes(
        key("TPP").private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    (tmp_path / "root.pem").write_bytes(the_root().certificate.public_bytes(Encoding.PEM))
    settings = {
        "XS2A_CLOCK": "2026-03-01T12:00:00Z",
        "XS2A_TRUST_ANCHORS": str(tmp_path / "root.pem"),
    }
    with running_server(migrated_files, **settings) as old:
        port = urlsplit(old.xs2a).port
        assert port is not None
        with running_proxy(name, tmp_path / name, port) as proxy:
            assert proxy.call(client=files).status_code == status

"""XS2A behind real proxies with the files of `deploy/`: from the TLS handshake to a payment."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from socket import create_connection
from ssl import SSLSession, TLSVersion, create_default_context
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.json_orders import bulk, entry
from tests.proxies.proxying import PROXIES, Proxy, answers, running_proxy
from tests.serving import INSTANT, Installation, RunningServer, eventually, running_server, server
from tests.unit.xs2a.tpp.pki import (
    AUTHORITY,
    PSD2_SUBJECT,
    Authority,
    PrivateKey,
    issuing,
    key,
    name_of,
    psd2,
    rsa_key,
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
    number = f"PSDDE-PROXIES-{name}"
    issue = ("certificate", "issue", *words, "--force")  # several tests have the same TPP
    made = installation.run(*issue, "--out", name, "--authorisation-number", number)
    assert made.returncode == 0, made.stdout
    kind = "qsealc" if "qsealc" in words else "qwac"
    folder = installation.folder / name
    return folder / f"{number}-{kind}.pem", folder / f"{number}-{kind}.key"


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


@contextmanager
def proxy_before(
    name: str, folder: Path, files: Path, *anchors: x509.Certificate
) -> Iterator[Proxy]:
    """A proxy, and a server that trusts these. Certificates of the tests are over by the proxies'
    clock: what counts is that of XS2A.
    """
    pem = b"".join(each.public_bytes(Encoding.PEM) for each in anchors)
    (folder / "anchors.pem").write_bytes(pem)
    settings = {
        "XS2A_CLOCK": "2026-03-01T12:00:00Z",
        "XS2A_TRUST_ANCHORS": str(folder / "anchors.pem"),
    }
    with running_server(files, **settings) as old:
        port = urlsplit(old.xs2a).port
        assert port is not None
        with running_proxy(name, folder / name, port) as proxy:
            yield proxy


def client_below(folder: Path, issuer: Authority, its_key: PrivateKey) -> Client:
    """A certificate of this issuer, with the issuer's after it, and the key."""
    made = issuer.issues(PSD2_SUBJECT, its_key, (psd2(),))
    pem = b"".join(each.public_bytes(Encoding.PEM) for each in (made, issuer.certificate))
    files = folder / "client.pem", folder / "client.key"
    files[0].write_bytes(pem)
    files[1].write_bytes(its_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return files


@pytest.mark.parametrize("name, status", [("nginx", 401), ("haproxy", 201)])
def test_a_chain_with_an_intermediate(
    name: str, status: int, tmp_path: Path, migrated_files: Path
) -> None:
    """HAProxy hands on what came along; nginx cannot, so the issuing CA has to be an anchor."""
    tpp = client_below(tmp_path, issuing(the_root(), "Between"), key("TPP"))
    with proxy_before(name, tmp_path, migrated_files, the_root().certificate) as proxy:
        assert proxy.call(client=tpp).status_code == status


@pytest.mark.parametrize("name", list(PROXIES))
def test_a_long_body_beside_long_certificates(
    name: str, tmp_path: Path, migrated_files: Path
) -> None:
    """RSA-4096 throughout: some 8 KB of headers, and a bulk of 400 KB."""
    its = rsa_key(4096)
    by = the_root()
    between = Authority(by.issues(name_of("RSA"), its, AUTHORITY), its)
    tpp = client_below(tmp_path, between, its)
    body = bulk(*[entry(remittanceInformationUnstructured="x" * 140)] * 1_600)
    path = "/v1/bulk-payments/sepa-credit-transfers"
    anchors = by.certificate, between.certificate
    with proxy_before(name, tmp_path, migrated_files, *anchors) as proxy:
        made = proxy.call("POST", path, client=tpp, body=body)
        assert (made.status_code, len(made.request.body or b"") > 400_000) == (201, True), made.text


@pytest.mark.parametrize("size", [2_500_000, 4_000_000])
def test_what_is_too_large_is_told_in_the_standards_words(
    proxy: Proxy, server: RunningServer, size: int
) -> None:
    tpp = client(server.installation, "LARGE", "--roles", "PISP")

    def is_told() -> bool:
        # The answer comes at once: who is still sending may miss it, as HAProxy may (502).
        try:
            answer = proxy.call(client=tpp, body=" " * size)
        except requests.ConnectionError:
            return False
        return answer.status_code == 413 and code(answer) == (413, "FORMAT_ERROR")

    assert eventually(is_told)


def test_one_address_has_so_many_connections(proxy: Proxy, server: RunningServer) -> None:
    trust = create_default_context(cafile=proxy.authority)
    with ExitStack() as stack:
        for _ in range(64):
            plain = stack.enter_context(create_connection(("127.0.0.1", proxy.port)))
            waits = stack.enter_context(trust.wrap_socket(plain, server_hostname="localhost"))
            waits.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n")
        assert not answers(proxy)
    assert eventually(lambda: answers(proxy))


def test_slow_bodies_hold_up_nobody(proxy: Proxy, server: RunningServer) -> None:
    """More of them than the server has threads, each long, and stuck on its way."""
    tpp = client(server.installation, "QUICK", "--roles", "PISP")
    head = (
        f"POST {INSTANT} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"X-Request-ID: {uuid4()}\r\nPSU-IP-Address: 192.0.2.7\r\nContent-Length: 1000000\r\n\r\n"
    )
    trust = create_default_context(cafile=proxy.authority)
    trust.load_cert_chain(*tpp)
    with ExitStack() as stack:
        for _ in range(12):
            plain = stack.enter_context(create_connection(("127.0.0.1", proxy.port)))
            slow = stack.enter_context(trust.wrap_socket(plain, server_hostname="localhost"))
            slow.sendall(head.encode() + b" " * 200_000)
        assert proxy.call(client=tpp).status_code == 201


@pytest.mark.parametrize("version", [TLSVersion.TLSv1_2, TLSVersion.TLSv1_3])
def test_a_chain_is_not_lost_by_a_resumed_session(proxy: Proxy, version: TLSVersion) -> None:
    """HAProxy has no chain for those, so it must not resume any; nginx has none to lose."""
    trust = create_default_context(cafile=proxy.authority)
    trust.minimum_version = trust.maximum_version = version
    session: SSLSession | None = None
    resumed = []
    for _ in range(2):
        with (
            create_connection(("127.0.0.1", proxy.port)) as plain,
            trust.wrap_socket(plain, server_hostname="localhost", session=session) as secured,
        ):
            secured.sendall(b"GET /health/live HTTP/1.0\r\n\r\n")
            while secured.recv(4096):
                pass
            session = secured.session
            resumed.append(secured.session_reused)
    assert not (proxy.name == "haproxy" and any(resumed))

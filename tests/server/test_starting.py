"""What `xs2a serve` refuses to start on, in words that say what to do; and the profile's check."""

import re
import socket
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from sandbox.certificates import SandboxQtsp
from tests.postgres import PostgresServer, free_port
from tests.serving import ROOT, Installation
from tests.unit.xs2a.tpp.pki import the_root

pytestmark = pytest.mark.slow

PRODUCTION = {
    "XS2A_MODE": "production",
    "XS2A_CMS_TOKENS": "a long token of the bank itself",
    "XS2A_TRUST_ANCHORS": "qtsps",
    "XS2A_TRUSTED_PROXIES": "10.0.0.1",
    "XS2A_SPI": "a-bank",
    "XS2A_SERVER_KEYS": "k" * 42 + "0",
}


def trust_a_qtsp(folder: Path) -> None:
    """What XS2A_TRUST_ANCHORS of PRODUCTION names."""
    (folder / "qtsps").mkdir(exist_ok=True)
    root = the_root().certificate.public_bytes(Encoding.PEM)
    (folder / "qtsps" / "root.pem").write_bytes(root)


@pytest.mark.parametrize(
    "face, variable",
    [("XS2A", "XS2A_PORT"), ("CMS", "CMS_PORT"), ("online banking", "ONLINE_BANKING_PORT")],
)
def test_a_port_in_use_is_named(migrated: Installation, face: str, variable: str) -> None:
    port = migrated.ports[face]
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)  # as another server of ours
        other.bind(("127.0.0.1", port))
        other.listen()
        refused = migrated.run("serve")
    assert refused.returncode == 1
    told = f"Error: port {port} ({face}) is in use; {variable} names another one\n"
    assert refused.stdout == told


def test_two_faces_cannot_share_a_port(migrated: Installation) -> None:
    port = migrated.ports["XS2A"]
    refused = migrated.run("serve", CMS_PORT=str(port))
    told = f"Error: port {port} (CMS) is in use; CMS_PORT names another one\n"
    assert (refused.returncode, refused.stdout) == (1, told)


def test_an_authorization_server_elsewhere_is_warned_of(migrated: Installation) -> None:
    with migrated.serving_with(XS2A_PORT=str(free_port())):
        assert "warning: oauthConfigurationUrl leads to" in migrated.log.read_text()
    with migrated.serving():
        assert "warning" not in migrated.log.read_text()


def test_a_second_server_is_refused_and_disturbs_nothing(migrated: Installation) -> None:
    with migrated.serving() as server, server.profile_with(redirectUrlExpirationTimeMs=4711):
        assert migrated.run("serve").returncode == 1
        in_force = server.aspsp("GET", "/api/v1/aspsp-profile").json()
        assert in_force["common"]["redirectUrlExpirationTimeMs"] == 4711


@pytest.mark.parametrize(
    "environment, said",
    [
        ({"XS2A_PORT": "99999"}, "127.0.0.1:99999 (XS2A) cannot be listened on: no such port"),
        ({"XS2A_PORT": "many"}, "XS2A_PORT"),
        ({"XS2A_EVENT_RETENTION_DAYS": "0"}, "XS2A_EVENT_RETENTION_DAYS"),
        ({"XS2A_MODE": "test"}, "XS2A_MODE"),
        ({"XS2A_IDEMPOTENCY_RETENTION_DAYS": "0"}, "is not between 1 and"),
        ({"XS2A_CLOCK": "noon"}, "XS2A_CLOCK is not an instant: 'noon'"),
        ({"XS2A_SPI": "no-such-bank"}, "no-such-bank"),
        ({"ASPSP_PROFILE": "no-such-file.yml"}, "no-such-file.yml"),
        (
            {"XS2A_DATABASE_URL": "postgresql+psycopg://nobody@127.0.0.1:1/nothing"},
            "The database does not answer",
        ),
    ],
    ids=lambda value: next(iter(value.items()))[-1] if isinstance(value, dict) else "",
)
def test_what_cannot_be_used_is_named(
    migrated: Installation, environment: dict[str, str], said: str
) -> None:
    refused = migrated.run("serve", **environment)
    assert refused.returncode == 1
    assert said in refused.stdout
    assert "Traceback" not in refused.stdout


def test_a_database_without_tables_is_refused(installation: Installation) -> None:
    refused = installation.run("serve")
    assert refused.returncode == 1
    assert "run `xs2a migrate`" in refused.stdout


@pytest.mark.postgres
@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
@pytest.mark.parametrize("command", ["migrate", "serve"])
def test_a_database_that_cannot_hold_every_text_is_refused(
    installation: Installation, postgres_server: PostgresServer, command: str, encoding: str
) -> None:
    postgres_server.create_database("narrow", encoding=encoding)
    try:
        refused = installation.run(command, XS2A_DATABASE_URL=postgres_server.url("narrow"))
    finally:
        postgres_server.drop_database("narrow")
    assert refused.returncode == 1
    assert f"encoded as {encoding}, and must be as UTF8" in refused.stdout
    assert "Traceback" not in refused.stdout


def test_an_invalid_profile_is_refused_with_every_finding(
    migrated: Installation, tmp_path: Path
) -> None:
    (tmp_path / "bad.yml").write_text(bad_profile())
    refused = migrated.run("serve", ASPSP_PROFILE="bad.yml")
    assert refused.returncode == 1
    assert "The profile is invalid" in refused.stdout
    assert "setting.common.redirectUrlExpirationTimeMs" in refused.stdout
    assert "setting.pis.countryValidationSupport" in refused.stdout


@pytest.mark.parametrize(
    "changed, said",
    [
        ({"XS2A_CMS_TOKENS": ""}, "XS2A_CMS_TOKENS"),
        ({"XS2A_CMS_TOKENS": "short"}, "XS2A_CMS_TOKENS"),
        ({"XS2A_METRICS_TOKENS": f"{'m' * 24},short"}, "XS2A_METRICS_TOKENS has fewer than 24"),
        ({"XS2A_METRICS_TOKENS": PRODUCTION["XS2A_CMS_TOKENS"]}, "opens all of the CMS too"),
        (
            {"XS2A_TRUST_ANCHORS": "no-such-file.pem"},
            "no-such-file.pem: No such file",
        ),
        ({"XS2A_TRUST_ANCHORS": "sandbox.pem"}, "is the certificate of a sandbox"),
        ({"XS2A_TRUST_ANY_CHAIN": "1"}, "XS2A_TRUST_ANY_CHAIN is for sandbox mode only"),
        ({"XS2A_REVOCATION": "perhaps"}, "XS2A_REVOCATION"),
        ({"XS2A_TRUSTED_PROXIES": "0.0.0.0/0"}, "XS2A_TRUSTED_PROXIES"),
        ({"XS2A_TRUSTED_PROXIES": "10.0.0.1,8000::/1,0.0.0.0/1,::/1"}, "must not trust everybody"),
        ({"XS2A_TRUSTED_PROXIES": "128.0.0.0/1,0.0.0.0/1"}, "must not trust everybody"),
        ({"XS2A_TRUSTED_PROXIES": "proxy"}, "XS2A_TRUSTED_PROXIES"),
        ({"XS2A_TRUSTED_PROXIES": ""}, "XS2A_TRUSTED_PROXIES"),
        ({"XS2A_SPI": "sandbox"}, "XS2A_SPI"),
        ({"XS2A_CMS_OPEN": "1"}, "XS2A_CMS_OPEN"),
        ({"XS2A_SANDBOX_DEFAULT_TPP": "1"}, "XS2A_SANDBOX_DEFAULT_TPP"),
        ({"XS2A_CLOCK": "2020-07-15T10:00:00Z"}, "XS2A_CLOCK"),
        ({"XS2A_OAUTH_ISSUER": "http://auth.bank.example"}, "XS2A_OAUTH_ISSUER"),
        ({"XS2A_OAUTH_ISSUER": "https://bank.example/auth"}, "XS2A_OAUTH_ISSUER"),
        ({"XS2A_OAUTH_APPROVAL_URL": "http://bank.example/oauth"}, "_APPROVAL_URL"),
        ({"XS2A_OAUTH_INTROSPECTION_URL": "http://bank.example/"}, "_INTROSPECTION_URL"),
        ({"XS2A_SERVER_KEYS": ""}, "XS2A_SERVER_KEYS"),
        ({"XS2A_SERVER_KEYS": "tooShortAKey"}, "XS2A_SERVER_KEYS"),
        ({"XS2A_SERVER_KEYS": f"{'k' * 43},{'+' * 43}"}, "XS2A_SERVER_KEYS"),
        ({"XS2A_SERVER_KEYS": f"{'k' * 43},sandbox-{'k' * 43}"}, "XS2A_SERVER_KEYS"),
    ],
    ids=lambda value: "" if isinstance(value, dict) else value,
)
def test_production_refuses_what_is_for_the_sandbox(
    installation: Installation, changed: dict[str, str], said: str
) -> None:
    folder = installation.folder
    SandboxQtsp.open(folder / "made", datetime.now(UTC))
    (folder / "made" / "ca.pem").rename(folder / "sandbox.pem")
    trust_a_qtsp(folder)
    refused = installation.run("serve", **(PRODUCTION | changed))
    assert refused.returncode == 1
    assert said in refused.stdout
    others = {"XS2A_CMS_TOKENS", "XS2A_SERVER_KEYS", "XS2A_SPI", "XS2A_CLOCK"} - {said}
    assert "kkkk" not in refused.stdout
    assert "tooShortAKey" not in refused.stdout
    assert not [name for name in others if name in refused.stdout]


METADATA = "/.well-known/oauth-authorization-server"
ISSUER, OWN = "https://auth.bank.example", "https://own.bank.example"
CONNECTOR = "the connector must judge its access tokens"


@pytest.mark.parametrize(
    "changed, url, said",
    [
        ({}, f"{ISSUER}{METADATA}", None),
        ({}, f"{OWN}{METADATA}", CONNECTOR),
        ({"XS2A_OAUTH_ISSUER": ""}, f"{ISSUER}{METADATA}", CONNECTOR),
        ({"XS2A_OAUTH_INTROSPECTION_URL": OWN}, f"{OWN}{METADATA}", None),
        ({}, f"{ISSUER}:8443{METADATA}", f"but is not {ISSUER}{METADATA}"),
        ({}, f"{ISSUER}/oauth", f"but is not {ISSUER}{METADATA}"),
    ],
)
def test_production_says_who_judges_tokens(
    installation: Installation, changed: dict[str, str], url: str, said: str | None
) -> None:
    """Anybody but us has to be told; a slip in the address of ours is no reason to tell nobody."""
    trust_a_qtsp(installation.folder)
    sandbox = (ROOT / "aspsp-profile.yml").read_text()
    profile = sandbox.replace("scaRedirectFlow: REDIRECT", "scaRedirectFlow: OAUTH_PRE_STEP")
    profile = re.sub("oauthConfigurationUrl: .*", f"oauthConfigurationUrl: {url}", profile)
    (installation.folder / "oauth.yml").write_text(profile)
    environment = {"XS2A_OAUTH_ISSUER": ISSUER, "ASPSP_PROFILE": "oauth.yml", **changed}
    told = installation.run("serve", **(PRODUCTION | environment)).stdout

    lines = [line for line in told.splitlines() if "oauthConfigurationUrl" in line]
    assert [(said or "") in line for line in lines] == ([True] if said else [])
    # A slip is the reason not to start; else that is what comes after it.
    assert ("xs2a migrate" in told) is (said is None or said == CONNECTOR)


def test_production_names_all_reasons_at_once(installation: Installation) -> None:
    refused = installation.run("serve", XS2A_MODE="production", XS2A_CMS_TOKENS="")
    assert refused.returncode == 1
    assert "XS2A_CMS_TOKENS" in refused.stdout
    assert "XS2A_TRUSTED_PROXIES" in refused.stdout
    assert "XS2A_TRUST_ANCHORS" in refused.stdout
    assert "XS2A_SPI" in refused.stdout
    assert "XS2A_SERVER_KEYS" in refused.stdout


def bad_profile() -> str:
    good = (ROOT / "aspsp-profile.yml").read_text()
    negative = good.replace(
        "redirectUrlExpirationTimeMs: 600000", "redirectUrlExpirationTimeMs: -1"
    )
    return negative.replace("countryValidationSupported: DE", "countryValidationSupport: DE")


@pytest.mark.parametrize(
    "text, status, said",
    [
        pytest.param((ROOT / "aspsp-profile.yml").read_text, 0, "", id="ours"),
        pytest.param(bad_profile, 1, "setting.pis.countryValidationSupport", id="bad keys"),
        pytest.param(lambda: "setting: [", 1, "profile.yml", id="no YAML"),
    ],
)
def test_profile_check_tells_by_its_exit_status(
    installation: Installation, text: Callable[[], str], status: int, said: str
) -> None:
    (installation.folder / "profile.yml").write_text(text())
    checked = installation.run("profile", "check", "profile.yml")
    assert checked.returncode == status
    assert said in checked.stdout
    assert "Traceback" not in checked.stdout


def test_profile_check_of_a_file_that_is_not_there(installation: Installation) -> None:
    checked = installation.run("profile", "check", "nowhere.yml")
    assert checked.returncode == 1
    assert "nowhere.yml: error: the file cannot be read: No such file" in checked.stdout

"""The keys of a server: made once in the sandbox, rotated while it runs, and never shown."""

import base64
import stat

import pytest

from tests.serving import INSTANT, PAYMENT, Installation, RunningServer

pytestmark = pytest.mark.slow

STATE = {"aspspConsentDataBase64": base64.b64encode(b"noted by the bank").decode()}


def path_of(server: RunningServer) -> str:
    """Where the state of a new payment is."""
    payment_id = server.tpp("POST", INSTANT, PAYMENT).json()["paymentId"]
    return f"/psu-api/v1/aspsp-consent-data/consents/{payment_id}"


def told(server: RunningServer, path: str) -> str:
    return str(server.aspsp("GET", path).json()["aspspConsentDataBase64"])


def test_a_sandbox_keeps_its_key_and_reads_after_a_restart(migrated: Installation) -> None:
    with migrated.serving() as server:
        path = path_of(server)
        assert server.aspsp("PUT", path, STATE).status_code == 200
    file = migrated.folder / "var" / "sandbox" / "server-keys"
    key = file.read_text().strip()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert key.startswith("sandbox-")
    assert key not in migrated.log.read_text()
    with migrated.serving() as server:
        assert told(server, path) == STATE["aspspConsentDataBase64"]
    assert file.read_text().strip() == key


def test_a_key_is_changed_step_by_step(migrated: Installation) -> None:
    """As docs/keys.md tells it."""
    generated = [migrated.run("keys", "generate") for _ in range(2)]
    old, new = (each.stdout.strip() for each in generated)
    assert len({old, new}) == 2
    with migrated.serving_with(XS2A_SERVER_KEYS=old) as server:
        path = path_of(server)
        server.aspsp("PUT", path, STATE)
    lost = migrated.run("serve", XS2A_SERVER_KEYS=new)
    assert (lost.returncode, "XS2A_SERVER_KEYS does not have it" in lost.stdout) == (1, True)
    refused = migrated.run("keys", "rotate", XS2A_SERVER_KEYS=new)
    assert refused.returncode == 1
    assert "(1 rows)" in refused.stdout

    with migrated.serving_with(XS2A_SERVER_KEYS=f"{new},{old}") as server:
        rotated = migrated.run("keys", "rotate", XS2A_SERVER_KEYS=f"{new},{old}")
        assert rotated.stdout == "1 rows sealed anew, 0 left with other keys\n"
        assert told(server, path) == STATE["aspspConsentDataBase64"]
    listed = migrated.run("keys", "list", XS2A_SERVER_KEYS=f"{new},{old}")
    rows = [line.split()[1:] for line in listed.stdout.splitlines()]
    assert rows == [["1", "rows"], ["0", "rows"]]
    with migrated.serving_with(XS2A_SERVER_KEYS=new) as server:
        assert told(server, path) == STATE["aspspConsentDataBase64"]
    shown = refused.stdout + rotated.stdout + listed.stdout + migrated.log.read_text()
    assert not [key for key in (old, new) if key in shown]


@pytest.mark.parametrize("command", ["list", "rotate"])
def test_the_commands_say_what_is_missing(installation: Installation, command: str) -> None:
    nothing = installation.run("keys", command)

    assert nothing.returncode == 1
    assert "run `xs2a migrate`" in nothing.stdout
    assert "Traceback" not in nothing.stdout

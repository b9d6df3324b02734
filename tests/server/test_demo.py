"""`xs2a demo`: against a running server, and with one that it starts itself."""

from socket import create_connection

import pytest

from tests.serving import Installation

pytestmark = pytest.mark.slow


def assert_settled(printed: str) -> None:
    assert printed.rstrip().endswith("Both payments are settled.")
    for part in ("> POST /v1/payments/instant", "< 201", '"scaStatus": "finalised"', "/tpp/ok"):
        assert part in printed


def test_demo_plays_against_a_running_server_and_signs_where_that_is_demanded(
    migrated: Installation,
) -> None:
    with migrated.serving() as server, server.profile_with(tppSignatureRequired=True):
        shown = migrated.run("demo")
        assert server.process.poll() is None
    assert shown.returncode == 0, shown.stdout
    assert_settled(shown.stdout)


def test_demo_starts_a_server_where_there_is_none_and_passes_by_a_proxy(
    installation: Installation,
) -> None:
    nobody = "http://127.0.0.1:1"
    shown = installation.run("demo", http_proxy=nobody, HTTP_PROXY=nobody, ALL_PROXY=nobody)
    assert shown.returncode == 0, shown.stdout
    assert_settled(shown.stdout)
    for port in installation.ports.values():
        with pytest.raises(ConnectionRefusedError):
            create_connection(("127.0.0.1", port))


def test_demo_tells_why_it_fails(installation: Installation) -> None:
    shown = installation.run("demo", XS2A_CLOCK="noon")
    assert shown.returncode == 1
    assert "Traceback" not in shown.stdout
    assert "XS2A_CLOCK is not an instant" in shown.stdout


@pytest.mark.parametrize("flow", ["OAUTH", "OAUTH_PRE_STEP"])
def test_demo_tells_that_it_needs_the_redirect(migrated: Installation, flow: str) -> None:
    with migrated.serving() as server, server.profile_with(scaRedirectFlow=flow):
        shown = migrated.run("demo")
    assert shown.returncode == 1
    assert "Traceback" not in shown.stdout
    assert "it needs scaRedirectFlow REDIRECT" in shown.stdout

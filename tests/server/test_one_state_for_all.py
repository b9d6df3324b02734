"""What all processes of one server share at once: the profile's debug changes, and the clock."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tests.serving import INSTANT, PAYMENT, RunningServer, running_server

MANY = 40


def test_a_debug_write_counts_at_once_in_every_process(server: RunningServer) -> None:
    def initiate(_: int) -> str:
        answer = server.tpp("POST", INSTANT, PAYMENT).json()
        return str(answer["_links"]["self"]["href"])

    for base in ("https://one.example", "https://two.example"):
        changed = {"forceXs2aBaseLinksUrl": True, "xs2aBaseLinksUrl": base}
        with server.profile_with(**changed), ThreadPoolExecutor(4) as clients:
            links = list(clients.map(initiate, range(MANY)))
        assert {link.partition("/v1/")[0] for link in links} == {base}
    assert initiate(0).startswith(server.xs2a)


@pytest.mark.slow
def test_the_clock_is_shifted_for_all_processes(migrated_files: Path) -> None:
    start = datetime(2020, 7, 15, 10, tzinfo=UTC)
    with running_server(migrated_files, XS2A_CLOCK="2020-07-15T10:00:00Z") as server:
        made = [server.tpp("POST", INSTANT, PAYMENT).json() for _ in range(8)]
        for each in made:
            link = each["_links"]["scaRedirect"]["href"].rpartition("/")[2]
            visit = server.aspsp("GET", f"/psu-api/v1/payment/redirect/{link}").json()
            created = datetime.fromisoformat(visit["payment"]["creationTimestamp"])
            assert start <= created < start + timedelta(hours=1)
            expires = server.aspsp("GET", f"/psu-api/v1/payment/authorisation/{link}").json()
            until = datetime.fromisoformat(expires["redirectUrlExpirationTimestamp"])
            assert until - created == timedelta(minutes=10)
        assert_days_are_those_of_2020(server)


def assert_days_are_those_of_2020(server: RunningServer) -> None:
    for day, status in ((date(2020, 7, 14), 400), (date(2020, 7, 16), 201)):
        body = PAYMENT | {"requestedExecutionDate": day.isoformat()}
        answer = server.tpp("POST", "/v1/payments/sepa-credit-transfers", body)
        assert answer.status_code == status, answer.text

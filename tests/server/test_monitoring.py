"""What a running server tells of itself: counts of all its processes, and lines of its log."""

import json
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.serving import INSTANT, PAYMENT, Installation, RunningServer

pytestmark = pytest.mark.slow

ROUTE = "/v1/<string:payment_service>/<string:payment_product>"
MANY = 20
REQUEST_ID = "5d2a1f9e-3c44-4b60-8d37-0a1b2c3d4e5f"


def initiated(server: RunningServer) -> int:
    """How many initiations are counted, by all processes."""
    text = server.aspsp("GET", "/metrics").text
    route = re.escape(f'face="XS2A",method="POST",route="{ROUTE}",status="2xx"')
    found = re.search(rf"xs2a_request_seconds_count{{{route}}} (\S+)", text)
    return int(float(found[1])) if found else 0


def test_all_processes_count_together_and_a_restart_begins_anew(migrated: Installation) -> None:
    with migrated.serving() as server:
        with ThreadPoolExecutor(4) as clients:
            answers = clients.map(lambda _: server.tpp("POST", INSTANT, PAYMENT), range(MANY))
            assert {each.status_code for each in answers} == {201}
        assert initiated(server) == MANY
        assert requests.get(f"{server.cms}/metrics", timeout=10).status_code == 401
        second = migrated.run("serve")  # it is refused, and must not disturb what is counted
        assert (second.returncode, initiated(server)) == (1, MANY)
    with migrated.serving() as server:
        assert initiated(server) == 0


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_each_request_leaves_a_line(migrated: Installation, log_format: str) -> None:
    with migrated.serving_with(XS2A_LOG_FORMAT=log_format, XS2A_ACCESS_LOG="1") as server:
        made = server.tpp("POST", INSTANT, PAYMENT, {"X-Request-ID": REQUEST_ID}).json()
        server.aspsp("GET", f"/psu-api/v1/payment/{made['paymentId']}/authorisation/psus")
    lines = migrated.log.read_text().splitlines()
    of_payment = [line for line in lines if f"{made['paymentId']}" in line and " ms" in line]
    assert len(of_payment) >= 2
    first = next(line for line in of_payment if REQUEST_ID in line)
    assert "DE80760700240271232400" not in "\n".join(of_payment)
    assert f"POST {ROUTE} 201 " in first
    if log_format == "json":
        told = json.loads(first)
        assert (told["face"], told["status"], told["route"]) == ("XS2A", 201, ROUTE)
        assert (told["x_request_id"], told["payment_id"]) == (REQUEST_ID, made["paymentId"])

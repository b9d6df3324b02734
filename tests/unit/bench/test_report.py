"""What the benchmark says of its measurements."""

from datetime import date

import pytest

from bench import bulk, hostile, identifying, report
from bench.bulk import ENTRIES, BulkMeasured
from bench.counting import Cost
from bench.hostile import HostileMeasured
from bench.identifying import Identified
from bench.load import Outcome
from bench.measuring import Measured, Results
from bench.report import as_markdown, bulks, hostile_bodies, share_of_floor, throughput
from cms.domain.payment_service import PaymentService
from sandbox.certificates import KeyType
from tests.fuzz.hostile import Hostile


def measured(per_second: int) -> Measured:
    outcome = Outcome(seconds=1.0, latencies=[0.002] * per_second)
    return Measured([outcome], [0.5], [0.1], resident_mb=50, start_seconds=1, cost=Cost(1, 1))


@pytest.fixture
def results() -> Results:
    return {("initiation", "xs2a"): measured(50), ("initiation", "floor"): measured(100)}


def test_share_of_floor(results: Results) -> None:
    assert share_of_floor(results, "initiation") == 0.5
    assert share_of_floor(results, "status read") is None


def test_median_and_percentiles() -> None:
    latencies = [number / 1000 for number in range(1, 101)]
    one = Measured([Outcome(2.0, latencies[:n]) for n in (20, 100, 60)])
    assert one.per_second == 30
    assert Outcome(1.0, latencies).percentile_ms(0.99) == 100
    assert Outcome(1.0, latencies).percentile_ms(0.5) == 51


def test_a_row_per_deed_and_server(results: Results) -> None:
    table = throughput({"SQLite": results})
    assert [row[:5] for row in table.cells] == [
        ["SQLite", "initiation", "xs2a", "50", "0.50"],
        ["SQLite", "initiation", "floor", "100", ""],
    ]
    assert len(table.as_text().splitlines()) == 3
    page = as_markdown([table], "a machine", date(2026, 1, 2))
    assert "on 2026-01-02" in page
    assert "| SQLite | initiation | xs2a | 50 | 0.50 | 2.0 | 2.0 | 1.0 | 1.0 |" in page


def test_a_known_certificate_that_costs_too_much_is_told() -> None:
    quick, slow = Outcome(1.0, [0.0002] * 3), Outcome(1.0, [0.0004] * 3)
    measured = [
        Identified(KeyType.EC, known=True, outcome=quick),
        Identified(KeyType.RSA, known=True, outcome=slow),
        Identified(KeyType.RSA, known=False, outcome=slow),
    ]
    assert identifying.slow(measured) == ["rsa: 0.40 ms"]
    assert report.identifying(measured).cells == [
        ["known", "EC", "0.200", "0.200"],
        ["known", "RSA", "0.400", "0.400"],
        ["new", "RSA", "0.400", "0.400"],
    ]


def test_a_bulk_too_slow_even_once_is_told() -> None:
    outcome = Outcome(1.0, [0.2] * 19 + [1.0])
    measured = [
        BulkMeasured("JSON", entries, 300_000, outcome, resting_mb=80, grown_mb=4)
        for entries in ENTRIES
    ]
    assert bulk.slow(measured) == ["JSON: 1000 ms"]
    table = bulks(measured)
    assert table.cells[0] == ["JSON", "1,000", "300", "200", "1000", "80", "4.0"]
    assert "## A bulk" in table.as_markdown()


@pytest.mark.parametrize(
    "full_size, milliseconds, told",
    [(False, 99, []), (False, 101, ["a bomb: 101 ms"]), (True, 101, [])],
)
def test_a_hostile_body_that_takes_long_is_told(
    full_size: bool, milliseconds: float, told: list[str]
) -> None:
    body = Hostile("a bomb", PaymentService.PAYMENTS, "p", "text/xml", b"<a/>", full_size=full_size)
    measured = [HostileMeasured(body, 400, [1.0, milliseconds, 500.0], grown_mb=0.5)]
    assert hostile.slow(measured) == told
    (row,) = hostile_bodies(measured).cells
    assert row[1:4] == ["payments text/xml", "0", "400"]

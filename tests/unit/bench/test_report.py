"""What the benchmark says of its measurements."""

from datetime import date

import pytest

from bench.counting import Cost
from bench.load import Outcome
from bench.measuring import Measured, Results
from bench.report import as_markdown, as_text, rows, share_of_floor


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
    cells = rows({"SQLite": results})
    assert [row[:5] for row in cells] == [
        ["SQLite", "initiation", "xs2a", "50", "0.50"],
        ["SQLite", "initiation", "floor", "100", ""],
    ]
    assert len(as_text(cells).splitlines()) == 3
    page = as_markdown(cells, "a machine", date(2026, 1, 2))
    assert "on 2026-01-02" in page
    assert "| SQLite | initiation | xs2a | 50 | 0.50 | 2.0 | 2.0 | 1.0 | 1.0 |" in page

"""What the benchmark says of signatures."""

from bench.report import signatures
from bench.signatures import LONGEST_MS, SignatureMeasured, measure, slow


def test_each_key_is_measured_with_a_small_and_a_large_body() -> None:
    measured = measure(1)

    assert {(each.key, each.body) for each in measured} == {
        (key, body) for key in ("EC P-256", "RSA-2048") for body in ("a payment", "2 MiB")
    }
    assert all(len(each.later_ms) == 20 for each in measured)
    assert len(signatures(measured).cells) == 4


def test_a_slow_check_is_complained_of_where_the_body_is_small() -> None:
    too_long = [LONGEST_MS + 1] * 3
    small = SignatureMeasured("RSA-2048", "a payment", 1.0, too_long)
    large = SignatureMeasured("RSA-2048", "2 MiB", 1.0, too_long)

    assert slow([small, large]) == ["RSA-2048: 2.0 ms"]
    assert slow([SignatureMeasured("RSA-2048", "a payment", 5.0, [0.1])]) == []

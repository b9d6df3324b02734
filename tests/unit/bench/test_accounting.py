"""The memory of a process and its descendants is seen from outside."""

import os

from bench.accounting import Growth


def test_the_peak_counts_also_when_the_memory_is_free_again() -> None:
    growth = Growth(os.getpid())
    block = bytearray(os.urandom(1)) * 50_000_000
    del block
    assert 45 < growth.mb() < 80
    assert Growth(os.getpid()).mb() < 5

"""Whom not to ask again yet."""

from datetime import timedelta

from tests.houses import Clock
from xs2a.jobs import backoff
from xs2a.jobs.backoff import FIRST_REST, LONGEST_REST, Backoff

MS = timedelta(milliseconds=1)


def test_each_failure_doubles_the_rest_up_to_the_longest() -> None:
    clock = Clock()
    resting = Backoff(clock)
    assert not resting.rests("p")
    expected = FIRST_REST
    for _ in range(8):
        resting.failed("p")
        clock.advance(expected - MS)
        assert resting.rests("p")
        clock.advance(MS)
        assert not resting.rests("p")
        expected = min(2 * expected, LONGEST_REST)
    assert expected == LONGEST_REST


def test_a_success_forgets_the_failures() -> None:
    clock = Clock()
    resting = Backoff(clock)
    for _ in range(3):
        resting.failed("p")
    resting.succeeded("p")
    assert not resting.rests("p")
    resting.failed("p")
    clock.advance(FIRST_REST)
    assert not resting.rests("p")


def test_others_do_not_rest() -> None:
    resting = Backoff(Clock())
    resting.failed("p")
    assert not resting.rests("q")


def test_the_memory_is_bounded() -> None:
    resting = Backoff(Clock())
    for number in range(backoff.REMEMBERED + 1):
        resting.failed(str(number))
    assert not resting.rests("0")
    assert resting.rests(str(backoff.REMEMBERED))

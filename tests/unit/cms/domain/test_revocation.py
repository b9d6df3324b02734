"""When a list of revoked certificates is asked for again."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from cms.domain.revocation import RevocationList, asked_again_at, tried_again_at
from tests.houses import NOW

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
DAY = timedelta(days=1)
LOOKED_EVERY = 10 * SECOND  # for lists that are due


def published(since: timedelta, until: timedelta) -> RevocationList:
    return RevocationList(NOW + since, NOW + until, frozenset())


@pytest.mark.parametrize(
    "age, life, wait",
    [
        (0 * SECOND, 20 * SECOND, 10 * SECOND),
        (0 * SECOND, 5 * MINUTE, 30 * SECOND),
        (0 * SECOND, HOUR, 6 * MINUTE),
        (0 * SECOND, 7 * DAY, HOUR),
        (22 * HOUR, DAY, HOUR),
        (DAY - HOUR, DAY, 30 * MINUTE),
        (DAY - MINUTE, DAY, 30 * SECOND),
        (DAY - SECOND, DAY, 10 * SECOND),
    ],
)
def test_a_list_is_asked_for_again_ten_times_in_its_life_and_more_often_towards_its_end(
    age: timedelta, life: timedelta, wait: timedelta
) -> None:
    assert asked_again_at(published(-age, life - age), NOW) == NOW + wait


@pytest.mark.parametrize(
    "failures, left, rest",
    [
        (1, DAY, 20 * SECOND),
        (2, DAY, 40 * SECOND),
        (5, DAY, 320 * SECOND),
        (7, DAY, 15 * MINUTE),
        (5_000, DAY, 15 * MINUTE),
        (7, 10 * MINUTE, 5 * MINUTE),
        (7, SECOND, 10 * SECOND),
        (1, 0 * SECOND, 20 * SECOND),
        (2, -DAY, 40 * SECOND),
        (7, -SECOND, MINUTE),
        (7, None, MINUTE),
        (1_000, None, MINUTE),
        (1_001, None, 15 * MINUTE),
    ],
)
def test_who_has_failed_rests_longer_each_time_but_not_while_there_is_no_list(
    failures: int, left: timedelta | None, rest: timedelta
) -> None:
    next_update = None if left is None else NOW + left
    assert tried_again_at(failures, next_update, NOW) == NOW + rest


@pytest.mark.parametrize("begun", [0 * SECOND, 17 * MINUTE, 55 * MINUTE, 59 * MINUTE + 53 * SECOND])
@pytest.mark.parametrize(
    "life, overlap, longest",
    [
        (7 * DAY, 3 * DAY, 0 * SECOND),
        (DAY, HOUR, 0 * SECOND),
        (DAY, 10 * MINUTE, 0 * SECOND),
        (6 * HOUR, 10 * MINUTE, 0 * SECOND),
        (DAY, MINUTE, 0 * SECOND),
        (HOUR, 5 * MINUTE, 0 * SECOND),
        (2 * MINUTE, 20 * SECOND, 0 * SECOND),
        # Renewed at its end, or after it: nobody can have the next one before.
        (DAY, 0 * SECOND, 20 * SECOND),
        (DAY, -30 * MINUTE, 31 * MINUTE),
        (DAY, -8 * HOUR, 8 * HOUR + MINUTE),
    ],
)
def test_from_one_list_to_the_next_there_is_no_gap(
    life: timedelta, overlap: timedelta, longest: timedelta, begun: timedelta
) -> None:
    assert max(gaps(life, overlap, begun % life)) <= longest + 2 * LOOKED_EVERY * bool(longest)


def gaps(life: timedelta, overlap: timedelta, begun: timedelta) -> Iterator[timedelta]:
    """How long there is no fresh list, at each fetch of one. An issuer publishes a list `overlap`
    before the end of the one before; the first is fetched when it is `begun` old.
    """
    passed, over, failures = begun, life, 0
    while passed < 5 * life:
        renewals = passed // (life - overlap)
        since = renewals * (life - overlap)
        now = NOW + passed
        if passed < since + life:
            yield max(passed - over, 0 * SECOND)
            over, failures = since + life, 0
            due = asked_again_at(published(since, over), now)
        else:
            failures += 1
            due = tried_again_at(failures, NOW + over, now)
        passed = -((NOW - due) // LOOKED_EVERY) * LOOKED_EVERY

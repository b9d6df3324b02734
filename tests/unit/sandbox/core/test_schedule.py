"""When a standing order is executed: rules as tables, and what holds for all of them."""

from calendar import monthrange
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from sandbox.core.orders import Order, StandingOrder
from sandbox.core.schedule import FREQUENCIES, Execution, begins, next_execution
from tests.unit.sandbox.bank_world import make_order, make_standing

SATURDAY = 5
MARCH_3 = date(2026, 3, 3)


def executions(standing: StandingOrder, number: int) -> list[Execution]:
    """The first executions, as many as there are."""
    found: list[Execution] = []
    while len(found) < number:
        one = next_execution(standing, found[-1].nominal if found else None)
        if one is None:
            break
        found.append(one)
    return found


def days(*texts: str) -> list[date]:
    return [date.fromisoformat(text) for text in texts]


@pytest.mark.parametrize(
    "frequency, start, more, nominal_days",
    [
        ("Daily", "2026-12-30", {}, ["2026-12-30", "2026-12-31", "2027-01-01"]),
        ("Weekly", "2026-03-03", {}, ["2026-03-03", "2026-03-10", "2026-03-17"]),
        ("EveryTwoWeeks", "2026-03-03", {}, ["2026-03-03", "2026-03-17", "2026-03-31"]),
        ("Monthly", "2026-01-31", {}, ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]),
        ("Monthly", "2028-01-30", {}, ["2028-01-30", "2028-02-29", "2028-03-30"]),
        ("EveryTwoMonths", "2026-12-31", {}, ["2026-12-31", "2027-02-28", "2027-04-30"]),
        ("Quarterly", "2026-11-30", {}, ["2026-11-30", "2027-02-28", "2027-05-30"]),
        ("SemiAnnual", "2026-08-31", {}, ["2026-08-31", "2027-02-28", "2027-08-31"]),
        ("Annual", "2028-02-29", {}, ["2028-02-29", "2029-02-28", "2030-02-28"]),
        # a day of the month: from the first such day on
        ("Monthly", "2026-03-03", {"day": 1}, ["2026-04-01", "2026-05-01"]),
        ("Monthly", "2026-03-03", {"day": 3}, ["2026-03-03", "2026-04-03"]),
        ("Monthly", "2026-02-10", {"day": 31}, ["2026-02-28", "2026-03-31", "2026-04-30"]),
        ("Monthly", "2026-02-10", {"day": 29}, ["2026-02-28", "2026-03-29"]),
        ("Quarterly", "2026-01-20", {"day": 15}, ["2026-02-15", "2026-05-15"]),
        ("Annual", "2026-01-20", {"day": 15}, ["2026-02-15", "2027-02-15"]),
        ("Weekly", "2026-03-03", {"day": 31}, ["2026-03-31", "2026-04-07"]),
        ("Daily", "2026-03-03", {"day": 31}, ["2026-03-31", "2026-04-01"]),
        # named months
        ("MonthlyVariable", "2026-03-03", {"months": (1, 7)}, ["2026-07-03", "2027-01-03"]),
        ("MonthlyVariable", "2026-03-03", {"months": (3,)}, ["2026-03-03", "2027-03-03"]),
        ("MonthlyVariable", "2026-03-03", {"months": (3,), "day": 2}, ["2027-03-02"]),
        ("MonthlyVariable", "2026-01-01", {"months": (2, 12), "day": 31}, ["2026-02-28"]),
    ],
)
def test_the_nominal_days(
    frequency: str, start: str, more: dict[str, Any], nominal_days: list[str]
) -> None:
    standing = replace(StandingOrder(date.fromisoformat(start), frequency), **more)
    found = executions(standing, len(nominal_days))
    assert [one.nominal for one in found] == days(*nominal_days)


@pytest.mark.parametrize(
    "end, number",
    [("2026-03-02", 0), ("2026-03-03", 1), ("2026-04-02", 1), ("2026-04-03", 2)],
)
def test_the_last_day_is_included(end: str, number: int) -> None:
    standing = StandingOrder(MARCH_3, "Monthly", date.fromisoformat(end))
    assert len(executions(standing, 9)) == number


@pytest.mark.parametrize(
    "start, rule, day",
    [
        ("2026-03-06", "following", "2026-03-06"),
        ("2026-03-07", None, "2026-03-07"),
        ("2026-03-07", "following", "2026-03-09"),
        ("2026-03-08", "following", "2026-03-09"),
        ("2026-03-07", "preceding", "2026-03-09"),  # Friday is before the start
        ("2026-02-28", "following", "2026-03-02"),
    ],
)
def test_the_first_day_and_a_weekend(start: str, rule: str | None, day: str) -> None:
    first = next_execution(StandingOrder(date.fromisoformat(start), "Monthly", rule=rule))
    assert first == Execution(date.fromisoformat(start), date.fromisoformat(day))


@pytest.mark.parametrize(
    "rule, moved", [("following", "2026-06-08"), ("preceding", "2026-06-05"), (None, "2026-06-07")]
)
def test_a_later_day_and_a_weekend(rule: str | None, moved: str) -> None:
    standing = StandingOrder(date(2026, 5, 7), "Monthly", date(2026, 6, 7), rule)
    assert next_execution(standing, date(2026, 5, 7)) == Execution(
        date(2026, 6, 7), date.fromisoformat(moved)
    )


def test_each_nominal_day_is_one_execution_also_where_a_rule_brings_them_together() -> None:
    standing = StandingOrder(date(2026, 3, 7), "Daily", date(2026, 3, 9), "following")
    assert [one.day for one in executions(standing, 9)] == [date(2026, 3, 9)] * 3


@pytest.mark.parametrize("frequency", FREQUENCIES)
def test_time_comes_to_an_end(frequency: str) -> None:
    standing = StandingOrder(
        date(9999, 12, 31), frequency, months=(12,) if frequency == "MonthlyVariable" else ()
    )
    assert executions(standing, 9) == [Execution(date.max, date.max)]
    assert executions(replace(standing, day=30), 9) == []


@pytest.mark.parametrize(
    "order, moment",
    [
        (make_order(), None),
        (make_order(day=MARCH_3), datetime(2026, 3, 3, tzinfo=UTC)),
        (
            replace(make_order(), requested_execution_time=datetime(2026, 3, 3, 9, tzinfo=UTC)),
            datetime(2026, 3, 3, 9, tzinfo=UTC),
        ),
        (make_standing(start=date(2026, 3, 7), rule="following"), datetime(2026, 3, 9, tzinfo=UTC)),
    ],
    ids=["at once", "day", "time", "standing order"],
)
def test_when_an_order_begins(order: Order, moment: datetime | None) -> None:
    assert begins(order) == moment


standing_orders = st.builds(
    StandingOrder,
    start=st.dates(date(2020, 1, 1), date(2030, 12, 31)),
    frequency=st.sampled_from(sorted(set(FREQUENCIES) - {"MonthlyVariable"})),
    end=st.none() | st.dates(date(2020, 1, 1), date(2045, 12, 31)),
    rule=st.sampled_from([None, "following", "preceding"]),
    day=st.none() | st.integers(1, 31),
) | st.builds(
    StandingOrder,
    start=st.dates(date(2020, 1, 1), date(2030, 12, 31)),
    frequency=st.just("MonthlyVariable"),
    rule=st.sampled_from([None, "following", "preceding"]),
    day=st.none() | st.integers(1, 31),
    months=st.sets(st.integers(1, 12), min_size=1, max_size=11).map(lambda s: tuple(sorted(s))),
)


@given(standing_orders)
@example(StandingOrder(date(2026, 3, 7), "Daily", rule="preceding"))
@example(StandingOrder(date(2028, 2, 29), "Annual", rule="preceding", day=29))
def test_what_holds_for_every_standing_order(standing: StandingOrder) -> None:
    found = executions(standing, 30)
    assert (len(found) == 30) or standing.end is not None
    for earlier, later in pairwise(found):
        assert earlier.nominal < later.nominal
        assert earlier.day <= later.day
    for one in found:
        assert standing.start <= one.nominal
        assert standing.end is None or one.nominal <= standing.end
        assert standing.start <= one.day
        assert abs(one.day - one.nominal) <= timedelta(days=2)
        if standing.rule is None or one.nominal.weekday() < SATURDAY:
            assert one.day == one.nominal
        else:
            assert one.day.weekday() < SATURDAY


@given(standing_orders)
def test_months_keep_their_day(standing: StandingOrder) -> None:
    assume(FREQUENCIES[standing.frequency].months)
    wanted = standing.day or standing.start.day
    for one in executions(standing, 20):
        last = monthrange(one.nominal.year, one.nominal.month)[1]
        assert one.nominal.day == min(wanted, last)
        assert not standing.months or one.nominal.month in standing.months


@given(standing_orders, st.integers(0, 4_000))
def test_who_slept_for_years_misses_nothing(standing: StandingOrder, slept: int) -> None:
    """The next one after any day is the first of all that is later, however far that is."""
    after = standing.start + timedelta(days=slept)
    jumped = next_execution(standing, after)
    walked = next_execution(standing)
    while walked is not None and walked.nominal <= after:
        walked = next_execution(standing, walked.nominal)
    assert jumped == walked


@given(standing_orders)
def test_the_first_day_is_the_first_that_fits(standing: StandingOrder) -> None:
    first = next_execution(replace(standing, end=None))
    assert first is not None
    if standing.day is None and not standing.months:
        assert first.nominal == standing.start
    elif not standing.months:
        assert first.nominal - standing.start < timedelta(days=31)

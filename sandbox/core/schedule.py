"""When a standing order is executed. It is reckoned in days, and asks no clock.

A nominal day is one that the frequency names, from the start to the end, both included. Money
moves on that very day or, where the order has a rule, on a working day beside it: each nominal day
is one execution, also where a rule brings several of them to one working day.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from sandbox.core.orders import Order, StandingOrder

FOLLOWING: Final = "following"
PRECEDING: Final = "preceding"
IN_NAMED_MONTHS: Final = "MonthlyVariable"

_MONTHS_A_YEAR = 12
_FRIDAY = 4


@dataclass(frozen=True, slots=True)
class Every:
    """The step from one nominal day to the next: so many days, or so many months."""

    days: int = 0
    months: int = 0


FREQUENCIES: Final = {
    "Daily": Every(days=1),
    "Weekly": Every(days=7),
    "EveryTwoWeeks": Every(days=14),
    "Monthly": Every(months=1),
    "EveryTwoMonths": Every(months=2),
    "Quarterly": Every(months=3),
    "SemiAnnual": Every(months=6),
    "Annual": Every(months=12),
    IN_NAMED_MONTHS: Every(months=1),  # of these, the months that the order names
}
"""By the standard's frequency codes."""


@dataclass(frozen=True, slots=True)
class Execution:
    """The nominal day, and the day on which the money moves."""

    nominal: date
    day: date


def next_execution(standing: StandingOrder, after: date | None = None) -> Execution | None:
    """The first execution whose nominal day is later than this one; None where there is none.

    Without `after` it is the first of all. Raises KeyError for a frequency that is none.
    """
    every = FREQUENCIES[standing.frequency]
    earliest = standing.start
    if after is not None:
        if after == date.max:
            return None
        earliest = max(earliest, after + timedelta(days=1))
    step = _by_days if every.days else _by_months
    nominal = step(standing, every, earliest)
    if nominal is None or (standing.end is not None and nominal > standing.end):
        return None
    return Execution(nominal, _working_day(standing, nominal))


def begins(order: Order) -> datetime | None:
    """The moment before which nothing of the order is executed; None where it names none."""
    if order.standing is not None:
        first = next_execution(order.standing)
        return midnight(first.day) if first else None
    day, moment = order.requested_execution_date, order.requested_execution_time
    named = [midnight(day)] if day else []
    return max([*named, moment] if moment else named, default=None)


def midnight(day: date) -> datetime:
    """When this day begins."""
    return datetime.combine(day, time(), UTC)


def _by_days(standing: StandingOrder, every: Every, earliest: date) -> date | None:
    """Counted from the start or, where a day of the month is named, from the first such day."""
    first: date | None = standing.start
    if standing.day is not None:
        first = _by_months(standing, Every(months=1), standing.start)
    if first is None:
        return None
    steps = max(0, -((first - earliest).days // every.days))
    past_all_days = (date.max - first).days < steps * every.days
    return None if past_all_days else first + timedelta(days=steps * every.days)


def _by_months(standing: StandingOrder, every: Every, earliest: date) -> date | None:
    """Counted from the first month in which the day is not before the start.

    A day that the month does not have is its last one.
    """
    day = standing.day or standing.start.day
    first = _number_of(standing.start)
    if (on := _day_in(first, day)) is None or on < standing.start:
        first += 1
    for month in range(max(first, _number_of(earliest)), _number_of(earliest) + _LOOK_AHEAD):
        if standing.months and month % _MONTHS_A_YEAR + 1 not in standing.months:
            continue
        nominal = _day_in(month, day)
        if nominal is not None and nominal >= earliest and (month - first) % every.months == 0:
            return nominal
    return None


_LOOK_AHEAD = 2 * _MONTHS_A_YEAR  # in months; the longest step is a year


def _number_of(day: date) -> int:
    """The months of all years, numbered through."""
    return day.year * _MONTHS_A_YEAR + day.month - 1


def _day_in(month: int, day: int) -> date | None:
    """This day of the month with this number, or its last; None after the last year there is."""
    year, zero_based = divmod(month, _MONTHS_A_YEAR)
    if year > date.max.year:
        return None
    return date(year, zero_based + 1, min(day, monthrange(year, zero_based + 1)[1]))


def _working_day(standing: StandingOrder, nominal: date) -> date:
    """The day by the order's rule. What would go before the start goes to the day that follows."""
    beyond_friday = nominal.weekday() - _FRIDAY
    if standing.rule is None or beyond_friday <= 0:
        return nominal
    friday = nominal - timedelta(days=beyond_friday)
    if standing.rule == PRECEDING and friday >= standing.start:
        return friday
    return friday + timedelta(days=3)

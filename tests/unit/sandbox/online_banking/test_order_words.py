"""Orders in plain words."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from sandbox.core.orders import Order, StandingOrder
from sandbox.online_banking.order_words import (
    at_weekends,
    first_day,
    how_much,
    how_often,
    in_short,
    when,
)
from tests.unit.sandbox.cms_world import a_bulk, an_order

START = date(2026, 4, 1)  # a Wednesday


def standing(frequency: str = "Monthly", start: date = START, **facts: Any) -> StandingOrder:
    return StandingOrder(start, frequency, **facts)


@pytest.mark.parametrize(
    "of, text",
    [
        (standing("Daily"), "Every day"),
        (standing("Weekly"), "Every week on Wednesday"),
        (standing("Weekly", day=3), "Every week on Friday"),  # from 3 April on
        (standing("EveryTwoWeeks"), "Every two weeks on Wednesday"),
        (standing(), "Every month on the 1st"),
        (standing(day=2), "Every month on the 2nd"),
        (standing(day=3), "Every month on the 3rd"),
        (standing(day=11), "Every month on the 11th"),
        (standing(day=12), "Every month on the 12th"),
        (standing(day=13), "Every month on the 13th"),
        (standing(day=21), "Every month on the 21st"),
        (standing(day=22), "Every month on the 22nd"),
        (standing(day=28), "Every month on the 28th"),
        (standing(day=29), "Every month on the 29th (or the last day)"),
        (standing(day=30), "Every month on the 30th (or the last day)"),
        (standing(day=31), "Every month on the 31st (last day)"),
        (standing(start=date(2026, 3, 31)), "Every month on the 31st (last day)"),
        (standing("EveryTwoMonths", day=5), "Every two months on the 5th"),
        (standing("Quarterly"), "Every three months on the 1st"),
        (standing("SemiAnnual"), "Every six months on the 1st"),
        (standing("Annual"), "Every year in April, on the 1st"),
        (standing("Annual", date(2026, 4, 20), day=5), "Every year in May, on the 5th"),
        (standing("MonthlyVariable", months=(7,)), "In July, on the 1st"),
        (standing("MonthlyVariable", months=(10, 4)), "In April and October, on the 1st"),
        (
            standing("MonthlyVariable", months=(1, 4, 10), day=31),
            "In January, April and October, on the 31st (last day)",
        ),
    ],
)
def test_how_often(of: StandingOrder, text: str) -> None:
    assert how_often(of) == text


@pytest.mark.parametrize(
    "rule, text",
    [
        ("following", "Paid on the next working day"),
        ("preceding", "Paid on the working day before"),
        (None, "Paid all the same"),
    ],
)
def test_weekends(rule: str | None, text: str) -> None:
    assert at_weekends(standing(rule=rule)) == text


@pytest.mark.parametrize(
    "of, day",
    [
        (standing(), START),
        (standing(day=15), date(2026, 4, 15)),
        (standing(start=date(2026, 4, 4), rule="following"), date(2026, 4, 6)),
        (standing(end=date(2026, 4, 2), day=15), START),  # never paid: the bank refuses it
    ],
)
def test_the_first_day_is_the_one_on_which_money_moves(of: StandingOrder, day: date) -> None:
    assert first_day(of) == day


@pytest.mark.parametrize(
    "facts, text",
    [
        ({}, "As soon as possible"),
        ({"product": "instant-sepa-credit-transfers"}, "At once (instant payment)"),
        ({"product": "pain.001-instant-sepa-credit-transfers"}, "At once (instant payment)"),
        ({"requested_execution_date": date(2026, 3, 5)}, "5 March 2026"),
        (
            {"requested_execution_time": datetime(2026, 3, 5, 9, 30, tzinfo=UTC)},
            "5 March 2026, 09:30 UTC",
        ),
    ],
)
def test_when(facts: dict[str, Any], text: str) -> None:
    assert when(an_order(**facts)) == text


@pytest.mark.parametrize(
    "order, much, short",
    [
        (an_order(), "", "1,234.50 EUR to Bike Shop"),
        (a_bulk(2), "for 2\u00a0payments", "3.00 EUR in 2 payments"),
        (a_bulk(1), "", "1.00 EUR to Payee 1"),
        (
            a_bulk(1000),
            "for 1,000\u00a0payments",
            "500,500.00 EUR in 1,000 payments",
        ),
        (
            an_order(standing=standing()),
            "each time",
            "1,234.50 EUR to Bike Shop, every month on the 1st",
        ),
    ],
)
def test_in_short(order: Order, much: str, short: str) -> None:
    assert (how_much(order), in_short(order)) == (much, short)

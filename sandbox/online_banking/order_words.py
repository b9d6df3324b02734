"""An order in plain words: when, how often, and in one line."""

from calendar import day_name, month_name
from datetime import date
from decimal import Decimal
from typing import Final

from flask import Flask

from sandbox.core.fees import fee_of
from sandbox.core.orders import INSTANT, Order, StandingOrder
from sandbox.core.schedule import FOLLOWING, PRECEDING, begins, next_execution
from sandbox.online_banking.formats import day, minute, money
from sandbox.online_banking.wording import Kind, kind_of

NO_BREAK: Final = "\N{NO-BREAK SPACE}"
LAST_DAY: Final = 31
LISTED_AT_ONCE: Final = 10
"""So many transfers of a bulk are in sight; the others are there when the PSU wants them."""

_BY_WEEKDAY: Final = {"Weekly": "Every week", "EveryTwoWeeks": "Every two weeks"}
_BY_DAY_OF_MONTH: Final = {
    "Monthly": "Every month",
    "EveryTwoMonths": "Every two months",
    "Quarterly": "Every three months",
    "SemiAnnual": "Every six months",
}
_AT_WEEKENDS: Final = {
    FOLLOWING: "Paid on the next working day",
    PRECEDING: "Paid on the working day before",
}
_SHORTEST_MONTH: Final = 28


def when(order: Order) -> str:
    """When an order that is made once is executed: by the bank's clock, which is UTC."""
    first = begins(order)
    if first is not None:
        return minute(first) if order.requested_execution_time else day(first.date())
    return "At once (instant payment)" if order.scheme == INSTANT else "As soon as possible"


def how_often(standing: StandingOrder) -> str:
    """`Every month on the 31st (last day)`."""
    if standing.frequency == "Daily":
        return "Every day"
    first = next_execution(standing)
    nominal = first.nominal if first is not None else standing.start
    if standing.frequency in _BY_WEEKDAY:
        return f"{_BY_WEEKDAY[standing.frequency]} on {day_name[nominal.weekday()]}"
    on = _on_day(standing.day or standing.start.day)
    if standing.frequency in _BY_DAY_OF_MONTH:
        return f"{_BY_DAY_OF_MONTH[standing.frequency]} {on}"
    if standing.frequency == "Annual":
        return f"Every year in {month_name[nominal.month]}, {on}"
    *months, last = (month_name[month] for month in sorted(standing.months))
    return f"In {', '.join(months)}{' and ' if months else ''}{last}, {on}"


def first_day(standing: StandingOrder) -> date:
    """The day on which money moves for the first time; the start, if none ever does."""
    first = next_execution(standing)
    return first.day if first is not None else standing.start


def at_weekends(standing: StandingOrder) -> str:
    """What becomes of an execution that falls on a day on which banks do not work."""
    return _AT_WEEKENDS.get(standing.rule or "", "Paid all the same")


def how_much(order: Order) -> str:
    """What follows the amount, so that nobody mistakes it."""
    match kind_of(order):
        case Kind.PAYMENT:
            return ""
        case Kind.PAYMENTS:
            return f"for {len(order.transfers):,}{NO_BREAK}payments"
        case Kind.STANDING_ORDER:
            return "each time"


def fee(order: Order) -> Decimal:
    """What the bank charges for making it once."""
    return fee_of(order)


def in_short(order: Order) -> str:
    """`12.50 EUR to Marion Mueller`."""
    amount = f"{money(order.amount)} {order.currency}"
    if kind_of(order) is Kind.PAYMENTS:
        return f"{amount} in {len(order.transfers):,} payments"
    payee = order.transfers[0].creditor_name
    if order.standing is None:
        return f"{amount} to {payee}"
    rhythm = how_often(order.standing)
    return f"{amount} to {payee}, {rhythm[0].lower()}{rhythm[1:]}"


def register_order_words(app: Flask) -> None:
    """Make them filters of the app's templates."""
    for filter_ in (when, how_often, first_day, at_weekends, how_much, fee, in_short):
        app.add_template_filter(filter_)
    app.add_template_filter(kind_of, "kind")
    app.jinja_env.globals["listed_at_once"] = LISTED_AT_ONCE


def _on_day(number: int) -> str:
    if number == LAST_DAY:
        return "on the 31st (last day)"
    on = f"on the {_ordinal(number)}"
    return f"{on} (or the last day)" if number > _SHORTEST_MONTH else on


def _ordinal(number: int) -> str:
    if number in {11, 12, 13}:
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"

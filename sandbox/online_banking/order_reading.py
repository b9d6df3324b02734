"""A payment as the psu-api tells it, read as the bank's own order.

The connector makes the same order of the same payment, to the letter: a TAN counts for one only.
"""

import base64
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sandbox.core import quick_transfers
from sandbox.core.orders import Order, OrderRefused, StandingOrder, Transfer

_BULK, _PERIODIC = "BULK", "PERIODIC"
_PER_ENTRY = {"debtorAccount", "requestedExecutionDate", "requestedExecutionTime"}


class OrderUnreadable(Exception):
    """The members do not make an order that this bank could have taken in."""


def read_order(payment: Mapping[str, Any]) -> Order:
    """The order of any payment service and product. Raises OrderUnreadable."""
    try:
        return _of_one_amount(_read(payment))
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise OrderUnreadable(type(error).__name__) from None
    except OrderRefused as refusal:
        raise OrderUnreadable(refusal.text) from None


def _read(payment: Mapping[str, Any]) -> Order:
    payment_id, product = payment["paymentId"], payment["paymentProduct"]
    if product == quick_transfers.PRODUCT:
        sent = base64.b64decode(payment["paymentData"], validate=True)
        return quick_transfers.read(payment_id, sent)
    kind = payment["paymentType"]
    entries = payment["payments"] if kind == _BULK else [payment]
    if kind == _BULK and any(_PER_ENTRY & entry.keys() for entry in entries):
        raise ValueError("several debtors or days, which this bank never takes in")
    debtor = payment.get("debtorAccount")
    standing = _standing_order(payment) if kind == _PERIODIC else None
    day, moment = payment.get("requestedExecutionDate"), payment.get("requestedExecutionTime")
    return Order(
        payment_id=payment_id,
        product=product,
        debtor_iban=debtor["iban"] if debtor else None,
        debtor_currency=debtor.get("currency") if debtor else None,
        transfers=tuple(_transfer(entry) for entry in entries),
        requested_execution_date=_day(day) if standing is None else None,
        standing=standing,
        batch_booking=kind == _BULK and payment.get("batchBookingPreferred") in {True, "true"},
        requested_execution_time=_moment(moment) if standing is None else None,
    )


def _of_one_amount(order: Order) -> Order:
    """The order itself: the pages may ask it for its total and currency."""
    if order.minor_units <= 0 or any(each.currency != order.currency for each in order.transfers):
        raise ValueError("not an amount of one currency")
    return order


def _transfer(entry: Mapping[str, Any]) -> Transfer:
    amount = entry["instructedAmount"]
    return Transfer(
        creditor_iban=entry["creditorAccount"]["iban"],
        creditor_name=entry["creditorName"],
        amount=Decimal(amount["amount"]),
        currency=amount["currency"],
        remittance=_remittance(entry),
    )


def _remittance(entry: Mapping[str, Any]) -> str | None:
    first = entry.get("remittanceInformationUnstructured")
    more = entry.get("remittanceInformationUnstructuredArray") or ()
    structured = (
        entry.get("remittanceInformationStructured"),
        *(entry.get("remittanceInformationStructuredArray") or ()),
    )
    references = (each["reference"] for each in structured if each is not None)
    lines = [line for line in (first, *more, *references) if line is not None]
    return "\n".join(lines) or None


def _standing_order(payment: Mapping[str, Any]) -> StandingOrder:
    day = payment.get("dayOfExecution")
    return StandingOrder(
        start=date.fromisoformat(payment["startDate"]),
        frequency=payment["frequency"],
        end=_day(payment.get("endDate")),
        rule=payment.get("executionRule"),
        day=int(day) if day is not None else None,
        months=tuple(int(month) for month in payment.get("monthsOfExecution") or ()),
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if text else None

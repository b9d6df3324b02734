"""What the sandbox bank's tests share: accounts, orders, and a clock that is moved by hand."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, select

from sandbox.core.bank import Bank
from sandbox.core.orders import Executed, Order, StandingOrder, Transfer
from sandbox.core.purposes import Purpose
from sandbox.core.storage import executions

ANTON = "DE80760700240271232400"
MAX = "DE38760700240320465700"
MARION = "DE69760700240340283600"
DORA = "DE02100100109307118603"
JOINT = "DE32760700240271232100"
ELSEWHERE = "DE23100120020123456789"


@dataclass
class Clock:
    now: datetime = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> datetime:
        return self.now

    def run(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass
class Codes:
    """Confirmation codes: code-1, code-2 and so on."""

    made: int = 0

    def __call__(self) -> str:
        self.made += 1
        return f"code-{self.made}"


def make_order(
    amount: str = "100.00",
    *,
    payment_id: str = "payment-1",
    product: str = "sepa-credit-transfers",
    debtor: str | None = ANTON,
    debtor_currency: str | None = None,
    creditor: str = ELSEWHERE,
    currency: str = "EUR",
    day: date | None = None,
) -> Order:
    return Order(
        payment_id,
        product,
        debtor,
        debtor_currency,
        (Transfer(creditor, "Creditor", Decimal(amount), currency),),
        day,
    )


def make_bulk(
    *amounts: str,
    creditors: Sequence[str] = (ELSEWHERE,),
    batch_booking: bool = False,
    **order: Any,
) -> Order:
    """A bulk of these amounts; the creditors take turns."""
    one = make_order(**order)
    (transfer,) = one.transfers
    transfers = tuple(
        replace(transfer, amount=Decimal(amount), creditor_iban=creditors[index % len(creditors)])
        for index, amount in enumerate(amounts)
    )
    return replace(one, transfers=transfers, batch_booking=batch_booking)


def make_standing(frequency: str = "Monthly", amount: str = "100.00", **when: Any) -> Order:
    """A standing order; it starts tomorrow on the clock of the tests, unless told otherwise."""
    order = {
        name: when.pop(name)
        for name in ("debtor", "creditor", "product", "payment_id")
        if name in when
    }
    start = when.pop("start", date(2026, 3, 3))
    return replace(make_order(amount, **order), standing=StandingOrder(start, frequency, **when))


def come_to_tan(
    bank: Bank,
    order: Order,
    psu_id: str = "anton.brueckner",
    *,
    authorisation_id: str = "a",
    purpose: Purpose = Purpose.PAY,
) -> None:
    """Log in, and choose the first method if there is one."""
    bank.log_in(authorisation_id, psu_id, "12345", order, purpose=purpose)
    person = bank.person(psu_id)
    if person is not None and person.methods:
        bank.select_method(authorisation_id, person.methods[0].id)


def pay(bank: Bank, order: Order, psu_id: str = "anton.brueckner") -> Executed:
    """Walk the whole way: log in, choose the first method if there is one, authorise."""
    return _authorise(bank, order, psu_id, Purpose.PAY)


def cancel(bank: Bank, order: Order, psu_id: str = "anton.brueckner") -> Executed:
    """The same way, to cancel."""
    return _authorise(bank, order, psu_id, Purpose.CANCEL)


def _authorise(bank: Bank, order: Order, psu_id: str, purpose: Purpose) -> Executed:
    authorisation_id = f"to-{purpose}-{order.payment_id}-by-{psu_id}"
    come_to_tan(bank, order, psu_id, authorisation_id=authorisation_id, purpose=purpose)
    outcome = bank.authorise(authorisation_id, order, "123456")
    assert isinstance(outcome, Executed)
    return outcome


def available(bank: Bank, psu_id: str, currency: str = "EUR") -> Decimal:
    return next(
        found.available for found in bank.accounts_of(psu_id) if found.account.currency == currency
    )


def booked(bank: Bank, psu_id: str, currency: str = "EUR") -> Decimal:
    return next(
        found.booked for found in bank.accounts_of(psu_id) if found.account.currency == currency
    )


def executions_of(bank: Bank, payment_id: str) -> Sequence[Row[Any]]:
    """What a standing order has done until now, oldest first."""
    bank.settle_due(bank._clock())
    statement = select(executions).where(executions.c.payment_id == payment_id)
    with bank._storage.reading() as connection:
        return connection.execute(statement.order_by(executions.c.nominal_day)).all()


def in_threads(*calls: Callable[[], object]) -> list[object]:
    """Run all calls at the same moment, each in its own thread; their answers in order."""
    barrier = threading.Barrier(len(calls))
    results: list[object] = [None] * len(calls)

    def run(index: int, call: Callable[[], object]) -> None:
        barrier.wait()
        results[index] = call()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results

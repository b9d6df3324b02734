"""Puts every call of the bank on record, and counts it: which, how it answered, how long it took.

What was asked and what was said stays with the two: arguments and answers hold what is secret or
the PSU's own.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, cast

from cms import metrics
from cms.domain.events import BankCall
from cms.service.events import Events
from spi.answers import Refused, Unknown
from spi.port import Connector
from spi.types import BankContext, BankDeed

CALLS: Final = tuple(name for name in dir(Connector) if not name.startswith("_"))


class _Recorded:
    """Has the methods that are put here, and no others: a bank need not be capable of all."""


def recorded(
    bank: Connector,
    events: Events,
    clock: Callable[[], datetime],
    stopwatch: Callable[[], float],
) -> Connector:
    """The same bank, with its calls put on record. `stopwatch` counts seconds."""
    proxy = _Recorded()
    for name in CALLS:
        if hasattr(bank, name):
            call = _Call(name, bank, events, clock=clock, stopwatch=stopwatch)
            setattr(proxy, name, call)
    return cast("Connector", proxy)


class _Call:
    """One method of the bank."""

    def __init__(
        self,
        name: str,
        bank: Connector,
        events: Events,
        *,
        clock: Callable[[], datetime],
        stopwatch: Callable[[], float],
    ) -> None:
        self._name = name
        self._bank = bank
        self._events = events
        self._clock = clock
        self._stopwatch = stopwatch

    def __call__(self, ctx: BankContext, subject: Any, *more: Any) -> Any:
        at, started = self._clock(), self._stopwatch()
        answer: object = Unknown("raised")
        try:
            answer = getattr(self._bank, self._name)(ctx, subject, *more)
        finally:
            took_s, said = self._stopwatch() - started, type(answer).__name__
            metrics.observe_bank_call(self._name, said, took_s)
            self._events.bank_called(
                BankCall(at, self._name, said, round(took_s * 1000, 1), _codes(answer)),
                instance_id=ctx.instance_id,
                tpp_authorisation_number=ctx.tpp.authorisation_number,
                payment_id=_payment_id(subject),
            )
        return answer


def _codes(answer: object) -> tuple[str, ...]:
    return tuple(error.code.value for error in answer.errors) if isinstance(answer, Refused) else ()


def _payment_id(subject: Any) -> str | None:
    """That of the payment which the call is about, by its first argument after the context."""
    payment = subject.payment if isinstance(subject, BankDeed) else subject
    return getattr(payment, "payment_id", None)

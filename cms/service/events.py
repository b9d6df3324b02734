"""Events: put on record with what a request changes, read by the bank, purged when they are old."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final

from cms.domain.events import BankCall, Event, EventFilter, EventType, ReceivedRequest
from cms.service.held import payment_of_tenant
from cms.store.journal import RequestInHand, bank_called_row, in_hand, taken_in_hand
from cms.store.unit_of_work import Store

Clock = Callable[[], datetime]

LONGEST_TIMELINE: Final = 1_000  # events; a TPP may have asked for a status every second


class Events:
    """The CMS's events."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    @contextmanager
    def received(self, request: ReceivedRequest) -> Iterator[str]:
        """A TPP's request, while it is answered; yields our own id of it.

        Its event, and what the bank was asked meanwhile, goes with what the request changes; when
        it changes nothing, or is refused, it is written within a fraction of a second.
        """
        now = self._clock()
        taken = RequestInHand(request, at=now, request_id=self._store.new_event_id())
        try:
            with taken_in_hand(taken):
                yield taken.request_id
        finally:
            row = taken.pending(self._store.new_event_id)
            if row is not None:
                self._store.event_writer.add(row)

    def narrow(self, event_type: EventType) -> None:
        """What the request in hand is about has become clear only now."""
        taken = in_hand()
        if taken is not None:
            taken.event_type = event_type

    def bank_called(
        self,
        call: BankCall,
        *,
        instance_id: str,
        tpp_authorisation_number: str,
        payment_id: str | None,
    ) -> None:
        """The bank was asked: for the request in hand, else by the server of its own accord."""
        taken = in_hand()
        if taken is not None:
            taken.calls.append(call)
            return
        row = bank_called_row([call], instance_id, self._store.new_event_id())
        number = {"tpp_authorisation_number": tpp_authorisation_number}
        self._store.event_writer.add({**row, "payment_id": payment_id, **number})

    def page(self, wanted: EventFilter, *, index: int, size: int) -> list[Event]:
        """Page `index`, counted from 0, of the events that fit, the oldest first.

        Raises Unknown for a payment that this tenant does not have.
        """
        with self._store.reading() as uow:
            if wanted.payment_id is not None:
                payment_of_tenant(uow, wanted.payment_id, wanted.instance_id)
            return uow.events.find(wanted, offset=index * size, limit=size)

    def of_payment(self, payment_id: str, instance_id: str) -> list[Event]:
        """The latest events of a tenant's payment, LONGEST_TIMELINE at most, the oldest first."""
        with self._store.reading() as uow:
            return uow.events.latest_of_payment(payment_id, instance_id, limit=LONGEST_TIMELINE)

    def purge(self, kept_for: timedelta, limit: int) -> int:
        """Delete at most so many of those that are older; how many. Fewer than `limit`: all."""
        before = self._clock() - kept_for
        with self._store.reading() as uow:
            tenants = list(uow.events.tenants())
        purged = 0
        for each in tenants:
            if purged < limit:
                with self._store.writing() as uow:
                    purged += uow.events.delete_before(before, each, limit=limit - purged)
        return purged

    def flush(self) -> None:
        """Write now what is waiting to be written."""
        self._store.event_writer.flush()

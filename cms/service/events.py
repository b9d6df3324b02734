"""Events: put on record with what a request changes, read by the bank."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cms.domain.events import BankCall, Event, EventFilter, EventType, ReceivedRequest
from cms.service.held import payment_of_tenant
from cms.store.journal import RequestInHand, bank_called_row, in_hand, put_down, take_in_hand
from cms.store.unit_of_work import Store

Clock = Callable[[], datetime]

# Events of one payment that are looked at together. A TPP may have asked for a status every second:
# what it only asked takes no place from what has happened.
MOST_CHANGES: Final = 1_000
MOST_READS: Final = 200


@dataclass(frozen=True, slots=True)
class EventsOfPayment:
    """The latest events of a payment, the oldest first, and of what there are older ones."""

    events: list[Event]
    reads_left_out: bool = False
    changes_left_out: bool = False


class Events:
    """The CMS's events."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def received(self, request: ReceivedRequest) -> "Received":
        """A TPP's request, while it is answered; entering gives our own id of it.

        Its event, and what the bank was asked meanwhile, goes with what the request changes; when
        it changes nothing, or is refused, it is written within a fraction of a second.
        """
        return Received(self._store, request, self._clock())

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

    def of_payment(self, payment_id: str, instance_id: str) -> EventsOfPayment:
        """The latest events of a tenant's payment: the TPP's reads, MOST_READS of them at most,
        among all others, MOST_CHANGES of them at most.
        """
        with self._store.reading() as uow:
            reads = uow.events.latest_of_payment(
                payment_id, instance_id, reads=True, limit=MOST_READS + 1
            )
            changes = uow.events.latest_of_payment(
                payment_id, instance_id, reads=False, limit=MOST_CHANGES + 1
            )
        shown = reads[-MOST_READS:] + changes[-MOST_CHANGES:]
        return EventsOfPayment(
            events=sorted(shown, key=lambda each: each.event_id),
            reads_left_out=len(reads) > MOST_READS,
            changes_left_out=len(changes) > MOST_CHANGES,
        )

    def flush(self) -> None:
        """Write now what is waiting to be written."""
        self._store.event_writer.flush()


class Received:
    """The block in which a request is answered. A class, as a generator would cost each request
    several times as much.
    """

    def __init__(self, store: Store, request: ReceivedRequest, at: datetime) -> None:
        self._store = store
        self._taken = RequestInHand(request, at=at, request_id=store.new_event_id())

    def __enter__(self) -> str:
        self._token = take_in_hand(self._taken)
        return self._taken.request_id

    def __exit__(self, *_raised: object) -> None:
        put_down(self._token)
        row = self._taken.pending(self._store.new_event_id)
        if row is not None:
            self._store.event_writer.add(row)

"""Payments: keep, find, report.

Nothing expires by being found: the bank may have executed what we believe to be unconfirmed, so
it has to agree first (`xs2a.flows.reads`, `cms.service.intents`; P8, S6).
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from cms.domain.authorisation import Authorisation
from cms.domain.authorising import ensure_replaceable
from cms.domain.errors import BeingCarriedOut, IllegalMove, KeptBefore, Unknown
from cms.domain.events import EventType
from cms.domain.kept_answer import KeptAnswer
from cms.domain.moving import move
from cms.domain.parties import Tpp
from cms.domain.payment import Payment
from cms.domain.statuses import Cause, TransactionStatus
from cms.service.held import close_authorisations, payment_of_tenant
from cms.store.inserts import NewRow
from cms.store.journal import EventRow, changed_row
from cms.store.queries.authorisations import new_authorisation_row
from cms.store.queries.idempotency import new_answer_row
from cms.store.queries.moves import new_move_row
from cms.store.queries.payments import new_payment_rows
from cms.store.unit_of_work import AlreadyThere, Store, UnitOfWork

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class NewPayment:
    """All that one initiation leaves behind, kept in one transaction."""

    payment: Payment
    body: bytes
    authorisation: Authorisation | None = None
    start_failed: bool = False  # the bank refused or failed to start the authorisation (A3)
    answer: KeptAnswer | None = None
    bank_state: NewRow | None = None  # what the bank has noted of it, sealed


class Payments:
    """The CMS's payments."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def keep(self, new: NewPayment) -> None:
        """Keep a new payment with its authorisation, the bank state, and the answer.

        Raises KeptBefore when an answer is stored under the same idempotency key already.
        """
        try:
            self._store.insert_together(
                _rows(new, self._store.new_event_id),
                payment_id=new.payment.payment_id,
                authorisation_id=new.authorisation.authorisation_id if new.authorisation else None,
            )
        except AlreadyThere as error:
            if new.answer is None:
                raise
            raise KeptBefore from error

    def find(self, payment_id: str, instance_id: str) -> Payment:
        """The payment of this tenant. Raises Unknown."""
        with self._store.reading() as uow:
            return payment_of_tenant(uow, payment_id, instance_id)

    def body(self, payment: Payment) -> bytes:
        """The bytes that the TPP sent."""
        with self._store.reading() as uow:
            return uow.payments.body(payment.payment_id)

    def replace_body(self, seen: Payment, body: bytes) -> None:
        """The bank puts another order, of the same format, in the place of the TPP's.

        Raises what `ensure_replaceable` raises.
        """
        with self._store.writing() as uow:
            payment = payment_of_tenant(uow, seen.payment_id, seen.instance_id, lock=True)
            below = uow.authorisations.of_parent(payment.payment_id)
            ensure_replaceable(payment, below, self._clock())
            before = uow.payments.body(payment.payment_id)
            uow.payments.set_body(payment, body)
            uow.events.add_all([self._replaced(payment, before, body)])

    def tpp_of(self, payment: Payment) -> Tpp:
        """The TPP that initiated the payment. Raises Unknown."""
        with self._store.reading() as uow:
            tpp = uow.tpps.find(payment.tpp_id)
        if tpp is None:
            raise Unknown
        return tpp

    def report(self, payment: Payment, status: TransactionStatus, cause: Cause) -> Payment:
        """The bank reported a status of `payment` as we had found it: keep it.

        If somebody has moved the payment since, the report may be older than that move and is
        dropped (S1); so it is while a deed is open, whose own answer counts (S4). Returns the
        payment as it is stored then. Raises AlreadyFinalised.
        """
        if payment.status is status:
            return payment
        with self._store.writing() as uow:
            held = payment_of_tenant(uow, payment.payment_id, payment.instance_id, lock=True)
            if held.status is payment.status and held.open_intent_id is None:
                with suppress(IllegalMove):  # nothing comes back to what is over: older as well
                    self._move(uow, held, cause, status)
        return held

    def set_status(
        self,
        payment_id: str,
        instance_id: str,
        status: TransactionStatus,
        *,
        cause: Cause,
    ) -> Payment:
        """Move the payment to `status` for `cause`, as its lifecycle allows.

        What is cancelled leaves nothing to authorise: whatever is open below it fails. The push
        of the ASPSP moves a finalised payment too (P1). Nobody else moves one that the bank is
        at: its answer is to find the payment as it was (S4). Raises Unknown, AlreadyFinalised,
        BeingCarriedOut or IllegalMove.
        """
        with self._store.writing() as uow:
            payment = payment_of_tenant(uow, payment_id, instance_id, lock=True)
            busy = payment.open_intent_id is not None and not payment.status.finalised
            if busy and cause is not Cause.ASPSP_PUSHED:
                raise BeingCarriedOut
            self._move(uow, payment, cause, status)
            if status is TransactionStatus.CANC:
                close_authorisations(uow, payment, Cause.PARENT_CLOSED, self._clock())
        return payment

    def _replaced(self, payment: Payment, before: bytes, after: bytes) -> EventRow:
        """The event, by which an order can be told that somebody has: nothing of it is in there."""
        described = {
            "sha256Before": sha256(before).hexdigest(),
            "sha256After": sha256(after).hexdigest(),
            "bytesBefore": len(before),
            "bytesAfter": len(after),
        }
        return changed_row(
            EventType.ORDER_REPLACED,
            self._clock(),
            described,
            instance_id=payment.instance_id,
            event_id=self._store.new_event_id(),
            payment_id=payment.payment_id,
        )

    def _move(
        self, uow: UnitOfWork, payment: Payment, cause: Cause, status: TransactionStatus
    ) -> None:
        uow.move(payment, cause, at=self._clock(), reported=status)
        if status is TransactionStatus.PATC and not payment.multilevel:  # others must follow (A10)
            payment.multilevel = True
            uow.payments.set_multilevel(payment)


def _rows(new: NewPayment, new_id: Callable[[], str]) -> list[NewRow]:
    rows = new_payment_rows(new.payment, new.body)
    if new.authorisation is not None:
        if new.start_failed:
            made = move(new.authorisation, Cause.BANK_FAILED, at=new.payment.created_at)
            rows += [new_move_row(made, new_id())] if made else []
        rows.append(new_authorisation_row(new.authorisation))
    if new.bank_state is not None:
        rows.append(new.bank_state)
    if new.answer is not None:
        rows.append(new_answer_row(new.answer, at=new.payment.created_at))
    return rows

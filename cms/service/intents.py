"""Bank intents: committed before the bank is asked to execute or cancel, settled by its answer.

Between the two the payment is held by its `open_intent_id`: nobody else asks the bank for it, it
does not expire, and no further authorisation starts (S4).
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from cms.domain.authorisation import Authorisation
from cms.domain.authorising import ensure_authorisable, ensure_cancellable, ensure_takes_part
from cms.domain.errors import AlreadyFinalised, ChangedMeanwhile, IllegalMove, Unknown
from cms.domain.intent import LONGEST_BANK_CALL, BankIntent, Deed
from cms.domain.payment import Payment
from cms.domain.statuses import NOTHING_PAID, Cause, ScaStatus, TransactionStatus
from cms.service.held import close_authorisations, payment_of_tenant
from cms.service.naming import join_psu
from cms.store.journal import deed_contradicted_row
from cms.store.unit_of_work import Store, UnitOfWork

Clock = Callable[[], datetime]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Subject:
    """A payment and, where a PSU has authorised, the authorisation; as they were seen."""

    payment: Payment
    authorisation: Authorisation | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What the bank says of a deed that it has done; `sca_status` where it names one."""

    status: TransactionStatus
    sca_status: ScaStatus | None = None


class BankIntents:
    """The CMS's bank intents."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def open(
        self, seen: Subject, deed: Deed, *, intent_id: str, sca_status: ScaStatus
    ) -> BankIntent:
        """Commit the intent. Of two requests at once one gets it; the other is refused.

        Raises ChangedMeanwhile, PsuMismatch, and what `ensure_authorisable` and
        `ensure_cancellable` raise.
        """
        now = self._clock()
        intent = BankIntent(
            intent_id=intent_id,
            payment_id=seen.payment.payment_id,
            instance_id=seen.payment.instance_id,
            deed=deed,
            sca_status=sca_status,
            created_at=now,
            resolve_from=now + LONGEST_BANK_CALL,
            authorisation_id=seen.authorisation.authorisation_id if seen.authorisation else None,
        )
        with self._store.writing() as uow:
            payment, authorisation = _locked(uow, intent)
            if authorisation is None:
                ensure_cancellable(payment)
            else:
                ensure_authorisable(payment, authorisation.kind, now)
                ensure_takes_part(payment, authorisation)
            if payment.status is not seen.payment.status:
                raise ChangedMeanwhile
            seen_at = seen.authorisation.status if seen.authorisation else None
            if authorisation is not None and authorisation.status is not seen_at:
                raise ChangedMeanwhile
            uow.intents.add(intent)
            uow.payments.set_open_intent(payment, intent.intent_id)
        return intent

    def of_payment(self, payment: Payment) -> BankIntent | None:
        """The payment's open intent, if its answer is not known yet."""
        if payment.open_intent_id is None:
            return None
        with self._store.reading() as uow:
            return uow.intents.find(payment.open_intent_id)

    def unanswered(self, intent: BankIntent) -> None:
        """The call has ended without an answer: the bank may be asked about it at once."""
        with self._store.writing() as uow:
            uow.intents.set_resolve_from(intent, self._clock())

    def done(self, intent: BankIntent, told: Told) -> Subject:
        """The bank has done it: move authorisation and payment. Returns both as stored then."""
        now = self._clock()
        with self._store.writing() as uow:
            payment, authorisation = _locked(uow, intent)
            if not self._settle(uow, payment, intent, now):
                return Subject(payment, authorisation)
            unauthorised = _unauthorised(authorisation, intent.deed, told.status)
            if authorisation is not None and not authorisation.status.finalised:
                reported = told.sca_status or intent.sca_status
                uow.move(authorisation, Cause.SCA_STEP, at=now, reported=reported)
                join_psu(uow, payment, authorisation)
            moved = _move_payment(uow, payment, intent.deed, told=told.status, now=now)
            if not moved or unauthorised:
                self._contradicted(uow, payment, intent, told=told.status, now=now)
            if payment.status is TransactionStatus.PATC:
                payment.multilevel = True
                uow.payments.set_multilevel(payment)
            if payment.status in NOTHING_PAID:
                close_authorisations(uow, payment, intent.deed.closes, now)
        return Subject(payment, authorisation)

    def not_done(self, intent: BankIntent, *, ends_authorisation: bool) -> Subject:
        """The bank has not done it and will not. With the PSU's last try, or a wrong confirmation
        code, the authorisation ends.
        """
        now = self._clock()
        with self._store.writing() as uow:
            payment, authorisation = _locked(uow, intent)
            if self._settle(uow, payment, intent, now) and authorisation and ends_authorisation:
                _end(uow, Subject(payment, authorisation), intent.deed, now)
        return Subject(payment, authorisation)

    def _settle(self, uow: UnitOfWork, payment: Payment, intent: BankIntent, now: datetime) -> bool:
        """Close the intent; False when somebody else has done so already."""
        if payment.open_intent_id != intent.intent_id:
            return False
        uow.intents.set_settled(intent, now)
        payment.open_intent_id = None
        uow.payments.set_open_intent(payment, None)
        return True

    def _contradicted(
        self,
        uow: UnitOfWork,
        payment: Payment,
        intent: BankIntent,
        *,
        told: TransactionStatus,
        now: datetime,
    ) -> None:
        """Money may have moved for a payment that is told to be off, or whose authorisation has
        failed, or the reverse: it is for the bank's people to look at.
        """
        event_id = self._store.new_event_id()
        uow.events.add_all([deed_contradicted_row(intent, told, at=now, event_id=event_id)])
        log.error(
            "payment %s stands at %s, but of the deed %s the bank says %s",
            payment.payment_id,
            payment.status.value,
            intent.deed.value,
            told.value,
        )


def _locked(uow: UnitOfWork, intent: BankIntent) -> tuple[Payment, Authorisation | None]:
    payment = payment_of_tenant(uow, intent.payment_id, intent.instance_id, lock=True)
    if intent.authorisation_id is None:
        return payment, None
    authorisation = uow.authorisations.find(intent.authorisation_id, lock=True)
    if authorisation is None:
        raise Unknown
    return payment, authorisation


def _unauthorised(authorisation: Authorisation | None, deed: Deed, told: TransactionStatus) -> bool:
    """Has the bank carried out what the TPP is told that its PSU has not authorised?"""
    failed = authorisation is not None and authorisation.status is ScaStatus.FAILED
    return failed and deed is Deed.EXECUTE and told not in NOTHING_PAID


def _move_payment(
    uow: UnitOfWork, payment: Payment, deed: Deed, *, told: TransactionStatus, now: datetime
) -> bool:
    """Whatever the bank says, its answer is settled by it. False where the payment's status stays
    and denies it: one of the two says that nothing is paid, the other that it is or will be.

    A bank that was asked to stop the payment and says otherwise is believed.
    """
    cause = deed.cause
    if deed is not Deed.EXECUTE and told is not TransactionStatus.CANC:
        cause = Cause.BANK_REPORTED
    elif deed is Deed.EXPIRE and not payment.awaits_confirmation:  # it has moved on, and is stopped
        cause = Cause.CANCELLED
    try:
        uow.move(payment, cause, at=now, reported=told)
    except (AlreadyFinalised, IllegalMove):  # the ASPSP's own push was faster, and is right (P1)
        return (told in NOTHING_PAID) is (payment.status in NOTHING_PAID)
    return True


def _end(uow: UnitOfWork, subject: Subject, deed: Deed, now: datetime) -> None:
    """The authorisation has failed; with a wrong confirmation code the payment is rejected."""
    payment, authorisation = subject.payment, subject.authorisation
    if authorisation is None or authorisation.status.finalised:
        return
    if authorisation.status is not ScaStatus.UNCONFIRMED:
        uow.move(authorisation, Cause.SCA_REFUSED, at=now)
        return
    uow.move(authorisation, Cause.CODE_WRONG, at=now)
    if deed is Deed.EXECUTE and payment.awaits_confirmation:
        uow.move(payment, Cause.CODE_WRONG, at=now, reported=TransactionStatus.RJCT)

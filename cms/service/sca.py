"""What a TPP's start and updates do to an authorisation, each in one transaction.

The bank has been asked before (S4), so every method looks again whether what was seen then still
holds, under the lock of the payment.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from cms.domain.approach import Approach
from cms.domain.authorisation import Authorisation
from cms.domain.authorising import (
    ensure_authorisable,
    ensure_cancellable,
    ensure_idle,
    ensure_not_done,
    superseded,
)
from cms.domain.errors import ChangedMeanwhile, KeptBefore
from cms.domain.kept_answer import KeptAnswer
from cms.domain.parties import PsuId
from cms.domain.payment import CancellationRequest, Payment
from cms.domain.statuses import Cause, ScaStatus
from cms.service.held import close_authorisations, held, join_psu, payment_of_tenant
from cms.store.unit_of_work import Store, UnitOfWork

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class ScaStep:
    """One move of an authorisation, and what is known of it since."""

    status: ScaStatus
    cause: Cause = Cause.SCA_STEP
    psu: PsuId | None = None
    method_id: str | None = None
    approach: Approach | None = None


class Sca:
    """Authorisations as the TPP drives them."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def start(
        self,
        new: Authorisation,
        *,
        answer: KeptAnswer | None = None,
        cancellation: CancellationRequest | None = None,
    ) -> Payment:
        """Keep a new authorisation; earlier open ones of the same PSU fail (A11).

        `cancellation` comes with the implicit start by a DELETE. Returns its payment.
        Raises what `ensure_authorisable` and `ensure_not_done` raise, and KeptBefore when an
        answer is stored under the same idempotency key already.
        """
        now = self._clock()
        with self._store.writing() as uow:
            payment = payment_of_tenant(uow, new.parent_id, new.instance_id, lock=True)
            if cancellation is not None:
                _set_cancellation(uow, payment, cancellation)
            ensure_authorisable(payment, new.kind, now)
            earlier = uow.authorisations.of_parent(payment.payment_id)
            ensure_not_done(new.psu, new.kind, earlier)
            end_earlier(uow, new, earlier, now)
            uow.authorisations.add(new)
            join_psu(uow, payment, new)
            if answer is not None:
                _remember(uow, answer, now)
        return payment

    def keep_failed_start(self, new: Authorisation) -> None:
        """The bank refused or failed the start: it stays on record as failed (A3)."""
        with self._store.writing() as uow:
            uow.authorisations.add(new)
            uow.move(new, Cause.BANK_FAILED, at=self._clock())

    def remember(self, answer: KeptAnswer) -> None:
        """Keep the answer to a start that took further steps. Raises KeptBefore."""
        with self._store.writing() as uow:
            _remember(uow, answer, self._clock())

    def take(self, seen: Authorisation, step: ScaStep) -> tuple[Payment, Authorisation]:
        """Take a step from the status that was seen.

        Raises ChangedMeanwhile when somebody else was faster (S1), and what
        `ensure_authorisable` raises when there is nothing left to authorise.
        """
        now = self._clock()
        with held(self._store, seen) as (uow, payment, authorisation):
            if authorisation.status is not seen.status:
                raise ChangedMeanwhile
            ensure_authorisable(payment, authorisation.kind, now)
            if step.psu is not None:
                self._name(uow, payment, authorisation, step.psu)
            if step.method_id is not None:
                authorisation.authentication_method_id = step.method_id
                uow.authorisations.set_method(authorisation, step.method_id)
            if step.approach is not None:
                authorisation.sca_approach = step.approach
                uow.authorisations.set_approach(authorisation, step.approach)
            uow.move(authorisation, step.cause, at=now, reported=step.status)
        return payment, authorisation

    def fail(self, seen: Authorisation, cause: Cause) -> Authorisation:
        """The authorisation has failed, unless it came to another end meanwhile.

        Raises BeingCarriedOut while the bank may be acting on it.
        """
        with held(self._store, seen) as (uow, payment, authorisation):
            ensure_idle(payment)
            if authorisation.status is seen.status and not authorisation.status.finalised:
                uow.move(authorisation, cause, at=self._clock())
        return authorisation

    def request_cancellation(self, seen: Payment, request: CancellationRequest) -> Payment:
        """A DELETE asks for the PSU, who is to be brought by a further call (P6).

        Raises CancellationOfFinalised and BeingCarriedOut.
        """
        with self._store.writing() as uow:
            payment = payment_of_tenant(uow, seen.payment_id, seen.instance_id, lock=True)
            ensure_cancellable(payment)
            _set_cancellation(uow, payment, request)
        return payment

    def close_all(self, seen: Payment) -> None:
        """Nothing is left to authorise: the bank says that the payment is cancelled."""
        with self._store.writing() as uow:
            payment = payment_of_tenant(uow, seen.payment_id, seen.instance_id, lock=True)
            close_authorisations(uow, payment, self._clock())

    def _name(
        self, uow: UnitOfWork, payment: Payment, authorisation: Authorisation, psu: PsuId
    ) -> None:
        earlier = uow.authorisations.of_parent(payment.payment_id)
        ensure_not_done(psu, authorisation.kind, earlier)
        authorisation.psu = psu
        uow.authorisations.set_psu(authorisation, psu)
        end_earlier(uow, authorisation, earlier, self._clock())
        join_psu(uow, payment, authorisation)


def end_earlier(
    uow: UnitOfWork, new: Authorisation, earlier: list[Authorisation], now: datetime
) -> None:
    """Fail the other open authorisations of the same PSU; their links lead nowhere (A11)."""
    for each in superseded(new.psu, new.kind, earlier):
        if each.authorisation_id != new.authorisation_id:
            uow.move(each, Cause.SUPERSEDED, at=now)
            uow.authorisations.end_link(each, now)


def _set_cancellation(uow: UnitOfWork, payment: Payment, request: CancellationRequest) -> None:
    payment.cancellation = request
    uow.payments.set_cancellation(payment, request)


def _remember(uow: UnitOfWork, answer: KeptAnswer, now: datetime) -> None:
    if uow.idempotency.find(answer.request_key) is not None:
        raise KeptBefore
    uow.idempotency.add(answer, now)

"""What a TPP's start and updates do to an authorisation, each in one transaction.

The bank has been asked before (S4), so every method looks again whether what was seen then still
holds, under the lock of the payment.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from cms.domain.approach import Approach
from cms.domain.authorisation import Authorisation
from cms.domain.authorising import (
    ensure_authorisable,
    ensure_cancellable,
    ensure_idle,
    ensure_not_done,
    ensure_room,
    ensure_takes_part,
)
from cms.domain.errors import ChangedMeanwhile, IllegalMove, KeptBefore
from cms.domain.kept_answer import KeptAnswer
from cms.domain.parties import PsuId
from cms.domain.payment import CancellationRequest, Payment
from cms.domain.statuses import Cause, ScaStatus
from cms.service.held import close_authorisations, held, payment_of_tenant
from cms.service.naming import end_earlier, join_psu, name_psu
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
            ensure_room(new.kind, earlier)
            ensure_not_done(new.psu, new.kind, earlier)
            ensure_takes_part(payment, new)
            end_earlier(uow, new, earlier, now)
            uow.authorisations.add(new)
            if answer is not None:
                _remember(uow, answer, now)
        return payment

    def started(
        self,
        new: Authorisation,
        *,
        approach: Approach | None,
        status: ScaStatus | None,
        link_until: datetime,
    ) -> Authorisation:
        """The bank is ready, and may have chosen another approach or status.

        A PSU whom it has asked on a device takes part from now on. `link_until` is how long the
        PSU may come by the approach that it is now.
        """
        with held(self._store, new) as (uow, payment, authorisation):
            if approach is not None and approach is not authorisation.sca_approach:
                authorisation.sca_approach = approach
                uow.authorisations.set_approach(authorisation, approach)
                authorisation.redirect_expires_at = link_until
                uow.authorisations.set_link_end(authorisation, link_until)
            if status is not None and not authorisation.status.finalised:
                with suppress(IllegalMove):  # a bank that has not begun knows less than we do
                    now = self._clock()
                    uow.move(authorisation, Cause.BANK_REPORTED, at=now, reported=status)
            if authorisation.sca_approach.needs_psu:
                join_psu(uow, payment, authorisation)
        return authorisation

    def start_failed(self, new: Authorisation, answer: KeptAnswer | None = None) -> None:
        """The bank refused the start: it stays on record as failed (A3). Errors are not kept."""
        with held(self._store, new) as (uow, _, authorisation):
            if not authorisation.status.finalised:
                uow.move(authorisation, Cause.BANK_FAILED, at=self._clock())
            if answer is not None:
                uow.idempotency.forget(answer)

    def remember(self, answer: KeptAnswer) -> None:
        """A start went on after its answer was kept: this is what there is to be told again."""
        with self._store.writing() as uow:
            uow.idempotency.replace(answer)

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
                name_psu(uow, payment, authorisation, psu=step.psu, now=now)
            if step.method_id is not None:
                authorisation.authentication_method_id = step.method_id
                uow.authorisations.set_method(authorisation, step.method_id)
            if step.approach is not None:
                authorisation.sca_approach = step.approach
                uow.authorisations.set_approach(authorisation, step.approach)
            uow.move(authorisation, step.cause, at=now, reported=step.status)
            ensure_takes_part(payment, authorisation)
            if authorisation.status is not ScaStatus.PSU_IDENTIFIED:  # beyond a mere claim
                join_psu(uow, payment, authorisation)
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
            close_authorisations(uow, payment, Cause.PARENT_CLOSED, self._clock())


def _set_cancellation(uow: UnitOfWork, payment: Payment, request: CancellationRequest) -> None:
    payment.cancellation = request
    uow.payments.set_cancellation(payment, request)


def _remember(uow: UnitOfWork, answer: KeptAnswer, now: datetime) -> None:
    if uow.idempotency.find(answer.request_key) is not None:
        raise KeptBefore
    uow.idempotency.add(answer, now)

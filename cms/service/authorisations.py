"""Authorisations of payments: found by the PSU's link, moved by the online banking."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime

from cms.domain.authorisation import Authorisation, AuthorisationKind
from cms.domain.authorising import ensure_authorisable, ensure_idle, ensure_same_psu
from cms.domain.confirmation import hashed_code
from cms.domain.errors import IllegalMove, LinkExpired, Malformed, PsuMismatch, Unknown
from cms.domain.events import EventType
from cms.domain.expiry import lapsed_by, report_too_late, visit_too_late
from cms.domain.moving import ensure_open
from cms.domain.parties import PsuId, Tpp
from cms.domain.payment import Payment
from cms.domain.statuses import Cause, ScaStatus
from cms.service.held import authorisation_of_tenant, held, payment_of_tenant
from cms.service.naming import join_psu, name_psu
from cms.store.journal import EventRow, changed_row
from cms.store.unit_of_work import Store, UnitOfWork

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Visit:
    """What the online banking learns when a PSU arrives by the redirect link."""

    authorisation: Authorisation
    payment: Payment
    body: bytes
    tpp: Tpp


@dataclass(frozen=True, slots=True)
class ScaReport:
    """How far the PSU has come, as the online banking tells it."""

    status: ScaStatus
    psu: PsuId
    authentication_method_id: str | None = None
    confirmation_code: str | None = field(default=None, repr=False)


class Authorisations:
    """The CMS's authorisations of payments."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def of_payment(self, payment: Payment, kind: AuthorisationKind) -> list[Authorisation]:
        """The authorisations of the payment, or of its cancellation, oldest first."""
        return [each for each in self.all_of(payment) if each.kind is kind]

    def all_of(self, payment: Payment) -> list[Authorisation]:
        """All authorisations below the payment, oldest first."""
        with self._store.reading() as uow:
            return uow.authorisations.of_parent(payment.payment_id)

    def find(self, authorisation_id: str, instance_id: str) -> Authorisation:
        """The authorisation of this tenant. Raises Unknown."""
        with self._store.reading() as uow:
            return authorisation_of_tenant(uow, authorisation_id, instance_id)

    def lapsed(self, found: Authorisation) -> Authorisation:
        """As it is now: what time has ended has failed, unless the bank is acting on its payment.

        Whoever tells somebody how far an authorisation has come asks here first.
        """
        if lapsed_by(found, self._clock()) is None:
            return found
        with held(self._store, found) as (uow, payment, authorisation):
            now = self._clock()
            cause = lapsed_by(authorisation, now)
            if cause is not None and payment.open_intent_id is None:
                uow.move(authorisation, cause, at=now)
        return authorisation

    def below(
        self, payment: Payment, authorisation_id: str, kind: AuthorisationKind
    ) -> Authorisation:
        """The authorisation, which must be one of this payment's and kind. Raises Unknown."""
        authorisation = self.find(authorisation_id, payment.instance_id)
        if authorisation.parent_id != payment.payment_id or authorisation.kind is not kind:
            raise Unknown
        return authorisation

    def visit(self, redirect_id: str, instance_id: str, kind: AuthorisationKind) -> Visit:
        """A PSU came by the link to authorise a payment, or its cancellation.

        Raises Unknown; or LinkExpired, which fails the authorisation, also when its own time or
        the payment's (P8) is over: the online banking asks here before it executes.
        """
        now = self._clock()
        with self._store.reading() as uow:
            authorisation = authorisation_of_tenant(uow, redirect_id, instance_id)
            if authorisation.kind is not kind:
                raise Unknown
            payment = payment_of_tenant(uow, authorisation.parent_id, instance_id)
            tpp = uow.tpps.find(payment.tpp_id)
            body = uow.payments.body(payment.payment_id)
        if visit_too_late(payment, authorisation, now):
            self._fail_expired_link(authorisation)
            raise LinkExpired(authorisation.redirect_uris.nok)
        if tpp is None:
            raise Unknown
        return Visit(authorisation, payment, body, tpp)

    def name_psu(self, authorisation_id: str, instance_id: str, psu: PsuId) -> None:
        """The online banking knows the PSU now: of the authorisation and of the payment.

        Other open authorisations of this PSU fail (A11). Nobody joins a payment that has nothing
        left to authorise (P1, P3); who is known to it already may be named again. Raises Malformed
        without a PSU-ID, Unknown, LinkExpired, AlreadyFinalised, PsuMismatch, PsuHasAuthorised,
        and what `ensure_authorisable` raises.
        """
        if psu.empty:
            raise Malformed("psuId is missing.", path="psuId")
        now = self._clock()
        with self._held(authorisation_id, instance_id) as (uow, payment, authorisation):
            ensure_open(authorisation)
            ensure_open(payment)
            ensure_idle(payment)
            ensure_same_psu(authorisation, psu)
            earlier, before = authorisation.psu, payment.psus
            if psu != earlier or psu not in before:
                ensure_authorisable(payment, authorisation.kind, now)
            name_psu(uow, payment, authorisation, psu=psu, now=now)
            join_psu(uow, payment, authorisation)
            joined = payment.psus != before
            if joined or psu != earlier:
                replaced = earlier is not None and psu != earlier
                event = self._psu_named(authorisation, replaced=replaced, joined=joined)
                uow.events.add_all([event])

    def report(
        self, payment_id: str, authorisation_id: str, instance_id: str, told: ScaReport
    ) -> Authorisation:
        """The online banking tells how far the PSU has come.

        The authorisation must be this payment's and the PSU one of the payment's. While the bank
        is at the payment, its answer is to find the authorisation as it was (S4). Raises Unknown,
        PsuMismatch, LinkExpired, AlreadyFinalised, BeingCarriedOut.
        """
        code_hash = None
        if told.confirmation_code and told.status is ScaStatus.UNCONFIRMED:  # outside of the lock
            code_hash = hashed_code(authorisation_id, told.confirmation_code)
        with self._held(authorisation_id, instance_id) as (uow, payment, authorisation):
            if payment.payment_id != payment_id:
                raise Unknown
            if not any(told.psu.same_as(each) for each in payment.psus):
                raise PsuMismatch
            ensure_open(authorisation)
            ensure_idle(payment)
            cause = Cause.ONLINE_BANKING_REPORTED
            uow.move(authorisation, cause, at=self._clock(), reported=told.status)
            if told.authentication_method_id is not None:
                uow.authorisations.set_method(authorisation, told.authentication_method_id)
            if code_hash is not None:
                uow.authorisations.expect_code(authorisation, code_hash)
        return authorisation

    def bank_reports(self, seen: Authorisation, status: ScaStatus) -> Authorisation:
        """The bank answered with a status of its own: keep it, unless ours is finalised.

        While a deed is open it is dropped: the deed's own answer counts (S4).
        """
        with held(self._store, seen) as (uow, payment, authorisation):
            # Somebody may have moved it since it was seen: then the report is older (S1).
            as_seen = authorisation.status is seen.status and payment.open_intent_id is None
            if as_seen and not authorisation.status.finalised:
                with suppress(IllegalMove):  # so is one that goes back to the beginning
                    uow.move(authorisation, Cause.BANK_REPORTED, at=self._clock(), reported=status)
        return authorisation

    def _psu_named(self, authorisation: Authorisation, *, replaced: bool, joined: bool) -> EventRow:
        """The event that the online banking has said who the PSU is. It says not who."""
        return changed_row(
            EventType.PSU_NAMED,
            self._clock(),
            {"replaced": replaced, "joined": joined},
            instance_id=authorisation.instance_id,
            event_id=self._store.new_event_id(),
            payment_id=authorisation.payment_id,
            authorisation_id=authorisation.authorisation_id,
        )

    @contextmanager
    def _held(
        self, authorisation_id: str, instance_id: str
    ) -> Iterator[tuple[UnitOfWork, Payment, Authorisation]]:
        """Held for the online banking, which comes too late for an expired authorisation."""
        found = self.find(authorisation_id, instance_id)
        with held(self._store, found) as (uow, payment, authorisation):
            if report_too_late(authorisation, self._clock()):
                raise LinkExpired(authorisation.redirect_uris.nok)
            yield uow, payment, authorisation

    def _fail_expired_link(self, found: Authorisation) -> None:
        with held(self._store, found) as (uow, payment, authorisation):
            # Who has come back too late after all was done spoils nothing: the TPP may confirm yet.
            done = authorisation.status.finalised or authorisation.status is ScaStatus.UNCONFIRMED
            if not done and payment.open_intent_id is None:
                uow.move(authorisation, Cause.REDIRECT_EXPIRED, at=self._clock())

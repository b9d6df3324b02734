"""Authorisations of payments: found by the PSU's link, moved by the online banking."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from cms.domain.authorisation import Authorisation
from cms.domain.errors import LinkExpired, Malformed, PsuMismatch, Unknown
from cms.domain.expiry import (
    authorisation_expired,
    confirmation_overdue,
    redirect_link_expired,
)
from cms.domain.ids import known_form
from cms.domain.moving import ensure_open
from cms.domain.parties import PsuId, Tpp
from cms.domain.payment import Payment
from cms.domain.statuses import Cause, ScaStatus
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


class Authorisations:
    """The CMS's authorisations of payments."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def of_payment(self, payment: Payment) -> list[Authorisation]:
        """The initiation's authorisations, oldest first."""
        with self._store.reading() as uow:
            return uow.authorisations.of_parent(payment.payment_id)

    def find(self, authorisation_id: str, instance_id: str) -> Authorisation:
        """The authorisation of this tenant. Raises Unknown."""
        with self._store.reading() as uow:
            return _of_tenant(uow, authorisation_id, instance_id)

    def below(self, payment: Payment, authorisation_id: str) -> Authorisation:
        """The authorisation, which must be one of this payment's. Raises Unknown."""
        authorisation = self.find(authorisation_id, payment.instance_id)
        if authorisation.parent_id != payment.payment_id:
            raise Unknown
        return authorisation

    def visit(self, redirect_id: str, instance_id: str) -> Visit:
        """A PSU came by the link.

        Raises Unknown; or LinkExpired, which fails the authorisation, also when its own time or
        the payment's (P8) is over: the online banking asks here before it executes.
        """
        now = self._clock()
        with self._store.reading() as uow:
            authorisation = _of_tenant(uow, redirect_id, instance_id)
            payment = _parent(uow, authorisation)
            tpp = uow.tpps.find(payment.tpp_id)
            body = uow.payments.body(payment.payment_id)
        if (
            redirect_link_expired(authorisation, now)
            or authorisation_expired(authorisation, now)
            or confirmation_overdue(payment, now)
        ):
            self._fail_expired_link(authorisation)
            raise LinkExpired(authorisation.redirect_uris.nok)
        if tpp is None:
            raise Unknown
        return Visit(authorisation, payment, body, tpp)

    def name_psu(self, authorisation_id: str, instance_id: str, psu: PsuId) -> None:
        """The online banking knows the PSU now: of the authorisation and of the payment.

        Raises Malformed without a PSU-ID, Unknown, LinkExpired, AlreadyFinalised.
        """
        if psu.empty:
            raise Malformed("psuId is missing.", path="psuId")
        with self._held(authorisation_id, instance_id) as (uow, payment, authorisation):
            ensure_open(authorisation)
            uow.authorisations.set_psu(authorisation, psu)
            if not any(psu.same_as(each) for each in payment.psus):
                joined = replace(payment, psus=(*payment.psus, psu))
                uow.payments.add_psu(joined, psu)

    def report(
        self, payment_id: str, authorisation_id: str, instance_id: str, told: ScaReport
    ) -> Authorisation:
        """The online banking tells how far the PSU has come.

        The authorisation must be this payment's and the PSU one of the payment's. Raises
        Unknown, PsuMismatch, LinkExpired, AlreadyFinalised.
        """
        with self._held(authorisation_id, instance_id) as (uow, payment, authorisation):
            if payment.payment_id != payment_id:
                raise Unknown
            if not any(told.psu.same_as(each) for each in payment.psus):
                raise PsuMismatch
            cause = Cause.ONLINE_BANKING_REPORTED
            uow.move(authorisation, cause, at=self._clock(), reported=told.status)
            if told.authentication_method_id is not None:
                uow.authorisations.set_method(authorisation, told.authentication_method_id)
        return authorisation

    def bank_reports(self, authorisation: Authorisation, status: ScaStatus) -> Authorisation:
        """The bank answered with a status of its own: keep it, unless ours is finalised."""
        with self._store.writing() as uow:
            held = uow.authorisations.find(authorisation.authorisation_id, lock=True)
            if held is None:
                raise Unknown
            if held.status is authorisation.status:  # else somebody has moved it since (S1)
                uow.move(held, Cause.BANK_REPORTED, at=self._clock(), reported=status)
        return held

    @contextmanager
    def _held(
        self, authorisation_id: str, instance_id: str
    ) -> Iterator[tuple[UnitOfWork, Payment, Authorisation]]:
        """The payment and its authorisation, both locked, in this order for every writer."""
        found = self.find(authorisation_id, instance_id)
        with self._store.writing() as uow:
            payment = _parent(uow, found, lock=True)
            authorisation = uow.authorisations.find(authorisation_id, lock=True)
            if authorisation is None:
                raise Unknown
            if authorisation_expired(authorisation, self._clock()):
                raise LinkExpired(authorisation.redirect_uris.nok)
            yield uow, payment, authorisation

    def _fail_expired_link(self, found: Authorisation) -> None:
        with self._store.writing() as uow:
            authorisation = uow.authorisations.find(found.authorisation_id, lock=True)
            if authorisation is not None and not authorisation.status.finalised:
                uow.move(authorisation, Cause.REDIRECT_EXPIRED, at=self._clock())


def _of_tenant(uow: UnitOfWork, authorisation_id: str, instance_id: str) -> Authorisation:
    authorisation = uow.authorisations.find(known_form(authorisation_id))
    if authorisation is None or authorisation.instance_id != instance_id:
        raise Unknown
    return authorisation


def _parent(uow: UnitOfWork, authorisation: Authorisation, *, lock: bool = False) -> Payment:
    payment = uow.payments.find(authorisation.parent_id, lock=lock)
    if payment is None:
        raise Unknown
    return payment

"""A payment and one of its authorisations, found or held against other writers."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from cms import log_lines
from cms.domain.authorisation import Authorisation
from cms.domain.errors import Unknown
from cms.domain.ids import known_form
from cms.domain.payment import Payment
from cms.domain.statuses import Cause
from cms.store.unit_of_work import Store, UnitOfWork


def payment_of_tenant(
    uow: UnitOfWork, payment_id: str, instance_id: str, *, lock: bool = False
) -> Payment:
    """The payment of this tenant. Raises Unknown."""
    payment = uow.payments.find(known_form(payment_id), lock=lock)
    if payment is None or payment.instance_id != instance_id:
        raise Unknown
    log_lines.know(payment_id=payment.payment_id)
    return payment


def authorisation_of_tenant(
    uow: UnitOfWork, authorisation_id: str, instance_id: str
) -> Authorisation:
    """The authorisation of this tenant. Raises Unknown."""
    authorisation = uow.authorisations.find(known_form(authorisation_id))
    if authorisation is None or authorisation.instance_id != instance_id:
        raise Unknown
    log_lines.know(authorisation_id=authorisation.authorisation_id)
    return authorisation


@contextmanager
def held(
    store: Store, authorisation: Authorisation
) -> Iterator[tuple[UnitOfWork, Payment, Authorisation]]:
    """Both as they are now and locked, payment first: in this order for every writer."""
    with store.writing() as uow:
        payment = uow.payments.find(authorisation.parent_id, lock=True)
        locked = uow.authorisations.find(authorisation.authorisation_id, lock=True)
        if payment is None or locked is None:
            raise Unknown
        yield uow, payment, locked


def close_authorisations(uow: UnitOfWork, payment: Payment, cause: Cause, now: datetime) -> None:
    """The payment has ended: what is still open below it has nothing left to authorise."""
    for each in uow.authorisations.of_parent(payment.payment_id):
        if not each.status.finalised:
            uow.move(each, cause, at=now)

"""Who the PSU of an authorisation is, and what follows when that becomes known."""

from datetime import datetime

from cms.domain.authorisation import Authorisation
from cms.domain.authorising import ensure_not_done, superseded
from cms.domain.parties import PsuId
from cms.domain.payment import Payment
from cms.domain.statuses import Cause
from cms.store.unit_of_work import UnitOfWork


def name_psu(
    uow: UnitOfWork, payment: Payment, authorisation: Authorisation, *, psu: PsuId, now: datetime
) -> None:
    """The PSU of this authorisation is known, or claimed. Raises PsuHasAuthorised."""
    earlier = uow.authorisations.of_parent(payment.payment_id)
    ensure_not_done(psu, authorisation.kind, earlier)
    authorisation.psu = psu
    uow.authorisations.set_psu(authorisation, psu)
    end_earlier(uow, authorisation, earlier, now)


def join_psu(uow: UnitOfWork, payment: Payment, authorisation: Authorisation) -> None:
    """The authorisation's PSU takes part in the payment from now on: the bank knows who it is.

    A mere claim of the TPP must not lock out the PSU whose payment it is. Whoever cancels does
    not join.
    """
    psu = authorisation.psu
    if psu is None or not authorisation.kind.joins_psu:
        return
    if not any(psu.same_as(each) for each in payment.psus):
        payment.psus = (*payment.psus, psu)
        uow.payments.add_psu(payment, psu)


def end_earlier(
    uow: UnitOfWork, new: Authorisation, earlier: list[Authorisation], now: datetime
) -> None:
    """Fail the other open authorisations of the same PSU; their links lead nowhere (A11)."""
    for each in superseded(new.psu, new.kind, earlier):
        if each.authorisation_id != new.authorisation_id:
            uow.move(each, Cause.SUPERSEDED, at=now)
            uow.authorisations.set_link_end(each, now)

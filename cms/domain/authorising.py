"""May something be authorised now? The rules of the finalised statuses for authorisations.

They are asked twice: before the bank is, and again in the transaction that stores its answer.
"""

from datetime import datetime

from cms.domain.authorisation import Authorisation, AuthorisationKind
from cms.domain.errors import (
    BeingCarriedOut,
    CancellationNotRequested,
    CancellationOfFinalised,
    ConfirmationOverdue,
    NothingToAuthorise,
    OrderBeingAuthorised,
    PsuHasAuthorised,
    PsuMismatch,
    TooManyAuthorisations,
)
from cms.domain.expiry import confirmation_overdue
from cms.domain.moving import ensure_open
from cms.domain.parties import PsuId
from cms.domain.payment import Payment
from cms.domain.statuses import NOTHING_PAID, Cause, ScaStatus, TransactionStatus

MOST_AUTHORISATIONS = 25  # of one payment, or of its cancellation
DONE = frozenset({ScaStatus.FINALISED, ScaStatus.EXEMPTED})
# In these nobody has proved to be the PSU.
_ONLY_CLAIMED = frozenset({ScaStatus.RECEIVED, ScaStatus.PSU_IDENTIFIED})
# In these the bank may know the PSU, but has not yet asked for a code that is tied to the order.
_BEFORE_THE_CODE = _ONLY_CLAIMED | {ScaStatus.PSU_AUTHENTICATED}


def ensure_not_expired(payment: Payment, now: datetime) -> None:
    """Raises ConfirmationOverdue when the payment's time ran out, or is over by `now` (P2)."""
    if payment.status_cause is Cause.TIME_RAN_OUT or confirmation_overdue(payment, now):
        raise ConfirmationOverdue


def ensure_cancellable(payment: Payment) -> None:
    """Raises CancellationOfFinalised (P4), or BeingCarriedOut."""
    if payment.status.finalised:
        raise CancellationOfFinalised
    ensure_idle(payment)


def ensure_authorisable(payment: Payment, kind: AuthorisationKind, now: datetime) -> None:
    """Is there something left to authorise?

    Raises, for the payment itself, ConfirmationOverdue (P2) and NothingToAuthorise (P3); for its
    cancellation CancellationOfFinalised (P4) and CancellationNotRequested (P7); BeingCarriedOut.
    """
    if kind is AuthorisationKind.PIS_CANCELLATION:
        ensure_cancellable(payment)
        if payment.cancellation is None:
            raise CancellationNotRequested
        return
    ensure_not_expired(payment, now)
    if not payment.awaits_confirmation:
        raise NothingToAuthorise
    ensure_idle(payment)


def is_authorised(payment: Payment, below: list[Authorisation]) -> bool:
    """Is it authorised, by whichever authorisation, so that no PSU has to come by any other one?

    Not what was rejected or cancelled. One PSU is enough, also before the bank has said what it
    makes of it, unless several have to.
    """
    if payment.status in NOTHING_PAID:
        return False
    if not payment.awaits_confirmation:
        return True
    several = payment.multilevel or payment.status is TransactionStatus.PATC
    return not several and any(each.kind.joins_psu and each.authorised for each in below)


def ensure_replaceable(payment: Payment, below: list[Authorisation], now: datetime) -> None:
    """May the bank put another order in the place of the TPP's? A PSU authorises what it saw.

    So not once a code may be tied to the order, nor while a PSU authorises at the TPP's or on a
    device, where the bank's pages do not show it the new order. Raises AlreadyFinalised,
    OrderBeingAuthorised, ConfirmationOverdue, NothingToAuthorise and BeingCarriedOut.
    """
    ensure_open(payment)
    ensure_authorisable(payment, AuthorisationKind.PIS_CREATION, now)
    if payment.status is TransactionStatus.PATC or any(_ties_order(each) for each in below):
        raise OrderBeingAuthorised


def _ties_order(authorisation: Authorisation) -> bool:
    if authorisation.kind is not AuthorisationKind.PIS_CREATION:
        return False
    if authorisation.status is ScaStatus.FAILED:
        return False
    at_the_bank = authorisation.sca_approach.psu_leaves
    return not (at_the_bank and authorisation.status in _BEFORE_THE_CODE)


def ensure_room(kind: AuthorisationKind, earlier: list[Authorisation]) -> None:
    """Raises TooManyAuthorisations: neither guesses at passwords nor rows may grow for ever."""
    if sum(each.kind is kind for each in earlier) >= MOST_AUTHORISATIONS:
        raise TooManyAuthorisations


def ensure_not_done(
    psu: PsuId | None, kind: AuthorisationKind, earlier: list[Authorisation]
) -> None:
    """Raises PsuHasAuthorised: nobody authorises the same thing twice."""
    for each in earlier:
        if each.kind is kind and each.status in DONE and _same(psu, each.psu):
            raise PsuHasAuthorised


def takes_part(payment: Payment, kind: AuthorisationKind, psu: PsuId) -> bool:
    """May this PSU authorise? Further PSUs join only where several have to (spec: PSU matching)."""
    if not payment.psus or (kind.joins_psu and payment.multilevel):
        return True
    return any(psu.same_as(each) for each in payment.psus)


def ensure_takes_part(payment: Payment, authorisation: Authorisation) -> None:
    """Raises PsuMismatch for a PSU who is not, and cannot become, one of the payment's."""
    psu = authorisation.psu
    if psu is not None and not takes_part(payment, authorisation.kind, psu):
        raise PsuMismatch


def ensure_same_psu(authorisation: Authorisation, psu: PsuId) -> None:
    """Raises PsuMismatch where another PSU has authenticated: its steps are not this one's."""
    known = authorisation.psu
    if authorisation.status in _ONLY_CLAIMED or known is None or psu.same_as(known):
        return
    raise PsuMismatch


def superseded(
    psu: PsuId | None, kind: AuthorisationKind, earlier: list[Authorisation]
) -> list[Authorisation]:
    """The open authorisations that end because the same PSU starts another one (A11)."""
    return [
        each
        for each in earlier
        if each.kind is kind and not each.status.finalised and _same(psu, each.psu)
    ]


def _same(one: PsuId | None, other: PsuId | None) -> bool:
    return one is not None and other is not None and one.same_as(other)


def ensure_idle(payment: Payment) -> None:
    """Raises BeingCarriedOut while the bank has been asked and its answer is not stored."""
    if payment.open_intent_id is not None:
        raise BeingCarriedOut

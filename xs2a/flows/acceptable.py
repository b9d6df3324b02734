"""Is an update accepted where the authorisation stands? Asked before the bank is."""

from datetime import datetime

from cms.domain.authorisation import Authorisation
from cms.domain.authorising import ensure_authorisable, ensure_not_expired, takes_part
from cms.domain.payment import Payment
from cms.domain.statuses import TransactionStatus
from xs2a.errors import CodeNotAccepted, OtherPsu, PsuNotNamed
from xs2a.flows.evidence import Progress, PsuUpdate
from xs2a.flows.parts import TppContext
from xs2a.sca.steps import Place, Update, find_step, refusal_of, refusal_row


def place_of(ctx: TppContext, authorisation: Authorisation) -> Place:
    """Where the authorisation stands, for the step table."""
    return Place(
        authorisation.sca_approach,
        authorisation.status,
        ctx.profile.common.authorisation_confirmation_request_mandated,
    )


def ensure_acceptable(ctx: TppContext, at: Progress, sent: PsuUpdate, now: datetime) -> None:
    """Raises the refusal of the step table (A6) where there is no step, ConfirmationOverdue for a
    payment whose time ran out, CodeNotAccepted for the code of a rejected one, and PsuNotNamed
    and OtherPsu (A4), and what `ensure_authorisable` raises. Nothing changes by it.
    """
    payment, authorisation = at.payment, at.authorisation
    place = place_of(ctx, authorisation)
    step = find_step(place, sent.updates)
    row = None if step else refusal_row(place, sent.updates)
    if row is not None and row.before_psu:
        raise row.refusal
    if authorisation.kind.joins_psu:
        _ensure_payment_alive(payment, place, sent, now)
    _ensure_psu(ctx, payment, authorisation)
    if row is not None:
        raise refusal_of(place, row)
    ensure_authorisable(payment, authorisation.kind, now)


def _ensure_payment_alive(payment: Payment, place: Place, sent: PsuUpdate, now: datetime) -> None:
    confirms = place.confirmation_mandated and Update.CONFIRMATION in sent.updates
    if confirms and payment.status is TransactionStatus.RJCT:
        raise CodeNotAccepted
    ensure_not_expired(payment, now)


def _ensure_psu(ctx: TppContext, payment: Payment, authorisation: Authorisation) -> None:
    named, known = ctx.psu, authorisation.psu
    if named is None and known is None:
        raise PsuNotNamed
    if named is None:
        return
    if known is not None and not named.same_as(known):
        raise OtherPsu
    if known is None and not takes_part(payment, authorisation.kind, named):
        raise OtherPsu

"""Cancellation of a payment: at once, or after the PSU has agreed (P4-P6)."""

from dataclasses import dataclass

from cms.domain.approach import Approach
from cms.domain.authorisation import Authorisation, AuthorisationKind
from cms.domain.authorising import ensure_cancellable
from cms.domain.intent import Deed
from cms.domain.payment import CancellationRequest, Payment, RedirectUris
from cms.domain.statuses import Cause, TransactionStatus
from cms.service.intents import Subject
from spi.types import CancellationBegun, NoScaNeeded, NotAuthorised, TppNote
from xs2a.flows.bank import demand
from xs2a.flows.deeds import Request, carry_out
from xs2a.flows.opening import Kept, Opening, ensure_reachable, opened, start_at_bank
from xs2a.flows.parts import Parts, TppContext
from xs2a.flows.reads import Address, find_payment
from xs2a.flows.refs import ref_of
from xs2a.sca.approaches import Wishes, choose_approach
from xs2a.sca.starting import Situation, starts_explicitly


@dataclass(frozen=True, slots=True)
class CancelRequest:
    """A checked DELETE."""

    wishes: Wishes = Wishes()
    prefers_explicit: bool = False
    redirect_uris: RedirectUris = RedirectUris()


@dataclass(frozen=True, slots=True)
class Cancellation:
    """What became of it: cancelled, or `approach` tells how the PSU is to agree. Without an
    authorisation the TPP has to start it.
    """

    payment: Payment
    approach: Approach | None = None
    authorisation: Authorisation | None = None
    psu_message: str | None = None
    tpp_notes: tuple[TppNote, ...] = ()

    @property
    def awaits_psu(self) -> bool:
        """Was an SCA process opened? Just then the answer is 202 (P6)."""
        return self.approach is not None


def cancel_payment(
    parts: Parts, ctx: TppContext, address: Address, request: CancelRequest
) -> Cancellation:
    """Cancel the payment, or open the process by which its PSU agrees.

    Raises CancellationOfFinalised (P4), BeingCarriedOut, PsuNotNamed, BankRefused and
    BankUnavailable.
    """
    payment = find_payment(parts, ctx, address)
    ensure_cancellable(payment)
    state = parts.bank_states.held(payment)
    begun = demand(ctx, state, parts.bank.begin_cancellation, ref_of(payment))
    if begun.status is not None:
        payment = parts.payments.report(payment, begun.status, Cause.BANK_REPORTED)
    if payment.status is TransactionStatus.CANC:
        parts.sca.close_all(payment)
        return _said(begun, payment)
    ensure_cancellable(payment)
    if _needs_psu(ctx, payment, begun):
        return _open(parts, ctx, payment, request=request, begun=begun)
    unauthorised = payment.status is TransactionStatus.RCVD
    proof = NotAuthorised() if unauthorised else NoScaNeeded()
    done = carry_out(parts, ctx, Subject(payment), Request(Deed.CANCEL, proof))
    return _said(begun, done.subject.payment)


def _needs_psu(ctx: TppContext, payment: Payment, begun: CancellationBegun) -> bool:
    """P5: whatever nobody has authorised is cancelled without authorisation. P6: the rest, if
    bank or profile say so.
    """
    mandated = ctx.profile.pis.payment_cancellation_authorisation_mandated
    authorised = payment.status is not TransactionStatus.RCVD
    return authorised and (mandated or begun.authorisation_mandated)


def _open(
    parts: Parts,
    ctx: TppContext,
    payment: Payment,
    *,
    request: CancelRequest,
    begun: CancellationBegun,
) -> Cancellation:
    asked = CancellationRequest(parts.clock(), request.redirect_uris, ctx.internal_request_id)
    approach = choose_approach(ctx.profile, request.wishes)
    # A cancellation needs one PSU only, however many the payment needed (spec: explicit start).
    situation = Situation(request.prefers_explicit, multilevel=False)
    if starts_explicitly(ctx.profile, situation):
        payment = parts.sca.request_cancellation(payment, asked)
        return _said(begun, payment, approach)
    psu = payment.psus[0] if approach.needs_psu and payment.psus else None
    ensure_reachable(approach, psu)
    opening = Opening(
        authorisation_id=parts.new_id(),
        at=parts.clock(),
        payment=payment,
        kind=AuthorisationKind.PIS_CANCELLATION,
        approach=approach,
        psu=psu,
        redirect_uris=request.redirect_uris.or_else(payment.wishes.redirect_uris),
    )
    order = parts.order_of(payment, parts.payments.body(payment))
    new = opened(ctx, opening)
    payment = parts.sca.start(new, cancellation=asked)
    progress = start_at_bank(parts, ctx, Kept(opening, new), order)
    return Cancellation(
        payment,
        progress.authorisation.sca_approach,
        progress.authorisation,
        psu_message=progress.psu_message or begun.psu_message,
        tpp_notes=(*begun.tpp_notes, *progress.tpp_notes),
    )


def _said(
    begun: CancellationBegun, payment: Payment, approach: Approach | None = None
) -> Cancellation:
    return Cancellation(payment, approach, psu_message=begun.psu_message, tpp_notes=begun.tpp_notes)

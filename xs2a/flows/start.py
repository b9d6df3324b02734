"""Start of an authorisation by a call of its own, with what the TPP may send along (A8)."""

from collections.abc import Callable
from dataclasses import dataclass

from cms.domain.approach import Approach
from cms.domain.authorisation import AuthorisationKind
from cms.domain.authorising import ensure_authorisable, ensure_not_done, takes_part
from cms.domain.kept_answer import KeptAnswer
from cms.domain.parties import PsuId
from cms.domain.payment import Payment, RedirectUris
from xs2a.errors import OtherPsu
from xs2a.flows.acceptable import ensure_acceptable
from xs2a.flows.evidence import Progress, PsuUpdate
from xs2a.flows.opening import Kept, Opening, ensure_reachable, opened, start_at_bank
from xs2a.flows.parts import Parts, TppContext
from xs2a.flows.reads import Address, find_payment
from xs2a.flows.update import advance
from xs2a.sca.approaches import Wishes, choose_approach


@dataclass(frozen=True, slots=True)
class StartRequest:
    """A checked request to start. `sent` is what came along to be used at once, if anything."""

    kind: AuthorisationKind
    wishes: Wishes = Wishes()
    redirect_uris: RedirectUris = RedirectUris()
    sent: PsuUpdate | None = None


def start_authorisation(
    parts: Parts,
    ctx: TppContext,
    address: Address,
    request: StartRequest,
    *,
    remember: Callable[[Progress], KeptAnswer] | None = None,
) -> Progress:
    """Start an authorisation, and go on as far as what was sent along leads.

    `remember` gives the answer to be kept, for a request with an idempotency key: with the
    authorisation, and anew when the start has gone on. Raises what `ensure_authorisable`,
    `ensure_not_done`, `ensure_room` and `ensure_acceptable` raise, KeptBefore, OtherPsu,
    PsuNotNamed, BankRefused and BankUnavailable. A step that is refused leaves the authorisation
    as it was before that step.
    """
    payment = find_payment(parts, ctx, address)
    ensure_authorisable(payment, request.kind, parts.clock())
    opening = _opening(parts, ctx, payment, request)
    new = opened(ctx, opening)
    at = Progress(payment, new)
    if request.sent is not None:
        ensure_acceptable(ctx, at, request.sent, parts.clock())
    order = parts.order_of(payment, parts.payments.body(payment))
    answer = remember(at) if remember else None
    parts.sca.start(new, answer=answer)
    progress = start_at_bank(parts, ctx, Kept(opening, new, answer), order)
    if request.sent is not None:
        progress = advance(parts, ctx, progress, request.sent)
    if remember is not None and progress != at:
        parts.sca.remember(remember(progress))
    return progress


def _opening(parts: Parts, ctx: TppContext, payment: Payment, request: StartRequest) -> Opening:
    approach = choose_approach(ctx.profile, request.wishes)
    psu = _psu(ctx.psu, payment, request.kind, approach)
    ensure_reachable(approach, psu)
    if psu is not None and not takes_part(payment, request.kind, psu):
        raise OtherPsu
    ensure_not_done(psu, request.kind, parts.authorisations.all_of(payment))
    return Opening(
        authorisation_id=parts.new_id(),
        at=parts.clock(),
        payment=payment,
        kind=request.kind,
        approach=approach,
        psu=psu,
        redirect_uris=_ways_back(payment, request),
    )


def _psu(
    named: PsuId | None, payment: Payment, kind: AuthorisationKind, approach: Approach
) -> PsuId | None:
    """Whose authorisation it is: the PSU that is named, else the payment's, where there is one
    only. A cancellation falls back on it only where the bank must know the PSU from the start.
    """
    if named is not None or payment.multilevel or not payment.psus:
        return named
    return payment.psus[0] if kind.joins_psu or approach.needs_psu else None


def _ways_back(payment: Payment, request: StartRequest) -> RedirectUris:
    """Each address by itself: of this request, else of the DELETE, else of the initiation."""
    back = request.redirect_uris
    if not request.kind.joins_psu and payment.cancellation is not None:
        back = back.or_else(payment.cancellation.redirect_uris)
    return back.or_else(payment.wishes.redirect_uris)

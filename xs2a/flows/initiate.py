"""Initiation of a payment, with the implicit start of its authorisation."""

from collections.abc import Callable
from dataclasses import dataclass

from cms.domain.approach import Approach
from cms.domain.authorisation import Authorisation, AuthorisationKind
from cms.domain.expiry import ExpiryRules
from cms.domain.kept_answer import KeptAnswer
from cms.domain.payment import CreditTransfer, Payment, TppWishes
from cms.domain.payment_service import PaymentService
from cms.domain.statuses import Cause, TransactionStatus
from cms.service.payments import NewPayment
from spi.answers import Done
from spi.types import Initiated, PaymentToInitiate, TppNote
from xs2a.flows.bank import demand, refusal_of
from xs2a.flows.opening import Opening, ask_bank_to_start, ensure_reachable, opened
from xs2a.flows.parts import Parts, TppContext
from xs2a.sca.approaches import Wishes, choose_approach
from xs2a.sca.starting import Situation, in_basket_mode, starts_explicitly


@dataclass(frozen=True, slots=True)
class PaymentRequest:
    """A checked request to initiate a payment."""

    service: PaymentService
    product: str
    transfer: CreditTransfer
    body: bytes
    content_type: str
    wishes: TppWishes = TppWishes()
    sca_wishes: Wishes = Wishes()
    prefers_explicit: bool = False
    reject_without_funds: bool = False


@dataclass(frozen=True, slots=True)
class Initiation:
    """What became of the request: the stored payment and, if one was started, the authorisation.

    `explicit` is the approach by which the TPP has to start it itself; None where it need not.
    """

    payment: Payment
    authorisation: Authorisation | None = None
    explicit: Approach | None = None
    basket_mode: bool = False
    psu_message: str | None = None
    tpp_notes: tuple[TppNote, ...] = ()


def initiate_payment(
    parts: Parts,
    ctx: TppContext,
    request: PaymentRequest,
    remember: Callable[[Initiation], KeptAnswer] | None = None,
) -> Initiation:
    """Initiate a payment: the bank is asked first, then all is kept in one transaction (S4).

    `remember` gives the answer to be kept with it, for a request with an idempotency key.
    Raises PsuNotNamed, BankRefused or BankUnavailable; then nothing is kept, unless it was the
    start of the authorisation that failed: that stays on record as `failed` (A3).
    """
    approach = choose_approach(ctx.profile, request.sca_wishes)
    if not starts_explicitly(ctx.profile, Situation(request.prefers_explicit, multilevel=False)):
        ensure_reachable(approach, ctx.psu)
    payment_id = parts.new_id()
    order = PaymentToInitiate(
        payment_id,
        request.service,
        request.product,
        request.transfer,
        request.reject_without_funds,
    )
    initiated = demand(lambda: parts.bank.initiate_payment(ctx.for_bank(), order))
    payment = _new_payment(parts, ctx, request, payment_id=payment_id, initiated=initiated)
    initiation = _with_start(parts, ctx, request, _Start(approach, payment, initiated))
    parts.payments.keep(
        NewPayment(
            payment,
            request.body,
            initiation.authorisation,
            answer=remember(initiation) if remember else None,
        )
    )
    return initiation


@dataclass(frozen=True, slots=True)
class _Start:
    """What the start depends on once the bank has taken the payment in."""

    approach: Approach
    payment: Payment
    initiated: Initiated


def _with_start(
    parts: Parts, ctx: TppContext, request: PaymentRequest, start: _Start
) -> Initiation:
    """The payment with its authorisation, where the bank or the profile wants it started now."""
    approach, payment, initiated = start.approach, start.payment, start.initiated
    said = initiated.psu_message
    if not payment.awaits_confirmation:  # rejected at once (P13), or nothing left to authorise
        return Initiation(payment, psu_message=said, tpp_notes=initiated.tpp_notes)
    situation = Situation(request.prefers_explicit, payment.multilevel)
    if starts_explicitly(ctx.profile, situation):
        return Initiation(
            payment,
            explicit=approach,
            basket_mode=in_basket_mode(ctx.profile, situation),
            psu_message=said,
            tpp_notes=initiated.tpp_notes,
        )
    opening = Opening(
        authorisation_id=parts.new_id(),
        payment=payment,
        kind=AuthorisationKind.PIS_CREATION,
        approach=approach,
        psu=ctx.psu,
        redirect_uris=payment.wishes.redirect_uris,
    )
    started = ask_bank_to_start(parts, ctx, opening, request.transfer)
    if not isinstance(started, Done):
        failed = opened(parts, ctx, opening)
        parts.payments.keep(NewPayment(payment, request.body, failed, start_failed=True))
        raise refusal_of(started)
    return Initiation(
        payment,
        opened(parts, ctx, opening, started.value),
        psu_message=started.value.psu_message or said,
        tpp_notes=(*initiated.tpp_notes, *started.value.tpp_notes),
    )


def _new_payment(
    parts: Parts, ctx: TppContext, request: PaymentRequest, *, payment_id: str, initiated: Initiated
) -> Payment:
    now = parts.clock()
    rejected = initiated.status is TransactionStatus.RJCT
    return Payment(
        payment_id=payment_id,
        instance_id=ctx.instance_id,
        tpp_id=ctx.tpp_id,
        service=request.service,
        product=request.product,
        status=initiated.status,
        status_cause=Cause.BANK_REPORTED if rejected else Cause.INITIATED,
        status_changed_at=now,
        created_at=now,
        confirm_by=now + ExpiryRules.of(ctx.profile).payment_confirmation,
        content_type=request.content_type,
        psus=(ctx.psu,) if ctx.psu else (),
        wishes=request.wishes,
        bank_reference=initiated.bank_reference,
        aspsp_account_id=initiated.aspsp_account_id,
        internal_request_id=parts.new_id(),
        multilevel=initiated.multilevel or initiated.status is TransactionStatus.PATC,
    )

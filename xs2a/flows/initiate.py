"""Initiation of a payment, with the implicit start of its authorisation."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from cms import log_lines
from cms.domain.approach import Approach
from cms.domain.authorisation import Authorisation, AuthorisationKind
from cms.domain.expiry import ExpiryRules
from cms.domain.kept_answer import KeptAnswer
from cms.domain.payment import Payment, TppWishes
from cms.domain.payment_order import PaymentOrder
from cms.domain.payment_service import PaymentService
from cms.domain.statuses import Cause, TransactionStatus
from cms.service.bank_states import HeldState
from cms.service.payments import NewPayment
from spi.answers import Done
from spi.types import AuthorisationStarted, Initiated, PaymentToInitiate, TppNote
from xs2a.flows.bank import demand, refusal_of, to_keep
from xs2a.flows.evidence import Progress
from xs2a.flows.opening import (
    Kept,
    Opening,
    ask_bank_to_start,
    ensure_reachable,
    opened,
    start_at_bank,
)
from xs2a.flows.parts import Parts, TppContext
from xs2a.sca.approaches import Wishes, choose_approach
from xs2a.sca.starting import Situation, in_basket_mode, starts_explicitly


@dataclass(frozen=True, slots=True)
class PaymentRequest:
    """A checked request to initiate a payment; `notes` are what the check only warns about."""

    service: PaymentService
    product: str
    order: PaymentOrder
    wishes: TppWishes = TppWishes()
    sca_wishes: Wishes = Wishes()
    prefers_explicit: bool = False
    reject_without_funds: bool = False
    notes: tuple[TppNote, ...] = ()


@dataclass(frozen=True, slots=True)
class Initiation:
    """What became of the request: the stored payment and, if one was started, the authorisation.

    `explicit` is the approach by which the TPP has to start it itself; None where it need not.
    `initiated` is what the bank said of the payment.
    """

    payment: Payment
    authorisation: Authorisation | None = None
    explicit: Approach | None = None
    basket_mode: bool = False
    psu_message: str | None = None
    tpp_notes: tuple[TppNote, ...] = ()
    initiated: Initiated | None = None


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
    _ensure_reachable(ctx, request, approach)
    asked_at, payment_id = parts.clock(), parts.new_id()
    log_lines.know(payment_id=payment_id)
    state = HeldState()
    asked = PaymentToInitiate(
        payment_id,
        request.service,
        request.product,
        request.order,
        request.reject_without_funds,
    )
    initiated = demand(ctx, state, parts.bank.initiate_payment, asked)
    payment = _new_payment(ctx, request, initiated, payment_id=payment_id, at=asked_at)
    initiation = Initiation(
        payment,
        psu_message=initiated.psu_message,
        tpp_notes=(*request.notes, *initiated.tpp_notes),
        initiated=initiated,
    )
    kept = _Keeping(parts, request, state, remember)
    situation = Situation(request.prefers_explicit, payment.multilevel)
    if not payment.awaits_confirmation:  # rejected at once (P13), or nothing left to authorise
        kept.keep(initiation)
    elif starts_explicitly(ctx.profile, situation):
        basket_mode = in_basket_mode(ctx.profile, situation)
        initiation = replace(initiation, explicit=approach, basket_mode=basket_mode)
        kept.keep(initiation)
    else:
        initiation = _with_start(ctx, kept, initiation, approach)
    return initiation


def _ensure_reachable(ctx: TppContext, request: PaymentRequest, approach: Approach) -> None:
    """Raises PsuNotNamed before the bank is asked, where an implicit start is to follow."""
    if approach.needs_psu:
        situation = Situation(request.prefers_explicit, multilevel=False)
        if not starts_explicitly(ctx.profile, situation):
            ensure_reachable(approach, ctx.psu)


@dataclass(frozen=True, slots=True)
class _Keeping:
    """How what this request leaves behind is kept."""

    parts: Parts
    request: PaymentRequest
    state: HeldState
    remember: Callable[[Initiation], KeptAnswer] | None

    def answer(self, initiation: Initiation) -> KeptAnswer | None:
        """The answer to be kept, for a request with an idempotency key."""
        return self.remember(initiation) if self.remember else None

    def keep(self, initiation: Initiation) -> KeptAnswer | None:
        """Keep all of it in one transaction. Raises KeptBefore."""
        answer = self.answer(initiation)
        self._keep(initiation, answer)
        return answer

    def keep_failed(self, initiation: Initiation) -> None:
        """Keep it although the bank failed to start its authorisation (A3); no answer is kept."""
        self._keep(initiation, None, start_failed=True)

    def _keep(
        self, initiation: Initiation, answer: KeptAnswer | None, *, start_failed: bool = False
    ) -> None:
        payment, request = initiation.payment, self.request
        new = NewPayment(
            payment,
            request.order.document.body,
            initiation.authorisation,
            start_failed=start_failed,
            answer=answer,
            bank_state=self.parts.bank_states.new_row(payment, self.state.noted),
        )
        self.parts.payments.keep(new)


def _with_start(
    ctx: TppContext, kept: _Keeping, initiation: Initiation, approach: Approach
) -> Initiation:
    """The payment with its authorisation, which starts now."""
    parts, request, payment = kept.parts, kept.request, initiation.payment
    opening = Opening(
        authorisation_id=parts.new_id(),
        at=payment.created_at,
        payment=payment,
        kind=AuthorisationKind.PIS_CREATION,
        approach=approach,
        psu=ctx.psu,
        redirect_uris=payment.wishes.redirect_uris,
        # Where the two are stored first, it is the state of a payment like any other by then.
        new_state=None if approach.needs_psu else kept.state,
    )
    if approach.needs_psu:
        new = opened(ctx, opening)
        first = kept.keep(replace(initiation, authorisation=new))
        progress = start_at_bank(parts, ctx, Kept(opening, new, first), request.order)
        initiation = _started(initiation, progress.authorisation, progress)
        if first is not None and (answer := kept.answer(initiation)) is not None:
            parts.sca.remember(answer)
        return initiation
    started = ask_bank_to_start(parts, ctx, opening, request.order)
    if not isinstance(started, Done):
        kept.keep_failed(replace(initiation, authorisation=opened(ctx, opening)))
        raise refusal_of(started)
    authorisation = opened(ctx, opening, started.value)
    initiation = _started(initiation, authorisation, started.value)
    kept.keep(initiation)
    return initiation


def _started(
    initiation: Initiation, authorisation: Authorisation, said: Progress | AuthorisationStarted
) -> Initiation:
    return Initiation(
        initiation.payment,
        authorisation,
        psu_message=said.psu_message or initiation.psu_message,
        tpp_notes=(*initiation.tpp_notes, *said.tpp_notes),
        initiated=initiation.initiated,
    )


def _new_payment(
    ctx: TppContext,
    request: PaymentRequest,
    initiated: Initiated,
    *,
    payment_id: str,
    at: datetime,
) -> Payment:
    """Made at the moment that its id tells, which is before the bank was asked."""
    rejected = initiated.status is TransactionStatus.RJCT
    return Payment(
        payment_id=payment_id,
        instance_id=ctx.instance_id,
        tpp_id=ctx.tpp_id,
        service=request.service,
        product=request.product,
        status=initiated.status,
        status_cause=Cause.BANK_REPORTED if rejected else Cause.INITIATED,
        status_changed_at=at,
        created_at=at,
        confirm_by=at + ExpiryRules.of(ctx.profile).payment_confirmation,
        content_type=request.order.document.content_type,
        psus=(ctx.psu,) if ctx.psu else (),
        wishes=request.wishes,
        bank_reference=to_keep(initiated.bank_reference, "the reference"),
        aspsp_account_id=to_keep(initiated.aspsp_account_id, "the account's id"),
        internal_request_id=ctx.internal_request_id,
        multilevel=initiated.multilevel or initiated.status is TransactionStatus.PATC,
    )

"""Initiation of a payment, with the implicit start of its authorisation."""

from collections.abc import Callable
from dataclasses import dataclass

from cms.domain.authorisation import Authorisation, AuthorisationKind
from cms.domain.expiry import ExpiryRules
from cms.domain.kept_answer import KeptAnswer
from cms.domain.payment import CreditTransfer, Payment, TppWishes
from cms.domain.payment_service import PaymentService
from cms.domain.statuses import Cause, ScaStatus, TransactionStatus
from cms.service.payments import NewPayment
from spi.answers import Done
from spi.types import (
    AuthorisationRef,
    AuthorisationStarted,
    Initiated,
    PaymentRef,
    PaymentToInitiate,
    TppNote,
)
from xs2a.flows.bank import ask, demand, refusal_of
from xs2a.flows.parts import Parts, TppContext
from xs2a.sca.redirect import REDIRECT


@dataclass(frozen=True, slots=True)
class PaymentRequest:
    """A checked request to initiate a payment."""

    service: PaymentService
    product: str
    transfer: CreditTransfer
    body: bytes
    content_type: str
    wishes: TppWishes = TppWishes()
    reject_without_funds: bool = False


@dataclass(frozen=True, slots=True)
class Initiation:
    """What became of the request: the stored payment and, if one was started, the authorisation."""

    payment: Payment
    authorisation: Authorisation | None = None
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
    Raises BankRefused or BankUnavailable; then nothing of the payment is kept, unless it was the
    start of the authorisation that failed: that stays on record as `failed` (A3).
    """
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
    if not payment.awaits_confirmation:  # rejected at once (P13), or nothing left to authorise
        initiation = Initiation(payment, None, initiated.psu_message, initiated.tpp_notes)
        _keep(parts, initiation, request, remember)
        return initiation
    authorisation = _new_authorisation(parts, ctx, payment)
    started = ask(
        lambda: parts.bank.start_authorisation(
            ctx.for_bank(), ref_of(payment), authorisation_ref(authorisation)
        )
    )
    if not isinstance(started, Done):
        _keep_failed_start(parts, payment, authorisation, request)
        raise refusal_of(started)
    initiation = _initiation(payment, authorisation, initiated, started)
    _keep(parts, initiation, request, remember)
    return initiation


def ref_of(payment: Payment) -> PaymentRef:
    """The payment, as the bank knows it."""
    return PaymentRef(
        payment.payment_id,
        payment.service,
        payment.product,
        payment.status,
        payment.bank_reference,
    )


def authorisation_ref(authorisation: Authorisation) -> AuthorisationRef:
    """The authorisation, as the bank knows it."""
    return AuthorisationRef(
        authorisation.authorisation_id, authorisation.sca_approach, authorisation.status
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
    )


def _new_authorisation(parts: Parts, ctx: TppContext, payment: Payment) -> Authorisation:
    now = payment.created_at
    expiry = ExpiryRules.of(ctx.profile)
    return Authorisation(
        authorisation_id=parts.new_id(),
        parent_id=payment.payment_id,
        instance_id=payment.instance_id,
        kind=AuthorisationKind.PIS_CREATION,
        sca_approach=REDIRECT,
        status=ScaStatus.PSU_IDENTIFIED if ctx.psu else ScaStatus.RECEIVED,
        status_cause=Cause.STARTED,
        status_changed_at=now,
        created_at=now,
        expires_at=now + expiry.authorisation,
        redirect_expires_at=now + expiry.redirect_link,
        psu=ctx.psu,
        redirect_uris=payment.wishes.redirect_uris,
    )


def _initiation(
    payment: Payment,
    authorisation: Authorisation,
    initiated: Initiated,
    started: Done[AuthorisationStarted],
) -> Initiation:
    return Initiation(
        payment,
        authorisation,
        psu_message=started.value.psu_message or initiated.psu_message,
        tpp_notes=(*initiated.tpp_notes, *started.value.tpp_notes),
    )


def _keep(
    parts: Parts,
    initiation: Initiation,
    request: PaymentRequest,
    remember: Callable[[Initiation], KeptAnswer] | None,
) -> None:
    parts.payments.keep(
        NewPayment(
            initiation.payment,
            request.body,
            initiation.authorisation,
            answer=remember(initiation) if remember else None,
        )
    )


def _keep_failed_start(
    parts: Parts, payment: Payment, authorisation: Authorisation, request: PaymentRequest
) -> None:
    failed = NewPayment(payment, request.body, authorisation, start_failed=True)
    parts.payments.keep(failed)

"""What a TPP may read of its payments: the payment, its status, its authorisations.

Every reading finds the payment first, and only for the TPP that initiated it (E2, E3).
"""

from dataclasses import dataclass

from cms.domain.authorisation import Authorisation, AuthorisationKind
from cms.domain.errors import AlreadyFinalised, Unknown
from cms.domain.expiry import confirmation_overdue
from cms.domain.payment import Payment
from cms.domain.payment_order import Document
from cms.domain.payment_service import PaymentService
from cms.domain.statuses import Cause, TransactionStatus
from spi.types import PaymentStatusReport, ScaStatusReport
from xs2a.errors import WrongPaymentProduct, WrongPaymentService
from xs2a.flows.bank import demand
from xs2a.flows.deeds import settle_open_deed
from xs2a.flows.overdue import settle_overdue
from xs2a.flows.parts import Parts, TppContext
from xs2a.flows.refs import authorisation_ref, ref_of
from xs2a.spec.products import Format, format_of


@dataclass(frozen=True, slots=True)
class Address:
    """Where the TPP says the payment is."""

    service: PaymentService
    product: str
    payment_id: str


@dataclass(frozen=True, slots=True)
class AuthorisationAddress:
    """Where the TPP says the authorisation is."""

    payment: Address
    kind: AuthorisationKind
    authorisation_id: str


@dataclass(frozen=True, slots=True)
class PaymentStatus:
    """A payment's status as it is stored now, with what the bank added."""

    payment: Payment
    report: PaymentStatusReport | None = None


@dataclass(frozen=True, slots=True)
class AuthorisationStatus:
    """An authorisation's status as it is stored now, with what the bank added."""

    authorisation: Authorisation
    report: ScaStatusReport | None = None


def find_payment(parts: Parts, ctx: TppContext, address: Address) -> Payment:
    """The addressed payment of this TPP.

    Raises Unknown (also for another TPP's or tenant's, E2), WrongPaymentService,
    WrongPaymentProduct (E3), and for an overdue one BankRefused and BankUnavailable.
    """
    payment = parts.payments.find(address.payment_id, ctx.instance_id)
    if payment.tpp_id != ctx.tpp_id:
        raise Unknown
    if payment.service is not address.service:
        raise WrongPaymentService
    if payment.product != address.product:
        raise WrongPaymentProduct
    if payment.open_intent_id is not None:  # while the bank is at it, nothing expires
        return settle_open_deed(parts, ctx, payment)
    if confirmation_overdue(payment, parts.clock()):
        return settle_overdue(parts, ctx, payment)
    return payment


def read_status(parts: Parts, ctx: TppContext, address: Address) -> PaymentStatus:
    """The payment's status: the bank is asked, unless the payment is rejected already."""
    return _ask_status(parts, ctx, find_payment(parts, ctx, address))


def _ask_status(parts: Parts, ctx: TppContext, payment: Payment) -> PaymentStatus:
    if payment.status is TransactionStatus.RJCT:
        return PaymentStatus(payment)
    report = _reported(parts, ctx, payment)
    try:
        kept = parts.payments.report(payment, report.status, Cause.BANK_REPORTED)
    except AlreadyFinalised:  # what is stored counts (P1)
        kept = parts.payments.find(payment.payment_id, payment.instance_id)
    return PaymentStatus(kept, report)


def _reported(parts: Parts, ctx: TppContext, payment: Payment) -> PaymentStatusReport:
    state = parts.bank_states.held(payment)
    return demand(ctx, state, parts.bank.read_payment_status, ref_of(payment))


def read_payment(parts: Parts, ctx: TppContext, address: Address) -> tuple[Payment, bytes]:
    """The payment and the bytes that the TPP sent.

    Only the standard's JSON has a place for the status, so only there the bank is asked for it.
    """
    payment = find_payment(parts, ctx, address)
    if format_of(payment.product) is Format.JSON:
        payment = _ask_status(parts, ctx, payment).payment
    return payment, parts.payments.body(payment)


def read_document(parts: Parts, payment: Payment) -> Document:
    """What the TPP sent, with its media type."""
    return Document(payment.content_type, parts.payments.body(payment))


def list_authorisations(
    parts: Parts, ctx: TppContext, address: Address, kind: AuthorisationKind
) -> list[Authorisation]:
    """The authorisations of the initiation, or of the cancellation, oldest first."""
    return parts.authorisations.of_payment(find_payment(parts, ctx, address), kind)


def read_sca_status(
    parts: Parts, ctx: TppContext, address: AuthorisationAddress
) -> AuthorisationStatus:
    """The authorisation's status: the bank is asked, but cannot change a finalised one.

    What is open when its time is over has failed, unless the bank knows better.
    """
    payment = find_payment(parts, ctx, address.payment)
    authorisation = parts.authorisations.below(payment, address.authorisation_id, address.kind)
    state, ref = parts.bank_states.held(payment), authorisation_ref(authorisation)
    report = demand(ctx, state, parts.bank.read_sca_status, ref_of(payment), ref)
    told = report.status
    if told is not None and told is not authorisation.status and not authorisation.status.finalised:
        authorisation = parts.authorisations.bank_reports(authorisation, told)
    return AuthorisationStatus(parts.authorisations.lapsed(authorisation), report)

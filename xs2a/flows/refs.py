"""Payments and authorisations in the words of the bank plug."""

from cms.domain.authorisation import Authorisation
from cms.domain.payment import Payment
from cms.domain.payment_order import PaymentOrder
from spi.types import AuthorisationRef, PaymentRef, PaymentToAuthorise


def ref_of(payment: Payment) -> PaymentRef:
    """The payment, as the bank knows it."""
    return PaymentRef(
        payment.payment_id,
        payment.service,
        payment.product,
        payment.status,
        payment.bank_reference,
    )


def with_order(payment: Payment, order: PaymentOrder) -> PaymentToAuthorise:
    """The payment with the order itself, where a PSU is about to authorise something."""
    return PaymentToAuthorise(
        payment.payment_id,
        payment.service,
        payment.product,
        payment.status,
        payment.bank_reference,
        order=order,
    )


def authorisation_ref(authorisation: Authorisation) -> AuthorisationRef:
    """The authorisation, as the bank knows it."""
    return AuthorisationRef(
        authorisation.authorisation_id,
        authorisation.kind,
        authorisation.sca_approach,
        authorisation.status,
        authorisation.psu,
        authorisation.authentication_method_id,
    )

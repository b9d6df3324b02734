"""The payment products this server understands, per payment service."""

from typing import Final

from cms.domain.payment_service import PaymentService

SERVED: Final[dict[PaymentService, frozenset[str]]] = {
    PaymentService.PAYMENTS: frozenset({"sepa-credit-transfers", "instant-sepa-credit-transfers"}),
}

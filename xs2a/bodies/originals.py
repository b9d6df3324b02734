"""How a status report names the payment that it answers, whatever that was sent as."""

from typing import Final

from cms.domain.payment_order import Document
from cms.domain.payment_service import PaymentService
from xs2a.bodies.iso20022.pain001 import OriginalIds, original_ids
from xs2a.bodies.multipart import split

# What was not sent as a message has no ids of its own; this is the message it would have been.
NOT_A_MESSAGE: Final = OriginalIds("pain.001.001.09", None, None)


def ids_of_message(service: PaymentService, document: Document) -> OriginalIds:
    """The ids in the stored document of a pain.001 product."""
    periodic = service is PaymentService.PERIODIC_PAYMENTS
    return original_ids(split(document).xml if periodic else document.body)

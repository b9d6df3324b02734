"""The payment products, the formats they come in, and what may be sent for each (spec 8.1, 13.2).

The bank's profile names its products; which of them are the standard's, these tables tell.
"""

from enum import Enum, auto
from typing import Final

from cms.domain.payment_service import PaymentService
from xs2a.spec.media_types import JSON, MULTIPART, XML

PAIN_001_PREFIX: Final = "pain.001-"
STANDARD_PRODUCTS: Final = (
    "sepa-credit-transfers",
    "instant-sepa-credit-transfers",
    "target-2-payments",
    "cross-border-credit-transfers",
)


class Format(Enum):
    """How a product's orders are written."""

    JSON = auto()  # the standard's members
    PAIN_001 = auto()  # ISO 20022 XML; a periodic one with a JSON part beside it
    OWN = auto()  # the bank's own: well-formed, and otherwise for the bank to read


def format_of(product: str) -> Format:
    """The format of a product that the profile offers."""
    if product in STANDARD_PRODUCTS:
        return Format.JSON
    return Format.PAIN_001 if product.startswith(PAIN_001_PREFIX) else Format.OWN


_ONCE: Final = (PaymentService.PAYMENTS, PaymentService.BULK_PAYMENTS)
_PERIODIC: Final = PaymentService.PERIODIC_PAYMENTS

MEDIA_TYPES: Final[dict[tuple[Format, PaymentService], tuple[str, ...]]] = {
    **{(Format.JSON, service): (JSON,) for service in PaymentService},
    **{(Format.PAIN_001, service): (XML,) for service in _ONCE},
    (Format.PAIN_001, _PERIODIC): (MULTIPART,),
    **{(Format.OWN, service): (JSON, XML) for service in _ONCE},
    (Format.OWN, _PERIODIC): (JSON, XML, MULTIPART),
}
"""What a body may be; the standard knows the three media types above for payments, and no other."""

KNOWN_MEDIA_TYPES: Final = frozenset({JSON, XML, MULTIPART})

"""The payment services of the standard and their names inside the bank."""

from enum import StrEnum
from typing import Final, Self


class PaymentService(StrEnum):
    """Path segment of a payment (`/v1/{payment-service}/...`), with the profile's type name.

    The value is the wire name; `payment_type` is the word of the profile's product matrix
    and of the CMS faces (SINGLE, BULK, PERIODIC).
    """

    payment_type: str

    PAYMENTS = "payments", "SINGLE"
    BULK_PAYMENTS = "bulk-payments", "BULK"
    PERIODIC_PAYMENTS = "periodic-payments", "PERIODIC"

    def __new__(cls, value: str, payment_type: str = "") -> Self:
        """`NAME = wire name, type name`."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.payment_type = payment_type
        return member


PAYMENT_SERVICES: Final = frozenset(PaymentService)

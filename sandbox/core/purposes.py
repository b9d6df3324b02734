"""What a PSU authorises: a payment, or that it is not made after all."""

from enum import StrEnum


class Purpose(StrEnum):
    """What an authorisation is for. It is fixed when the authorisation begins."""

    PAY = "pay"
    CANCEL = "cancel"

"""Amounts and account references: the values a payment moves and the accounts between."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount of one currency (ISO 4217 code). Never a float."""

    value: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class AccountReference:
    """How the TPP names an account (Berlin Group `accountReference`): one identifier of a kind."""

    iban: str | None = None
    bban: str | None = None
    pan: str | None = None
    masked_pan: str | None = None
    msisdn: str | None = None
    currency: str | None = None

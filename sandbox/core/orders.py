"""A payment order as the sandbox bank sees it, and what the bank says about one."""

import json
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256
from typing import Self

INSTANT = "instant-sepa-credit-transfers"
PRODUCTS = frozenset(
    {"sepa-credit-transfers", INSTANT, "target-2-payments", "cross-border-credit-transfers"}
)

# Decimals of the currencies in which the bank keeps accounts (ISO 4217).
DECIMALS = {"EUR": 2, "USD": 2}


class OrderStatus(StrEnum):
    """How far an order has come: ISO 20022 ExternalPaymentTransactionStatus1Code."""

    RCVD = "RCVD"
    PATC = "PATC"
    ACCP = "ACCP"
    ACSP = "ACSP"
    ACSC = "ACSC"
    RJCT = "RJCT"
    CANC = "CANC"


class BankUnavailable(Exception):
    """The bank does not answer: nobody knows whether it did anything."""


class OrderRefused(Exception):
    """The bank does not take the order in.

    `reason_code` is one of the Berlin Group's message codes for payments; `text` is fit for
    TPP and PSU.
    """

    def __init__(self, reason_code: str, text: str) -> None:
        super().__init__(f"{reason_code}: {text}")
        self.reason_code = reason_code
        self.text = text


@dataclass(frozen=True, slots=True)
class Order:
    """One credit transfer. `amount` is in units of `currency`; dates are days in UTC.

    Without `debtor_iban` the PSU's first account in the currency is debited.
    """

    payment_id: str
    product: str
    debtor_iban: str | None
    debtor_currency: str | None
    creditor_iban: str
    creditor_name: str
    amount: Decimal
    currency: str
    requested_execution_date: date | None = None

    def to_text(self) -> str:
        """All of it, to be kept: a TAN counts only for the order that the PSU was shown, amount
        and payee above all (RTS on SCA, article 5).
        """
        return json.dumps(asdict(self), default=str)

    @classmethod
    def from_text(cls, text: str) -> Self:
        """The order that was kept."""
        kept = json.loads(text)
        day = kept["requested_execution_date"]
        kept["requested_execution_date"] = date.fromisoformat(day) if day else None
        return cls(**kept | {"amount": Decimal(kept["amount"])})

    @property
    def minor_units(self) -> int:
        """The amount in the currency's smallest unit.

        Raises OrderRefused for an amount that is not positive or has too many decimals,
        and for a currency the bank does not keep.
        """
        decimals = DECIMALS.get(self.currency)
        if decimals is None:
            raise OrderRefused("PAYMENT_FAILED", f"No account is kept in {self.currency}.")
        minor = self.amount.scaleb(decimals)
        if minor <= 0 or minor != minor.to_integral_value():
            raise OrderRefused(
                "FORMAT_ERROR", f"{self.amount} is not a possible amount in {self.currency}."
            )
        return int(minor)

    @property
    def bank_reference(self) -> str:
        """The bank's own number of this order, always the same for one payment id."""
        return f"SB{sha256(self.payment_id.encode()).hexdigest()[:16].upper()}"


@dataclass(frozen=True, slots=True)
class Examined:
    """What the bank says of an order at initiation: RCVD, or RJCT with a reason.

    `multilevel`: the account has several holders, and all of them must authorise.
    """

    status: OrderStatus
    bank_reference: str
    account_id: str | None
    reason: str = ""
    multilevel: bool = False


@dataclass(frozen=True, slots=True)
class Executed:
    """What became of an order after its authorisation; a reason comes with RJCT.

    PATC: another holder of the account has to authorise it too. `first`: it was this very call
    that executed it, and not an earlier one.
    """

    status: OrderStatus
    reason: str = ""
    first: bool = field(default=False, compare=False)


def from_minor_units(minor: int, currency: str) -> Decimal:
    """The amount in units of the currency, with all of its decimals."""
    return Decimal(minor).scaleb(-DECIMALS[currency])

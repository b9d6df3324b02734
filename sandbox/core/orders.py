"""A payment order as the sandbox bank sees it, and what the bank says about one."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256
from typing import Any, Self, TypeVar

INSTANT = "instant-sepa-credit-transfers"
TARGET_2 = "target-2-payments"
CROSS_BORDER = "cross-border-credit-transfers"
PRODUCTS = frozenset({"sepa-credit-transfers", INSTANT, TARGET_2, CROSS_BORDER})

# A product may be ordered in XML too. Its name says so, and it is the same product.
IN_XML = "pain.001-"

# What a column of eight bytes holds, with room for sums.
_MINOR_UNITS_MAX = 10**17

# Decimals of the currencies in which the bank keeps accounts (ISO 4217).
DECIMALS = {"EUR": 2, "USD": 2}

T = TypeVar("T")


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
class Transfer:
    """Money for one creditor. `amount` is in units of `currency`."""

    creditor_iban: str
    creditor_name: str
    amount: Decimal
    currency: str
    remittance: str | None = None

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


@dataclass(frozen=True, slots=True)
class StandingOrder:
    """When an order is executed again and again; see `schedule`.

    `frequency` is a key of `schedule.FREQUENCIES`, `rule` is "following" or "preceding", `day` is
    a day of the month, of which 31 is the last one, and `months` are from 1 to 12.
    """

    start: date
    frequency: str
    end: date | None = None
    rule: str | None = None
    day: int | None = None
    months: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Order:
    """One transfer or, in a bulk, several: all of them are made or none is. Days are in UTC.

    Without `debtor_iban` the PSU's first account in the currency is debited. With `standing` it
    is executed again and again. `batch_booking`: the statement shows one debit for all transfers.
    """

    payment_id: str
    product: str
    debtor_iban: str | None
    debtor_currency: str | None
    transfers: tuple[Transfer, ...]
    requested_execution_date: date | None = None
    standing: StandingOrder | None = None
    batch_booking: bool = False
    requested_execution_time: datetime | None = None

    def to_text(self) -> str:
        """All of it, to be kept: a TAN counts only for the order that the PSU was shown, amount
        and payee above all (RTS on SCA, article 5).
        """
        kept = {name: getattr(self, name) for name in self.__slots__}
        kept["transfers"] = [
            (each.creditor_iban, each.creditor_name, str(each.amount), each.currency)
            + (() if each.remittance is None else (each.remittance,))
            for each in self.transfers
        ]
        if self.standing is not None:
            kept["standing"] = {name: getattr(self.standing, name) for name in _STANDING}
        return json.dumps(kept, default=str)

    @classmethod
    def from_text(cls, text: str) -> Self:
        """The order that was kept."""
        kept = json.loads(text)
        moment = kept["requested_execution_time"]
        return cls(
            **kept
            | {
                "transfers": tuple(map(_transfer_of, kept["transfers"])),
                "requested_execution_date": _day_of(kept["requested_execution_date"]),
                "requested_execution_time": datetime.fromisoformat(moment) if moment else None,
                "standing": _standing_of(kept["standing"]) if kept["standing"] else None,
            }
        )

    def bare(self) -> Self:
        """All on which money hangs: the order without what the PSU writes to the creditors, and
        without how the statement shows it.
        """
        bare = tuple(replace(transfer, remittance=None) for transfer in self.transfers)
        return replace(self, transfers=bare, batch_booking=False)

    def each(self, act: Callable[[Transfer], T]) -> list[T]:
        """What `act` says of each transfer. OrderRefused tells which one it is about."""
        said = []
        for position, transfer in enumerate(self.transfers, start=1):
            try:
                said.append(act(transfer))
            except OrderRefused as refusal:
                if len(self.transfers) == 1:
                    raise
                text = f"Transfer {position}: {refusal.text}"
                raise OrderRefused(refusal.reason_code, text) from None
        return said

    @property
    def scheme(self) -> str:
        """What the product is, in whatever format it was ordered."""
        return self.product.removeprefix(IN_XML)

    @property
    def currency(self) -> str:
        """That of all transfers: the bank takes in no order with several."""
        return self.transfers[0].currency

    @property
    def amount(self) -> Decimal:
        """Of all transfers together, without what the bank charges for them."""
        return sum((transfer.amount for transfer in self.transfers), Decimal())

    @property
    def minor_units(self) -> int:
        """The amount in the currency's smallest unit. Raises OrderRefused as each transfer does,
        and for more than the books can hold.
        """
        total = sum(self.each(_minor_units))
        if total > _MINOR_UNITS_MAX:
            raise OrderRefused("PAYMENT_FAILED", "The bank makes no payment of this size.")
        return total

    @property
    def bank_reference(self) -> str:
        """The bank's own number of this order, always the same for one payment id."""
        return f"SB{sha256(self.payment_id.encode()).hexdigest()[:16].upper()}"


@dataclass(frozen=True, slots=True)
class Examined:
    """What the bank says of an order at initiation: RCVD, or RJCT with a reason.

    `multilevel`: the account has several holders, and all of them must authorise. `fee` is what
    the bank charges for each execution, beside the amount.
    """

    status: OrderStatus
    bank_reference: str
    account_id: str | None
    reason: str = ""
    multilevel: bool = False
    fee: Decimal = Decimal()


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


_STANDING = tuple(StandingOrder.__slots__)


def _minor_units(transfer: Transfer) -> int:
    return transfer.minor_units


def _transfer_of(kept: list[str]) -> Transfer:
    iban, name, amount, currency, *remittance = kept
    return Transfer(iban, name, Decimal(amount), currency, *remittance)


def _standing_of(kept: dict[str, Any]) -> StandingOrder:
    days = {name: _day_of(kept[name]) for name in ("start", "end")}
    return StandingOrder(**kept | days | {"months": tuple(kept["months"])})


def _day_of(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None

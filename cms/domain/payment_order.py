"""What a bank is asked to do: the payment as the TPP sent it, and the same typed."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from cms.domain.money import AccountReference, Amount


class Frequency(StrEnum):
    """How often a periodic payment is made (`frequencyCode`, ISO 20022 EventFrequency7Code)."""

    DAILY = "Daily"
    WEEKLY = "Weekly"
    EVERY_TWO_WEEKS = "EveryTwoWeeks"
    MONTHLY = "Monthly"
    EVERY_TWO_MONTHS = "EveryTwoMonths"
    QUARTERLY = "Quarterly"
    SEMI_ANNUAL = "SemiAnnual"
    ANNUAL = "Annual"
    MONTHLY_VARIABLE = "MonthlyVariable"


class ExecutionRule(StrEnum):
    """To which working day an execution moves that falls on a weekend or a bank holiday."""

    FOLLOWING = "following"
    PRECEDING = "preceding"


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address (`address`); `country` is the ISO 3166-1 code of two letters."""

    country: str
    street_name: str | None = None
    building_number: str | None = None
    town_name: str | None = None
    post_code: str | None = None


@dataclass(frozen=True, slots=True)
class StructuredRemittance:
    """A reference that the creditor can match by machine (`remittanceInformationStructured`)."""

    reference: str
    reference_type: str | None = None
    reference_issuer: str | None = None


@dataclass(frozen=True, slots=True)
class CreditTransfer:
    """One transfer from one account to one other. It stands for itself, also within a bulk.

    Without a `debtor_account` the PSU chooses it. `requested_execution_time` (aware) comes with
    bulks in JSON, and with payments of any service in a pain.001 that names a moment; without it
    and `requested_execution_date` the bank acts at once.
    """

    instructed_amount: Amount
    creditor_account: AccountReference
    creditor_name: str
    debtor_account: AccountReference | None = None
    creditor_agent: str | None = None
    end_to_end_identification: str | None = None
    remittance_information_unstructured: tuple[str, ...] = ()
    requested_execution_date: date | None = None
    requested_execution_time: datetime | None = None
    instruction_identification: str | None = None
    debtor_name: str | None = None
    creditor_agent_name: str | None = None
    creditor_address: Address | None = None
    creditor_id: str | None = None
    ultimate_debtor: str | None = None
    ultimate_creditor: str | None = None
    purpose_code: str | None = None
    charge_bearer: str | None = None
    remittance_information_structured: tuple[StructuredRemittance, ...] = ()


@dataclass(frozen=True, slots=True)
class StandingOrder:
    """When a periodic payment is made: from `start_date` until `end_date`, or without an end.

    `day_of_execution` is 1 to 31, 31 being the last day of any month. `months_of_execution` are
    1 to 12, with the frequency MonthlyVariable only.
    """

    start_date: date
    frequency: Frequency
    end_date: date | None = None
    execution_rule: ExecutionRule | None = None
    day_of_execution: int | None = None
    months_of_execution: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """The bytes that the TPP sent, and their media type with its parameters."""

    content_type: str
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class PaymentOrder:
    """A payment order of any service, product and format.

    A single or periodic payment has one transfer, a bulk has one or more. A product of the bank's
    own has none: only the bank can read its document. `standing_order` is there for periodic
    payments, unless the bank's own format says it. `batch_booking_preferred` (bulk): the PSU
    would like to see one booking instead of one for each transfer.
    """

    document: Document
    transfers: tuple[CreditTransfer, ...]
    standing_order: StandingOrder | None = None
    batch_booking_preferred: bool | None = None

"""What the bank looks for among its payments."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cms.domain.parties import PsuId, Tpp
from cms.domain.payment import Payment
from cms.domain.statuses import ScaStatus, TransactionStatus


@dataclass(frozen=True, slots=True)
class PaymentFilter:
    """Which payments of a tenant are looked for; what is None does not matter.

    `key` is an id: the payment's, one of its authorisations', or the bank's own reference (S5). Of
    `psu` only the members count that are set; it has to take part in the payment. `sca_status` is
    that of one of its authorisations. Payments count that were made at `since` or later, and
    earlier than `before`; both to the millisecond.
    """

    instance_id: str
    key: str | None = None
    tpp_authorisation_number: str | None = None
    psu: PsuId | None = None
    aspsp_account_id: str | None = None
    status: TransactionStatus | None = None
    sca_status: ScaStatus | None = None
    since: datetime | None = None
    before: datetime | None = None


@dataclass(frozen=True, slots=True)
class FoundPayment:
    """A payment, and who sent it."""

    payment: Payment
    tpp: Tpp


@dataclass(frozen=True, slots=True)
class WholePayment(FoundPayment):
    """The same with the bytes that were sent, of which there may be many."""

    body: bytes


@dataclass(frozen=True, slots=True)
class Page:
    """A part of what was found, and how many there are in all."""

    found: Sequence[WholePayment]
    total: int

"""A payment as the CMS keeps it."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from cms.domain.lifecycles import PAYMENT, Lifecycle
from cms.domain.parties import PsuId
from cms.domain.payment_service import PaymentService
from cms.domain.statuses import Cause, TransactionStatus


@dataclass(frozen=True, slots=True)
class RedirectUris:
    """Where the PSU's browser goes afterwards: `ok`, or `nok` when it did not work out."""

    ok: str | None = None
    nok: str | None = None

    def or_else(self, other: "RedirectUris") -> "RedirectUris":
        """Each of the two where it is named, else the other's."""
        return RedirectUris(self.ok or other.ok, self.nok or other.nok)


@dataclass(frozen=True, slots=True)
class TppWishes:
    """What the TPP asked to be kept with the payment beside the payment itself."""

    redirect_uris: RedirectUris = RedirectUris()
    notification_uri: str | None = None
    notification_modes: tuple[str, ...] = ()
    brand_logging_information: str | None = None


@dataclass(frozen=True, slots=True)
class CancellationRequest:
    """A DELETE that asked for the PSU; without one no cancellation is authorised (P7)."""

    requested_at: datetime
    redirect_uris: RedirectUris = RedirectUris()
    internal_request_id: str | None = None


@dataclass(slots=True)
class Payment:
    """A payment of any service and product. The bytes that were sent are kept beside it.

    Its status is set by `moving.move` only. `confirm_by` is the moment until which the PSU must
    have authorised it (P8). `bank_reference` is the bank's own id for it (S5). `multilevel` says
    that several PSUs must authorise (A10). `open_intent_id` is set while the bank has been asked
    to execute or cancel it and the answer is not stored yet (S4).
    """

    lifecycle: ClassVar[Lifecycle[TransactionStatus]] = PAYMENT

    payment_id: str
    instance_id: str
    tpp_id: str
    service: PaymentService
    product: str
    status: TransactionStatus
    status_cause: Cause
    status_changed_at: datetime
    created_at: datetime
    confirm_by: datetime
    content_type: str
    psus: tuple[PsuId, ...] = ()
    wishes: TppWishes = TppWishes()
    bank_reference: str | None = None
    aspsp_account_id: str | None = None
    internal_request_id: str | None = None
    multilevel: bool = False
    cancellation: CancellationRequest | None = None
    open_intent_id: str | None = None

    @property
    def resource_id(self) -> str:
        """The id under which history keeps this resource."""
        return self.payment_id

    @property
    def awaits_confirmation(self) -> bool:
        """Is it one of the statuses in which the PSU still has to authorise (RCVD, PATC)?"""
        return self.status in (TransactionStatus.RCVD, TransactionStatus.PATC)

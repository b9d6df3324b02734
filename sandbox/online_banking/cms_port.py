"""What online banking needs of a CMS: read a payment by its link, tell what the PSU did."""

from dataclasses import dataclass, field
from typing import Protocol

from sandbox.core.orders import Order
from sandbox.core.purposes import Purpose

DONE = frozenset({"finalised", "exempted"})
CLOSED = DONE | {"failed"}


class CmsUnavailable(Exception):
    """The CMS cannot be reached, or its answer cannot be understood."""


class LinkUnknown(Exception):
    """The CMS knows no such link."""


class LinkExpired(Exception):
    """The link or its authorisation is too old; the PSU goes back to `nok_uri`, if any."""

    def __init__(self, nok_uri: str | None) -> None:
        super().__init__("the link has expired")
        self.nok_uri = nok_uri


class CmsRefused(Exception):
    """The CMS does not take the news: finalised already, or not a possible move."""


@dataclass(frozen=True, slots=True)
class PaymentToApprove:
    """A payment with the authorisation under which a PSU came, and the ways back to the TPP.

    `order` is the payment as the bank sees it, of whatever kind. `purpose` is what the PSU came
    for: to pay it, or to cancel it.
    """

    authorisation_id: str
    order: Order
    transaction_status: str
    tpp_name: str
    psu_ids: tuple[str, ...] = ()
    ok_uri: str | None = None
    nok_uri: str | None = None
    purpose: Purpose = Purpose.PAY

    @property
    def payment_id(self) -> str:
        """The payment's id, at the CMS and at the bank."""
        return self.order.payment_id


@dataclass(frozen=True, slots=True)
class AuthorisationAtCms:
    """Where an authorisation stands at the CMS, and the ways back to the TPP."""

    sca_status: str
    ok_uri: str | None = None
    nok_uri: str | None = None

    @property
    def closed(self) -> bool:
        """Is it one of the SCA statuses that never move again?"""
        return self.sca_status in CLOSED


@dataclass(frozen=True, slots=True)
class ScaNews:
    """How far a PSU has come. The code comes with `unconfirmed`, and is never printed."""

    status: str
    psu_id: str
    confirmation_code: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class AccessToGrant:
    """What a third party asks a PSU for before any payment. `authorisation_id` is the id of the
    link; `redirect_uri` is where the PSU's browser goes back to.
    """

    authorisation_id: str
    tpp_name: str
    redirect_uri: str


class CmsClient(Protocol):
    """The calls of the CMS that the pages need. Each may raise CmsUnavailable."""

    def payment_by_link(self, redirect_id: str, purpose: Purpose) -> PaymentToApprove:
        """The payment behind a link for this purpose. Raises LinkUnknown and LinkExpired."""

    def authorisation(self, authorisation_id: str) -> AuthorisationAtCms:
        """An authorisation, whatever it is for and however it ended. Raises LinkUnknown."""

    def authorised_by(self, payment_id: str, purpose: Purpose) -> frozenset[str]:
        """The PSU-IDs of those who have authorised the payment, or its cancellation."""

    def set_psu(self, authorisation_id: str, psu_id: str) -> None:
        """Tell who the PSU is. Raises CmsRefused and LinkExpired."""

    def set_sca_status(self, payment_id: str, authorisation_id: str, *, news: ScaNews) -> None:
        """Tell how far the PSU has come. Raises CmsRefused and LinkExpired."""

    def set_payment_status(self, payment_id: str, status: str) -> None:
        """Tell what became of the payment. Raises CmsRefused."""

    def confirmation_mandated(self) -> bool:
        """Must the TPP bring a confirmation code after the PSU's visit? Asked at each visit: a
        bank may change its profile at any time.
        """

    def access_asked(self, request_id: str) -> AccessToGrant:
        """A request for access that is to be decided. Raises LinkUnknown and CmsRefused."""

    def grant_access(self, request_id: str, psu_id: str) -> str:
        """Tell that this PSU has granted it; where its browser goes now. Raises CmsRefused."""

    def decline_access(self, request_id: str) -> str:
        """Tell that nobody has granted it; where the browser goes now. Raises CmsRefused."""

"""What online banking needs of a CMS: read a payment by its link, tell what the PSU did."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol


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
    """A payment with the authorisation under which a PSU came, and the ways back to the TPP."""

    payment_id: str
    authorisation_id: str
    product: str
    transaction_status: str
    amount: Decimal
    currency: str
    creditor_name: str
    creditor_iban: str
    tpp_name: str
    debtor_iban: str | None = None
    debtor_currency: str | None = None
    remittance: str | None = None
    requested_execution_date: date | None = None
    psu_ids: tuple[str, ...] = ()
    ok_uri: str | None = None
    nok_uri: str | None = None


class CmsClient(Protocol):
    """The five calls of the CMS's psu-api. Each may raise CmsUnavailable."""

    def payment_by_link(self, redirect_id: str) -> PaymentToApprove:
        """The payment behind a link. Raises LinkUnknown and LinkExpired."""

    def sca_status(self, authorisation_id: str) -> str:
        """The authorisation's status at the CMS. Raises LinkUnknown."""

    def set_psu(self, authorisation_id: str, psu_id: str) -> None:
        """Tell who the PSU is. Raises CmsRefused and LinkExpired."""

    def set_sca_status(
        self, payment_id: str, authorisation_id: str, *, status: str, psu_id: str
    ) -> None:
        """Tell how far the PSU has come. Raises CmsRefused and LinkExpired."""

    def set_payment_status(self, payment_id: str, status: str) -> None:
        """Tell what became of the payment. Raises CmsRefused."""

"""What expires when. Whoever reads for a TPP asks here before it answers."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from cms.domain.authorisation import Authorisation
from cms.domain.payment import Payment
from cms.domain.profile import Profile


@dataclass(frozen=True, slots=True)
class ExpiryRules:
    """The profile's periods, one per kind of thing that expires."""

    payment_confirmation: timedelta  # pis.notConfirmedPaymentExpirationTimeMs
    authorisation: timedelta  # common.authorisationExpirationTimeMs
    redirect_link: timedelta  # common.redirectUrlExpirationTimeMs

    @classmethod
    def of(cls, profile: Profile) -> "ExpiryRules":
        """The rules as this tenant's profile sets them."""
        return cls(
            payment_confirmation=profile.pis.not_confirmed_payment_expiration_time,
            authorisation=profile.common.authorisation_expiration_time,
            redirect_link=profile.common.redirect_url_expiration_time,
        )


def confirmation_overdue(payment: Payment, now: datetime) -> bool:
    """Has the PSU failed to authorise the payment in time (P8)?"""
    return payment.awaits_confirmation and now >= payment.confirm_by


def redirect_link_expired(authorisation: Authorisation, now: datetime) -> bool:
    """Is the link to the online banking too old to be used (spec: redirect expiration)?"""
    return now >= authorisation.redirect_expires_at


def authorisation_expired(authorisation: Authorisation, now: datetime) -> bool:
    """Is it too late for the bank to write to this authorisation?"""
    return now >= authorisation.expires_at

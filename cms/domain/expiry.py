"""What expires when. Whoever reads for a TPP asks here before it answers."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from cms.domain.approach import Approach
from cms.domain.authorisation import Authorisation, AuthorisationKind
from cms.domain.payment import Payment
from cms.domain.profile import Profile
from cms.domain.statuses import Cause


@dataclass(frozen=True, slots=True)
class ExpiryRules:
    """The profile's periods, one per kind of thing that expires."""

    payment_confirmation: timedelta  # pis.notConfirmedPaymentExpirationTimeMs
    authorisation: timedelta  # common.authorisationExpirationTimeMs
    redirect_link: timedelta  # common.redirectUrlExpirationTimeMs
    cancellation_link: timedelta  # pis...paymentCancellationRedirectUrlExpirationTimeMs

    @classmethod
    def of(cls, profile: Profile) -> "ExpiryRules":
        """The rules as this tenant's profile sets them."""
        return cls(
            payment_confirmation=profile.pis.not_confirmed_payment_expiration_time,
            authorisation=profile.common.authorisation_expiration_time,
            redirect_link=profile.common.redirect_url_expiration_time,
            cancellation_link=profile.pis.payment_cancellation_redirect_url_expiration_time,
        )

    def link_of(self, kind: AuthorisationKind, approach: Approach) -> timedelta:
        """How long the PSU may use the link: never longer than the authorisation lives. Where none
        leads to the bank's pages, what waits on the PSU's device lives just as long.
        """
        if not approach.psu_leaves:
            return self.authorisation
        cancels = kind is AuthorisationKind.PIS_CANCELLATION
        return min(self.cancellation_link if cancels else self.redirect_link, self.authorisation)


def confirmation_overdue(payment: Payment, now: datetime) -> bool:
    """Has the PSU failed to authorise the payment in time (P8)?"""
    return payment.awaits_confirmation and now >= payment.confirm_by


def redirect_link_expired(authorisation: Authorisation, now: datetime) -> bool:
    """Is the link to the online banking too old to be used (spec: redirect expiration)?"""
    return now >= authorisation.redirect_expires_at


def authorisation_expired(authorisation: Authorisation, now: datetime) -> bool:
    """Is it too late for the bank to write to this authorisation?"""
    return now >= authorisation.expires_at


def lapsed_by(authorisation: Authorisation, now: datetime) -> Cause | None:
    """Why time has ended what is stored as open; None while it has not.

    A link is there to come by: once the PSU has come, the authorisation's own time counts.
    """
    if authorisation.status.finalised:
        return None
    if authorisation_expired(authorisation, now):
        return Cause.AUTHORISATION_EXPIRED
    if authorisation.awaits_psu and redirect_link_expired(authorisation, now):
        return Cause.REDIRECT_EXPIRED
    return None


def report_too_late(authorisation: Authorisation, now: datetime) -> bool:
    """Can the online banking tell no more of it? The same before and after it has been noticed."""
    return (
        authorisation_expired(authorisation, now)
        or authorisation.status_cause is Cause.REDIRECT_EXPIRED
        or lapsed_by(authorisation, now) is not None
    )


def visit_too_late(payment: Payment, authorisation: Authorisation, now: datetime) -> bool:
    """Is anything over that a PSU needs who comes to authorise: link, authorisation, payment?"""
    return (
        redirect_link_expired(authorisation, now)
        or authorisation_expired(authorisation, now)
        or (
            authorisation.kind is AuthorisationKind.PIS_CREATION
            and confirmation_overdue(payment, now)
        )
    )

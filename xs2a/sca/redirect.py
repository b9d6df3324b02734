"""The redirect approach: the PSU authorises in the bank's online banking, reached by a link."""

from collections.abc import Callable
from typing import Final

from cms.domain.authorisation import Authorisation, AuthorisationKind
from cms.domain.payment import Payment
from cms.domain.profile import Profile

# Kind of authorisation -> the profile's template of the page.
_TEMPLATES: Final[dict[AuthorisationKind, Callable[[Profile], str | None]]] = {
    AuthorisationKind.PIS_CREATION: lambda profile: profile.pis.pis_redirect_url_to_aspsp,
    AuthorisationKind.PIS_CANCELLATION: lambda profile: (
        profile.pis.pis_payment_cancellation_redirect_url_to_aspsp
    ),
}


def redirect_link(profile: Profile, payment: Payment, authorisation: Authorisation) -> str:
    """The `scaRedirect` link: the profile's template with its placeholders filled (spec 11.3)."""
    return filled(_TEMPLATES[authorisation.kind](profile) or "", payment, authorisation)


def filled(template: str, payment: Payment, authorisation: Authorisation) -> str:
    """The template with what its placeholders stand for."""
    return (
        template.replace("{redirect-id}", authorisation.authorisation_id)
        .replace("{encrypted-payment-id}", payment.payment_id)
        .replace("{inr-id}", _internal_request_id(payment, authorisation) or "")
        .replace("{instance-id}", payment.instance_id)
    )


def _internal_request_id(payment: Payment, authorisation: Authorisation) -> str | None:
    """Of the request that created the payment, or of the DELETE."""
    if authorisation.kind is AuthorisationKind.PIS_CANCELLATION and payment.cancellation:
        return payment.cancellation.internal_request_id
    return payment.internal_request_id

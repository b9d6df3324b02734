"""The redirect approach: the PSU authorises in the bank's online banking, reached by a link."""

from typing import Final

from cms.domain.authorisation import Authorisation
from cms.domain.payment import Payment
from cms.domain.profile import Profile

# As the `Aspsp-Sca-Approach` header names it.
REDIRECT: Final = "REDIRECT"


def redirect_link(profile: Profile, payment: Payment, authorisation: Authorisation) -> str:
    """The `scaRedirect` link: the profile's template with its placeholders filled (spec 11.3)."""
    template = profile.pis.pis_redirect_url_to_aspsp
    return (
        template.replace("{redirect-id}", authorisation.authorisation_id)
        .replace("{encrypted-payment-id}", payment.payment_id)
        .replace("{inr-id}", payment.internal_request_id or "")
        .replace("{instance-id}", payment.instance_id)
    )

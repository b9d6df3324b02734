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
    values = {
        "{redirect-id}": authorisation.authorisation_id,
        "{encrypted-payment-id}": payment.payment_id,
        "{inr-id}": payment.internal_request_id or "",
        "{instance-id}": payment.instance_id,
    }
    for placeholder, value in values.items():
        template = template.replace(placeholder, value)
    return template

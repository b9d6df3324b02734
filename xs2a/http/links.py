"""Where the server's resources are: `_links` and `Location` (spec: links)."""

from cms.domain.authorisation import Authorisation
from cms.domain.payment import Payment
from cms.domain.profile import Profile
from xs2a.http.sent import own_address
from xs2a.sca.redirect import redirect_link

Links = dict[str, dict[str, str]]


def _payment_path(payment: Payment) -> str:
    """`/v1/{payment-service}/{payment-product}/{paymentId}`."""
    return f"/v1/{payment.service}/{payment.product}/{payment.payment_id}"


def absolute(href: str) -> str:
    """The link as an absolute URL, also where the profile makes the links relative."""
    return href if "://" in href else own_address() + href


def initiation_links(
    payment: Payment, authorisation: Authorisation | None, profile: Profile
) -> Links:
    """Links of a 201. A payment without an authorisation (rejected, P13) has none to one."""
    path = _base(profile) + _payment_path(payment)
    links = {"self": {"href": path}, "status": {"href": f"{path}/status"}}
    if authorisation is not None:
        links["scaRedirect"] = {"href": redirect_link(profile, payment, authorisation)}
        links["scaStatus"] = {"href": f"{path}/authorisations/{authorisation.authorisation_id}"}
    return links


def _base(profile: Profile) -> str:
    if profile.common.force_xs2a_base_links_url:
        return (profile.common.xs2a_base_links_url or "").rstrip("/")
    return own_address()

"""Where the server's resources are: `_links` and `Location` (spec: links)."""

from cms.domain.authorisation import Authorisation, AuthorisationKind
from cms.domain.payment import Payment
from cms.domain.profile import Profile
from xs2a.http.sent import own_address
from xs2a.sca.offers import bank_link, own_links
from xs2a.spec.resources import SEGMENTS

Links = dict[str, dict[str, str]]


def absolute(href: str) -> str:
    """The link as an absolute URL, also where the profile makes the links relative."""
    return href if "://" in href else own_address() + href


def payment_links(payment: Payment, profile: Profile) -> Links:
    """The payment and its status."""
    url = _payment_url(payment, profile)
    return {"self": {"href": url}, "status": {"href": f"{url}/status"}}


def start_link(name: str, payment: Payment, kind: AuthorisationKind, profile: Profile) -> Links:
    """Where the TPP starts an authorisation itself."""
    return {name: {"href": f"{_payment_url(payment, profile)}/{SEGMENTS[kind]}"}}


def authorisation_links(payment: Payment, authorisation: Authorisation, profile: Profile) -> Links:
    """What comes next for this authorisation: the bank's pages, and the authorisation itself for
    all that the TPP reads or sends.
    """
    url = authorisation_url(payment, authorisation, profile)
    links = {name: {"href": url} for name in own_links(profile, authorisation)}
    pages = bank_link(profile, payment, authorisation)
    if pages is not None:
        links[pages[0]] = {"href": pages[1]}
    return links


def authorisation_url(payment: Payment, authorisation: Authorisation, profile: Profile) -> str:
    """The authorisation itself."""
    segment = SEGMENTS[authorisation.kind]
    return f"{_payment_url(payment, profile)}/{segment}/{authorisation.authorisation_id}"


def _payment_url(payment: Payment, profile: Profile) -> str:
    """`/v1/{payment-service}/{payment-product}/{paymentId}` below the base of links."""
    path = f"/v1/{payment.service}/{payment.product}/{payment.payment_id}"
    if profile.common.force_xs2a_base_links_url:
        return (profile.common.xs2a_base_links_url or "").rstrip("/") + path
    return own_address() + path

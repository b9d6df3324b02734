"""Integrated OAuth: the PSU authorises at an authorization server, found by its metadata (A2)."""

from cms.domain.approach import Approach
from cms.domain.authorisation import Authorisation
from cms.domain.payment import Payment
from cms.domain.profile import Profile
from xs2a.sca.redirect import filled


def oauth_link(profile: Profile, payment: Payment, authorisation: Authorisation) -> str:
    """The `scaOAuth` link: the address of the server's metadata (RFC 8414), placeholders filled."""
    return filled(profile.common.oauth_configuration_url or "", payment, authorisation)


def awaits_access(authorisation: Authorisation) -> bool:
    """May a PSU still authorise by it at the authorization server?"""
    over = authorisation.status.finalised or authorisation.authorised
    return authorisation.sca_approach is Approach.OAUTH and not over


def has_given_access(authorisation: Authorisation) -> bool:
    """Has a PSU authorised the payment by it at the authorization server? Then there is a token."""
    creates = authorisation.kind.joins_psu
    return authorisation.sca_approach is Approach.OAUTH and creates and authorisation.authorised

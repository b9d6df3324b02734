"""Integrated OAuth: the PSU authorises at an authorization server, found by its metadata (A2)."""

from collections.abc import Sequence

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


def gives_access(below: Sequence[Authorisation]) -> bool:
    """Is a payment with these one whose PSU authorises it at the authorization server? Then there
    is a token. What a PSU has authorised tells; where the bank has told of no PSU, what was begun.
    """
    creating = [each for each in below if each.kind.joins_psu]
    decisive = [each for each in creating if each.authorised] or creating
    return any(each.sca_approach is Approach.OAUTH for each in decisive)

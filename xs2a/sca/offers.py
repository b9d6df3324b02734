"""Which links an answer offers about an authorisation, by name (spec: link sets).

The URLs are made in `xs2a.http.links`; of the link to the bank's pages the strategy knows the
address.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Final

from cms.domain.approach import Approach
from cms.domain.authorisation import Authorisation
from cms.domain.payment import Payment
from cms.domain.profile import Profile
from cms.domain.statuses import ScaStatus
from xs2a.sca.oauth import oauth_link
from xs2a.sca.redirect import redirect_link
from xs2a.sca.steps import Update, updates_offered

SCA_STATUS: Final = "scaStatus"

# Approaches by which the PSU is sent to the bank: the link's name, and what makes its address.
_BANK_LINKS: Final[dict[Approach, tuple[str, Callable[[Profile, Payment, Authorisation], str]]]] = {
    Approach.REDIRECT: ("scaRedirect", redirect_link),
    Approach.OAUTH: ("scaOAuth", oauth_link),
}


def bank_link(
    profile: Profile, payment: Payment, authorisation: Authorisation
) -> tuple[str, str] | None:
    """Name and address of the link to the bank's pages; None where the PSU is not sent there,
    or need not go there any more.
    """
    if authorisation.status.finalised or authorisation.sca_approach not in _BANK_LINKS:
        return None
    name, address = _BANK_LINKS[authorisation.sca_approach]
    return name, address(profile, payment, authorisation)


def own_links(profile: Profile, authorisation: Authorisation) -> tuple[str, ...]:
    """Names of the links that lead to the authorisation itself."""
    mandated = profile.common.authorisation_confirmation_request_mandated
    return _own_links(authorisation.sca_approach, authorisation.status, mandated=mandated)


@lru_cache(maxsize=128)  # all there are
def _own_links(approach: Approach, status: ScaStatus, *, mandated: bool) -> tuple[str, ...]:
    names = [SCA_STATUS, *(update.value for update in updates_offered(approach, status))]
    if mandated and approach in _BANK_LINKS and not status.finalised:
        names.append(Update.CONFIRMATION.value)
    return tuple(names)


def explicit_link(approach: Approach, *, basket_mode: bool = False) -> str:
    """Name of the link by which the TPP starts an authorisation itself."""
    if approach is Approach.EMBEDDED and not basket_mode:
        return Update.PSU_AUTHENTICATION.start_link
    return "startAuthorisation"

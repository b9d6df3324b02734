"""Who judges the access token of a request: this server, the bank's authorization server, the bank.

The profile decides: an `oauthConfigurationUrl` that leads to our own metadata means our tokens. Of
any other server the tokens are asked about by introspection, where that is set up; else the
connector gets them, as the bank must know them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cms.domain.parties import PsuId
from cms.domain.profile import Profile, ScaRedirectFlow
from xs2a.flows.parts import Parts
from xs2a.oauth.introspected import facts_told
from xs2a.oauth.metadata import is_ours
from xs2a.oauth.tokens import Granted, Use, check, facts_of
from xs2a.tpp.caller import Caller

# Asks the bank's authorization server about a token (RFC 7662); raises IntrospectionUnavailable.
Introspect = Callable[[str], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Shown:
    """A token, with the request that brings it."""

    token: str = field(repr=False)
    tpp_id: str
    caller: Caller
    payment_id: str | None
    psu: PsuId | None


def judge(
    parts: Parts, introspect: Introspect | None, shown: Shown, profile: Profile
) -> Granted | None:
    """What the token opens, whatever the approach; None where that is for the bank to say.

    Raises TokenUnknown, TokenInvalid, TokenExpired, IntrospectionUnavailable.
    """
    if profile.common.sca_redirect_flow is ScaRedirectFlow.REDIRECT:
        return None
    if is_ours(profile, parts.access.issuer):
        facts = facts_of(parts.access.token(shown.token))
        return check(facts, _use(parts, shown, shown.tpp_id))
    if introspect is None:
        return None
    facts = facts_told(introspect(shown.token))
    return check(facts, _use(parts, shown, shown.caller.tpp.authorisation_number))


def _use(parts: Parts, shown: Shown, tpp: str) -> Use:
    return Use(tpp, shown.caller.thumbprint, shown.payment_id, shown.psu, parts.clock())

"""The access token of a request, judged by whoever is its judge (`xs2a.oauth.judges`)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from cms.domain.parties import PsuId
from cms.domain.profile import Profile
from cms.profile_file import Profiles
from xs2a.flows.parts import Parts
from xs2a.oauth.introspected import facts_told
from xs2a.oauth.judges import Judge, issuer_for, judge_of
from xs2a.oauth.tokens import Granted, Use, check, facts_of
from xs2a.tpp.caller import Caller

# Asks the bank's authorization server about a token (RFC 7662); raises IntrospectionUnavailable.
Introspect = Callable[[str], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Shown:
    """A token, with the request that brings it; `profile` is the tenant's."""

    token: str = field(repr=False)
    tpp_id: str
    instance_id: str
    profile: Profile
    caller: Caller
    payment_id: str | None
    psu: PsuId | None


def judged(
    parts: Parts, introspect: Introspect | None, shown: Shown, profiles: Profiles
) -> Granted | None:
    """What the token opens, whatever the approach; None where that is for the bank to say.

    Raises TokenUnknown, TokenInvalid, TokenExpired, IntrospectionUnavailable.
    """
    judge = judge_of(shown.profile, parts.access.issuer, introspects=introspect is not None)
    if judge is Judge.HERE:
        facts = facts_of(parts.access.token(shown.token))
        return check(facts, _use(parts, shown, shown.tpp_id))
    if introspect is None or judge is Judge.CONNECTOR:
        return None
    facts = facts_told(introspect(shown.token))
    use = _use(parts, shown, shown.caller.tpp.authorisation_number)
    issuer = issuer_for(
        shown.profile, shown.instance_id, profiles.all(), issuer=parts.access.issuer
    )
    return check(facts, replace(use, issuer=issuer))


def _use(parts: Parts, shown: Shown, tpp: str) -> Use:
    return Use(tpp, shown.caller.thumbprint, shown.payment_id, shown.psu, parts.clock())

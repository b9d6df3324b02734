"""Must, or may, an access token come with a request (spec: OAuth)? One row per rule.

The rules count only where the PSU is sent to the bank: other approaches know no OAuth. An update
of an authorisation (PUT) is never judged by them. Whether a token is good is another matter
(`xs2a.oauth.tokens`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from cms.domain.errors import Refusal
from cms.domain.profile import Profile, ScaRedirectFlow
from cms.domain.statuses import TransactionStatus
from xs2a.errors import TokenMissing, TokenNeededToRead, TokenNotTaken
from xs2a.sca.approaches import Wishes, choose_approach

_READS: Final = frozenset({"GET", "HEAD"})
_CHANGES: Final = frozenset({"POST", "DELETE"})
# As long as the PSU has not authorised the payment, nobody has a token for it; and for most of
# those that came to nothing there can never be one (declined, rejected at once, cancelled).
_NOTHING_AUTHORISED: Final = frozenset(
    {TransactionStatus.RCVD, TransactionStatus.PDNG, TransactionStatus.PATC}
)
_NOTHING_DONE: Final = frozenset({TransactionStatus.RJCT, TransactionStatus.CANC})


@dataclass(frozen=True, slots=True)
class TokenRule:
    """With this flow and these methods, a request with (or without) a token is refused; but not
    while the payment has a status of `harmless_at`. `refusal` takes profile and tenant.
    """

    flow: ScaRedirectFlow
    methods: frozenset[str]
    with_token: bool
    refusal: Callable[[Profile, str], Refusal]
    ref: str
    harmless_at: frozenset[TransactionStatus] = frozenset()


def _first_a_token(profile: Profile, instance_id: str) -> Refusal:
    return TokenMissing(f"An access token is needed; {_server(profile, instance_id)}")


def _without(_profile: Profile, _instance_id: str) -> Refusal:
    return TokenNotTaken()


def _the_payments_token(profile: Profile, instance_id: str) -> Refusal:
    server = _server(profile, instance_id)
    return TokenNeededToRead(
        f"The access token that the PSU has granted for this payment is needed; {server}"
    )


def _server(profile: Profile, instance_id: str) -> str:
    address = (profile.common.oauth_configuration_url or "").replace("{instance-id}", instance_id)
    return f"the authorization server is at {address}"


RULES: Final = (
    TokenRule(
        ScaRedirectFlow.OAUTH_PRE_STEP,
        _READS | _CHANGES,
        with_token=False,
        refusal=_first_a_token,
        ref="O1 pre-step",
    ),
    TokenRule(
        ScaRedirectFlow.OAUTH,
        _CHANGES,
        with_token=True,
        refusal=_without,
        ref="O2 integrated#changes",
    ),
    TokenRule(
        ScaRedirectFlow.OAUTH,
        _READS,
        with_token=False,
        refusal=_the_payments_token,
        ref="O3 integrated#reads",
        harmless_at=_NOTHING_AUTHORISED | _NOTHING_DONE,
    ),
)


def token_rule(
    profile: Profile, wishes: Wishes, *, method: str, with_token: bool
) -> TokenRule | None:
    """The rule that refuses such a request, or None."""
    flow = profile.common.sca_redirect_flow
    if flow is ScaRedirectFlow.REDIRECT or not choose_approach(profile, wishes).psu_leaves:
        return None
    return next(
        (
            rule
            for rule in RULES
            if rule.flow is flow and method in rule.methods and rule.with_token is with_token
        ),
        None,
    )

"""Must, or may, an access token come with a request (spec: OAuth)? One row per rule.

The rules count only where the PSU is sent to the bank: other approaches know no OAuth. What a
request may begin goes by the approach that its headers wish for, what a payment is by that of its
authorisations: no header makes another payment of it. An update of an authorisation (PUT) is never
judged by them. Whether a token is good is another matter (`xs2a.oauth.tokens`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from cms.domain.authorisation import Authorisation
from cms.domain.errors import Refusal
from cms.domain.profile import Profile, ScaRedirectFlow
from cms.domain.statuses import NOTHING_PAID, TransactionStatus
from xs2a.errors import TokenMissing, TokenNeededToRead, TokenNotTaken
from xs2a.sca.oauth import gives_access

_READS: Final = frozenset({"GET", "HEAD"})
_CHANGES: Final = frozenset({"POST", "DELETE"})
# As long as the payment waits for a PSU the TPP may have no token for it yet; and for most of those
# that came to nothing there can never be one (declined, rejected at once, cancelled).
_NOTHING_AUTHORISED: Final = frozenset(
    {TransactionStatus.RCVD, TransactionStatus.PDNG, TransactionStatus.PATC}
)

# Does it count below a payment with these authorisations? The other argument: would a PSU be sent
# to the bank, if it went by the headers of the request?
OnRecord = Callable[[Sequence[Authorisation], bool], bool]


@dataclass(frozen=True, slots=True)
class TokenRule:
    """With this flow and these methods, a request with (or without) a token is refused: at once
    where it counts `by_wish` and the headers choose to send the PSU to the bank; and below a
    payment where it counts `on_record`, but not while that has a status of `harmless_at`.
    `refusal` takes profile and tenant.
    """

    flow: ScaRedirectFlow
    methods: frozenset[str]
    with_token: bool
    refusal: Callable[[Profile, str], Refusal]
    ref: str
    by_wish: bool
    on_record: OnRecord | None
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


def _sends_psu(below: Sequence[Authorisation], wished: bool) -> bool:
    return any(each.sca_approach.psu_leaves for each in below) if below else wished


def _has_a_token(below: Sequence[Authorisation], _wished: bool) -> bool:
    return gives_access(below)


RULES: Final = (
    TokenRule(
        ScaRedirectFlow.OAUTH_PRE_STEP,
        _CHANGES,
        with_token=False,
        refusal=_first_a_token,
        ref="O1 pre-step#changes",
        by_wish=True,
        on_record=_sends_psu,
    ),
    TokenRule(
        ScaRedirectFlow.OAUTH_PRE_STEP,
        _READS,
        with_token=False,
        refusal=_first_a_token,
        ref="O1 pre-step#reads",
        by_wish=False,
        on_record=_sends_psu,
    ),
    TokenRule(
        ScaRedirectFlow.OAUTH,
        _CHANGES,
        with_token=True,
        refusal=_without,
        ref="O2 integrated#changes",
        by_wish=True,
        on_record=None,
    ),
    TokenRule(
        ScaRedirectFlow.OAUTH,
        _READS,
        with_token=False,
        refusal=_the_payments_token,
        ref="O3 integrated#reads",
        by_wish=False,
        on_record=_has_a_token,
        harmless_at=_NOTHING_AUTHORISED | NOTHING_PAID,
    ),
)


def token_rule(profile: Profile, *, method: str, with_token: bool) -> TokenRule | None:
    """The rule that may refuse such a request, or None."""
    flow = profile.common.sca_redirect_flow
    return next(
        (
            rule
            for rule in RULES
            if rule.flow is flow and method in rule.methods and rule.with_token is with_token
        ),
        None,
    )

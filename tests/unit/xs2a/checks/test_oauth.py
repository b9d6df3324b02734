"""Presence of an access token (spec 4): flow x method x token; and where no rule counts."""

import pytest

from cms.domain.profile import CommonProfile, Profile, ScaApproach, ScaRedirectFlow
from cms.domain.statuses import TransactionStatus
from xs2a.checks.oauth import token_rule
from xs2a.sca.approaches import Wishes

PRE_STEP, OAUTH, REDIRECT = (
    ScaRedirectFlow.OAUTH_PRE_STEP,
    ScaRedirectFlow.OAUTH,
    ScaRedirectFlow.REDIRECT,
)
METHODS = ("POST", "DELETE", "GET", "HEAD", "PUT")
NO_WISH = Wishes()


def rules(flow: ScaRedirectFlow, wishes: Wishes, *offered: ScaApproach) -> dict[str, str]:
    """`method with token?` -> the rule against it."""
    common = CommonProfile(sca_approaches_supported=offered, sca_redirect_flow=flow)
    found = {
        f"{method} {'with' if with_token else 'without'}": token_rule(
            Profile(common=common), wishes, method=method, with_token=with_token
        )
        for method in METHODS
        for with_token in (True, False)
    }
    return {request: rule.ref.partition(" ")[0] for request, rule in found.items() if rule}


@pytest.mark.parametrize(
    "flow, refused",
    [
        (REDIRECT, {}),
        (
            PRE_STEP,
            {
                "POST without": "O1",
                "DELETE without": "O1",
                "GET without": "O1",
                "HEAD without": "O1",
            },
        ),
        (
            OAUTH,
            {"POST with": "O2", "DELETE with": "O2", "GET without": "O3", "HEAD without": "O3"},
        ),
    ],
)
def test_each_flow_has_its_rules(flow: ScaRedirectFlow, refused: dict[str, str]) -> None:
    assert rules(flow, NO_WISH, ScaApproach.REDIRECT) == refused


@pytest.mark.parametrize("flow", [PRE_STEP, OAUTH])
@pytest.mark.parametrize(
    "offered, wishes",
    [
        ((ScaApproach.EMBEDDED,), NO_WISH),
        ((ScaApproach.DECOUPLED, ScaApproach.REDIRECT), NO_WISH),
        ((ScaApproach.REDIRECT, ScaApproach.EMBEDDED), Wishes(redirect=False)),
        ((ScaApproach.REDIRECT, ScaApproach.DECOUPLED), Wishes(decoupled=True)),
    ],
)
def test_other_approaches_know_no_token(
    flow: ScaRedirectFlow, offered: tuple[ScaApproach, ...], wishes: Wishes
) -> None:
    assert rules(flow, wishes, *offered) == {}


def test_a_read_is_harmless_while_nothing_is_authorised_and_when_nothing_was_done() -> None:
    common = CommonProfile(sca_redirect_flow=OAUTH)
    rule = token_rule(Profile(common=common), NO_WISH, method="GET", with_token=False)

    assert rule is not None
    assert rule.harmless_at == {
        TransactionStatus.RCVD,
        TransactionStatus.PDNG,
        TransactionStatus.PATC,
        TransactionStatus.RJCT,
        TransactionStatus.CANC,
    }

"""Presence of an access token (spec 4): flow x method x token; and what of the record counts."""

import pytest

from cms.domain.approach import Approach
from cms.domain.authorisation import AuthorisationKind
from cms.domain.profile import CommonProfile, Profile, ScaRedirectFlow
from cms.domain.statuses import ScaStatus, TransactionStatus
from tests.unit.cms.domain.resources import authorisation
from xs2a.checks.oauth import TokenRule, token_rule

PRE_STEP, OAUTH, REDIRECT = (
    ScaRedirectFlow.OAUTH_PRE_STEP,
    ScaRedirectFlow.OAUTH,
    ScaRedirectFlow.REDIRECT,
)
METHODS = ("POST", "DELETE", "GET", "HEAD", "PUT")
CREATION, CANCELLATION = AuthorisationKind.PIS_CREATION, AuthorisationKind.PIS_CANCELLATION


def rule_of(flow: ScaRedirectFlow, method: str, *, with_token: bool) -> TokenRule | None:
    profile = Profile(common=CommonProfile(sca_redirect_flow=flow))
    return token_rule(profile, method=method, with_token=with_token)


def read_rule(flow: ScaRedirectFlow) -> TokenRule:
    rule = rule_of(flow, "GET", with_token=False)
    assert rule is not None
    return rule


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
    found = {
        f"{method} {'with' if with_token else 'without'}": rule_of(
            flow, method, with_token=with_token
        )
        for method in METHODS
        for with_token in (True, False)
    }

    told = {request: rule.ref.partition(" ")[0] for request, rule in found.items() if rule}
    assert told == refused


@pytest.mark.parametrize("flow", [PRE_STEP, OAUTH])
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("with_token", [True, False])
def test_changes_go_by_what_they_wish_for_and_reads_never_alone(
    flow: ScaRedirectFlow, method: str, with_token: bool
) -> None:
    rule = rule_of(flow, method, with_token=with_token)

    assert rule is None or rule.by_wish is (method in {"POST", "DELETE"})


BY_APP = (Approach.EMBEDDED, ScaStatus.FINALISED, CREATION)


@pytest.mark.parametrize(
    "below, needed",
    [
        # Whose PSU has authorised: what it has authorised tells.
        ([(Approach.OAUTH, ScaStatus.UNCONFIRMED, CREATION)], True),
        ([(Approach.OAUTH, ScaStatus.FINALISED, CREATION)], True),
        ([(Approach.OAUTH, ScaStatus.EXEMPTED, CREATION)], True),
        ([(Approach.OAUTH, ScaStatus.FINALISED, CREATION), BY_APP], True),
        ([(Approach.OAUTH, ScaStatus.RECEIVED, CREATION), BY_APP], False),
        ([(Approach.OAUTH, ScaStatus.FAILED, CREATION), BY_APP], False),
        ([(Approach.OAUTH, ScaStatus.FINALISED, CANCELLATION), BY_APP], False),
        ([(Approach.REDIRECT, ScaStatus.FINALISED, CREATION)], False),
        ([(Approach.DECOUPLED, ScaStatus.FINALISED, CREATION)], False),
        # The bank has told of no PSU: what was begun.
        ([(Approach.OAUTH, ScaStatus.RECEIVED, CREATION)], True),
        ([(Approach.OAUTH, ScaStatus.FAILED, CREATION)], True),
        ([(Approach.OAUTH, ScaStatus.FINALISED, CANCELLATION)], False),
        ([(Approach.EMBEDDED, ScaStatus.RECEIVED, CREATION)], False),
        ([], False),
    ],
)
@pytest.mark.parametrize("wished", [True, False])
def test_integrated_a_read_needs_a_token_where_one_can_be_had(
    below: list[tuple[Approach, ScaStatus, AuthorisationKind]], needed: bool, wished: bool
) -> None:
    on_record = read_rule(OAUTH).on_record
    assert on_record is not None
    kept = [authorisation(status, sca_approach=by, kind=kind) for by, status, kind in below]

    assert on_record(kept, wished) is needed


@pytest.mark.parametrize(
    "below, wished, needed",
    [
        ([], True, True),
        ([], False, False),
        ([Approach.REDIRECT], False, True),
        ([Approach.OAUTH], False, True),  # made in the other flow
        ([Approach.EMBEDDED], True, False),
        ([Approach.DECOUPLED], True, False),
        ([Approach.EMBEDDED, Approach.REDIRECT], False, True),
    ],
)
def test_pre_step_a_read_goes_by_the_record_and_else_by_the_wish(
    below: list[Approach], wished: bool, needed: bool
) -> None:
    on_record = read_rule(PRE_STEP).on_record
    assert on_record is not None
    kept = [authorisation(sca_approach=each) for each in below]

    assert on_record(kept, wished) is needed


def test_a_read_is_harmless_while_nothing_is_authorised_and_when_nothing_was_done() -> None:
    assert read_rule(OAUTH).harmless_at == {
        TransactionStatus.RCVD,
        TransactionStatus.PDNG,
        TransactionStatus.PATC,
        TransactionStatus.RJCT,
        TransactionStatus.CANC,
    }

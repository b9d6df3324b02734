"""The step table itself: nothing is said twice, nothing is left unsaid, all of it is needed."""

from collections.abc import Iterator
from itertools import combinations, product

import pytest

from cms.domain.approach import Approach
from cms.domain.lifecycles import AUTHORISATION
from cms.domain.statuses import Cause, ScaStatus
from xs2a.errors import ApproachClosed, CodeNotAccepted, StatusAllowsNoUpdate, WrongStage
from xs2a.sca.steps import (
    REFUSALS,
    STEPS,
    Call,
    Place,
    RefusalRow,
    Step,
    Update,
    find_step,
    refusal_row,
    updates_offered,
)

REFUSABLE = {ApproachClosed, CodeNotAccepted, StatusAllowsNoUpdate, WrongStage}


def places() -> Iterator[Place]:
    for approach, status, mandated in product(Approach, ScaStatus, (True, False)):
        yield Place(approach, status, mandated)


def bodies() -> Iterator[frozenset[Update]]:
    """All that can come at once: nobody identifies and sends something (an empty body)."""
    named = [update for update in Update if update is not Update.PSU_IDENTIFICATION]
    yield frozenset({Update.PSU_IDENTIFICATION})
    for count in range(1, len(named) + 1):
        yield from map(frozenset, combinations(named, count))


def test_no_two_rows_claim_the_same_situation() -> None:
    claims = [(a, step.at, step.update) for step in STEPS for a in step.approaches]

    assert len(claims) == len(set(claims))


@pytest.mark.parametrize("row", [*STEPS, *REFUSALS], ids=lambda row: row.ref)
def test_every_row_has_a_clause_of_its_own(row: Step | RefusalRow) -> None:
    assert [each.ref for each in (*STEPS, *REFUSALS)].count(row.ref) == 1


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.ref)
def test_the_endings_are_moves_that_the_lifecycle_allows(step: Step) -> None:
    """The cause is a step of the bank's, an identification, or a refusal that ends it."""
    causes = (Cause.SCA_STEP, Cause.PSU_NAMED, Cause.SCA_REFUSED, Cause.CODE_WRONG)
    allowed = {
        AUTHORISATION.next(step.at, row.cause, ending)
        for row in AUTHORISATION.rows
        if row.cause in causes and step.at in row.sources
        for ending in step.endings
    }

    assert not step.at.finalised
    assert step.endings <= allowed
    assert step.at not in step.endings
    if step.call is Call.IDENTIFY:
        assert AUTHORISATION.next(step.at, Cause.PSU_NAMED) in step.endings


def test_what_a_step_ends_with_can_go_on_or_is_over() -> None:
    """No step leads into a status that the TPP can neither leave nor wait out."""
    for step in STEPS:
        for ending in step.endings - {ScaStatus.STARTED}:  # there the bank waits for the PSU
            further = any(each.at is ending and each.approaches & step.approaches for each in STEPS)
            assert ending.finalised or further


@pytest.mark.parametrize("sent", list(bodies()), ids=lambda sent: "+".join(sorted(sent)))
def test_every_body_everywhere_has_one_step_or_one_refusal(sent: frozenset[Update]) -> None:
    for place in places():
        step = find_step(place, sent)
        if step is None:
            assert refusal_row(place, sent).refusal in REFUSABLE
        else:
            assert step.update in sent
            assert step.at is place.status
            assert place.approach in step.approaches


@pytest.mark.parametrize("row", REFUSALS, ids=lambda row: row.ref)
def test_every_refusal_is_met(row: RefusalRow) -> None:
    met = [
        (place, sent)
        for place, sent in product(places(), bodies())
        if find_step(place, sent) is None and refusal_row(place, sent) is row
    ]

    assert met


def test_a_finalised_status_accepts_nothing() -> None:
    for place, sent in product(places(), bodies()):
        if place.status.finalised:
            assert find_step(place, sent) is None


def test_only_confirmation_is_open_where_the_psu_leaves() -> None:
    for place, sent in product(places(), bodies()):
        step = find_step(place, sent)
        if step is not None and place.approach is not Approach.EMBEDDED:
            assert place.confirmation_mandated
            assert step.call is Call.CONFIRM
            assert place.approach.psu_leaves


@pytest.mark.parametrize("call", list(Call))
def test_every_call_is_needed(call: Call) -> None:
    assert any(step.call is call for step in STEPS)


@pytest.mark.parametrize("approach, status", list(product(Approach, ScaStatus)))
def test_what_is_offered_is_accepted(approach: Approach, status: ScaStatus) -> None:
    for update in updates_offered(approach, status):
        assert find_step(Place(approach, status, confirmation_mandated=False), {update})


def test_the_link_names_are_those_of_the_standard() -> None:
    assert {update.value: update.start_link for update in Update} == {
        "updatePsuIdentification": "startAuthorisationWithPsuIdentification",
        "updatePsuAuthentication": "startAuthorisationWithPsuAuthentication",
        "selectAuthenticationMethod": "startAuthorisationWithAuthenticationMethodSelection",
        "authoriseTransaction": "startAuthorisationWithTransactionAuthorisation",
        "confirmation": "",
    }

"""A start is stored before the bank is asked: what its answer makes of it, and of the answer that
is kept for the TPP (A3, P14); on both engines.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from cms.domain.approach import Approach
from cms.domain.authorising import MOST_AUTHORISATIONS
from cms.domain.errors import KeptBefore, TooManyAuthorisations
from cms.domain.kept_answer import KeptAnswer
from cms.domain.payment import CancellationRequest
from cms.domain.statuses import Cause, ScaStatus
from tests.houses import NOW
from tests.store.rooms import CANCELLATION, ON_SQLITE, PSU, Rooms

A = ScaStatus
LATER = NOW + timedelta(hours=3)
ANSWER = KeptAnswer("key", "digest", 201, "{}", b"{}")


def test_a_start_that_the_bank_failed_stays_on_record(rooms: Rooms) -> None:
    """A3. Its answer was kept before the bank was asked; errors are not told again."""
    payment, _ = rooms.kept()
    new = rooms.authorisation(payment, psu=PSU, status=A.PSU_IDENTIFIED)
    rooms.sca.start(new, answer=ANSWER)
    rooms.sca.start_failed(new, ANSWER)

    assert rooms.stored(new).status is A.FAILED
    assert rooms.history(new.authorisation_id) == [("psuIdentified", "failed", "bank_failed")]
    assert rooms.idempotency.find(ANSWER.request_key) is None


def test_what_ended_while_the_bank_was_asked_has_not_failed_by_the_bank(rooms: Rooms) -> None:
    payment, _ = rooms.kept()
    new = rooms.authorisation(payment, psu=PSU)
    rooms.sca.start(new, answer=ANSWER)
    rooms.start(payment, psu=PSU)
    rooms.sca.start_failed(new, ANSWER)

    assert rooms.history(new.authorisation_id) == [("received", "failed", "superseded")]
    assert rooms.idempotency.find(ANSWER.request_key) is None


@ON_SQLITE
@pytest.mark.parametrize(
    "says, becomes",
    [
        ({"approach": Approach.DECOUPLED, "status": A.STARTED}, (Approach.DECOUPLED, A.STARTED)),
        ({"approach": Approach.OAUTH, "status": None}, (Approach.OAUTH, A.PSU_IDENTIFIED)),
        ({"approach": None, "status": A.STARTED}, (Approach.REDIRECT, A.STARTED)),
        ({"approach": None, "status": A.PSU_IDENTIFIED}, (Approach.REDIRECT, A.PSU_IDENTIFIED)),
        # It knows less than we do.
        ({"approach": None, "status": A.RECEIVED}, (Approach.REDIRECT, A.PSU_IDENTIFIED)),
    ],
)
def test_the_bank_may_choose_another_approach_and_status(
    rooms: Rooms, says: Any, becomes: tuple[Approach, ScaStatus]
) -> None:
    payment, _ = rooms.kept()
    new = rooms.start(payment, psu=PSU, status=A.PSU_IDENTIFIED)
    kept = rooms.sca.started(new, **says, link_until=LATER)

    assert (kept.sca_approach, kept.status) == becomes
    assert rooms.stored(new) == kept
    goes_another_way = kept.sca_approach is not new.sca_approach
    assert kept.redirect_expires_at == (LATER if goes_another_way else new.redirect_expires_at)


def test_what_ended_while_the_bank_was_asked_does_not_start(rooms: Rooms) -> None:
    payment, _ = rooms.kept()
    new = rooms.start(payment, psu=PSU)
    rooms.start(payment, psu=PSU)
    kept = rooms.sca.started(new, approach=None, status=A.STARTED, link_until=LATER)

    assert (kept.status, kept.status_cause) == (A.FAILED, Cause.SUPERSEDED)
    assert rooms.stored(new) == kept


def test_the_answer_is_kept_with_the_start_or_neither(rooms: Rooms) -> None:
    payment, _ = rooms.kept()
    other = KeptAnswer("another key", "digest", 201, "{}", b"{}")
    rooms.sca.start(rooms.authorisation(payment), answer=other)
    rooms.sca.start(rooms.authorisation(payment), answer=ANSWER)
    before = rooms.rows()

    with pytest.raises(KeptBefore):
        rooms.sca.start(rooms.authorisation(payment, psu=PSU), answer=ANSWER)
    assert rooms.rows() == before
    assert rooms.idempotency.find(ANSWER.request_key) == ANSWER

    # The start goes on: what there is to be told again changes, for this key only.
    later = replace(ANSWER, headers='{"x": "y"}', body=b'{"more": true}')
    rooms.sca.remember(later)
    assert rooms.idempotency.find(ANSWER.request_key) == later
    assert rooms.idempotency.find(other.request_key) == other
    assert rooms.rows() == before


@pytest.mark.parametrize("answer, kept", [(ANSWER, False), (None, True)])
def test_only_the_answer_of_a_failed_start_is_forgotten(
    rooms: Rooms, answer: KeptAnswer | None, *, kept: bool
) -> None:
    """The same key may then be used for another try."""
    payment, _ = rooms.kept()
    rooms.sca.start(rooms.authorisation(payment), answer=ANSWER)
    rooms.sca.start_failed(rooms.start(payment, psu=PSU), answer)

    assert (rooms.idempotency.find(ANSWER.request_key) == ANSWER) is kept
    if not kept:
        rooms.sca.start(rooms.authorisation(payment, psu=PSU), answer=ANSWER)


@ON_SQLITE
def test_authorisations_do_not_grow_for_ever(rooms: Rooms) -> None:
    payment, _ = rooms.kept()
    for _ in range(MOST_AUTHORISATIONS - 1):
        rooms.start(payment, psu=PSU)

    with pytest.raises(TooManyAuthorisations):
        rooms.sca.start(rooms.authorisation(payment, psu=PSU), answer=ANSWER)
    assert rooms.rows()["authorisations"] == MOST_AUTHORISATIONS
    assert rooms.idempotency.find(ANSWER.request_key) is None
    rooms.sca.request_cancellation(payment, CancellationRequest(NOW))
    rooms.start(payment, kind=CANCELLATION)

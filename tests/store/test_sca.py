"""What the TPP's start and updates leave behind, each in one transaction; on both engines."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from cms.domain.authorisation import Authorisation
from cms.domain.errors import (
    BeingCarriedOut,
    CancellationNotRequested,
    CancellationOfFinalised,
    ChangedMeanwhile,
    ConfirmationOverdue,
    KeptBefore,
    NothingToAuthorise,
    PsuHasAuthorised,
    Refusal,
    Unknown,
)
from cms.domain.intent import Deed
from cms.domain.kept_answer import KeptAnswer
from cms.domain.parties import PsuId
from cms.domain.payment import CancellationRequest, Payment
from cms.domain.statuses import Cause, ScaStatus, TransactionStatus
from cms.service.intents import Subject
from cms.service.payments import NewPayment
from cms.service.sca import ScaStep
from tests.houses import NOW
from tests.store.rooms import BODY, CANCELLATION, CREATION, PSU, TENANT, Rooms

A, T = ScaStatus, TransactionStatus
ANSWER = KeptAnswer("key", "digest", 201, "{}", b"{}")
OTHER = PsuId("marion.mueller")
REQUEST = CancellationRequest(NOW)
STEP = ScaStep(A.PSU_AUTHENTICATED)


def is_set_to(status: TransactionStatus) -> Callable[[Rooms, Payment], Any]:
    """Somebody else moves the payment."""

    def act(rooms: Rooms, payment: Payment) -> None:
        rooms.payments.set_status(payment.payment_id, TENANT, status, cause=Cause.ASPSP_PUSHED)

    return act


def is_overdue(rooms: Rooms, payment: Payment) -> None:
    rooms.clock.now = payment.confirm_by


def is_expired(rooms: Rooms, payment: Payment) -> None:
    is_overdue(rooms, payment)
    rooms.payments.expire(payment)


def is_being_executed(rooms: Rooms, payment: Payment) -> None:
    subject = Subject(payment, rooms.start(payment, psu=OTHER))
    rooms.intents.open(
        subject, Deed.EXECUTE, intent_id=rooms.new_id(), sca_status=ScaStatus.FINALISED
    )


@pytest.mark.parametrize(
    "happens, kind, refusal",
    [
        (is_overdue, CREATION, ConfirmationOverdue),
        (is_expired, CREATION, ConfirmationOverdue),
        (is_set_to(T.RJCT), CREATION, NothingToAuthorise),
        (is_set_to(T.ACCP), CREATION, NothingToAuthorise),
        (is_set_to(T.CANC), CREATION, NothingToAuthorise),
        (is_being_executed, CREATION, BeingCarriedOut),
        (is_overdue, CANCELLATION, None),
        (is_expired, CANCELLATION, CancellationOfFinalised),
        (is_set_to(T.RJCT), CANCELLATION, CancellationOfFinalised),
        (is_set_to(T.ACCP), CANCELLATION, None),
        (is_set_to(T.ACSC), CANCELLATION, CancellationOfFinalised),
        (is_being_executed, CANCELLATION, BeingCarriedOut),
    ],
)
def test_what_happens_while_the_bank_is_asked_counts(
    rooms: Rooms, happens: Any, kind: Any, refusal: type[Refusal] | None
) -> None:
    """Start and step look again in their transaction (P2, P3, P4), and leave nothing behind."""
    payment, _ = rooms.kept()
    rooms.sca.request_cancellation(payment, REQUEST)
    open_one = rooms.start(payment, kind=kind)
    happens(rooms, payment)
    before = rooms.rows(), rooms.history(open_one.authorisation_id)
    late = rooms.authorisation(payment, kind=kind, psu=PSU)

    if refusal is None:
        rooms.sca.start(late)
        assert rooms.sca.take(open_one, STEP)[1].status is A.PSU_AUTHENTICATED
        return
    with pytest.raises(refusal):
        rooms.sca.start(late, answer=ANSWER)
    seen = rooms.stored(open_one)
    with pytest.raises(refusal):
        rooms.sca.take(seen, STEP)
    assert (rooms.rows(), rooms.history(open_one.authorisation_id)) == before


def test_a_cancellation_has_to_be_requested(rooms: Rooms) -> None:
    payment, _ = rooms.kept()

    with pytest.raises(CancellationNotRequested):
        rooms.start(payment, kind=CANCELLATION)
    rooms.sca.start(rooms.authorisation(payment, kind=CANCELLATION), cancellation=REQUEST)
    assert rooms.stored(payment).cancellation == REQUEST


@pytest.mark.parametrize(
    "happens, refusal",
    [
        (is_set_to(T.ACSC), CancellationOfFinalised),
        (is_being_executed, BeingCarriedOut),
        (is_set_to(T.ACSP), None),
    ],
)
def test_what_ends_or_moves_is_not_to_be_cancelled(
    rooms: Rooms, happens: Any, refusal: type[Refusal] | None
) -> None:
    payment, _ = rooms.kept()
    happens(rooms, payment)

    if refusal is None:
        assert rooms.sca.request_cancellation(payment, REQUEST).cancellation == REQUEST
        return
    with pytest.raises(refusal):
        rooms.sca.request_cancellation(payment, REQUEST)
    assert rooms.stored(payment).cancellation is None


def started(rooms: Rooms, payment: Payment, psu: PsuId | None, status: ScaStatus) -> Authorisation:
    authorisation = rooms.start(payment, psu=psu)
    if status is not A.RECEIVED:
        authorisation = rooms.sca.take(authorisation, ScaStep(status))[1]
    return authorisation


@pytest.mark.parametrize(
    "earlier_psu, earlier, becomes",
    [
        (PSU, A.RECEIVED, A.FAILED),
        (PSU, A.SCA_METHOD_SELECTED, A.FAILED),
        (PSU, A.UNCONFIRMED, A.FAILED),
        (PSU, A.FAILED, A.FAILED),
        (OTHER, A.SCA_METHOD_SELECTED, A.SCA_METHOD_SELECTED),
        (None, A.RECEIVED, A.RECEIVED),
        (PSU, A.FINALISED, PsuHasAuthorised),
        (PSU, A.EXEMPTED, PsuHasAuthorised),
        (OTHER, A.FINALISED, A.FINALISED),
    ],
)
@pytest.mark.parametrize("named", ["with the start", "later"])
def test_one_psu_has_one_way_at_a_time(
    rooms: Rooms, earlier_psu: PsuId | None, earlier: ScaStatus, becomes: Any, named: str
) -> None:
    """A11: whichever way the PSU becomes known, the earlier authorisation ends, with its link."""
    payment = rooms.payment()
    rooms.payments.keep(NewPayment(payment, BODY))
    first = started(rooms, payment, earlier_psu, earlier)

    def go() -> Authorisation:
        if named == "with the start":
            return rooms.start(payment, psu=PSU)
        second = rooms.start(payment)
        return rooms.sca.take(second, ScaStep(A.PSU_IDENTIFIED, Cause.PSU_NAMED, psu=PSU))[1]

    if becomes is PsuHasAuthorised:
        with pytest.raises(PsuHasAuthorised):
            go()
        assert rooms.stored(first).status is earlier
        return
    second = go()
    kept = rooms.stored(first)
    assert kept.status is becomes
    ended = becomes is A.FAILED and earlier is not A.FAILED
    assert (kept.redirect_expires_at == NOW) is ended
    assert (kept.status_cause is Cause.SUPERSEDED) is ended
    assert rooms.stored(second).psu == PSU
    assert PSU in rooms.stored(payment).psus


def test_whoever_cancels_does_not_join_the_payment(rooms: Rooms) -> None:
    payment, _ = rooms.kept()
    rooms.sca.start(
        rooms.authorisation(payment, kind=CANCELLATION, psu=OTHER), cancellation=REQUEST
    )

    assert rooms.stored(payment).psus == (PSU,)
    rooms.start(payment, psu=OTHER)
    assert rooms.stored(payment).psus == (PSU, OTHER)


def test_a_step_counts_only_from_where_it_was_seen(rooms: Rooms) -> None:
    _, seen = rooms.kept()
    rooms.sca.take(seen, STEP)

    with pytest.raises(ChangedMeanwhile):
        rooms.sca.take(seen, ScaStep(A.SCA_METHOD_SELECTED, method_id="sms"))
    assert rooms.stored(seen).authentication_method_id is None
    assert len(rooms.history(seen.authorisation_id)) == 1


@pytest.mark.parametrize("status", list(A))
def test_what_has_come_to_another_end_does_not_fail(rooms: Rooms, status: ScaStatus) -> None:
    _, seen = rooms.kept()
    if status is not A.RECEIVED:
        rooms.sca.take(seen, ScaStep(status))
    kept = rooms.sca.fail(seen, Cause.SCA_REFUSED)

    assert kept.status is (A.FAILED if status is A.RECEIVED else status)
    assert rooms.stored(seen) == kept


def test_nothing_fails_while_the_bank_acts_on_it(rooms: Rooms) -> None:
    payment, authorisation = rooms.kept()
    is_being_executed(rooms, payment)

    with pytest.raises(BeingCarriedOut):
        rooms.sca.fail(authorisation, Cause.AUTHORISATION_EXPIRED)
    assert rooms.stored(authorisation).status is A.RECEIVED


def test_a_start_that_the_bank_failed_stays_on_record(rooms: Rooms) -> None:
    payment, _ = rooms.kept()
    new = rooms.authorisation(payment, psu=PSU, status=A.PSU_IDENTIFIED)
    rooms.sca.keep_failed_start(new)

    assert rooms.stored(new).status is A.FAILED
    assert rooms.history(new.authorisation_id) == [("psuIdentified", "failed", "bank_failed")]


def test_the_answer_is_kept_with_the_start_or_neither(rooms: Rooms) -> None:
    payment, _ = rooms.kept()
    rooms.sca.start(rooms.authorisation(payment), answer=ANSWER)
    before = rooms.rows()

    with pytest.raises(KeptBefore):
        rooms.sca.start(rooms.authorisation(payment, psu=PSU), answer=ANSWER)
    with pytest.raises(KeptBefore):
        rooms.sca.remember(ANSWER)
    assert rooms.rows() == before
    assert rooms.idempotency.find(ANSWER.request_key) == ANSWER


def test_all_that_is_open_closes_with_the_payment(rooms: Rooms) -> None:
    payment, first = rooms.kept()
    rooms.sca.request_cancellation(payment, REQUEST)
    second = rooms.start(payment, kind=CANCELLATION)
    done = started(rooms, payment, OTHER, A.FINALISED)
    rooms.sca.close_all(payment)

    assert [rooms.stored(each).status for each in (first, second, done)] == [
        A.FAILED,
        A.FAILED,
        A.FINALISED,
    ]
    assert rooms.history(first.authorisation_id) == [("received", "failed", "parent_closed")]


def test_another_tenant_drives_nothing(rooms: Rooms) -> None:
    payment, _ = rooms.kept()
    foreign = rooms.authorisation(payment, instance_id="other")

    with pytest.raises(Unknown):
        rooms.sca.start(foreign)
    assert rooms.rows()["authorisations"] == 1


def test_expired_authorisations_end_with_their_payment(rooms: Rooms) -> None:
    payment, first = rooms.kept()
    rooms.sca.request_cancellation(payment, REQUEST)
    second = rooms.start(payment, kind=CANCELLATION, expires_at=NOW + timedelta(days=9))
    is_expired(rooms, payment)

    assert [rooms.stored(each).status for each in (first, second)] == [A.FAILED] * 2

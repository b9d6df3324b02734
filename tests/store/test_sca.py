"""What the TPP's start and updates leave behind, each in one transaction; on both engines."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from cms.domain.approach import Approach
from cms.domain.authorisation import Authorisation
from cms.domain.errors import (
    BeingCarriedOut,
    CancellationNotRequested,
    CancellationOfFinalised,
    ChangedMeanwhile,
    ConfirmationOverdue,
    NothingToAuthorise,
    PsuHasAuthorised,
    PsuMismatch,
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
from tests.store.rooms import BODY, CANCELLATION, CREATION, ON_SQLITE, PSU, Rooms

A, T = ScaStatus, TransactionStatus
ANSWER = KeptAnswer("key", "digest", 201, "{}", b"{}")
OTHER = PsuId("marion.mueller")
REQUEST = CancellationRequest(NOW)
STEP = ScaStep(A.PSU_AUTHENTICATED)


def is_set_to(status: TransactionStatus) -> Callable[[Rooms, Payment], Any]:
    """Somebody else moves the payment."""

    def act(rooms: Rooms, payment: Payment) -> None:
        rooms.pushed(payment, status)

    return act


def is_overdue(rooms: Rooms, payment: Payment) -> None:
    rooms.clock.now = payment.confirm_by


def is_expired(rooms: Rooms, payment: Payment) -> None:
    is_overdue(rooms, payment)
    rooms.expired(payment)


def is_being_executed(rooms: Rooms, payment: Payment) -> None:
    rooms.asked(Subject(payment, rooms.start(payment)))


def is_about_to_expire(rooms: Rooms, payment: Payment) -> None:
    is_overdue(rooms, payment)
    rooms.asked(Subject(payment), Deed.EXPIRE)


@ON_SQLITE
@pytest.mark.parametrize(
    "happens, kind, refusal",
    [
        (is_overdue, CREATION, ConfirmationOverdue),
        (is_expired, CREATION, ConfirmationOverdue),
        (is_set_to(T.RJCT), CREATION, NothingToAuthorise),
        (is_set_to(T.ACCP), CREATION, NothingToAuthorise),
        (is_set_to(T.CANC), CREATION, NothingToAuthorise),
        (is_being_executed, CREATION, BeingCarriedOut),
        (is_about_to_expire, CREATION, ConfirmationOverdue),
        (is_overdue, CANCELLATION, None),
        (is_expired, CANCELLATION, CancellationOfFinalised),
        (is_set_to(T.RJCT), CANCELLATION, CancellationOfFinalised),
        (is_set_to(T.ACCP), CANCELLATION, None),
        (is_set_to(T.ACSC), CANCELLATION, CancellationOfFinalised),
        (is_being_executed, CANCELLATION, BeingCarriedOut),
        (is_about_to_expire, CANCELLATION, BeingCarriedOut),
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


@ON_SQLITE
@pytest.mark.parametrize(
    "happens, refusal",
    [
        (is_set_to(T.ACSC), CancellationOfFinalised),
        (is_being_executed, BeingCarriedOut),
        (is_about_to_expire, BeingCarriedOut),
        (is_expired, CancellationOfFinalised),
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


@ON_SQLITE
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
    payment = rooms.payment(multilevel=True)
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


def bank_is_ready(rooms: Rooms, new: Authorisation) -> None:
    rooms.sca.started(new, approach=None, status=None, link_until=new.expires_at)


def bank_asks_on_a_device(rooms: Rooms, new: Authorisation) -> None:
    rooms.sca.started(new, approach=Approach.DECOUPLED, status=A.STARTED, link_until=new.expires_at)


def bank_refuses(rooms: Rooms, new: Authorisation) -> None:
    rooms.sca.start_failed(new)


def is_named(rooms: Rooms, new: Authorisation) -> None:
    rooms.sca.take(new, ScaStep(A.PSU_IDENTIFIED, Cause.PSU_NAMED, psu=PSU))


def has_proven_it(rooms: Rooms, new: Authorisation) -> None:
    rooms.sca.take(new, STEP)


@ON_SQLITE
@pytest.mark.parametrize(
    "approach, happens, joined",
    [
        # What the TPP claims locks nobody out; whom the bank has checked or asked takes part.
        (Approach.EMBEDDED, bank_is_ready, False),
        (Approach.EMBEDDED, bank_refuses, False),
        (Approach.EMBEDDED, is_named, False),
        (Approach.EMBEDDED, has_proven_it, True),
        (Approach.REDIRECT, bank_is_ready, False),
        (Approach.REDIRECT, bank_asks_on_a_device, True),
        (Approach.DECOUPLED, bank_is_ready, True),
        (Approach.DECOUPLED, bank_refuses, False),
    ],
)
def test_when_a_psu_joins_the_payment(
    rooms: Rooms, approach: Approach, happens: Any, *, joined: bool
) -> None:
    payment = rooms.payment()
    rooms.payments.keep(NewPayment(payment, BODY))
    new = rooms.start(payment, psu=PSU, sca_approach=approach)
    assert rooms.stored(payment).psus == ()
    happens(rooms, new)

    assert rooms.stored(payment).psus == ((PSU,) if joined else ())


@ON_SQLITE
@pytest.mark.parametrize("multilevel", [True, False])
def test_a_stranger_joins_only_where_several_must(rooms: Rooms, *, multilevel: bool) -> None:
    payment = rooms.payment(psus=(PSU,), multilevel=multilevel)
    rooms.payments.keep(NewPayment(payment, BODY))
    rooms.sca.request_cancellation(payment, REQUEST)

    with pytest.raises(PsuMismatch):
        rooms.start(payment, kind=CANCELLATION, psu=OTHER)
    if not multilevel:
        with pytest.raises(PsuMismatch):
            rooms.start(payment, psu=OTHER)
        return
    rooms.sca.take(rooms.start(payment, psu=OTHER), STEP)
    assert rooms.stored(payment).psus == (PSU, OTHER)


def test_of_two_who_claim_a_payment_it_is_whose_the_bank_knows(rooms: Rooms) -> None:
    """Who the bank has found to be the PSU keeps out whoever was only named, however early."""
    payment = rooms.payment()
    rooms.payments.keep(NewPayment(payment, BODY))
    claimed = started(rooms, payment, OTHER, A.PSU_IDENTIFIED)
    rooms.sca.take(rooms.start(payment, psu=PSU), STEP)
    before = rooms.rows()

    with pytest.raises(PsuMismatch):
        rooms.sca.take(claimed, STEP)
    with pytest.raises(PsuMismatch):
        rooms.asked(Subject(rooms.stored(payment), claimed))
    assert rooms.rows() == before
    assert rooms.stored(claimed) == claimed
    assert rooms.stored(payment).psus == (PSU,)


def test_whoever_cancels_does_not_join_the_payment(rooms: Rooms) -> None:
    payment = rooms.payment()
    rooms.payments.keep(NewPayment(payment, BODY))
    rooms.sca.request_cancellation(payment, REQUEST)
    rooms.sca.take(rooms.start(payment, kind=CANCELLATION, psu=OTHER), STEP)
    asked = rooms.start(payment, kind=CANCELLATION, psu=PSU)
    bank_asks_on_a_device(rooms, asked)

    assert rooms.stored(payment).psus == ()


def test_a_step_counts_only_from_where_it_was_seen(rooms: Rooms) -> None:
    _, seen = rooms.kept()
    rooms.sca.take(seen, STEP)

    with pytest.raises(ChangedMeanwhile):
        rooms.sca.take(seen, ScaStep(A.SCA_METHOD_SELECTED, method_id="sms"))
    assert rooms.stored(seen).authentication_method_id is None
    assert len(rooms.history(seen.authorisation_id)) == 1


@ON_SQLITE
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


def test_all_that_is_open_closes_with_the_payment(rooms: Rooms) -> None:
    payment, first = rooms.kept()
    rooms.sca.request_cancellation(payment, REQUEST)
    second = rooms.start(payment, kind=CANCELLATION)
    done = started(rooms, payment, PSU, A.FINALISED)
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

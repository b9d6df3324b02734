"""Bank intents: committed before the bank is asked, settled once by its answer (S4); on both
engines.
"""

from typing import Any

import pytest

from cms.domain.authorisation import Authorisation
from cms.domain.errors import (
    BeingCarriedOut,
    CancellationOfFinalised,
    ChangedMeanwhile,
    ConfirmationOverdue,
    NothingToAuthorise,
    Refusal,
    Unknown,
)
from cms.domain.intent import LONGEST_BANK_CALL, BankIntent, Deed
from cms.domain.payment import CancellationRequest, Payment
from cms.domain.statuses import Cause, ScaStatus, TransactionStatus
from cms.service.intents import Subject, Told
from cms.service.sca import ScaStep
from tests.houses import NOW
from tests.store.rooms import CANCELLATION, PSU, TENANT, Rooms

A, T = ScaStatus, TransactionStatus
EXECUTE, CANCEL = Deed.EXECUTE, Deed.CANCEL


def opened(
    rooms: Rooms, subject: Subject, deed: Deed = EXECUTE, end: ScaStatus = A.FINALISED
) -> BankIntent:
    return rooms.intents.open(subject, deed, intent_id=rooms.new_id(), sca_status=end)


def settled(rooms: Rooms, intent: BankIntent) -> bool:
    with rooms.store.reading() as uow:
        found = uow.intents.find(intent.intent_id)
    assert found is not None
    payment = rooms.payments.find(intent.payment_id, TENANT)
    assert (payment.open_intent_id is None) is (found.settled_at is not None)
    return found.settled_at is not None


def ready(
    rooms: Rooms, status: ScaStatus, deed: Deed = EXECUTE, at: TransactionStatus = T.RCVD
) -> tuple[Payment, Authorisation]:
    """A payment at this status, and an authorisation of it or of its cancellation, at that one."""
    payment, authorisation = rooms.kept()
    if deed is CANCEL:
        rooms.sca.request_cancellation(payment, CancellationRequest(NOW))
        authorisation = rooms.start(payment, kind=CANCELLATION, psu=PSU)
    if status is not A.RECEIVED:
        authorisation = rooms.sca.take(authorisation, ScaStep(status))[1]
    if at is not T.RCVD:
        pushed(rooms, payment, at)
    return rooms.stored(payment), authorisation


def pushed(rooms: Rooms, payment: Payment, status: TransactionStatus) -> None:
    rooms.payments.set_status(payment.payment_id, TENANT, status, cause=Cause.ASPSP_PUSHED)


@pytest.mark.parametrize(
    "deed, at, sca, refusal",
    [
        (EXECUTE, T.RCVD, A.SCA_METHOD_SELECTED, None),
        (EXECUTE, T.PATC, A.SCA_METHOD_SELECTED, None),
        (EXECUTE, T.ACCP, A.SCA_METHOD_SELECTED, NothingToAuthorise),
        (EXECUTE, T.RJCT, A.SCA_METHOD_SELECTED, NothingToAuthorise),
        # After the bank's own pages the payment may have moved on: the TPP still confirms.
        (EXECUTE, T.ACCP, A.UNCONFIRMED, None),
        (EXECUTE, T.CANC, A.UNCONFIRMED, NothingToAuthorise),
        (CANCEL, T.RCVD, A.SCA_METHOD_SELECTED, None),
        (CANCEL, T.ACSP, A.SCA_METHOD_SELECTED, None),
        (CANCEL, T.ACSC, A.SCA_METHOD_SELECTED, CancellationOfFinalised),
        (CANCEL, T.CANC, A.UNCONFIRMED, CancellationOfFinalised),
    ],
)
def test_the_bank_is_asked_only_for_what_may_be_done(
    rooms: Rooms, deed: Deed, at: TransactionStatus, sca: ScaStatus, refusal: type[Refusal] | None
) -> None:
    subject = Subject(*ready(rooms, sca, deed, at))

    if refusal is None:
        assert not settled(rooms, opened(rooms, subject, deed))
        return
    with pytest.raises(refusal):
        opened(rooms, subject, deed)
    assert rooms.rows()["bank_intents"] == 0


def test_nothing_is_executed_when_the_time_is_over(rooms: Rooms) -> None:
    payment, authorisation = ready(rooms, A.SCA_METHOD_SELECTED)
    rooms.clock.now = payment.confirm_by

    with pytest.raises(ConfirmationOverdue):
        opened(rooms, Subject(payment, authorisation))
    assert rooms.stored(payment).open_intent_id is None


@pytest.mark.parametrize("deed", list(Deed))
def test_what_moved_since_it_was_seen_is_not_acted_on(rooms: Rooms, deed: Deed) -> None:
    payment, authorisation = ready(rooms, A.SCA_METHOD_SELECTED, deed)
    rooms.authorisations.bank_reports(authorisation, A.STARTED)
    with pytest.raises(ChangedMeanwhile):
        opened(rooms, Subject(payment, authorisation), deed)

    pushed(rooms, payment, T.PATC)
    with pytest.raises(ChangedMeanwhile):
        opened(rooms, Subject(payment, rooms.stored(authorisation)), deed)
    assert rooms.rows()["bank_intents"] == 0


def test_a_payment_has_one_open_intent(rooms: Rooms) -> None:
    payment, authorisation = ready(rooms, A.SCA_METHOD_SELECTED)
    opened(rooms, Subject(payment, authorisation))

    for deed, subject in ((EXECUTE, Subject(payment, authorisation)), (CANCEL, Subject(payment))):
        with pytest.raises(BeingCarriedOut):
            opened(rooms, subject, deed)
    assert rooms.rows()["bank_intents"] == 1


@pytest.mark.parametrize(
    "deed, end, told, payment_becomes, sca_becomes",
    [
        (EXECUTE, A.FINALISED, Told(T.ACCP), T.ACCP, A.FINALISED),
        (EXECUTE, A.EXEMPTED, Told(T.ACSC), T.ACSC, A.EXEMPTED),
        (EXECUTE, A.FINALISED, Told(T.RJCT), T.RJCT, A.FINALISED),
        (EXECUTE, A.FINALISED, Told(T.ACSP, A.EXEMPTED), T.ACSP, A.EXEMPTED),
        (EXECUTE, A.FINALISED, Told(T.RCVD), T.RCVD, A.FINALISED),
        (CANCEL, A.FINALISED, Told(T.CANC), T.CANC, A.FINALISED),
    ],
)
@pytest.mark.parametrize("times", [1, 2])
def test_what_is_done_is_stored_once(
    rooms: Rooms,
    deed: Deed,
    end: ScaStatus,
    told: Told,
    payment_becomes: TransactionStatus,
    sca_becomes: ScaStatus,
    times: int,
) -> None:
    payment, authorisation = ready(rooms, A.SCA_METHOD_SELECTED, deed)
    before = len(rooms.history(authorisation.authorisation_id))
    intent = opened(rooms, Subject(payment, authorisation), deed, end)
    for _ in range(times):
        done = rooms.intents.done(intent, told)

    assert settled(rooms, intent)
    assert done.payment == rooms.stored(payment)
    assert done.authorisation == rooms.stored(authorisation)
    assert (done.payment.status, rooms.stored(authorisation).status) == (
        payment_becomes,
        sca_becomes,
    )
    moves = [] if payment_becomes is T.RCVD else [("RCVD", payment_becomes, deed.cause)]
    assert rooms.history(payment.payment_id) == moves
    assert len(rooms.history(authorisation.authorisation_id)) == before + 1


def test_patc_makes_a_payment_one_of_several_psus(rooms: Rooms) -> None:
    payment, authorisation = ready(rooms, A.SCA_METHOD_SELECTED)
    rooms.intents.done(opened(rooms, Subject(payment, authorisation)), Told(T.PATC))

    assert (rooms.stored(payment).status, rooms.stored(payment).multilevel) == (T.PATC, True)


def test_a_cancelled_payment_has_nothing_open(rooms: Rooms) -> None:
    payment, creation = rooms.kept()
    rooms.intents.done(opened(rooms, Subject(payment), CANCEL), Told(T.CANC))

    assert rooms.history(creation.authorisation_id) == [("received", "failed", "parent_closed")]


@pytest.mark.parametrize(
    "deed, at, ends, sca_becomes, payment_becomes",
    [
        (EXECUTE, A.SCA_METHOD_SELECTED, False, A.SCA_METHOD_SELECTED, T.RCVD),
        (EXECUTE, A.SCA_METHOD_SELECTED, True, A.FAILED, T.RCVD),
        # A wrong confirmation code ends it, and the payment with it (spec 18).
        (EXECUTE, A.UNCONFIRMED, True, A.FAILED, T.RJCT),
        (EXECUTE, A.UNCONFIRMED, False, A.UNCONFIRMED, T.RCVD),
        (CANCEL, A.SCA_METHOD_SELECTED, True, A.FAILED, T.RCVD),
        (CANCEL, A.UNCONFIRMED, True, A.FAILED, T.RCVD),
    ],
)
@pytest.mark.parametrize("times", [1, 2])
def test_what_is_refused_leaves_the_payment_to_be_tried_again(
    rooms: Rooms,
    deed: Deed,
    at: ScaStatus,
    *,
    ends: bool,
    sca_becomes: ScaStatus,
    payment_becomes: TransactionStatus,
    times: int,
) -> None:
    payment, authorisation = ready(rooms, at, deed)
    intent = opened(rooms, Subject(payment, authorisation), deed)
    for _ in range(times):
        rooms.intents.not_done(intent, ends_authorisation=ends)

    assert settled(rooms, intent)
    assert rooms.stored(authorisation).status is sca_becomes
    assert rooms.stored(payment).status is payment_becomes
    if sca_becomes is at:
        opened(rooms, Subject(rooms.stored(payment), rooms.stored(authorisation)), deed)


def test_the_first_answer_counts(rooms: Rooms) -> None:
    """A deed is settled once: the answer that comes later changes nothing."""
    payment, authorisation = ready(rooms, A.SCA_METHOD_SELECTED)
    intent = opened(rooms, Subject(payment, authorisation))
    rooms.intents.done(intent, Told(T.ACCP))
    rooms.intents.not_done(intent, ends_authorisation=True)
    rooms.intents.unanswered(intent)

    assert rooms.stored(payment).status is T.ACCP
    assert rooms.stored(authorisation).status is A.FINALISED


def test_the_push_of_the_aspsp_counts_for_more(rooms: Rooms) -> None:
    """P1: what the bank's core system pushed meanwhile is right, and stays."""
    payment, authorisation = ready(rooms, A.SCA_METHOD_SELECTED)
    intent = opened(rooms, Subject(payment, authorisation))
    pushed(rooms, payment, T.RJCT)
    rooms.intents.done(intent, Told(T.ACCP))

    assert rooms.stored(payment).status is T.RJCT
    assert rooms.stored(authorisation).status is A.FINALISED
    assert settled(rooms, intent)


def test_nothing_expires_while_the_bank_acts(rooms: Rooms) -> None:
    payment, authorisation = ready(rooms, A.SCA_METHOD_SELECTED)
    intent = opened(rooms, Subject(payment, authorisation))
    rooms.clock.now = payment.confirm_by
    assert rooms.payments.expire(payment).status is T.RCVD

    rooms.intents.not_done(intent, ends_authorisation=False)
    assert rooms.payments.expire(payment).status is T.RJCT


def test_who_may_ask_for_a_lost_answer_and_when(rooms: Rooms) -> None:
    """The caller's end is known: at once. Else when no call can last any longer."""
    payment, authorisation = ready(rooms, A.SCA_METHOD_SELECTED)
    intent = opened(rooms, Subject(payment, authorisation))
    found: Any = rooms.intents.of_payment(rooms.stored(payment))
    assert found.resolve_from == NOW + LONGEST_BANK_CALL

    rooms.intents.unanswered(intent)
    found = rooms.intents.of_payment(rooms.stored(payment))
    assert found.resolve_from == NOW


def test_another_tenants_intent_is_none(rooms: Rooms) -> None:
    payment, _ = rooms.kept()
    payment.instance_id = "other"

    with pytest.raises(Unknown):
        opened(rooms, Subject(payment), CANCEL)
    assert rooms.rows()["bank_intents"] == 0

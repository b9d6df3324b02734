"""Bank intents: committed before the bank is asked, settled once by its answer (S4); on both
engines.
"""

from typing import Any

import pytest

from cms.domain.errors import (
    BeingCarriedOut,
    CancellationOfFinalised,
    ChangedMeanwhile,
    ConfirmationOverdue,
    NothingToAuthorise,
    Refusal,
    Unknown,
)
from cms.domain.intent import LONGEST_BANK_CALL, Deed
from cms.domain.payment import CancellationRequest
from cms.domain.statuses import Cause, ScaStatus, TransactionStatus
from cms.service.intents import Subject, Told
from cms.service.payments import NewPayment
from tests.houses import NOW
from tests.store.rooms import BODY, CANCELLATION, CREATION, ON_SQLITE, PSU, Rooms, ready

A, T = ScaStatus, TransactionStatus
EXECUTE, CANCEL, EXPIRE = Deed


@ON_SQLITE
@pytest.mark.parametrize(
    "deed, at, sca, refusal",
    [
        (EXECUTE, T.RCVD, A.SCA_METHOD_SELECTED, None),
        (EXECUTE, T.PATC, A.SCA_METHOD_SELECTED, None),
        (EXECUTE, T.ACCP, A.SCA_METHOD_SELECTED, NothingToAuthorise),
        (EXECUTE, T.RJCT, A.SCA_METHOD_SELECTED, NothingToAuthorise),
        (EXECUTE, T.RCVD, A.UNCONFIRMED, None),
        (EXECUTE, T.ACCP, A.UNCONFIRMED, NothingToAuthorise),
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
        assert not rooms.settled(rooms.asked(subject, deed))
        return
    with pytest.raises(refusal):
        rooms.asked(subject, deed)
    assert rooms.rows()["bank_intents"] == 0


def test_nothing_is_executed_when_the_time_is_over(rooms: Rooms) -> None:
    payment, authorisation = ready(rooms, A.SCA_METHOD_SELECTED)
    rooms.clock.now = payment.confirm_by

    with pytest.raises(ConfirmationOverdue):
        rooms.asked(Subject(payment, authorisation))
    assert rooms.stored(payment).open_intent_id is None


@ON_SQLITE
@pytest.mark.parametrize("deed", [EXECUTE, CANCEL])
def test_what_moved_since_it_was_seen_is_not_acted_on(rooms: Rooms, deed: Deed) -> None:
    payment, authorisation = ready(rooms, A.SCA_METHOD_SELECTED, deed)
    rooms.authorisations.bank_reports(authorisation, A.STARTED)
    with pytest.raises(ChangedMeanwhile):
        rooms.asked(Subject(payment, authorisation), deed)

    rooms.pushed(payment, T.PATC)
    with pytest.raises(ChangedMeanwhile):
        rooms.asked(Subject(payment, rooms.stored(authorisation)), deed)
    assert rooms.rows()["bank_intents"] == 0


def test_a_payment_has_one_open_intent(rooms: Rooms) -> None:
    payment, authorisation = ready(rooms, A.SCA_METHOD_SELECTED)
    rooms.asked(Subject(payment, authorisation))

    for deed, subject in ((EXECUTE, Subject(payment, authorisation)), (CANCEL, Subject(payment))):
        with pytest.raises(BeingCarriedOut):
            rooms.asked(subject, deed)
    assert rooms.rows()["bank_intents"] == 1


@ON_SQLITE
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
    intent = rooms.asked(Subject(payment, authorisation), deed, end)
    for _ in range(times):
        done = rooms.intents.done(intent, told)

    assert rooms.settled(intent)
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
    rooms.intents.done(rooms.asked(Subject(payment, authorisation)), Told(T.PATC))

    assert (rooms.stored(payment).status, rooms.stored(payment).multilevel) == (T.PATC, True)


def test_a_cancelled_payment_has_nothing_open(rooms: Rooms) -> None:
    payment, creation = rooms.kept()
    rooms.intents.done(rooms.asked(Subject(payment), CANCEL), Told(T.CANC))

    assert rooms.history(creation.authorisation_id) == [("received", "failed", "parent_closed")]


@ON_SQLITE
@pytest.mark.parametrize(
    "deed, at, meanwhile, sca_ends_by, payment_becomes",
    [
        (EXECUTE, A.PSU_IDENTIFIED, T.RCVD, Cause.SCA_REFUSED, T.RCVD),
        (EXECUTE, A.SCA_METHOD_SELECTED, T.RCVD, Cause.SCA_REFUSED, T.RCVD),
        (EXECUTE, A.SCA_METHOD_SELECTED, T.PATC, Cause.SCA_REFUSED, T.PATC),
        # A wrong confirmation code ends the payment too (spec 18), unless that has moved on.
        (EXECUTE, A.UNCONFIRMED, T.RCVD, Cause.CODE_WRONG, T.RJCT),
        (EXECUTE, A.UNCONFIRMED, T.PATC, Cause.CODE_WRONG, T.RJCT),
        (EXECUTE, A.UNCONFIRMED, T.ACSP, Cause.CODE_WRONG, T.ACSP),
        (EXECUTE, A.UNCONFIRMED, T.ACSC, Cause.CODE_WRONG, T.ACSC),
        (CANCEL, A.SCA_METHOD_SELECTED, T.RCVD, Cause.SCA_REFUSED, T.RCVD),
        (CANCEL, A.UNCONFIRMED, T.RCVD, Cause.CODE_WRONG, T.RCVD),
        (CANCEL, A.UNCONFIRMED, T.ACSP, Cause.CODE_WRONG, T.ACSP),
    ],
)
@pytest.mark.parametrize("times", [1, 2])
def test_the_last_refusal_ends_the_authorisation(
    rooms: Rooms,
    deed: Deed,
    at: ScaStatus,
    meanwhile: TransactionStatus,
    sca_ends_by: Cause,
    payment_becomes: TransactionStatus,
    times: int,
) -> None:
    payment, authorisation = ready(rooms, at, deed)
    intent = rooms.asked(Subject(payment, authorisation), deed)
    rooms.pushed(payment, meanwhile)
    for _ in range(times):
        rooms.intents.not_done(intent, ends_authorisation=True)

    assert rooms.settled(intent)
    ended = rooms.stored(authorisation)
    assert (ended.status, ended.status_cause) == (A.FAILED, sca_ends_by)
    kept = rooms.stored(payment)
    assert kept.status is payment_becomes
    assert (kept.status_cause is Cause.CODE_WRONG) is (payment_becomes is T.RJCT)


@ON_SQLITE
@pytest.mark.parametrize("deed", [EXECUTE, CANCEL])
@pytest.mark.parametrize("at", [A.PSU_IDENTIFIED, A.SCA_METHOD_SELECTED, A.UNCONFIRMED])
def test_what_is_refused_may_be_tried_again(rooms: Rooms, deed: Deed, at: ScaStatus) -> None:
    payment, authorisation = ready(rooms, at, deed)
    for _ in range(2):
        intent = rooms.asked(Subject(payment, authorisation), deed)
        rooms.intents.not_done(intent, ends_authorisation=False)

        assert rooms.settled(intent)
        assert rooms.stored(authorisation) == authorisation
        assert rooms.stored(payment) == payment


@ON_SQLITE
@pytest.mark.parametrize(
    "deed, done, joined",
    [(EXECUTE, True, True), (EXECUTE, False, False), (CANCEL, True, False)],
)
def test_who_was_only_named_joins_with_what_the_bank_does(
    rooms: Rooms, deed: Deed, *, done: bool, joined: bool
) -> None:
    """Where no second factor is asked for, the deed is the first that the bank says of the PSU."""
    payment = rooms.payment()
    rooms.payments.keep(NewPayment(payment, BODY))
    kind = CREATION if deed is EXECUTE else CANCELLATION
    rooms.sca.request_cancellation(payment, CancellationRequest(NOW))
    named = rooms.start(payment, kind=kind, psu=PSU, status=A.PSU_IDENTIFIED)
    intent = rooms.asked(Subject(payment, named), deed)
    assert rooms.stored(payment).psus == ()
    if done:
        rooms.intents.done(intent, Told(T.ACCP if deed is EXECUTE else T.CANC))
    else:
        rooms.intents.not_done(intent, ends_authorisation=True)

    assert rooms.stored(payment).psus == ((PSU,) if joined else ())


def test_the_first_answer_counts(rooms: Rooms) -> None:
    """A deed is settled once: the answer that comes later changes nothing."""
    payment, authorisation = ready(rooms, A.SCA_METHOD_SELECTED)
    intent = rooms.asked(Subject(payment, authorisation))
    rooms.intents.done(intent, Told(T.ACCP))
    rooms.intents.not_done(intent, ends_authorisation=True)
    rooms.intents.unanswered(intent)

    assert rooms.stored(payment).status is T.ACCP
    assert rooms.stored(authorisation).status is A.FINALISED


def test_who_may_ask_for_a_lost_answer_and_when(rooms: Rooms) -> None:
    """The caller's end is known: at once. Else when no call can last any longer."""
    payment, authorisation = ready(rooms, A.SCA_METHOD_SELECTED)
    intent = rooms.asked(Subject(payment, authorisation))
    found: Any = rooms.intents.of_payment(rooms.stored(payment))
    assert found.resolve_from == NOW + LONGEST_BANK_CALL

    rooms.intents.unanswered(intent)
    found = rooms.intents.of_payment(rooms.stored(payment))
    assert found.resolve_from == NOW


def test_another_tenants_intent_is_none(rooms: Rooms) -> None:
    payment, _ = rooms.kept()
    payment.instance_id = "other"

    with pytest.raises(Unknown):
        rooms.asked(Subject(payment), CANCEL)
    assert rooms.rows()["bank_intents"] == 0

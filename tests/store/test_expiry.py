"""What the bank is asked to give up (P8), and answers nobody expects: each settles its deed."""

import pytest

from cms.domain.intent import Deed
from cms.domain.statuses import Cause, ScaStatus, TransactionStatus
from cms.service.intents import Subject, Told
from tests.store.rooms import ON_SQLITE, Rooms

A, T = ScaStatus, TransactionStatus
EXECUTE, CANCEL, EXPIRE = Deed


@ON_SQLITE
@pytest.mark.parametrize("at", [T.RCVD, T.PATC])
@pytest.mark.parametrize(
    "told, becomes, cause, ended",
    [
        (T.CANC, T.RJCT, "time_ran_out", True),
        (T.RJCT, T.RJCT, "bank_reported", True),
        (T.ACSP, T.ACSP, "bank_reported", False),
        (T.ACSC, T.ACSC, "bank_reported", False),
    ],
)
def test_what_expires_ends_with_all_below_it(
    rooms: Rooms,
    at: TransactionStatus,
    told: TransactionStatus,
    becomes: TransactionStatus,
    cause: str,
    *,
    ended: bool,
) -> None:
    """P8. For the bank it is a cancellation; if it says otherwise, it is right."""
    payment, creation = rooms.kept(status=at)
    intent = rooms.asked(Subject(payment), EXPIRE)
    for _ in range(2):
        rooms.intents.done(intent, Told(told))

    assert rooms.settled(intent)
    assert rooms.history(payment.payment_id) == [(at, becomes, cause)]
    closed = [("received", "failed", "parent_expired")] if ended else []
    assert rooms.history(creation.authorisation_id) == closed


@pytest.mark.parametrize("ends", [True, False])
def test_what_the_bank_does_not_give_up_does_not_expire(rooms: Rooms, *, ends: bool) -> None:
    payment, creation = rooms.kept()
    intent = rooms.asked(Subject(payment), EXPIRE)
    rooms.intents.not_done(intent, ends_authorisation=ends)

    assert rooms.settled(intent)
    assert rooms.history(payment.payment_id) == []
    assert rooms.history(creation.authorisation_id) == []
    assert rooms.expired(payment).status is T.RJCT


@ON_SQLITE
@pytest.mark.parametrize("deed", list(Deed))
@pytest.mark.parametrize("told", [T.RCVD, T.PATC, T.ACSP, T.ACSC, T.RJCT, T.CANC])
def test_whatever_the_bank_says_settles_the_deed(
    rooms: Rooms, deed: Deed, told: TransactionStatus
) -> None:
    """Also when the payment was moved since, or the answer makes no sense: else the payment would
    be held for ever. What is finalised stays; what the bank has stopped is not open any more.
    """
    for at in (T.RCVD, T.PATC, T.ACTC, T.ACSP, T.ACSC, T.CANC):
        payment, authorisation = rooms.kept()
        by_psu = authorisation if deed is EXECUTE else None
        intent = rooms.asked(Subject(payment, by_psu), deed)
        rooms.pushed(payment, at)
        rooms.intents.done(intent, Told(told))

        assert rooms.settled(intent)
        kept = rooms.stored(payment).status
        assert kept.finalised or not told.finalised
        assert kept is at or not at.finalised


@ON_SQLITE
@pytest.mark.parametrize(
    "at, becomes, cause",
    [
        (T.RCVD, T.RJCT, Cause.TIME_RAN_OUT),
        (T.PATC, T.RJCT, Cause.TIME_RAN_OUT),
        (T.ACTC, T.CANC, Cause.CANCELLED),
        (T.ACSP, T.CANC, Cause.CANCELLED),
    ],
)
def test_what_has_moved_on_and_is_stopped_is_cancelled(
    rooms: Rooms, at: TransactionStatus, becomes: TransactionStatus, cause: Cause
) -> None:
    """It awaited no confirmation any more, so its time did not run out."""
    payment, creation = rooms.kept()
    intent = rooms.asked(Subject(payment), EXPIRE)
    rooms.pushed(payment, at)
    kept = rooms.intents.done(intent, Told(T.CANC)).payment

    assert (kept.status, kept.status_cause) == (becomes, cause)
    assert rooms.stored(creation).status is A.FAILED


@ON_SQLITE
@pytest.mark.parametrize(
    "at, told, becomes, logged",
    [
        # An odd answer, but neither side says that nothing is paid.
        (T.ACSP, T.RCVD, T.ACSP, False),
        (T.ACSP, T.PATC, T.ACSP, False),
        (T.PATC, T.RCVD, T.PATC, False),
        (T.ACSC, T.CANC, T.ACSC, True),
        (T.CANC, T.CANC, T.CANC, False),
        (T.ACSP, T.ACSC, T.ACSC, False),
        (T.ACSP, T.CANC, T.CANC, False),
    ],
)
def test_an_answer_that_cannot_be_is_told_to_the_operator(
    rooms: Rooms,
    at: TransactionStatus,
    told: TransactionStatus,
    becomes: TransactionStatus,
    caplog: pytest.LogCaptureFixture,
    *,
    logged: bool,
) -> None:
    payment, _ = rooms.kept()
    intent = rooms.asked(Subject(payment), CANCEL)
    rooms.pushed(payment, at)
    caplog.clear()

    assert rooms.intents.done(intent, Told(told)).payment.status is becomes
    assert bool([each for each in caplog.records if each.levelname == "ERROR"]) is logged

"""Two at once on one authorisation or one payment: one wins, the other is told (S1, S4)."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from cms.domain.authorisation import Authorisation
from cms.domain.errors import (
    AlreadyFinalised,
    BeingCarriedOut,
    CancellationOfFinalised,
    ChangedMeanwhile,
    ConfirmationOverdue,
    PsuHasAuthorised,
)
from cms.domain.intent import BankIntent, Deed
from cms.domain.parties import PsuId
from cms.domain.payment import CancellationRequest, Payment
from cms.domain.statuses import Cause, ScaStatus, TransactionStatus
from cms.service.intents import Subject, Told
from cms.service.sca import ScaStep
from tests.houses import NOW
from tests.store.rooms import CANCELLATION, PSU, TENANT, Rooms, race

ROUNDS = 3
A, T = ScaStatus, TransactionStatus
EXECUTE, CANCEL = Deed.EXECUTE, Deed.CANCEL


def selected(rooms: Rooms) -> tuple[Payment, Authorisation]:
    """A payment whose PSU only has to enter the code."""
    _, authorisation = rooms.kept()
    step = ScaStep(A.SCA_METHOD_SELECTED, psu=PSU, method_id="sms")
    return rooms.sca.take(authorisation, step)


def opening(rooms: Rooms, subject: Subject, deed: Deed = EXECUTE) -> Callable[[], BankIntent]:
    new_id = rooms.new_id()
    return lambda: rooms.intents.open(
        subject, deed, intent_id=new_id, sca_status=ScaStatus.FINALISED
    )


def split(results: list[Any]) -> tuple[list[Any], list[Exception]]:
    """Those who won, and what the others were told."""
    lost = [each for each in results if isinstance(each, Exception)]
    return [each for each in results if each not in lost], lost


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_of_many_intents_at_once_one_is_opened(rooms: Rooms, _round: int) -> None:
    payment, authorisation = selected(rooms)
    won, lost = split(race(*(opening(rooms, Subject(payment, authorisation)) for _ in range(4))))

    assert len(won) == 1
    assert {type(each) for each in lost} <= {BeingCarriedOut, ChangedMeanwhile}
    assert rooms.stored(payment).open_intent_id == won[0].intent_id
    assert rooms.rows()["bank_intents"] == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_to_pay_or_to_cancel(rooms: Rooms, _round: int) -> None:
    payment, authorisation = selected(rooms)
    won, lost = split(
        race(
            opening(rooms, Subject(payment, authorisation)),
            opening(rooms, Subject(payment), CANCEL),
            partial(rooms.sca.request_cancellation, payment, CancellationRequest(NOW)),
        )
    )

    intents = [each for each in won if isinstance(each, BankIntent)]
    assert len(intents) == 1
    assert {type(each) for each in lost} == {BeingCarriedOut}
    assert rooms.stored(payment).open_intent_id == intents[0].intent_id


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_to_pay_or_to_expire(rooms: Rooms, _round: int) -> None:
    """Either the bank is asked and nothing expires, or it is too late to ask the bank."""
    payment, authorisation = selected(rooms)
    early, late = Rooms(rooms.database), rooms  # two houses, whose clocks differ a little
    late.clock.now = payment.confirm_by
    opened, expired = race(
        opening(early, Subject(payment, authorisation)), partial(late.payments.expire, payment)
    )

    kept = rooms.stored(payment)
    if isinstance(opened, BankIntent):
        assert (kept.status, expired.status) == (T.RCVD, T.RCVD)
        assert rooms.stored(authorisation).status is A.SCA_METHOD_SELECTED
    else:
        assert isinstance(opened, ConfirmationOverdue)
        assert (kept.status, kept.open_intent_id) == (T.RJCT, None)
        assert rooms.stored(authorisation).status is A.FAILED


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_of_two_steps_at_once_one_is_taken(rooms: Rooms, _round: int) -> None:
    _, seen = rooms.kept()
    results = race(
        *(
            partial(rooms.sca.take, seen, ScaStep(status, psu=PSU))
            for status in (A.PSU_AUTHENTICATED, A.SCA_METHOD_SELECTED, A.PSU_AUTHENTICATED)
        ),
        partial(rooms.sca.fail, seen, Cause.SCA_REFUSED),
    )
    _, lost = split(results)

    assert {type(each) for each in lost} == {ChangedMeanwhile}
    assert len(rooms.history(seen.authorisation_id)) == 1
    assert rooms.rows()["payment_psus"] == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_an_intent_is_settled_once(rooms: Rooms, _round: int) -> None:
    payment, authorisation = selected(rooms)
    intent = opening(rooms, Subject(payment, authorisation))()
    done = partial(rooms.intents.done, intent, Told(T.ACCP))
    refused = partial(rooms.intents.not_done, intent, ends_authorisation=True)
    before = len(rooms.history(authorisation.authorisation_id))
    results = race(done, refused, done, partial(rooms.intents.unanswered, intent))

    assert not split(results)[1]
    kept = rooms.stored(payment)
    assert kept.open_intent_id is None
    assert len(rooms.history(authorisation.authorisation_id)) == before + 1
    assert (kept.status, rooms.stored(authorisation).status) in {
        (T.ACCP, A.FINALISED),
        (T.RCVD, A.FAILED),
    }


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_of_two_starts_of_one_psu_one_is_left_open(rooms: Rooms, _round: int) -> None:
    payment, _ = rooms.kept()
    new = [rooms.authorisation(payment, psu=PSU) for _ in range(4)]
    assert race(*(partial(rooms.sca.start, each) for each in new)) == [rooms.stored(payment)] * 4

    statuses = sorted(rooms.stored(each).status for each in new)
    assert statuses == [A.FAILED] * 3 + [A.RECEIVED]
    assert rooms.stored(payment).psus == (PSU,)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_naming_the_psu_on_two_ways_at_once(rooms: Rooms, _round: int) -> None:
    """By the TPP's update and by the bank's pages: one way is left, and nothing locks up."""
    payment, first = rooms.kept()
    second = rooms.start(payment)
    named = ScaStep(A.PSU_IDENTIFIED, Cause.PSU_NAMED, psu=PsuId("max.musterman"))
    race(
        partial(rooms.sca.take, first, named),
        partial(
            rooms.authorisations.name_psu, second.authorisation_id, TENANT, PsuId("max.musterman")
        ),
    )

    statuses = [rooms.stored(each).status for each in (first, second)]
    assert statuses.count(A.FAILED) == 1
    assert len(rooms.stored(payment).psus) == 2


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_to_start_or_to_cancel(rooms: Rooms, _round: int) -> None:
    """What is open when the payment is cancelled ends with it; nothing opens afterwards."""
    payment, _ = rooms.kept()
    intent = opening(rooms, Subject(payment), CANCEL)()
    race(
        partial(rooms.intents.done, intent, Told(T.CANC)),
        partial(rooms.sca.start, rooms.authorisation(payment, psu=PSU)),
        partial(
            rooms.sca.start,
            rooms.authorisation(payment, kind=CANCELLATION),
            cancellation=CancellationRequest(NOW),
        ),
    )

    assert rooms.stored(payment).status is T.CANC
    assert all(each.status.finalised for each in rooms.authorisations.all_of(payment))


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_of_two_who_authorise_at_once_nobody_does_it_twice(rooms: Rooms, _round: int) -> None:
    """One PSU on two ways: what was finalised first counts, the other way is closed."""
    payment, authorisation = selected(rooms)
    again = rooms.authorisation(payment, psu=PSU)
    subject = Subject(payment, authorisation)

    def pay() -> Any:
        return rooms.intents.done(opening(rooms, subject)(), Told(T.PATC))

    paid, started = race(pay, partial(rooms.sca.start, again))
    if isinstance(paid, Subject):
        assert isinstance(started, PsuHasAuthorised | BeingCarriedOut)
    else:
        assert isinstance(paid, ChangedMeanwhile)
        assert rooms.stored(authorisation).status_cause is Cause.SUPERSEDED
    assert not isinstance(paid, AlreadyFinalised | CancellationOfFinalised)

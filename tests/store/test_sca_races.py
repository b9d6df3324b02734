"""Two at once on one authorisation or one payment: one wins, the other is told (S1, S4)."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from cms.domain.authorisation import Authorisation
from cms.domain.authorising import MOST_AUTHORISATIONS
from cms.domain.errors import (
    AlreadyFinalised,
    BeingCarriedOut,
    CancellationOfFinalised,
    ChangedMeanwhile,
    ConfirmationOverdue,
    PsuHasAuthorised,
    PsuMismatch,
    TooManyAuthorisations,
)
from cms.domain.intent import BankIntent, Deed
from cms.domain.kept_answer import KeptAnswer
from cms.domain.parties import PsuId
from cms.domain.payment import CancellationRequest, Payment
from cms.domain.statuses import Cause, ScaStatus, TransactionStatus
from cms.service.intents import Subject, Told
from cms.service.payments import NewPayment
from cms.service.sca import ScaStep
from tests.houses import NOW
from tests.store.rooms import BODY, CANCELLATION, PSU, TENANT, Rooms, race

ROUNDS = 3
A, T = ScaStatus, TransactionStatus
EXECUTE, CANCEL, EXPIRE = Deed


def selected(rooms: Rooms) -> tuple[Payment, Authorisation]:
    """A payment whose PSU only has to enter the code."""
    _, authorisation = rooms.kept()
    step = ScaStep(A.SCA_METHOD_SELECTED, psu=PSU, method_id="sms")
    return rooms.sca.take(authorisation, step)


def opening(rooms: Rooms, subject: Subject, deed: Deed = EXECUTE) -> Callable[[], BankIntent]:
    return partial(
        rooms.intents.open,
        subject,
        deed,
        intent_id=rooms.new_id(),
        sca_status=ScaStatus.FINALISED,
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
def test_to_pay_or_to_cancel_or_to_give_up(rooms: Rooms, _round: int) -> None:
    payment, authorisation = selected(rooms)
    won, lost = split(
        race(
            opening(rooms, Subject(payment, authorisation)),
            opening(rooms, Subject(payment), CANCEL),
            opening(rooms, Subject(payment), EXPIRE),
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
        opening(early, Subject(payment, authorisation)), partial(late.expired, payment)
    )

    kept = rooms.stored(payment)
    if isinstance(opened, BankIntent):
        assert kept.status is T.RCVD
        assert isinstance(expired, BeingCarriedOut)
        assert rooms.stored(authorisation).status is A.SCA_METHOD_SELECTED
    else:
        assert isinstance(opened, BeingCarriedOut | ConfirmationOverdue)
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
    payment = rooms.payment()
    first = rooms.authorisation(payment)
    rooms.payments.keep(NewPayment(payment, BODY, first))
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
    assert len(rooms.stored(payment).psus) <= 1  # the bank's word makes it one, not the TPP's


@pytest.mark.parametrize("deed, becomes", [(CANCEL, T.CANC), (EXPIRE, T.RJCT)])
@pytest.mark.parametrize("_round", range(ROUNDS))
def test_to_start_or_to_end(
    rooms: Rooms, _round: int, deed: Deed, becomes: TransactionStatus
) -> None:
    """What is open when the payment ends, ends with it; nothing opens afterwards."""
    payment, authorisation = rooms.kept()
    intent = opening(rooms, Subject(payment), deed)()
    race(
        partial(rooms.authorisations.name_psu, authorisation.authorisation_id, TENANT, PSU),
        partial(rooms.intents.done, intent, Told(T.CANC)),
        partial(rooms.sca.start, rooms.authorisation(payment, psu=PSU)),
        partial(
            rooms.sca.start,
            rooms.authorisation(payment, kind=CANCELLATION),
            cancellation=CancellationRequest(NOW),
        ),
    )

    assert rooms.stored(payment).status is becomes
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


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_of_two_who_claim_one_payment_one_gets_it(rooms: Rooms, _round: int) -> None:
    """Both are known to the bank, but only several may authorise what needs several."""
    payment = rooms.payment()
    rooms.payments.keep(NewPayment(payment, BODY))
    claims = [rooms.start(payment, psu=PsuId(name)) for name in ("a", "b", "c")]
    results = race(
        *(partial(rooms.sca.take, each, ScaStep(A.PSU_AUTHENTICATED)) for each in claims)
    )

    won, lost = split(results)
    assert [type(each) for each in lost] == [PsuMismatch] * 2
    assert rooms.stored(payment).psus == (won[0][1].psu,)
    statuses = sorted(rooms.stored(each).status for each in claims)
    assert statuses == [A.PSU_AUTHENTICATED, A.RECEIVED, A.RECEIVED]


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_of_starts_with_one_key_one_is_kept(rooms: Rooms, _round: int) -> None:
    payment, _ = rooms.kept()
    answers = [KeptAnswer("key", "digest", 201, "{}", body) for body in (b"1", b"2", b"3")]
    new = [rooms.authorisation(payment) for _ in answers]
    results = race(
        *(
            partial(rooms.sca.start, each, answer=answer)
            for each, answer in zip(new, answers, strict=True)
        )
    )

    assert sorted(type(each).__name__ for each in results) == ["KeptBefore"] * 2 + ["Payment"]
    kept = [each for each, result in zip(answers, results, strict=True) if result == payment]
    assert [rooms.idempotency.find("key")] == kept
    assert len(rooms.authorisations.all_of(payment)) == 2


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_the_last_room_is_taken_once(rooms: Rooms, _round: int) -> None:
    payment = rooms.payment()
    rooms.payments.keep(NewPayment(payment, BODY))
    for _ in range(MOST_AUTHORISATIONS - 1):
        rooms.start(payment)
    results = race(*(partial(rooms.sca.start, rooms.authorisation(payment)) for _ in range(3)))

    assert [type(each) for each in split(results)[1]] == [TooManyAuthorisations] * 2
    assert len(rooms.authorisations.all_of(payment)) == MOST_AUTHORISATIONS

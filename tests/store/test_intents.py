"""Bank intents: committed before the bank is asked, settled once by its answer (S4); on both
engines.
"""

from dataclasses import replace
from typing import Any

import pytest

from cms.domain.authorisation import Authorisation
from cms.domain.errors import (
    AlreadyFinalised,
    BeingCarriedOut,
    CancellationOfFinalised,
    ChangedMeanwhile,
    ConfirmationOverdue,
    NothingToAuthorise,
    Refusal,
    Unknown,
)
from cms.domain.events import Event, EventFilter, EventOrigin, EventType
from cms.domain.intent import LONGEST_BANK_CALL, Deed
from cms.domain.payment import CancellationRequest, Payment
from cms.domain.statuses import Cause, ScaStatus, TransactionStatus
from cms.service.authorisations import ScaReport
from cms.service.intents import Subject, Told
from cms.service.payments import NewPayment
from cms.service.sca import ScaStep
from tests.houses import NOW
from tests.store.rooms import BODY, CANCELLATION, CREATION, ON_SQLITE, PSU, TENANT, Rooms

A, T = ScaStatus, TransactionStatus
EXECUTE, CANCEL, EXPIRE = Deed


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
        rooms.pushed(payment, at)
    return rooms.stored(payment), authorisation


def contradicted(rooms: Rooms, payment: Payment) -> list[Event]:
    """The events of deeds of which the bank says what is denied by what is stored."""
    wanted = EventFilter(
        TENANT, NOW, NOW, payment.payment_id, EventType.DEED_CONTRADICTED, EventOrigin.ASPSP
    )
    return rooms.events.page(wanted, index=0, size=10)


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


def test_the_push_of_the_aspsp_counts_for_more(rooms: Rooms) -> None:
    """P1: what the bank's core system pushed meanwhile is right, and stays."""
    payment, authorisation = ready(rooms, A.SCA_METHOD_SELECTED)
    intent = rooms.asked(Subject(payment, authorisation))
    rooms.pushed(payment, T.RJCT)
    rooms.intents.done(intent, Told(T.ACCP))

    assert rooms.stored(payment).status is T.RJCT
    assert rooms.stored(authorisation).status is A.FINALISED
    assert rooms.settled(intent)


@ON_SQLITE
@pytest.mark.parametrize(
    "deed, pushed, told, denied",
    [
        (EXECUTE, T.RJCT, T.ACSP, True),
        (EXECUTE, T.CANC, T.ACSC, True),
        (EXECUTE, T.ACSC, T.RJCT, True),
        (CANCEL, T.ACSC, T.CANC, True),
        (EXPIRE, T.ACSC, T.CANC, True),
        (EXECUTE, T.ACSC, T.ACSP, False),  # older, not otherwise
        (EXECUTE, T.ACSP, T.PATC, False),
        (EXECUTE, T.RJCT, T.RJCT, False),
        (EXPIRE, T.RJCT, T.CANC, False),  # nothing is paid, say both
        (EXECUTE, T.ACSP, T.RJCT, False),  # it moves
    ],
)
def test_a_deed_that_the_status_denies_is_on_record_and_in_the_log(
    rooms: Rooms,
    caplog: pytest.LogCaptureFixture,
    deed: Deed,
    pushed: TransactionStatus,
    told: TransactionStatus,
    *,
    denied: bool,
) -> None:
    payment, _ = rooms.kept()
    intent = rooms.asked(Subject(payment), CANCEL if deed is EXECUTE else deed)
    intent = replace(intent, deed=deed)
    rooms.pushed(payment, pushed)
    for _ in range(2):
        rooms.intents.done(intent, Told(told))

    payload = {"deed": deed.value, "bankStatus": told.value}
    assert [each.payload for each in contradicted(rooms, payment)] == ([payload] if denied else [])
    text = (
        f"payment {payment.payment_id} stands at {pushed}, "
        f"but of the deed {deed} the bank says {told}"
    )
    assert (text in caplog.messages) is denied


@ON_SQLITE
@pytest.mark.parametrize("deed", [EXECUTE, CANCEL])
@pytest.mark.parametrize("told", [T.ACSP, T.ACSC, T.RJCT, T.CANC])
def test_while_the_bank_acts_only_its_push_moves_the_payment(
    rooms: Rooms, deed: Deed, told: TransactionStatus
) -> None:
    """What another one ends meanwhile would leave no place for the bank's answer."""
    payment, authorisation = ready(rooms, A.SCA_METHOD_SELECTED, deed)
    key, answer = payment.payment_id, T.ACCP if deed is EXECUTE else T.CANC
    intent = rooms.asked(Subject(payment, authorisation), deed)
    for cause in (Cause.ONLINE_BANKING_REPORTED, Cause.BANK_REPORTED):
        with pytest.raises(BeingCarriedOut):
            rooms.payments.set_status(key, TENANT, told, cause=cause)
        assert rooms.payments.report(payment, told, cause).status is T.RCVD
    rooms.intents.done(intent, Told(answer))
    assert rooms.history(key) == [("RCVD", answer, deed.cause)]

    other, authorisation = ready(rooms, A.SCA_METHOD_SELECTED, deed)
    rooms.asked(Subject(other, authorisation), deed)
    rooms.pushed(other, told)
    assert rooms.stored(other).status is told
    if told.finalised:
        with pytest.raises(AlreadyFinalised):
            rooms.payments.set_status(
                other.payment_id, TENANT, T.ACWC, cause=Cause.ONLINE_BANKING_REPORTED
            )


@ON_SQLITE
@pytest.mark.parametrize("deed", [EXECUTE, CANCEL])
@pytest.mark.parametrize("told", [A.PSU_AUTHENTICATED, A.UNCONFIRMED, A.FAILED, A.FINALISED])
def test_while_the_bank_acts_nobody_moves_the_authorisation(
    rooms: Rooms, deed: Deed, told: ScaStatus
) -> None:
    """Else the TPP is told of an authorisation that has failed, for what the bank accepts."""
    payment, authorisation = ready(rooms, A.SCA_METHOD_SELECTED, deed)
    intent = rooms.asked(Subject(payment, authorisation), deed)
    below, report = authorisation.authorisation_id, ScaReport(told, PSU, "sms", "code")
    with pytest.raises(BeingCarriedOut):
        rooms.authorisations.report(payment.payment_id, below, TENANT, report)
    assert rooms.authorisations.bank_reports(authorisation, told) == authorisation
    assert rooms.stored(authorisation) == authorisation

    rooms.intents.done(intent, Told(T.ACCP if deed is EXECUTE else T.CANC))
    assert rooms.stored(authorisation).status is A.FINALISED
    with pytest.raises(AlreadyFinalised):
        rooms.authorisations.report(payment.payment_id, below, TENANT, report)


@ON_SQLITE
@pytest.mark.parametrize(
    "deed, pushed, told, denied",
    [
        (EXECUTE, (T.CANC, T.ACCP), T.ACCP, True),
        (EXECUTE, (T.CANC, T.RJCT), T.RJCT, False),  # nothing is paid, say both
        (CANCEL, (T.CANC,), T.CANC, False),
    ],
)
def test_what_is_executed_with_a_failed_authorisation_is_on_record(
    rooms: Rooms,
    deed: Deed,
    pushed: tuple[TransactionStatus, ...],
    told: TransactionStatus,
    *,
    denied: bool,
) -> None:
    """The bank's push of CANC fails what is open; the push after it moves the payment only."""
    payment, authorisation = ready(rooms, A.SCA_METHOD_SELECTED, deed)
    intent = rooms.asked(Subject(payment, authorisation), deed)
    for status in pushed:
        rooms.pushed(payment, status)
    done = rooms.intents.done(intent, Told(told))

    assert done.payment.status is told
    assert done.authorisation is not None
    assert done.authorisation.status is A.FAILED
    assert [each.authorisation_id for each in contradicted(rooms, payment)] == (
        [authorisation.authorisation_id] if denied else []
    )


def test_nothing_expires_while_the_bank_acts(rooms: Rooms) -> None:
    payment, authorisation = ready(rooms, A.SCA_METHOD_SELECTED)
    intent = rooms.asked(Subject(payment, authorisation))
    rooms.clock.now = payment.confirm_by
    with pytest.raises(BeingCarriedOut):
        rooms.expired(payment)

    rooms.intents.not_done(intent, ends_authorisation=False)
    assert rooms.expired(payment).status is T.RJCT


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

"""While the bank acts, nobody but the bank's own push moves what it acts on (P1, S4); on both
engines.
"""

from dataclasses import replace

import pytest

from cms.domain.errors import AlreadyFinalised, BeingCarriedOut
from cms.domain.events import Event, EventFilter, EventOrigin, EventType
from cms.domain.intent import Deed
from cms.domain.payment import Payment
from cms.domain.statuses import Cause, ScaStatus, TransactionStatus
from cms.service.authorisations import ScaReport
from cms.service.intents import Subject, Told
from tests.houses import NOW
from tests.store.rooms import ON_SQLITE, PSU, TENANT, Rooms, ready

A, T = ScaStatus, TransactionStatus
EXECUTE, CANCEL, EXPIRE = Deed


def contradicted(rooms: Rooms, payment: Payment) -> list[Event]:
    """The events of deeds of which the bank says what is denied by what is stored."""
    wanted = EventFilter(
        TENANT, NOW, NOW, payment.payment_id, EventType.DEED_CONTRADICTED, EventOrigin.ASPSP
    )
    return rooms.events.page(wanted, index=0, size=10)


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

"""Two writers on one resource: one wins, nothing is lost, history tells each move once (S1)."""

from functools import partial
from typing import Any

import pytest

from cms.domain.errors import (
    AlreadyFinalised,
    BeingCarriedOut,
    CancellationOfFinalised,
    ChangedMeanwhile,
    PsuMismatch,
)
from cms.domain.moving import move
from cms.domain.parties import PsuId
from cms.domain.statuses import Cause, ScaStatus, TransactionStatus
from cms.service.authorisations import ScaReport
from cms.service.payments import Payments
from tests.houses import NOW
from tests.store.rooms import FULL_TPP, ON_SQLITE, PSU, TENANT, Rooms, race

ROUNDS = 3
T, A = TransactionStatus, ScaStatus


def test_a_move_from_a_status_that_is_no_more_is_refused(rooms: Rooms) -> None:
    payment, authorisation = rooms.kept()
    stale = move(payment, Cause.BANK_REPORTED, at=NOW, reported=T.ACSP)
    late = move(authorisation, Cause.BANK_REPORTED, at=NOW, reported=A.STARTED)
    rooms.payments.set_status(payment.payment_id, TENANT, T.PDNG, cause=Cause.BANK_REPORTED)
    stored = rooms.authorisations.find(authorisation.authorisation_id, TENANT)
    rooms.authorisations.bank_reports(stored, A.PSU_AUTHENTICATED)

    for each in (stale, late):
        assert each is not None
        with pytest.raises(ChangedMeanwhile), rooms.store.writing() as uow:
            uow.moves.record(each)
    assert rooms.history(payment.payment_id) == [("RCVD", "PDNG", "bank_reported")]
    assert rooms.history(authorisation.authorisation_id) == [
        ("received", "psuAuthenticated", "bank_reported")
    ]


def test_a_report_that_is_older_than_a_move_is_dropped(rooms: Rooms) -> None:
    payment, _ = rooms.kept()
    rooms.payments.set_status(payment.payment_id, TENANT, T.ACSP, cause=Cause.BANK_REPORTED)
    kept = rooms.payments.report(payment, T.ACCP, Cause.BANK_REPORTED)

    assert kept.status is T.ACSP
    assert rooms.history(payment.payment_id) == [("RCVD", "ACSP", "bank_reported")]


@ON_SQLITE
@pytest.mark.parametrize(
    "stands, told",
    [(T.ACSP, T.RCVD), (T.ACSP, T.PATC), (T.PATC, T.RCVD), (T.ACTC, T.RCVD)],
)
def test_a_report_that_leads_back_is_dropped(
    rooms: Rooms, stands: TransactionStatus, told: TransactionStatus
) -> None:
    """Nothing comes back to what is over: such a report is older than what we know (S1)."""
    payment, authorisation = rooms.kept()
    moved = rooms.payments.report(payment, stands, Cause.BANK_REPORTED)
    begun = rooms.authorisations.bank_reports(authorisation, A.PSU_AUTHENTICATED)

    assert rooms.payments.report(moved, told, Cause.BANK_REPORTED) == moved
    assert rooms.stored(payment) == moved
    assert rooms.authorisations.bank_reports(begun, A.RECEIVED) == begun
    assert rooms.stored(authorisation) == begun


def test_the_moves_of_a_payment_form_a_chain(rooms: Rooms) -> None:
    payment, _ = rooms.kept()
    told = (T.PDNG, T.ACTC, T.ACCP, T.ACFC, T.ACSP, T.ACWC)
    results = race(
        *(
            partial(
                rooms.payments.set_status,
                payment.payment_id,
                TENANT,
                status,
                cause=Cause.BANK_REPORTED,
            )
            for status in told
        )
    )

    assert not [each for each in results if isinstance(each, Exception)]
    history = rooms.history(payment.payment_id)
    assert {target for _, target, _ in history} == set(told)
    assert [source for source, _, _ in history] == ["RCVD", *(to for _, to, _ in history[:-1])]
    assert rooms.payments.find(payment.payment_id, TENANT).status == history[-1][1]


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_of_two_ends_of_a_payment_one_wins(rooms: Rooms, _round: int) -> None:
    payment, _ = rooms.kept()
    move_to = partial(
        rooms.payments.set_status, payment.payment_id, TENANT, cause=Cause.BANK_REPORTED
    )
    results = race(partial(move_to, T.ACSC), partial(move_to, T.RJCT), partial(move_to, T.CANC))

    losers = [each for each in results if isinstance(each, Exception)]
    assert [type(each) for each in losers] == [AlreadyFinalised] * 2
    (history,) = rooms.history(payment.payment_id)
    assert rooms.payments.find(payment.payment_id, TENANT).status == history[1]


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_of_two_ends_of_an_authorisation_one_wins(rooms: Rooms, _round: int) -> None:
    payment, authorisation = rooms.kept()

    def report(status: ScaStatus) -> Any:
        return rooms.authorisations.report(
            payment.payment_id, authorisation.authorisation_id, TENANT, ScaReport(status, PSU)
        )

    results = race(partial(report, A.FINALISED), partial(report, A.FAILED))

    assert len([each for each in results if isinstance(each, AlreadyFinalised)]) == 1
    (history,) = rooms.history(authorisation.authorisation_id)
    found = rooms.authorisations.find(authorisation.authorisation_id, TENANT)
    assert found.status == history[1]


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_naming_and_reporting_wait_for_each_other(rooms: Rooms, _round: int) -> None:
    """Both lock the payment, then the authorisation: no deadlock, and nobody's PSU is lost. Who is
    named when another one has authenticated is told so.
    """
    payment, authorisation = rooms.kept()
    key = authorisation.authorisation_id
    names = ("a", "b", "c")

    def report(status: ScaStatus) -> Any:
        told = ScaReport(status, PSU, "sms")
        return rooms.authorisations.report(payment.payment_id, key, TENANT, told)

    results = race(
        *(partial(rooms.authorisations.name_psu, key, TENANT, PsuId(name)) for name in names),
        partial(report, A.PSU_AUTHENTICATED),
        partial(report, A.SCA_METHOD_SELECTED),
        partial(
            rooms.payments.set_status,
            payment.payment_id,
            TENANT,
            T.PATC,
            cause=Cause.ONLINE_BANKING_REPORTED,
        ),
    )

    late = [isinstance(each, PsuMismatch) for each in results[: len(names)]]
    assert sum(isinstance(each, Exception) for each in results) == sum(late)
    taken = [name for name, refused in zip(names, late, strict=True) if not refused]
    found = rooms.payments.find(payment.payment_id, TENANT)
    assert {psu.psu_id for psu in found.psus} == {PSU.psu_id, *taken}
    assert len(rooms.history(key)) == 2
    stored = rooms.authorisations.find(key, TENANT)
    assert stored.authentication_method_id == "sms"
    assert stored.psu is not None
    assert stored.psu.psu_id in taken


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_the_same_psu_joins_once(rooms: Rooms, _round: int) -> None:
    payment, authorisation = rooms.kept()
    name = partial(
        rooms.authorisations.name_psu, authorisation.authorisation_id, TENANT, PsuId("max")
    )

    assert race(*[name] * 4) == [None] * 4
    assert len(rooms.payments.find(payment.payment_id, TENANT).psus) == 2


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_payment_expires_once_however_many_look(rooms: Rooms, _round: int) -> None:
    payment, authorisation = rooms.kept()
    rooms.clock.now = payment.confirm_by
    results = race(*[partial(rooms.expired, payment)] * 4)

    lost = [each for each in results if isinstance(each, Exception)]
    assert {type(each) for each in lost} <= {
        BeingCarriedOut,
        CancellationOfFinalised,
        ChangedMeanwhile,
    }
    assert rooms.history(payment.payment_id) == [("RCVD", "RJCT", "time_ran_out")]
    assert rooms.history(authorisation.authorisation_id) == [
        ("received", "failed", "parent_expired")
    ]


def test_a_tpp_that_calls_many_times_at_once_is_kept_once(rooms: Rooms) -> None:
    keys = race(*[partial(rooms.tpps.register, FULL_TPP, TENANT)] * 6)

    assert len(set(keys)) == 1
    assert rooms.rows()["tpps"] == 1


def test_the_rooms_of_the_race_are_those_of_the_server(rooms: Rooms) -> None:
    """A second process sees what the first one did: nothing is remembered beside the database."""
    payment, _ = rooms.kept()
    other = Payments(rooms.store, rooms.clock)
    other.set_status(payment.payment_id, TENANT, T.ACSP, cause=Cause.BANK_REPORTED)

    assert rooms.payments.find(payment.payment_id, TENANT).status is T.ACSP

"""The tables of moves: finalised is the end, every status has a way in, no row is ambiguous."""

from collections import Counter
from itertools import product
from typing import Any

import pytest

from cms.domain.errors import AlreadyFinalised, IllegalMove
from cms.domain.lifecycles import AUTHORISATION, PAYMENT, REPORTED, Lifecycle, Row
from cms.domain.statuses import Cause, ScaStatus, TransactionStatus

LIFECYCLES = [PAYMENT, AUTHORISATION]
FIRST: dict[Lifecycle[Any], set[Any]] = {
    PAYMENT: {TransactionStatus.RCVD},
    AUTHORISATION: {ScaStatus.RECEIVED, ScaStatus.PSU_IDENTIFIED},
}


def codes(lifecycle: Lifecycle[Any]) -> list[Any]:
    """All statuses of the kind."""
    enum: Any = lifecycle.statuses
    return list(enum)


def targets(row: Row[Any], lifecycle: Lifecycle[Any]) -> set[Any]:
    return set(codes(lifecycle)) - row.never if row.to is REPORTED else {row.to}


def test_the_finalised_statuses_are_those_of_the_decisions() -> None:
    assert {s.value for s in TransactionStatus if s.finalised} == {"CANC", "RJCT", "ACSC", "ACCC"}
    assert {s.value for s in ScaStatus if s.finalised} == {"finalised", "failed", "exempted"}


@pytest.mark.parametrize("lifecycle", LIFECYCLES, ids=lambda each: each.kind)
def test_nothing_leaves_a_finalised_status_but_the_banks_push(lifecycle: Lifecycle[Any]) -> None:
    leaving = {row.cause for row in lifecycle.rows if any(s.finalised for s in row.sources)}

    assert leaving == ({Cause.ASPSP_PUSHED} if lifecycle is PAYMENT else set())


@pytest.mark.parametrize("lifecycle", LIFECYCLES, ids=lambda each: each.kind)
def test_no_status_and_cause_have_two_rows(lifecycle: Lifecycle[Any]) -> None:
    count = Counter((source, row.cause) for row in lifecycle.rows for source in row.sources)

    assert not [pair for pair, times in count.items() if times > 1]


@pytest.mark.parametrize("lifecycle", LIFECYCLES, ids=lambda each: each.kind)
def test_every_status_can_be_reached(lifecycle: Lifecycle[Any]) -> None:
    reached = set(FIRST[lifecycle])
    while True:
        rows = [row for row in lifecycle.rows if row.sources & reached]
        further = reached.union(*(targets(row, lifecycle) for row in rows))
        if further == reached:
            break
        reached = further

    assert reached == set(codes(lifecycle))


@pytest.mark.parametrize("lifecycle", LIFECYCLES, ids=lambda each: each.kind)
def test_every_row_names_its_clause(lifecycle: Lifecycle[Any]) -> None:
    assert all(row.ref and row.sources for row in lifecycle.rows)


@pytest.mark.parametrize("lifecycle", LIFECYCLES, ids=lambda each: each.kind)
def test_what_no_row_allows_is_refused(lifecycle: Lifecycle[Any]) -> None:
    rows = {(source, row.cause): row for row in lifecycle.rows for source in row.sources}

    for status, reported in product(codes(lifecycle), repeat=2):
        for cause in Cause:
            row = rows.get((status, cause))
            if row is None:
                with pytest.raises(AlreadyFinalised if status.finalised else IllegalMove):
                    lifecycle.next(status, cause, reported)
            elif row.to is REPORTED and reported in row.never and reported is not status:
                with pytest.raises(IllegalMove):
                    lifecycle.next(status, cause, reported)
            else:
                expected = reported if row.to is REPORTED else row.to
                assert lifecycle.next(status, cause, reported) is expected


@pytest.mark.parametrize("lifecycle", LIFECYCLES, ids=lambda each: each.kind)
def test_a_report_names_its_status(lifecycle: Lifecycle[Any]) -> None:
    with pytest.raises(IllegalMove):
        lifecycle.next(next(iter(FIRST[lifecycle])), Cause.BANK_REPORTED)


T, A = TransactionStatus, ScaStatus
OPEN = {status for status in A if not status.finalised}


@pytest.mark.parametrize(
    "cause, sources, targets",
    [
        (Cause.PSU_NAMED, {A.RECEIVED}, {A.PSU_IDENTIFIED}),
        (Cause.SCA_STEP, OPEN, set(A)),
        (Cause.SCA_REFUSED, OPEN, {A.FAILED}),
        (Cause.CODE_WRONG, {A.UNCONFIRMED}, {A.FAILED}),
        (Cause.SUPERSEDED, OPEN, {A.FAILED}),
        (Cause.PARENT_CLOSED, OPEN, {A.FAILED}),
        (Cause.PARENT_EXPIRED, OPEN, {A.FAILED}),
        (Cause.AUTHORISATION_EXPIRED, OPEN, {A.FAILED}),
        (Cause.REDIRECT_EXPIRED, OPEN, {A.FAILED}),
        (Cause.BANK_FAILED, OPEN, {A.FAILED}),
    ],
)
def test_what_an_authorisation_does_for_a_cause(
    cause: Cause, sources: set[ScaStatus], targets: set[ScaStatus]
) -> None:
    rows = [row for row in AUTHORISATION.rows if row.cause is cause]

    assert set().union(*(row.sources for row in rows)) == sources
    assert set().union(*(targets_of(row) for row in rows)) == targets


REPORTS = (Cause.BANK_REPORTED, Cause.ONLINE_BANKING_REPORTED)
EARLY = {T.RCVD, T.PDNG, T.ACTC, T.PATC}


@pytest.mark.parametrize("cause", REPORTS)
def test_what_is_told_of_a_payment_does_not_lead_back(cause: Cause) -> None:
    """Else what the bank has executed could be authorised, or expire, once more."""
    back = {(status, T.RCVD) for status in set(T) - {T.RCVD}}
    back |= {(status, T.PATC) for status in set(T) - EARLY}

    for status, told in product((each for each in T if not each.finalised), T):
        if (status, told) in back:
            with pytest.raises(IllegalMove):
                PAYMENT.next(status, cause, told)
        else:
            assert PAYMENT.next(status, cause, told) is told


@pytest.mark.parametrize("cause", REPORTS)
@pytest.mark.parametrize("status", sorted(OPEN - {A.RECEIVED}))
def test_an_authorisation_does_not_begin_again(cause: Cause, status: ScaStatus) -> None:
    with pytest.raises(IllegalMove):
        AUTHORISATION.next(status, cause, A.RECEIVED)
    assert AUTHORISATION.next(A.RECEIVED, cause, A.RECEIVED) is A.RECEIVED


def test_the_push_of_the_aspsp_may_lead_anywhere() -> None:
    assert all(
        PAYMENT.next(status, Cause.ASPSP_PUSHED, told) is told for status, told in product(T, T)
    )


def targets_of(row: Row[ScaStatus]) -> set[ScaStatus]:
    return targets(row, AUTHORISATION)


def test_a_payment_is_cancelled_from_wherever_it_is_open_and_expires_unconfirmed() -> None:
    cancelled = {status for status in T if not status.finalised}

    assert all(PAYMENT.next(status, Cause.CANCELLED) is T.CANC for status in cancelled)
    (expiring,) = (row for row in PAYMENT.rows if row.cause is Cause.TIME_RAN_OUT)
    assert set(expiring.sources) == {T.RCVD, T.PATC}
    assert expiring.to is T.RJCT

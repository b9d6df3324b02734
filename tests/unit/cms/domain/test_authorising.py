"""May something be authorised now (P2, P3, P4, P7, A10, A11)? The rules that are asked twice."""

from datetime import timedelta
from typing import Any

import pytest

from cms.domain.authorisation import Authorisation, AuthorisationKind
from cms.domain.authorising import (
    MOST_AUTHORISATIONS,
    ensure_authorisable,
    ensure_cancellable,
    ensure_not_done,
    ensure_room,
    ensure_takes_part,
    is_authorised,
    superseded,
)
from cms.domain.errors import (
    BeingCarriedOut,
    CancellationNotRequested,
    CancellationOfFinalised,
    ConfirmationOverdue,
    NothingToAuthorise,
    PsuHasAuthorised,
    PsuMismatch,
    Refusal,
    TooManyAuthorisations,
)
from cms.domain.parties import PsuId
from cms.domain.payment import CancellationRequest, Payment
from cms.domain.statuses import Cause, ScaStatus, TransactionStatus
from tests.unit.cms.domain.resources import NOW, authorisation, payment

CREATION, CANCELLATION = AuthorisationKind.PIS_CREATION, AuthorisationKind.PIS_CANCELLATION
BEFORE = NOW - timedelta(milliseconds=1)
REQUEST = CancellationRequest(requested_at=NOW)
AWAITING = (TransactionStatus.RCVD, TransactionStatus.PATC)
ANTON, MARION = PsuId("anton.brueckner"), PsuId("marion.mueller")


def refusal_of(rule: Any, *arguments: Any) -> type[Refusal] | None:
    try:
        rule(*arguments)
    except Refusal as refusal:
        return type(refusal)
    return None


@pytest.mark.parametrize("status", list(TransactionStatus))
def test_what_awaits_nobody_is_authorised_unless_it_came_to_nothing(
    status: TransactionStatus,
) -> None:
    nothing_paid = {TransactionStatus.RJCT, TransactionStatus.CANC}

    assert is_authorised(payment(status), []) is (status not in {*AWAITING, *nothing_paid})


@pytest.mark.parametrize(
    "found, one, authorised",
    [
        (payment(), authorisation(ScaStatus.FINALISED), True),
        (payment(), authorisation(ScaStatus.EXEMPTED), True),
        (payment(), authorisation(ScaStatus.UNCONFIRMED), True),
        (payment(), authorisation(ScaStatus.SCA_METHOD_SELECTED), False),
        (payment(), authorisation(ScaStatus.FAILED), False),
        (payment(), authorisation(ScaStatus.FINALISED, kind=CANCELLATION), False),
        (payment(multilevel=True), authorisation(ScaStatus.FINALISED), False),
        (payment(TransactionStatus.PATC), authorisation(ScaStatus.FINALISED), False),
        (payment(TransactionStatus.RJCT), authorisation(ScaStatus.FINALISED), False),
    ],
)
def test_one_psu_is_enough_unless_several_have_to(
    found: Payment, one: Authorisation, authorised: bool
) -> None:
    assert is_authorised(found, [authorisation(), one]) is authorised


@pytest.mark.parametrize("status", list(TransactionStatus))
def test_a_payment_is_authorised_while_it_awaits_that(status: TransactionStatus) -> None:
    expected = None if status in AWAITING else NothingToAuthorise

    assert refusal_of(ensure_authorisable, payment(status), CREATION, BEFORE) is expected


@pytest.mark.parametrize(
    "found, at, refusal",
    [
        (payment(), NOW, ConfirmationOverdue),
        (payment(TransactionStatus.PATC), NOW, ConfirmationOverdue),
        (payment(TransactionStatus.ACSP), NOW, NothingToAuthorise),
        # P2: a rejection because time ran out is told apart from the bank's.
        (
            payment(TransactionStatus.RJCT, status_cause=Cause.TIME_RAN_OUT),
            BEFORE,
            ConfirmationOverdue,
        ),
        (
            payment(TransactionStatus.RJCT, status_cause=Cause.BANK_REPORTED),
            BEFORE,
            NothingToAuthorise,
        ),
        (payment(open_intent_id="i"), BEFORE, BeingCarriedOut),
        (payment(open_intent_id="i"), NOW, ConfirmationOverdue),
    ],
)
def test_why_a_payment_is_not_authorised(found: Payment, at: Any, refusal: type[Refusal]) -> None:
    assert refusal_of(ensure_authorisable, found, CREATION, at) is refusal


@pytest.mark.parametrize("status", list(TransactionStatus))
@pytest.mark.parametrize("requested", [True, False])
def test_a_cancellation_is_authorised_after_it_was_requested(
    status: TransactionStatus, *, requested: bool
) -> None:
    found = payment(status, cancellation=REQUEST if requested else None)
    expected = None if requested else CancellationNotRequested

    assert refusal_of(ensure_authorisable, found, CANCELLATION, NOW) is (
        CancellationOfFinalised if status.finalised else expected
    )
    assert refusal_of(ensure_cancellable, found) is (
        CancellationOfFinalised if status.finalised else None
    )


def test_nothing_is_cancelled_while_the_bank_is_at_work() -> None:
    busy = payment(TransactionStatus.ACSP, cancellation=REQUEST, open_intent_id="i")

    assert refusal_of(ensure_cancellable, busy) is BeingCarriedOut
    assert refusal_of(ensure_authorisable, busy, CANCELLATION, NOW) is BeingCarriedOut


def test_the_text_of_p4_is_fixed() -> None:
    assert CancellationOfFinalised.text == ("Payment is finalised already and cannot be cancelled")


@pytest.mark.parametrize(
    "psu, kind, earlier_status, has_authorised, is_superseded",
    [
        *((ANTON, CREATION, s, True, False) for s in (ScaStatus.FINALISED, ScaStatus.EXEMPTED)),
        (ANTON, CREATION, ScaStatus.FAILED, False, False),
        *((ANTON, CREATION, status, False, True) for status in ScaStatus if not status.finalised),
        # Another PSU, an unknown one, or the other kind of deed has nothing to do with it.
        *(
            (psu, kind, status, False, False)
            for psu, kind in ((MARION, CREATION), (None, CREATION), (ANTON, CANCELLATION))
            for status in ScaStatus
        ),
    ],
)
def test_one_psu_authorises_once_and_one_way_at_a_time(
    psu: PsuId | None,
    kind: AuthorisationKind,
    earlier_status: ScaStatus,
    *,
    has_authorised: bool,
    is_superseded: bool,
) -> None:
    earlier = [authorisation(earlier_status, psu=ANTON)]

    refusal = refusal_of(ensure_not_done, psu, kind, earlier)
    assert refusal is (PsuHasAuthorised if has_authorised else None)
    assert superseded(psu, kind, earlier) == (earlier if is_superseded else [])


@pytest.mark.parametrize("status", list(ScaStatus))
def test_an_authorisation_of_nobody_known_is_nobodys(status: ScaStatus) -> None:
    earlier = [authorisation(status)]

    assert refusal_of(ensure_not_done, ANTON, CREATION, earlier) is None
    assert superseded(ANTON, CREATION, earlier) == []


@pytest.mark.parametrize("kind", [CREATION, CANCELLATION])
@pytest.mark.parametrize("status", [ScaStatus.FAILED, ScaStatus.RECEIVED])
def test_each_kind_has_room_for_so_many_however_they_ended(
    kind: AuthorisationKind, status: ScaStatus
) -> None:
    earlier = [authorisation(status, kind=kind)] * (MOST_AUTHORISATIONS - 1)
    other = [authorisation(status, kind=each) for each in AuthorisationKind if each is not kind]

    assert refusal_of(ensure_room, kind, earlier + other * MOST_AUTHORISATIONS) is None
    assert refusal_of(ensure_room, kind, earlier + earlier[:1]) is TooManyAuthorisations


@pytest.mark.parametrize(
    "psus, multilevel, kind, named, refusal",
    [
        ((), False, CREATION, ANTON, None),
        ((ANTON,), False, CREATION, ANTON, None),
        ((ANTON,), False, CREATION, None, None),  # nobody is named yet: the bank will
        ((ANTON,), False, CREATION, MARION, PsuMismatch),
        ((ANTON,), True, CREATION, MARION, None),
        ((ANTON,), True, CANCELLATION, MARION, PsuMismatch),
    ],
)
def test_an_authorisation_is_of_somebody_who_takes_part(
    psus: tuple[PsuId, ...],
    kind: AuthorisationKind,
    named: PsuId | None,
    refusal: type[Refusal] | None,
    *,
    multilevel: bool,
) -> None:
    found = payment(psus=psus, multilevel=multilevel)

    assert refusal_of(ensure_takes_part, found, authorisation(kind=kind, psu=named)) is refusal

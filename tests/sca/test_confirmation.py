"""The confirmation code after the redirect (spec 18): checked by the bank, or by the server."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pytest

from cms.domain.approach import Approach
from cms.domain.authorisation import AuthorisationKind
from cms.domain.confirmation import hashed_code
from cms.domain.intent import LONGEST_BANK_CALL
from cms.domain.statuses import ScaStatus, TransactionStatus
from spi.answers import BankCode, Done, Unknown
from spi.types import CodeConfirmed, ConfirmationCode, Outcome, PaymentStatusReport
from tests.houses import Clock, World, refused
from tests.sca.conftest import OpenShared, as_new
from tests.sca.driving import CANCELLATION, CODE, CREATION, Driven, placed, told
from tests.tpps import TppClient

A, T = ScaStatus, TransactionStatus
RIGHT = CODE["confirmationCode"]
WRONG = {"confirmationCode": "another"}
SILENT = Unknown("time-out")
INVALID = refused(BankCode.SCA_INVALID)
FAILED = refused(BankCode.PAYMENT_FAILED)
KINDS = pytest.mark.parametrize("kind", [CREATION, CANCELLATION])
APPROACHES = pytest.mark.parametrize("approach", [Approach.REDIRECT, Approach.OAUTH])


@pytest.fixture(scope="module", params=["by the bank", "by the server"])
def world_of_check(request: pytest.FixtureRequest, open_shared: OpenShared) -> tuple[World, bool]:
    """A house, and whether its server checks the codes itself."""
    here = request.param == "by the server"
    mandated = {"authorisationConfirmationRequestMandated": True}
    checked = {"authorisationConfirmationCheckByXs2a": here}
    return open_shared({"common": mandated | checked}), here


@pytest.fixture
def checked_here(world_of_check: tuple[World, bool]) -> bool:
    return world_of_check[1]


@pytest.fixture
def tpp(world_of_check: tuple[World, bool], pisp: str) -> TppClient:
    return TppClient(as_new(world_of_check[0]), pisp)


def unconfirmed(
    tpp: TppClient, kind: AuthorisationKind, approach: Approach, **facts: Any
) -> Driven:
    """The PSU is back from the bank's pages with the code RIGHT."""
    authorisation_id = tpp.world.house.parts.new_id()
    return placed(
        tpp,
        A.UNCONFIRMED,
        kind=kind,
        approach=approach,
        authorisation_id=authorisation_id,
        confirmation_code_hash=hashed_code(authorisation_id, RIGHT),
        **facts,
    )


@pytest.mark.parametrize(
    "kind, paid",
    [(CREATION, T.RCVD), (CREATION, T.PATC), (CANCELLATION, T.ACCP), (CANCELLATION, T.ACSP)],
)
@APPROACHES
def test_the_right_code_finalises(
    tpp: TppClient,
    kind: AuthorisationKind,
    approach: Approach,
    paid: TransactionStatus,
    *,
    checked_here: bool,
) -> None:
    driven = unconfirmed(tpp, kind, approach, at=paid)
    answer = driven.put(CODE)

    assert (told(answer), answer.json["scaStatus"]) == ("200", "finalised")
    assert answer.json["_links"].keys() == {"scaStatus"}
    ended = T.CANC if kind is CANCELLATION else T.ACCP
    assert driven.stands == (A.FINALISED, ended)
    proof = CodeConfirmed() if checked_here else ConfirmationCode(RIGHT)
    assert [each for _, each in tpp.world.bank.deeds] == [proof]
    assert told(driven.put(CODE)) == "400 SCA_INVALID"  # it counts once


@KINDS
@APPROACHES
def test_a_wrong_code_ends_it(
    tpp: TppClient, kind: AuthorisationKind, approach: Approach, *, checked_here: bool
) -> None:
    """A payment is rejected; one that was to be cancelled stays (the bank's word counts)."""
    driven = unconfirmed(tpp, kind, approach)
    bank, paid = tpp.world.bank, driven.payment.status
    ended = paid if kind is CANCELLATION else T.RJCT
    bank.executed = bank.cancelled = INVALID
    bank.after_wrong_code = Done(PaymentStatusReport(ended))

    assert told(driven.put(WRONG)) == "400 SCA_INVALID"
    assert driven.stands == (A.FAILED, ended)
    assert driven.payment.open_intent_id is None
    if checked_here:
        assert bank.asked == ["confirmation_failed"]
    assert told(driven.put(CODE)) == "400 SCA_INVALID"  # also for the right one, from now on
    assert len(bank.asked) == 1


@pytest.mark.parametrize("world_of_check", ["by the server"], indirect=True)
@pytest.mark.parametrize("failure", [SILENT, RuntimeError("x"), FAILED])
def test_a_wrong_code_ends_it_whatever_the_bank_says(tpp: TppClient, failure: Any) -> None:
    driven = unconfirmed(tpp, CREATION, Approach.REDIRECT)
    tpp.world.bank.after_wrong_code = failure

    assert told(driven.put(WRONG)) == "400 SCA_INVALID"
    assert driven.stands == (A.FAILED, T.RCVD)


def test_a_bank_that_refuses_after_our_check_leaves_it_as_it_was(
    tpp: TppClient, *, checked_here: bool
) -> None:
    """Spec 18: checked here, the bank's error is told and nothing stored; checked there, the
    refusal is the wrong code.
    """
    driven = unconfirmed(tpp, CREATION, Approach.REDIRECT)
    tpp.world.bank.executed = FAILED

    assert told(driven.put(CODE)) == "400 PAYMENT_FAILED"
    stays = A.UNCONFIRMED, T.RCVD
    assert driven.stands == (stays if checked_here else (A.FAILED, T.RJCT))


@KINDS
@pytest.mark.parametrize("failure", [SILENT, RuntimeError("x")])
def test_a_lost_answer_is_asked_for(tpp: TppClient, kind: AuthorisationKind, failure: Any) -> None:
    driven = unconfirmed(tpp, kind, Approach.REDIRECT)
    bank, paid = tpp.world.bank, driven.payment.status
    ended = T.CANC if kind is CANCELLATION else T.ACSC
    bank.executed = bank.cancelled = failure

    assert told(driven.put(CODE)) == "503 SERVICE_UNAVAILABLE"
    assert driven.stands == (A.UNCONFIRMED, paid)
    bank.outcome = Done(Outcome(ended))
    assert told(driven.put(CODE)) == "400 SCA_INVALID"  # it has been done
    assert driven.stands == (A.FINALISED, ended)
    assert len(bank.deeds) == 1


def test_a_call_that_never_reached_the_bank_is_no_wrong_code(tpp: TppClient) -> None:
    """The bank knows nothing of the deed: the right code may be sent again."""
    driven = unconfirmed(tpp, CREATION, Approach.REDIRECT)
    bank = tpp.world.bank
    works, bank.executed = bank.executed, SILENT
    assert told(driven.put(CODE)) == "503 SERVICE_UNAVAILABLE"

    bank.executed = works
    tpp.world.clock.advance(LONGEST_BANK_CALL)
    assert told(driven.put(CODE)) == "200"
    assert driven.stands == (A.FINALISED, T.ACCP)
    assert len({deed.deed_id for deed, _ in bank.deeds}) == 2


@KINDS
@APPROACHES
@pytest.mark.parametrize("paid", [T.RJCT, T.CANC, T.ACSC])
def test_nothing_is_confirmed_for_an_ended_payment(
    tpp: TppClient, kind: AuthorisationKind, approach: Approach, paid: TransactionStatus
) -> None:
    driven = unconfirmed(tpp, kind, approach)
    parts = tpp.world.house.parts
    push(tpp.world, driven, paid)
    ended = {CREATION: "409 STATUS_INVALID", CANCELLATION: "400 FORMAT_ERROR"}[kind]
    if paid is T.CANC or (kind is CREATION and paid is T.RJCT):
        ended = "400 SCA_INVALID"  # it has failed with the payment, or the code is of no use

    assert told(driven.put(CODE)) == ended
    assert parts.payments.find(driven.payment.payment_id, "UNDEFINED").status is paid
    assert tpp.world.bank.deeds == []


def push(world: World, driven: Driven, status: TransactionStatus) -> None:
    path = f"/aspsp-api/v1/pis/transaction-status/{driven.payment.payment_id}/status/{status}"
    assert world.cms.put(path).status_int == 200


def test_nobody_confirms_for_nobody(tpp: TppClient) -> None:
    """Without a PSU, in request or authorisation, nothing happens (A4)."""
    driven = unconfirmed(tpp, CREATION, Approach.REDIRECT, psu_id=None)

    assert told(driven.put(CODE)) == "400 FORMAT_ERROR"
    assert driven.stands == (A.UNCONFIRMED, T.RCVD)


@dataclass
class Meanwhile:
    """A clock; at its last look before the code is compared, something else happens."""

    clock: Clock
    happens: Callable[[], Any]
    looks: int = 3

    def __call__(self) -> datetime:
        self.looks -= 1
        if self.looks == 0:
            self.happens()
        return self.clock()


@pytest.mark.parametrize("world_of_check", ["by the server"], indirect=True)
def test_a_wrong_code_that_comes_second_ends_nothing(tpp: TppClient) -> None:
    """S1: what the right code has finalised stays, and the bank hears of no failure."""
    driven = unconfirmed(tpp, CREATION, Approach.REDIRECT)
    world = tpp.world
    clock = Meanwhile(world.clock, lambda: driven.put(CODE))
    parts = replace(world.house.parts, clock=clock)
    other = World(replace(world.house, parts=parts), world.bank, world.clock, world.judge)
    late = Driven(
        TppClient(other, tpp.certificate), driven.payment_path, CREATION, driven.authorisation_id
    )

    assert told(late.put(WRONG)) in {"400 SCA_INVALID", "409 STATUS_INVALID"}
    assert clock.looks <= 0
    assert driven.stands == (A.FINALISED, T.ACCP)
    assert world.bank.asked == ["execute_payment"]

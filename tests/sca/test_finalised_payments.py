"""Every writer of payments at every status (P1): what is finalised moves by the ASPSP's push only;
what is not moves as the lifecycle says, and not otherwise. A new writer is one more row of WRITERS.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson
import pytest

from cms.domain.approach import Approach
from cms.domain.authorisation import AuthorisationKind
from cms.domain.statuses import ScaStatus, TransactionStatus
from spi.answers import Done, Unknown
from spi.types import Outcome, PaymentStatusReport, ScaStatusReport
from tests.houses import FakeBank, World
from tests.http.cms.authorising import started
from tests.sca.driving import (
    CANCELLATION,
    CODE,
    CREATION,
    METHOD,
    NOTHING,
    PASSWORD,
    SEGMENTS,
    TAN,
    Driven,
    set_status,
    start,
    state,
)
from tests.tpps import PAYMENT, PSU_ID, Made, TppClient
from xs2a.jobs.schedule import JOBS
from xs2a.wiring import runner

HOUSE = {
    "common": {"scaApproachesSupported": ["EMBEDDED"], "startAuthorisationMode": "explicit"},
    "pis": {"paymentCancellationAuthorisationMandated": True},
}

A, T = ScaStatus, TransactionStatus
FINALISED = {T.ACSC, T.ACCC, T.RJCT, T.CANC}
UNAUTHORISED = {T.RCVD, T.PATC}
EARLY = {T.RCVD, T.PDNG, T.ACTC, T.PATC}
PSU_API = "/psu-api/v1/payment"


@dataclass
class Case:
    """A payment at a status, with an authorisation and a cancellation authorisation that are open
    (unless the status has closed them).
    """

    tpp: TppClient
    made: Made
    creation: Driven
    cancellation: Driven

    @property
    def world(self) -> World:
        return self.tpp.world

    @property
    def status(self) -> TransactionStatus:
        return self.creation.payment.status

    def cms(self, method: str, path: str, body: Any = None) -> int:
        content = b"" if body is None else orjson.dumps(body)
        headers = {"psu-id": PSU_ID, "Content-Type": "application/json"}
        answer = self.world.cms.request(
            path, method=method, headers=headers, body=content, status="*"
        )
        return int(answer.status_int)


def case_at(tpp: TppClient, status: TransactionStatus) -> Case:
    made = tpp.initiated(headers={"PSU-ID": PSU_ID})
    driven = [
        Driven(
            tpp,
            made.path,
            kind,
            started(
                tpp.world,
                made.payment_id,
                kind,
                psu_id=PSU_ID,
                status=A.SCA_METHOD_SELECTED,
                sca_approach=Approach.EMBEDDED,
            ),
        )
        for kind in (CREATION, CANCELLATION)
    ]
    set_status(tpp.world, made.payment_id, status)
    tpp.world.bank.asked.clear()
    return Case(tpp, made, *driven)


Expected = Callable[[TransactionStatus], TransactionStatus]


@dataclass(frozen=True)
class Writer:
    """Who writes how, and to which status a payment moves that is not finalised.

    `moves_finalised` is true of the push alone. `of_sca` writes to the authorisation, which may
    still be open below a payment that has ended: then only what belongs to the payment is frozen.
    """

    name: str
    act: Callable[[Case], Any]
    expected: Expected = lambda status: status
    moves_finalised: bool = False
    of_sca: bool = False


def told(reported: TransactionStatus) -> Expected:
    """Nobody tells that a payment has only just come in, nor that PSUs are missing once it is
    accepted: who does knows less than we do.
    """

    def expected(status: TransactionStatus) -> TransactionStatus:
        late = status not in EARLY
        known_better = reported is T.RCVD or (late and reported is T.PATC)
        return status if known_better else reported

    return expected


def bank_says(reported: TransactionStatus, below: str) -> Writer:
    def act(case: Case) -> None:
        case.world.bank.status = Done(PaymentStatusReport(reported))
        case.tpp.get(case.made.path + below)

    return Writer(f"SPI: GET{below} {reported}", act, told(reported))


def online_banking_says(reported: TransactionStatus) -> Writer:
    def act(case: Case) -> None:
        before = case.status
        answer = case.cms("PUT", f"{PSU_API}/{case.made.payment_id}/status/{reported}")
        may = before not in FINALISED and told(reported)(before) is reported
        assert answer == (200 if may or before is reported is T.RCVD else 400)

    return Writer(f"psu-api: {reported}", act, told(reported))


def aspsp_pushes(reported: TransactionStatus) -> Writer:
    def act(case: Case) -> None:
        path = f"/aspsp-api/v1/pis/transaction-status/{case.made.payment_id}/status/{reported}"
        assert case.cms("PUT", path) == 200

    return Writer(f"push: {reported}", act, lambda _: reported, moves_finalised=True)


def tpp_updates(kind: AuthorisationKind, body: Any) -> Callable[[Case], Any]:
    def act(case: Case) -> None:
        driven = case.creation if kind is CREATION else case.cancellation
        driven.put(body)

    return act


def tpp_starts(kind: AuthorisationKind, body: Any) -> Callable[[Case], Any]:
    def act(case: Case) -> None:
        start(case.tpp, f"{case.made.path}/{SEGMENTS[kind]}", body, {"PSU-ID": PSU_ID})

    return act


def tpp_deletes(case: Case) -> None:
    case.tpp.call("DELETE", case.made.path, {"Content-Type": None})


def time_runs_out(case: Case) -> None:
    case.world.clock.now = case.creation.payment.confirm_by
    case.tpp.get(case.made.status_path)


def psu_comes_too_late(case: Case) -> None:
    case.world.clock.now = case.creation.authorisation.redirect_expires_at
    case.cms("GET", f"{PSU_API}/redirect/{case.creation.authorisation_id}")
    case.cms("GET", f"{PSU_API}/cancellation/redirect/{case.cancellation.authorisation_id}")


def authorisations_run_out(case: Case) -> None:
    case.world.clock.now = case.creation.authorisation.expires_at
    for driven in (case.creation, case.cancellation):
        case.tpp.get(driven.path)


def jobs_run(case: Case) -> None:
    """All of them, when everything is over that can be over."""
    case.world.clock.advance(timedelta(days=2))
    working = runner(case.world.house, lambda _: False)
    for job in JOBS:
        made = working.run(job)
        assert made is not None
        assert made.failed == 0


def online_banking_names_psu(case: Case) -> None:
    for driven in (case.creation, case.cancellation):
        path = f"{PSU_API}/authorisation/{driven.authorisation_id}/psu-data"
        before = case.status
        answer = case.cms("PUT", path, {"psuId": PSU_ID})
        assert answer == (400 if before in FINALISED else 200)
        assert case.cms("PUT", path, {"psuId": "max.musterman"}) == 400  # a code is out


def online_banking_finalises_sca(case: Case) -> None:
    for driven in (case.creation, case.cancellation):
        path = f"{PSU_API}/{case.made.payment_id}/authorisation/{driven.authorisation_id}"
        case.cms("PUT", f"{path}/status/finalised")


def bank_finalises_sca(case: Case) -> None:
    case.world.bank.sca = Done(ScaStatusReport(A.FINALISED))
    for driven in (case.creation, case.cancellation):
        case.tpp.get(driven.path)


def bank_replaces_order(case: Case) -> None:
    path = f"{PSU_API}/payments/sepa-credit-transfers/{case.made.payment_id}"
    assert case.cms("PUT", path, {**PAYMENT, "creditorName": "Other"}) == 400  # a code is out


REPORTS = [T.RCVD, T.PATC, T.ACSP, T.ACSC, T.RJCT, T.CANC]
WRITERS = [
    *(bank_says(status, below) for status in REPORTS for below in ("/status", "")),
    *(online_banking_says(status) for status in REPORTS),
    *(aspsp_pushes(status) for status in T),
    Writer("TPP: DELETE", tpp_deletes, lambda s: T.CANC if s is T.RCVD else s),
    Writer("TPP: TAN", tpp_updates(CREATION, TAN), lambda s: T.ACCP if s in UNAUTHORISED else s),
    Writer("TPP: TAN to cancel", tpp_updates(CANCELLATION, TAN), lambda _: T.CANC),
    *(
        Writer(f"TPP: PUT {kind} {body}", tpp_updates(kind, body))
        for kind in (CREATION, CANCELLATION)
        for body in (NOTHING, PASSWORD, METHOD, CODE)
    ),
    *(
        Writer(f"TPP: POST {kind} {body}", tpp_starts(kind, body))
        for kind in (CREATION, CANCELLATION)
        for body in (NOTHING, PASSWORD)
    ),
    Writer("time runs out", time_runs_out, lambda s: T.RJCT if s in UNAUTHORISED else s),
    Writer("psu-api: psu-data", online_banking_names_psu),
    Writer("psu-api: another order", bank_replaces_order),
    Writer("psu-api: a late visit", psu_comes_too_late, of_sca=True),
    Writer("psu-api: SCA finalised", online_banking_finalises_sca, of_sca=True),
    Writer("SPI: SCA finalised", bank_finalises_sca, of_sca=True),
    Writer("the jobs", jobs_run, lambda s: T.RJCT if s in UNAUTHORISED else s, of_sca=True),
    # Both last a day by default.
    Writer(
        "authorisations run out",
        authorisations_run_out,
        lambda s: T.RJCT if s in UNAUTHORISED else s,
        of_sca=True,
    ),
]


@pytest.mark.parametrize("writer", WRITERS, ids=[writer.name for writer in WRITERS])
def test_payments(tpp: TppClient, writer: Writer) -> None:
    """Each writer at each of the fourteen statuses."""
    for status in T:
        now = tpp.world.clock.now
        case = case_at(tpp, status)
        without = ("authorisations",) if writer.of_sca else ()
        before = state(case.world, without=without)
        writer.act(case)

        if status in FINALISED and not writer.moves_finalised:
            after = state(case.world, without=without)
            if writer.of_sca:
                del before["moves"], after["moves"]
            assert after == before, status
            assert case.status is status
        else:
            assert case.status is writer.expected(status), status
        tpp.world.clock.now = now
        vars(tpp.world.bank).update(vars(FakeBank()))


def test_a_lost_answer_moves_no_finalised_payment(tpp: TppClient) -> None:
    """S4: the bank was asked while that was allowed. Whoever pushed meanwhile is right; the intent
    is settled all the same.
    """
    bank, now = tpp.world.bank, tpp.world.clock.now
    for status in T:
        case = case_at(tpp, T.RCVD)
        bank.executed = bank.outcome = Unknown("time-out")
        assert case.creation.put(TAN).status_int == 503
        set_status(tpp.world, case.made.payment_id, status)
        bank.outcome = Done(Outcome(T.ACSP))
        tpp.world.clock.advance(timedelta(minutes=5))
        case.tpp.get(case.made.status_path)

        assert case.status is (status if status in FINALISED else T.ACSP), status
        assert case.creation.payment.open_intent_id is None
        tpp.world.clock.now = now

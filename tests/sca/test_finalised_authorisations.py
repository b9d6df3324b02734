"""Every writer of authorisations at every finalised SCA status: nothing moves them (P1).

A new writer is one more row of WRITERS.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import Any

import orjson
import pytest

from cms.domain.approach import Approach
from cms.domain.statuses import ScaStatus, TransactionStatus
from spi.answers import Done
from spi.types import ScaStatusReport
from tests.houses import FakeBank
from tests.sca.driving import (
    CANCELLATION,
    CODE,
    METHOD,
    NOTHING,
    PASSWORD,
    SEGMENTS,
    TAN,
    Driven,
    placed,
    set_status,
    start,
    state,
)
from tests.tpps import PSU_ID, TppClient

HOUSE = {
    "common": {"scaApproachesSupported": ["EMBEDDED"], "startAuthorisationMode": "explicit"},
    "pis": {"paymentCancellationAuthorisationMandated": True},
}

A, T = ScaStatus, TransactionStatus
ENDED = [status for status in A if status.finalised]
PSU_API = "/psu-api/v1/payment"


@dataclass(frozen=True)
class Writer:
    """Who writes to an authorisation. `of_payment` moves the payment above it as well."""

    name: str
    act: Callable[[Driven], Any]
    of_payment: bool = False


def put_by_tpp(body: Any) -> Callable[[Driven], Any]:
    return lambda driven: driven.put(body, psu_id=PSU_ID)


def reported_by_bank(status: ScaStatus) -> Callable[[Driven], Any]:
    def act(driven: Driven) -> None:
        driven.world.bank.sca = Done(ScaStatusReport(status))
        assert driven.read() == driven.authorisation.status

    return act


def told_by_online_banking(status: ScaStatus) -> Callable[[Driven], Any]:
    def act(driven: Driven) -> None:
        path = f"{PSU_API}/{driven.payment.payment_id}/authorisation/{driven.authorisation_id}"
        body = orjson.dumps({"authenticationMethodId": "x", "authenticationData": "y"})
        headers = {"psu-id": PSU_ID, "Content-Type": "application/json"}
        path = f"{path}/status/{status}"
        answer = driven.world.cms.put(path, body, headers=headers, status="*")
        assert answer.status_int == 400, answer.text

    return act


def named_by_online_banking(psu_id: str) -> Callable[[Driven], Any]:
    def act(driven: Driven) -> None:
        path = f"{PSU_API}/authorisation/{driven.authorisation_id}/psu-data"
        answer = driven.world.cms.put_json(path, {"psuId": psu_id}, status="*")
        assert answer.status_int == 400, answer.text

    return act


def visited(driven: Driven) -> None:
    cancels = "cancellation/" if driven.kind is CANCELLATION else ""
    path = f"{PSU_API}/{cancels}redirect/{driven.authorisation_id}"
    driven.world.cms.get(path, status="*")
    driven.world.clock.now = driven.authorisation.redirect_expires_at
    assert driven.world.cms.get(path, status="*").status_int == 408


def read_too_late(driven: Driven) -> None:
    driven.world.clock.now = driven.authorisation.expires_at
    driven.read()


def started_again(driven: Driven) -> None:
    start(
        driven.tpp,
        f"{driven.payment_path}/{SEGMENTS[driven.kind]}",
        PASSWORD,
        {"PSU-ID": PSU_ID},
    )


def deleted(driven: Driven) -> None:
    driven.tpp.call("DELETE", driven.payment_path, {"Content-Type": None})


def pushed(driven: Driven) -> None:
    set_status(driven.world, driven.payment.payment_id, T.CANC)


def overdue(driven: Driven) -> None:
    driven.world.clock.now = driven.payment.confirm_by
    driven.tpp.get(f"{driven.payment_path}/status")


WRITERS = [
    *(
        Writer(f"TPP: PUT {body}", put_by_tpp(body))
        for body in (NOTHING, PASSWORD, METHOD, TAN, CODE)
    ),
    *(Writer(f"SPI: {status}", reported_by_bank(status)) for status in A),
    *(Writer(f"psu-api: {status}", told_by_online_banking(status)) for status in A),
    Writer("psu-api: the same PSU", named_by_online_banking(PSU_ID)),
    Writer("psu-api: another PSU", named_by_online_banking("max.musterman")),
    Writer("psu-api: visits", visited),
    Writer("authorisation runs out", read_too_late, of_payment=True),
    Writer("TPP: POST", started_again, of_payment=True),
    Writer("TPP: DELETE", deleted, of_payment=True),
    Writer("push: CANC", pushed, of_payment=True),
    Writer("time runs out", overdue, of_payment=True),
]


@pytest.mark.parametrize("writer", WRITERS, ids=[writer.name for writer in WRITERS])
def test_a_finalised_authorisation_stays_as_it_is(tpp: TppClient, writer: Writer) -> None:
    """Nothing moves them, nor anything about them: the end of the story."""
    now = tpp.world.clock.now
    for status, kind, approach in product(ENDED, SEGMENTS, (Approach.EMBEDDED, Approach.REDIRECT)):
        driven = placed(tpp, status, kind=kind, approach=approach)
        before, stored = state(tpp.world), driven.authorisation
        writer.act(driven)

        assert driven.authorisation == stored, (status, kind)
        assert tpp.world.history(driven.authorisation_id) == []
        if not writer.of_payment:
            assert state(tpp.world) == before, (status, kind)
        tpp.world.clock.now = now
        vars(tpp.world.bank).update(vars(FakeBank()))

"""Whoever asks how far an authorisation has come is told that its time is over, job or no job."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from cms.domain.intent import Deed
from cms.domain.statuses import ScaStatus
from cms.service.intents import Subject
from spi.answers import Done
from spi.types import ScaStatusReport
from tests.houses import World
from tests.http.cms.authorising import CANCELLATION, CREATION, started
from tests.tpps import PSU_ID, Made, TppClient

A = ScaStatus
BASE = "/psu-api/v1/payment"
TEN_MINUTES, HOUR = timedelta(minutes=10), timedelta(hours=1)
MS = timedelta(milliseconds=1)

Reading = Callable[[TppClient, Made, str], Any]


def by_the_tpp(tpp: TppClient, made: Made, authorisation_id: str) -> Any:
    return tpp.get(f"{made.authorisations}/{authorisation_id}").json["scaStatus"]


def by_the_tpp_that_cancels(tpp: TppClient, made: Made, authorisation_id: str) -> Any:
    path = f"{made.path}/cancellation-authorisations/{authorisation_id}"
    return tpp.get(path).json["scaStatus"]


def by_the_bank(tpp: TppClient, made: Made, authorisation_id: str) -> Any:
    return tpp.world.cms.get(f"{BASE}/authorisation/{authorisation_id}").json["scaStatus"]


def among_the_psus(tpp: TppClient, made: Made, authorisation_id: str) -> Any:
    rows = tpp.world.cms.get(f"{BASE}/{made.payment_id}/authorisation/psus").json
    (status,) = [row["scaStatus"] for row in rows if row["authorisationId"] == authorisation_id]
    return status


def below(world: World, made: Made, kind: Any, at: ScaStatus) -> str:
    expires_at = world.clock() + HOUR
    return started(world, made.payment_id, kind, psu_id=PSU_ID, status=at, expires_at=expires_at)


@pytest.mark.parametrize(
    "kind, read",
    [
        (CREATION, by_the_tpp),
        (CANCELLATION, by_the_tpp_that_cancels),
        (CREATION, by_the_bank),
        (CANCELLATION, by_the_bank),
        (CREATION, among_the_psus),
        (CANCELLATION, among_the_psus),
    ],
)
@pytest.mark.parametrize(
    "at, after, cause",
    [
        (A.PSU_IDENTIFIED, TEN_MINUTES, "redirect_expired"),
        (A.SCA_METHOD_SELECTED, HOUR, "authorisation_expired"),
        (A.UNCONFIRMED, HOUR, "authorisation_expired"),
    ],
)
def test_what_is_over_is_told_as_failed(
    tpp: TppClient, kind: Any, read: Reading, at: ScaStatus, after: timedelta, cause: str
) -> None:
    made = tpp.initiated()
    authorisation_id = below(tpp.world, made, kind, at)
    tpp.world.clock.advance(after - MS)
    assert read(tpp, made, authorisation_id) == at

    tpp.world.clock.advance(MS)
    for _ in range(2):
        assert read(tpp, made, authorisation_id) == "failed"
    assert tpp.world.history(authorisation_id) == [(at, "failed", cause)]


@pytest.mark.parametrize("read", [by_the_tpp, by_the_bank, among_the_psus])
def test_nothing_is_over_while_the_bank_is_acting(tpp: TppClient, read: Reading) -> None:
    made = tpp.initiated()
    authorisation_id = below(tpp.world, made, CREATION, A.SCA_METHOD_SELECTED)
    tpp.world.clock.advance(HOUR - MS)
    parts = tpp.world.house.parts
    payment = parts.payments.find(made.payment_id, "UNDEFINED")
    subject = Subject(payment, parts.authorisations.find(authorisation_id, "UNDEFINED"))
    parts.intents.open(subject, Deed.EXECUTE, intent_id=parts.new_id(), sca_status=A.FINALISED)
    tpp.world.clock.advance(MS)

    assert read(tpp, made, authorisation_id) == "scaMethodSelected"


def test_the_bank_knows_better_than_the_clock(tpp: TppClient) -> None:
    """The PSU came in time; the online banking has not told us, but the connector does."""
    made = tpp.initiated()
    authorisation_id = below(tpp.world, made, CREATION, A.PSU_IDENTIFIED)
    tpp.world.bank.sca = Done(ScaStatusReport(A.PSU_AUTHENTICATED))
    tpp.world.clock.advance(TEN_MINUTES)

    assert by_the_tpp(tpp, made, authorisation_id) == "psuAuthenticated"


@pytest.mark.parametrize(
    "at, after, told",
    [
        (A.PSU_IDENTIFIED, TEN_MINUTES - MS, 200),
        (A.PSU_IDENTIFIED, TEN_MINUTES, 408),
        (A.PSU_AUTHENTICATED, HOUR - MS, 200),
        (A.PSU_AUTHENTICATED, HOUR, 408),
    ],
)
def test_who_came_in_time_may_finish(
    tpp: TppClient, at: ScaStatus, after: timedelta, *, told: int
) -> None:
    """The link is there to come by. Whoever has been told to have come is not thrown out."""
    made = tpp.initiated(headers={"PSU-ID": PSU_ID})
    authorisation_id = below(tpp.world, made, CREATION, at)
    tpp.world.clock.advance(after)
    path = f"{BASE}/{made.payment_id}/authorisation/{authorisation_id}/status/finalised"
    answer = tpp.world.cms.put(path, headers={"psu-id": PSU_ID}, status="*")

    assert answer.status_int == told

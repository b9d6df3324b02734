"""psu-api: what the online banking tells leads nowhere back, and is told of known PSUs only."""

from typing import Any

import pytest

from cms.domain.statuses import ScaStatus, TransactionStatus
from spi.types import BankState
from tests.houses import World
from tests.http.cms.authorising import CANCELLATION, CREATION, started
from tests.http.conftest import OpenHouse
from tests.tpps import PSU_ID, Made, TppClient

BASE = "/psu-api/v1/payment"
PSU = {"psu-id": PSU_ID}


@pytest.fixture
def made(tpp: TppClient) -> Made:
    """A payment of a PSU that the TPP has named."""
    return tpp.initiated(headers={"PSU-ID": PSU_ID})


def put(world: World, path: str, body: Any = None) -> Any:
    return world.cms.put_json(path, body or {}, headers=PSU, status="*")


def test_a_psu_comes_far_only_when_the_bank_has_named_it(tpp: TppClient) -> None:
    """What the TPP claims is not enough: whoever is named there is not yet one of the payment's."""
    made, world = tpp.initiated(), tpp.world
    link = started(world, made.payment_id, CREATION, psu_id=PSU_ID)
    far = f"{BASE}/{made.payment_id}/authorisation/{link}/status/psuAuthenticated"
    named = f"{BASE}/authorisation/{link}/psu-data"

    assert world.rows()["payment_psus"] == 0
    assert put(world, far).status_int == 400
    assert put(world, named, {"psuId": PSU_ID}).status_int == 200
    assert put(world, far).status_int == 200


@pytest.mark.parametrize("at", [None, *(each for each in ScaStatus if not each.finalised)])
def test_another_psu_comes_before_one_has_authenticated(
    world: World, made: Made, at: ScaStatus | None
) -> None:
    """What one PSU has done is not another's; who it is may be said again at any time."""
    below = f"{BASE}/authorisation/{made.authorisation_id}"
    told = f"{BASE}/{made.payment_id}/authorisation/{made.authorisation_id}/status"
    assert put(world, f"{below}/psu-data", {"psuId": PSU_ID}).status_int == 200
    if at not in {None, ScaStatus.RECEIVED}:
        assert put(world, f"{told}/{at}").status_int == 200
    early = at in {None, ScaStatus.RECEIVED, ScaStatus.PSU_IDENTIFIED}
    before = world.rows()

    assert put(world, f"{below}/psu-data", {"psuId": PSU_ID}).status_int == 200
    assert world.rows() == before
    other = put(world, f"{below}/psu-data", {"psuId": "g.manager"})
    assert (other.status_int, world.rows() == before) == ((200, False) if early else (400, True))


@pytest.mark.parametrize("stands", list(TransactionStatus))
def test_nobody_joins_what_nobody_has_to_authorise(
    world: World, made: Made, stands: TransactionStatus
) -> None:
    """P1, P3. Who is known there already may be named again while it is not over."""
    below = f"{BASE}/authorisation/{made.authorisation_id}/psu-data"
    assert put(world, below, {"psuId": PSU_ID}).status_int == 200
    assert put(world, f"{BASE}/{made.payment_id}/status/{stands}").status_int == 200
    before = world.rows()

    again = put(world, below, {"psuId": PSU_ID}).status_int
    joins = put(world, below, {"psuId": "a.stranger"}).status_int
    assert again == (400 if stands.finalised else 200)
    assert joins == (200 if stands in {"RCVD", "PATC"} else 400)
    assert world.rows()["payment_psus"] == before["payment_psus"] + (joins == 200)


@pytest.mark.parametrize("stands", [each for each in TransactionStatus if not each.finalised])
def test_who_cancels_is_named_until_the_payment_is_over(
    world: World, made: Made, stands: TransactionStatus
) -> None:
    assert put(world, f"{BASE}/{made.payment_id}/status/{stands}").status_int == 200
    link = started(world, made.payment_id, CANCELLATION)

    named = put(world, f"{BASE}/authorisation/{link}/psu-data", {"psuId": PSU_ID})
    assert named.status_int == 200


@pytest.mark.parametrize(
    "stands, told, taken",
    [
        ("RCVD", "RCVD", True),  # no news
        ("RCVD", "PATC", True),
        ("PATC", "PATC", True),
        ("ACTC", "PATC", True),  # checked, and then one of several has authorised
        ("PATC", "RCVD", False),
        ("ACTC", "RCVD", False),
        ("ACSP", "RCVD", False),
        ("ACSP", "PATC", False),  # nobody has to authorise what is under way
        ("ACSP", "ACCP", True),  # which step of the bank's comes first is the bank's own matter
    ],
)
def test_what_has_been_authorised_does_not_await_it_again(
    world: World, made: Made, stands: str, told: str, *, taken: bool
) -> None:
    below = f"{BASE}/{made.payment_id}/status"
    assert put(world, f"{below}/{stands}").status_int == 200
    answer = put(world, f"{below}/{told}")

    stored = world.house.parts.payments.find(made.payment_id, "UNDEFINED").status
    assert (answer.status_int, stored) == ((200, told) if taken else (400, stands))


@pytest.mark.parametrize("stands", [each for each in ScaStatus if each != "received"])
def test_an_authorisation_does_not_begin_again(world: World, made: Made, stands: ScaStatus) -> None:
    below = f"{BASE}/{made.payment_id}/authorisation/{made.authorisation_id}/status"
    assert put(world, f"{below}/{stands}").status_int == 200
    answer = put(world, f"{below}/received", {"authenticationMethodId": "sms"})

    assert answer.status_int == 400
    found = world.house.parts.authorisations.find(made.authorisation_id, "UNDEFINED")
    assert (found.status, found.authentication_method_id) == (stands, None)


def test_what_the_bank_is_executing_is_not_moved(open_house: OpenHouse, pisp: str) -> None:
    """Else its PSU has failed to authorise what the bank accepts a moment later."""
    common = {"authorisationConfirmationRequestMandated": True}
    world = open_house(common=common | {"authorisationConfirmationCheckByXs2a": True})
    tpp = TppClient(world, pisp)
    made = tpp.initiated(headers={"PSU-ID": PSU_ID})
    below = f"{BASE}/{made.payment_id}"
    at = f"{below}/authorisation/{made.authorisation_id}/status"
    assert put(world, f"{at}/unconfirmed", {"authenticationData": "code"}).status_int == 200
    answers: list[Any] = []

    def tells(_: BankState, call: str) -> None:
        if call == "execute_payment":
            answers.extend(put(world, path) for path in (f"{at}/failed", f"{below}/status/ACSP"))

    world.bank.notes = tells
    confirmed = tpp.call(
        "PUT", made.authorisation_path, {"PSU-ID": None}, b'{"confirmationCode":"code"}'
    )

    assert [each.status_int for each in answers] == [409, 409]
    assert confirmed.json["scaStatus"] == "finalised"
    payment = world.house.parts.payments.find(made.payment_id, "UNDEFINED")
    found = world.house.parts.authorisations.find(made.authorisation_id, "UNDEFINED")
    assert (payment.status, found.status) == ("ACCP", "finalised")

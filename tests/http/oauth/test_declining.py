"""Who tells the TPP `access_denied`: nobody who has paid, or still can (RFC 6749, 4.1.2.1)."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from cms.domain.statuses import Cause, ScaStatus, TransactionStatus
from spi.answers import Done
from spi.types import Initiated
from tests.houses import ISSUER
from tests.http.conftest import OpenHouse
from tests.http.oauth.acting import INTEGRATED, Actors, address_on, outcome, query_of
from tests.http.xs2a.sending import cancel
from tests.tpps import PSU_ID, Made, TppClient

A_DAY = timedelta(days=1)  # the life of an authorisation in the tests' profile
MANDATED = {**INTEGRATED, "authorisationConfirmationRequestMandated": True}
UNCONFIRMED = ("psuAuthenticated", "scaMethodSelected", "unconfirmed")


def asked(actors: Actors) -> tuple[Made, str]:
    """A payment, and the bad way back."""
    made = actors.tpp.initiated()
    actors.ask(f"PIS:{made.payment_id}")
    return made, actors.ways_back(made)[1]


# How far the PSU has come, and what is told of the payment -> the page at the bad way back.
@pytest.mark.parametrize(
    "statuses, payment_status, page",
    [
        ((), None, 200),
        (("psuIdentified",), None, 200),
        (("psuAuthenticated",), None, 409),
        (("psuAuthenticated", "scaMethodSelected"), None, 409),
        (("psuAuthenticated", "failed"), None, 200),
        (("psuAuthenticated", "failed"), "RJCT", 200),
        (("psuAuthenticated", "scaMethodSelected", "unconfirmed"), None, 410),
        (("psuAuthenticated", "scaMethodSelected", "finalised"), None, 410),
        (("psuAuthenticated", "scaMethodSelected", "finalised"), "ACSP", 410),
        (("psuAuthenticated", "scaMethodSelected", "finalised"), "PATC", 410),
        (("psuAuthenticated", "scaMethodSelected", "finalised"), "RJCT", 200),  # by the bank
        (("exempted",), "ACSP", 410),
    ],
)
def test_what_is_declined(
    integrated: Actors, statuses: tuple[str, ...], payment_status: str | None, page: int
) -> None:
    made, nok = asked(integrated)
    if statuses:
        integrated.authorise(made, *statuses)
    if payment_status:
        told = f"/psu-api/v1/payment/{made.payment_id}/status/{payment_status}"
        integrated.world.cms.put(told)
    answer = integrated.come_back(nok)

    assert answer.status_int == page
    if page == 200:
        assert query_of(address_on(answer))["error"] == "access_denied"


@pytest.mark.parametrize("statuses", [(), ("psuIdentified",)])
def test_what_is_declined_is_never_paid(integrated: Actors, statuses: tuple[str, ...]) -> None:
    made, nok = asked(integrated)
    if statuses:
        integrated.authorise(made, *statuses)
    integrated.come_back(nok)

    found = integrated.world.house.parts.authorisations.find(made.authorisation_id, "UNDEFINED")
    assert (found.status, found.status_cause) == (ScaStatus.FAILED, Cause.ACCESS_DECLINED)
    late = f"/psu-api/v1/payment/authorisation/{made.authorisation_id}/psu-data"
    assert integrated.world.cms.put_json(late, {"psuId": PSU_ID}, status="*").status_int == 400


def test_who_goes_back_halfway_leaves_all_as_it_is(integrated: Actors) -> None:
    """Somebody else with the link, as it may be: whoever has logged in declines at the bank."""
    made, nok = asked(integrated)
    ok, _ = integrated.ways_back(made)
    integrated.authorise(made, "psuAuthenticated")
    integrated.come_back(nok)
    integrated.authorise(made, "psuAuthenticated", "scaMethodSelected", "finalised")

    assert "code" in query_of(address_on(integrated.come_back(ok)))


def test_what_comes_before_any_payment_is_declined_at_the_bank_alone(pre_step: Actors) -> None:
    """Its id stands in the address of the bank's page, which anybody may have opened."""
    request_id = pre_step.request_id()
    before = pre_step.world.everything()
    assert pre_step.come_back(f"{ISSUER}/oauth/declined/{request_id}").status_int == 404
    assert pre_step.world.everything() == before

    path = f"/psu-api/v1/oauth/access-requests/{request_id}/declined"
    told = query_of(pre_step.world.cms.put(path).json["redirectUri"])
    assert told["error"] == "access_denied"


def test_the_bank_declines_for_the_psu_by_the_same_rule(integrated: Actors) -> None:
    made, nok = asked(integrated)
    integrated.authorise(made)
    path = f"/psu-api/v1/oauth/access-requests/{nok.rpartition('/')[2]}/declined"

    assert integrated.world.cms.put(path, status="*").status_int == 409


def told(actors: Actors, made: Made, status: str) -> None:
    """The online banking says what became of the payment."""
    actors.world.cms.put(f"/psu-api/v1/payment/{made.payment_id}/status/{status}")


# What the bank makes of the payment that the PSU has authorised by the second of two authorisations
# -> the page at the bad way back of the first, and what asking for the payment comes to.
@pytest.mark.parametrize(
    "status, page",
    [(None, 410), ("PDNG", 410), ("ACCP", 410), ("ACSP", 410), ("ACSC", 410), ("RJCT", 200)],
)
def test_what_another_authorisation_has_paid_is_not_declined(
    integrated: Actors, status: str | None, page: int
) -> None:
    made, nok = asked(integrated)
    again = integrated.begin(made)
    integrated.authorise(again)
    if status:
        told(integrated, made, status)
    if page == 410:
        assert outcome(integrated.ask(f"PIS:{made.payment_id}")) == "303 invalid_scope"
    answer = integrated.come_back(nok)

    assert answer.status_int == page
    if page == 200:
        assert query_of(address_on(answer))["error"] == "access_denied"


def test_nor_where_the_first_one_has_failed_by_then(integrated: Actors) -> None:
    made, nok = asked(integrated)
    again = integrated.begin(made)
    integrated.authorise(made, "psuAuthenticated", "failed")
    integrated.authorise(again)

    assert integrated.come_back(nok).status_int == 410


def test_of_several_psus_each_declines_for_itself(open_house: OpenHouse, pisp: str) -> None:
    actors = Actors(TppClient(open_house(common=dict(INTEGRATED)), pisp))
    actors.world.bank.initiated = Done(Initiated(TransactionStatus.RCVD, multilevel=True))
    first = actors.tpp.initiated()
    one = actors.begin(first)
    other = actors.begin(first)
    assert outcome(actors.ask(f"PIS:{first.payment_id}")) == "303 on"
    _, nok = actors.ways_back(other)
    actors.authorise(one)
    told(actors, first, "PATC")

    assert query_of(address_on(actors.come_back(nok)))["error"] == "access_denied"


def fails(actors: Actors, made: Made) -> None:
    actors.authorise(made, "failed")


def is_cancelled(actors: Actors, made: Made) -> None:
    assert cancel(actors.tpp, made).status_int == 204


def is_too_late(actors: Actors, _made: Made) -> None:
    actors.world.clock.advance(A_DAY)


# What becomes of the authorisation after the PSU's part, before its browser has come back.
@pytest.mark.parametrize("ends", [fails, is_cancelled, is_too_late])
def test_by_the_good_way_back_the_tpp_hears_of_a_failure_too(
    open_house: OpenHouse, pisp: str, ends: Callable[[Actors, Made], None]
) -> None:
    actors = Actors(TppClient(open_house(common=MANDATED), pisp))
    made = actors.tpp.initiated()
    actors.ask(f"PIS:{made.payment_id}")
    ok, nok = actors.ways_back(made)
    actors.authorise(made, *UNCONFIRMED)
    ends(actors, made)
    page = actors.come_back(f"{ok}?confirmationCode=1234")

    assert "You have agreed" not in page.text
    assert query_of(address_on(page))["error"] == "access_denied"
    assert [actors.come_back(each).status_int for each in (ok, nok)] == [410, 410]
    found = actors.world.house.parts.authorisations.find(made.authorisation_id, "UNDEFINED")
    assert found.status is ScaStatus.FAILED

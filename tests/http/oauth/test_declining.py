"""Who tells the TPP `access_denied`: nobody who has paid, or still can (RFC 6749, 4.1.2.1)."""

import pytest

from cms.domain.statuses import Cause, ScaStatus
from tests.houses import ISSUER
from tests.http.oauth.acting import Actors, address_on, query_of
from tests.tpps import PSU_ID, Made


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

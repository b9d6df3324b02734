"""psu-api: a PSU cancels a payment in the online banking (C1, C3; spec 2.2)."""

from typing import Any

import pytest

from cms.domain.payment import RedirectUris
from cms.domain.statuses import ScaStatus
from tests.houses import World
from tests.http.cms.authorising import CANCELLATION, CREATION, TEN_MINUTES, started
from tests.http.conftest import OpenHouse
from tests.tpps import NOK_URI, OK_URI, PAYMENT, PSU_ID, Made, TppClient

BASE = "/psu-api/v1/payment"
PSU = {"psu-id": PSU_ID}
UNKNOWN_ID = "00000000-0000-4000-8000-000000000000"
WEIRD = (UNKNOWN_ID, "x", "%00", "x" * 300, "%C3%A4", "' OR 1=1--", "%ff", " ", "redirect")


@pytest.fixture
def made(tpp: TppClient) -> Made:
    """A payment that its PSU has authorised."""
    made = tpp.initiated(headers={"PSU-ID": PSU_ID})
    below = f"{BASE}/{made.payment_id}"
    for path in (
        f"{below}/authorisation/{made.authorisation_id}/status/finalised",
        f"{below}/status/ACSP",
    ):
        assert call(tpp.world, "PUT", path, PSU).status_int == 200
    return made


@pytest.fixture
def cancelling(world: World, made: Made) -> str:
    """The authorisation of its cancellation."""
    return started(world, made.payment_id, CANCELLATION, psu_id=PSU_ID)


def call(
    world: World, method: str, path: str, headers: dict[str, str] | None = None, body: Any = None
) -> Any:
    if method == "GET":
        return world.cms.get(path.replace(" ", "%20"), headers=headers or {}, status="*")
    return world.cms.put_json(path, body or {}, headers=headers or {}, status="*")


def routes(payment_id: str, authorisation_id: str) -> dict[str, str]:
    """Every read of this file for these ids."""
    return {
        "redirect": f"{BASE}/cancellation/redirect/{authorisation_id}",
        "payment": f"{BASE}/cancellation/{payment_id}",
        "psus": f"{BASE}/{payment_id}/authorisation/psus",
    }


ROUTES = tuple(routes("", ""))


def test_a_link_leads_to_what_is_to_be_cancelled(world: World, made: Made, cancelling: str) -> None:
    answer = call(world, "GET", f"{BASE}/cancellation/redirect/{cancelling}")

    shown = answer.json
    payment = shown.pop("payment")
    assert answer.status_int == 200
    assert shown == {
        "authorisationId": cancelling,
        "tppOkRedirectUri": OK_URI,
        "tppNokRedirectUri": NOK_URI,
    }
    assert PAYMENT.items() <= payment.items()
    assert (payment["paymentId"], payment["transactionStatus"]) == (made.payment_id, "ACSP")


def test_each_kind_of_link_has_its_own_page(world: World, made: Made, cancelling: str) -> None:
    pages = {CREATION: f"{BASE}/redirect", CANCELLATION: f"{BASE}/cancellation/redirect"}
    for kind, link in ((CREATION, made.authorisation_id), (CANCELLATION, cancelling)):
        for page_of, page in pages.items():
            status = call(world, "GET", f"{page}/{link}").status_int
            # The payment's own authorisation is finalised, and can be looked at all the same.
            assert status == (200 if kind is page_of else 404), (kind, page_of)


@pytest.mark.parametrize("status", [each for each in ScaStatus if each != "received"])
def test_a_cancellation_is_shown_until_it_is_decided(
    world: World, made: Made, cancelling: str, status: ScaStatus
) -> None:
    told = f"{BASE}/{made.payment_id}/authorisation/{cancelling}/status/{status}"
    assert call(world, "PUT", told, PSU).status_int == 200

    answer = call(world, "GET", f"{BASE}/cancellation/redirect/{cancelling}")
    assert answer.status_int == (404 if status.finalised else 200)


@pytest.mark.parametrize("nok", [NOK_URI, None])
def test_an_expired_link_fails_the_cancellation_only(
    world: World, made: Made, nok: str | None
) -> None:
    back = RedirectUris(nok=nok)
    link = started(world, made.payment_id, CANCELLATION, psu_id=PSU_ID, redirect_uris=back)
    world.clock.advance(TEN_MINUTES)

    for _ in range(2):
        answer = call(world, "GET", f"{BASE}/cancellation/redirect/{link}")
        body = {"tppNokRedirectUri": nok} if nok else {}
        assert (answer.status_int, answer.json) == (408, body)
    assert world.history(link) == [("psuIdentified", "failed", "redirect_expired")]
    found = world.house.parts.payments.find(made.payment_id, "UNDEFINED")
    assert found.status == "ACSP"


def test_the_payment_is_shown_to_its_psu_only(world: World, made: Made) -> None:
    path = f"{BASE}/cancellation/{made.payment_id}"

    shown = call(world, "GET", path, PSU)
    assert (shown.status_int, shown.json["paymentId"]) == (200, made.payment_id)
    assert shown.json == call(world, "GET", f"{BASE}/{made.payment_id}", PSU).json
    for wrong in ({}, {"psu-id": ""}, {"psu-id": "max"}, {**PSU, "psu-corporate-id": "firm"}):
        assert call(world, "GET", path, wrong).status_int == 400


@pytest.mark.parametrize("strange", WEIRD)
@pytest.mark.parametrize("route", ROUTES)
def test_what_does_not_exist_is_unknown(world: World, route: str, strange: str) -> None:
    answer = call(world, "GET", routes(strange, strange)[route], PSU)

    assert (answer.status_int, set(answer.json)) == (404, {"message"})


@pytest.mark.parametrize("route", ROUTES)
def test_a_tenant_sees_its_own_only(open_house: OpenHouse, pisp: str, route: str) -> None:
    world = open_house(tenants={"one": {}, "two": {}})
    made = TppClient(world, pisp).initiated(headers={"PSU-ID": PSU_ID, "Instance-ID": "one"})
    link = started(world, made.payment_id, CANCELLATION, psu_id=PSU_ID, tenant="one")
    path = routes(made.payment_id, link)[route]

    for tenant, status in (
        ({}, 404),
        ({"instance-id": "two"}, 404),
        ({"instance-id": "a b"}, 400),
        ({"instance-id": "ONE"}, 200),
    ):
        assert call(world, "GET", path, {**PSU, **tenant}).status_int == status


@pytest.mark.parametrize("token", [None, ("Bearer", "x"), ("Basic", ("a", "b"))])
@pytest.mark.parametrize("route", ROUTES)
def test_nobody_comes_in_without_the_banks_token(
    world: World, made: Made, cancelling: str, route: str, token: Any
) -> None:
    world.cms.authorization = token
    answer = call(world, "GET", routes(made.payment_id, cancelling)[route], PSU)

    assert answer.status_int == 401


def test_whoever_cancels_does_not_join_the_payment(world: World, made: Made) -> None:
    link = started(world, made.payment_id, CANCELLATION)
    named = call(world, "PUT", f"{BASE}/authorisation/{link}/psu-data", body={"psuId": "g.manager"})
    told = call(
        world,
        "PUT",
        f"{BASE}/{made.payment_id}/authorisation/{link}/status/psuAuthenticated",
        {"psu-id": "g.manager"},
    )

    assert (named.status_int, told.status_int) == (200, 400)
    assert world.rows()["payment_psus"] == 1
    shown = call(world, "GET", f"{BASE}/authorisation/{link}").json
    assert (shown["psuId"], shown["type"]) == ("g.manager", "PIS_CANCELLATION")


def test_a_cancelled_payment_is_told(
    world: World, tpp: TppClient, made: Made, cancelling: str
) -> None:
    below = f"{BASE}/{made.payment_id}"
    for path in (f"{below}/authorisation/{cancelling}/status/finalised", f"{below}/status/CANC"):
        assert call(world, "PUT", path, PSU).status_int == 200

    assert tpp.get(made.status_path).json["transactionStatus"] == "CANC"
    assert call(world, "PUT", f"{below}/status/ACSC", PSU).status_int == 400


# The PSUs of a payment: who, by which authorisation, how far.


def test_everybody_who_authorises_is_listed(world: World, made: Made, cancelling: str) -> None:
    nobody = started(world, made.payment_id, CANCELLATION)
    answer = call(world, "GET", f"{BASE}/{made.payment_id}/authorisation/psus")

    rows = [
        (PSU_ID, made.authorisation_id, "finalised", "PIS_CREATION"),
        (PSU_ID, cancelling, "psuIdentified", "PIS_CANCELLATION"),
        (None, nobody, "received", "PIS_CANCELLATION"),
    ]
    assert answer.status_int == 200
    assert answer.json == [
        {
            **({"psuId": psu_id} if psu_id else {}),
            "authorisationId": authorisation_id,
            "scaStatus": status,
            "type": kind,
        }
        for psu_id, authorisation_id, status, kind in rows
    ]


@pytest.mark.parametrize(
    "query, shown",
    [
        ("", [0, 1, 2]),
        ("?pageIndex=&itemsPerPage= ", [0, 1, 2]),
        ("?itemsPerPage=2", [0, 1]),
        ("?pageIndex=1&itemsPerPage=2", [2]),
        ("?pageIndex=2&itemsPerPage=2", []),
        ("?pageIndex=0", [0, 1, 2]),
        ("?pageIndex=1", []),
        ("?pageIndex=-1&itemsPerPage=1", [0]),
        ("?itemsPerPage=0", [0, 1, 2]),
        ("?itemsPerPage=-5", [0, 1, 2]),
        ("?pageIndex=999999999&itemsPerPage=999999999", []),
    ],
)
def test_the_list_comes_in_pages(
    world: World, made: Made, cancelling: str, query: str, shown: list[int]
) -> None:
    ids = [made.authorisation_id, cancelling, started(world, made.payment_id, CANCELLATION)]
    path = f"{BASE}/{made.payment_id}/authorisation/psus{query}"
    answer = call(world, "GET", path)

    assert [row["authorisationId"] for row in answer.json] == [ids[place] for place in shown]


@pytest.mark.parametrize("name", ["pageIndex", "itemsPerPage"])
@pytest.mark.parametrize("sent", ["x", "1.5", "--1", "%C2%B2", "9" * 10, "%00", "1_0"])
def test_a_page_is_named_by_numbers(world: World, made: Made, name: str, sent: str) -> None:
    answer = call(world, "GET", f"{BASE}/{made.payment_id}/authorisation/psus?{name}={sent}")

    assert (answer.status_int, answer.json["path"]) == (400, name)

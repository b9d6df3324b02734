"""Start of an authorisation, with the payment or by a call of its own (spec 9-11, 16.1, 16.2)."""

from typing import Any

import pytest

from cms.domain.statuses import TransactionStatus
from spi.answers import Done
from spi.types import Initiated
from tests.http.conftest import OpenHouse
from tests.http.xs2a.sending import (
    APPROACHES,
    BASE,
    OAUTH_SERVER,
    hrefs,
    path_of,
    start,
)
from tests.tpps import PSU_ID, Headers, TppClient, refusal

NAMED = {"PSU-ID": PSU_ID}
PASSWORD = {"psuData": {"password": "12345"}}
WITH_CONFIRMATION = {"authorisationConfirmationRequestMandated": True}
FINALISED = [status for status in TransactionStatus if status.finalised]

# Approach -> links of an authorisation beside `scaStatus`; those of the bank's pages in capitals.
OWN_LINKS = {
    "REDIRECT": {"scaRedirect"},
    "OAUTH": {"scaOAuth"},
    "EMBEDDED": {"updatePsuAuthentication"},
    "DECOUPLED": set(),
}
START_LINKS = {
    "REDIRECT": "startAuthorisation",
    "OAUTH": "startAuthorisation",
    "EMBEDDED": "startAuthorisationWithPsuAuthentication",
    "DECOUPLED": "startAuthorisation",
}
PSU_LEAVES = {"REDIRECT", "OAUTH"}
WIRE = {"OAUTH": "REDIRECT"}


def open_tpp(open_house: OpenHouse, pisp: str, approach: str, **common: Any) -> TppClient:
    return TppClient(open_house(common=APPROACHES[approach] | common), pisp)


def offered(approach: str, common: dict[str, Any]) -> set[str]:
    """Names of the links of an authorisation that was just started for a named PSU."""
    confirmation = {"confirmation"} if common and approach in PSU_LEAVES else set()
    return OWN_LINKS[approach] | {"scaStatus"} | confirmation


@pytest.mark.parametrize("approach", APPROACHES)
@pytest.mark.parametrize("common", [{}, WITH_CONFIRMATION], ids=["", "confirmation"])
def test_an_implicit_start_comes_with_the_payment(
    open_house: OpenHouse, pisp: str, approach: str, common: dict[str, Any]
) -> None:
    tpp = open_tpp(open_house, pisp, approach, startAuthorisationMode="implicit", **common)
    made = tpp.initiated(headers=NAMED)

    assert set(hrefs(made.answer)) == offered(approach, common) | {"self", "status"}
    assert made.answer.json["scaStatus"] == "psuIdentified"
    assert made.answer.headers["Aspsp-Sca-Approach"] == WIRE.get(approach, approach)
    own = {name: href for name, href in hrefs(made.answer).items() if href.startswith(BASE)}
    assert set(own.values()) == {
        BASE + made.path,
        BASE + made.status_path,
        BASE + made.authorisation_path,
    }


@pytest.mark.parametrize("approach", APPROACHES)
@pytest.mark.parametrize("common", [{}, WITH_CONFIRMATION], ids=["", "confirmation"])
def test_an_explicit_start_is_the_tpps(
    open_house: OpenHouse, pisp: str, approach: str, common: dict[str, Any]
) -> None:
    tpp = open_tpp(open_house, pisp, approach, startAuthorisationMode="explicit", **common)
    made = tpp.initiated(headers=NAMED)

    assert set(hrefs(made.answer)) == {"self", "status", START_LINKS[approach]}
    assert hrefs(made.answer)[START_LINKS[approach]] == BASE + made.authorisations
    assert "scaStatus" not in made.answer.json
    assert "Aspsp-Sca-Approach" not in made.answer.headers
    assert tpp.get(made.authorisations).json == {"authorisationIds": []}

    started = start(tpp, made)
    authorisation_id = started.json["authorisationId"]
    assert started.status_int == 201
    assert set(started.json) == {"scaStatus", "authorisationId", "_links"}
    assert started.json["scaStatus"] == "psuIdentified"  # the payment's PSU
    assert set(hrefs(started)) == offered(approach, common)
    assert started.headers["Aspsp-Sca-Approach"] == WIRE.get(approach, approach)
    assert started.headers["Location"] == f"{BASE}{made.authorisations}/{authorisation_id}"
    assert path_of(started) == f"{made.authorisations}/{authorisation_id}"
    assert tpp.get(made.authorisations).json == {"authorisationIds": [authorisation_id]}
    assert tpp.get(path_of(started)).json == {"scaStatus": "psuIdentified"}


def test_a_psu_that_is_not_known_may_be_named_later(open_house: OpenHouse, pisp: str) -> None:
    tpp = open_tpp(open_house, pisp, "EMBEDDED")
    made = tpp.initiated()

    assert made.answer.json["scaStatus"] == "received"
    later = {"updatePsuIdentification", "updatePsuAuthentication"}
    assert set(hrefs(made.answer)) == {"self", "status", "scaStatus"} | later


def test_the_link_of_oauth_leads_to_the_server(open_house: OpenHouse, pisp: str) -> None:
    tpp = open_tpp(open_house, pisp, "OAUTH", oauthConfigurationUrl=OAUTH_SERVER + "?{redirect-id}")
    made = tpp.initiated()

    assert hrefs(made.answer)["scaOAuth"] == f"{OAUTH_SERVER}?{made.authorisation_id}"


# startAuthorisationMode, several PSUs, TPP-Explicit-Authorisation-Preferred, baskets; the link
@pytest.mark.parametrize(
    "mode, multilevel, preferred, baskets, link",
    [
        ("auto", False, None, False, "scaStatus"),
        ("auto", False, "true", False, "scaStatus"),
        ("auto", False, "false", True, "scaStatus"),
        ("auto", False, "yes", True, "scaStatus"),
        ("auto", False, "TRUE", True, "startAuthorisation"),
        ("auto", True, None, False, "startAuthorisationWithPsuAuthentication"),
        ("explicit", False, None, False, "startAuthorisationWithPsuAuthentication"),
        ("explicit", False, "true", True, "startAuthorisation"),
        ("implicit", True, "true", True, "scaStatus"),
    ],
)
def test_who_starts_the_authorisation(
    open_house: OpenHouse,
    pisp: str,
    mode: str,
    *,
    multilevel: bool,
    preferred: str | None,
    baskets: bool,
    link: str,
) -> None:
    common = APPROACHES["EMBEDDED"] | {"startAuthorisationMode": mode}
    world = open_house(common=common, sb={"signingBasketSupported": baskets})
    world.bank.initiated = Done(Initiated(TransactionStatus.RCVD, multilevel=multilevel))
    made = TppClient(world, pisp).initiated(
        headers={"TPP-Explicit-Authorisation-Preferred": preferred}
    )

    assert link in hrefs(made.answer)
    assert ("scaStatus" in hrefs(made.answer)) is (link == "scaStatus")


# offered by the bank; redirect and decoupled preferred; the approach (spec 9)
@pytest.mark.parametrize(
    "offers, redirect, decoupled, approach",
    [
        ("ERD", None, None, "EMBEDDED"),
        ("ERD", "true", None, "REDIRECT"),
        ("ERD", "yes", None, "EMBEDDED"),
        ("ERD", None, "true", "DECOUPLED"),
        ("ERD", "true", "true", "REDIRECT"),
        ("ERD", "false", "false", "EMBEDDED"),
        ("RE", "false", None, "EMBEDDED"),
        ("RE", "", None, "REDIRECT"),
        ("RE", None, "false", "REDIRECT"),
        ("DE", None, "false", "EMBEDDED"),
        ("R", "false", None, "REDIRECT"),
    ],
)
def test_the_approach_is_chosen_by_each_request(
    open_house: OpenHouse,
    pisp: str,
    offers: str,
    *,
    redirect: str | None,
    decoupled: str | None,
    approach: str,
) -> None:
    names = {"E": "EMBEDDED", "R": "REDIRECT", "D": "DECOUPLED"}
    common = {"scaApproachesSupported": [names[letter] for letter in offers]}
    tpp = TppClient(open_house(common=common), pisp)
    wishes = {"TPP-Redirect-Preferred": redirect, "TPP-Decoupled-Preferred": decoupled, **NAMED}
    made = tpp.initiated(headers=wishes)

    assert made.answer.headers["Aspsp-Sca-Approach"] == approach
    assert start(tpp, made, headers=wishes).headers["Aspsp-Sca-Approach"] == approach
    first = start(tpp, made, headers=NAMED).headers["Aspsp-Sca-Approach"]
    assert first == names[offers[0]]


@pytest.mark.parametrize(
    "profile, wishes, status",
    [
        ({}, {}, 400),
        ({"scaApproachesSupported": ["EMBEDDED"]}, {}, 201),
        ({"scaApproachesSupported": ["EMBEDDED", "REDIRECT"]}, {}, 201),
        (
            {"scaApproachesSupported": ["EMBEDDED", "REDIRECT"]},
            {"TPP-Redirect-Preferred": "true"},
            400,
        ),
        (
            {"scaApproachesSupported": ["REDIRECT", "EMBEDDED"]},
            {"TPP-Redirect-Preferred": "false"},
            201,
        ),
        (APPROACHES["OAUTH"], {}, 201),
    ],
)
def test_the_way_back_is_needed_where_the_psu_leaves_by_a_link(
    open_house: OpenHouse, pisp: str, profile: dict[str, Any], wishes: Headers, *, status: int
) -> None:
    tpp = TppClient(open_house(common=profile), pisp)
    answer = tpp.post(headers={"TPP-Redirect-URI": None, "TPP-Nok-Redirect-URI": None, **wishes})

    assert answer.status_int == status
    if status == 400:
        assert refusal(answer) == (400, [("FORMAT_ERROR", "tpp-redirect-uri")])
        made = tpp.initiated(headers=wishes)  # a start of its own has the payment's way back
        assert start(tpp, made, headers={"TPP-Redirect-URI": None}).status_int == 201

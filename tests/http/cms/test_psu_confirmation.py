"""psu-api: the confirmation code, and several PSUs who authorise one payment (A10, A11)."""

import logging
from typing import Any

import pytest

from cms.domain import errors
from cms.domain.approach import Approach
from cms.domain.authorisation import AuthorisationKind
from cms.domain.confirmation import code_is_right
from cms.domain.errors import KeptBefore, Refusal
from cms.domain.statuses import ScaStatus
from cms.http.errors import HTTP_STATUS_FOR_REFUSAL
from tests.houses import World
from tests.http.cms.authorising import CANCELLATION, CREATION, TEN_MINUTES, started
from tests.tpps import NOK_URI, PSU_ID, Made, TppClient

BASE = "/psu-api/v1/payment"
PSU = {"psu-id": PSU_ID}
CODE = "secret-827361"


@pytest.fixture
def made(tpp: TppClient) -> Made:
    """A payment of a PSU that the TPP has named."""
    return tpp.initiated(headers={"PSU-ID": PSU_ID})


def told(
    world: World, made: Made, status: str, body: Any, authorisation_id: str | None = None
) -> Any:
    below = f"{BASE}/{made.payment_id}/authorisation/{authorisation_id or made.authorisation_id}"
    return world.cms.put_json(f"{below}/status/{status}", body, headers=PSU, status="*")


def code_hash(world: World, authorisation_id: str) -> str | None:
    found = world.house.parts.authorisations.find(authorisation_id, "UNDEFINED")
    return found.confirmation_code_hash


@pytest.mark.parametrize("status", [each for each in ScaStatus if each != "received"])
def test_the_code_counts_with_unconfirmed_only(world: World, made: Made, status: ScaStatus) -> None:
    answer = told(world, made, status, {"authenticationData": CODE})

    assert (answer.status_int, answer.body) == (200, b"")
    kept = code_hash(world, made.authorisation_id)
    if status is ScaStatus.UNCONFIRMED:
        assert code_is_right(made.authorisation_id, CODE, kept)
    else:
        assert kept is None


def test_a_cancellation_is_confirmed_too(world: World, made: Made) -> None:
    link = started(world, made.payment_id, CANCELLATION, psu_id=PSU_ID)

    assert told(world, made, "unconfirmed", {"authenticationData": CODE}, link).status_int == 200
    assert code_is_right(link, CODE, code_hash(world, link))
    assert code_hash(world, made.authorisation_id) is None


def test_the_newest_code_counts(world: World, made: Made) -> None:
    for code in ("first", "second"):
        assert told(world, made, "unconfirmed", {"authenticationData": code}).status_int == 200
    told(world, made, "unconfirmed", {})  # said again without a code, nothing changes

    kept = code_hash(world, made.authorisation_id)
    assert [code_is_right(made.authorisation_id, c, kept) for c in ("first", "second")] == [
        False,
        True,
    ]


@pytest.mark.parametrize("body", [{}, {"authenticationData": None}, {"authenticationData": ""}])
def test_a_bank_may_keep_its_code_to_itself(world: World, made: Made, body: Any) -> None:
    assert told(world, made, "unconfirmed", body).status_int == 200
    assert code_hash(world, made.authorisation_id) is None


@pytest.mark.parametrize(
    "sent", [827361, [CODE], {"code": CODE}, CODE + "\n", CODE + "\u0000", CODE + "x" * 256]
)
def test_the_code_must_be_a_text(world: World, made: Made, sent: Any) -> None:
    answer = told(world, made, "unconfirmed", {"authenticationData": sent})

    assert (answer.status_int, answer.json["path"]) == (400, "authenticationData")
    assert "827361" not in answer.text
    assert world.rows()["moves"] == 0


@pytest.mark.parametrize("status", ["unconfirmed", "finalised", "nonsense"])
def test_a_code_is_never_shown_kept_or_logged(
    world: World, made: Made, status: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    answers = [
        told(world, made, status, {"authenticationData": CODE}),
        world.cms.get(f"{BASE}/authorisation/{made.authorisation_id}"),
        world.cms.get(f"{BASE}/{made.payment_id}/authorisation/psus"),
        world.cms.get(f"{BASE}/redirect/{made.authorisation_id}"),
    ]

    kept = code_hash(world, made.authorisation_id) or CODE
    for answer in answers:
        assert CODE not in answer.text
        assert kept not in answer.text
    everything = repr(world.everything())
    assert CODE not in everything
    assert CODE not in caplog.text


def test_integrated_oauth_travels_as_redirect(world: World, made: Made) -> None:
    for approach in Approach:
        link = started(world, made.payment_id, CREATION, sca_approach=approach)
        shown = world.cms.get(f"{BASE}/authorisation/{link}").json["scaApproach"]
        assert shown == ("REDIRECT" if approach is Approach.OAUTH else approach.value)


def test_a_second_psu_may_have_to_authorise(world: World, tpp: TppClient, made: Made) -> None:
    assert told(world, made, "finalised", {}).status_int == 200
    below = f"{BASE}/{made.payment_id}"
    assert world.cms.put(f"{below}/status/PATC").status_int == 200
    assert tpp.get(made.status_path).json["transactionStatus"] == "PATC"

    second = started(world, made.payment_id, CREATION, psu_id="g.manager")
    manager = {"psu-id": "g.manager"}
    named = f"{BASE}/authorisation/{second}/psu-data"
    assert world.cms.put_json(named, {"psuId": "g.manager"}).status_int == 200
    path = f"{below}/authorisation/{second}/status/finalised"
    assert world.cms.put(path, headers=manager).status_int == 200
    assert world.cms.put(f"{below}/status/ACSP").status_int == 200
    assert [row["scaStatus"] for row in world.cms.get(f"{below}/authorisation/psus").json] == [
        "finalised",
        "finalised",
    ]


def test_who_has_authorised_cannot_do_so_again(world: World, made: Made) -> None:
    assert told(world, made, "finalised", {}).status_int == 200
    second = started(world, made.payment_id, CREATION)
    path = f"{BASE}/authorisation/{second}/psu-data"

    assert world.cms.put_json(path, {"psuId": PSU_ID}, status="*").status_int == 400
    assert world.cms.put_json(path, {"psuId": "g.manager"}, status="*").status_int == 200


def test_the_same_psu_on_a_newer_way_ends_the_older_one(world: World, made: Made) -> None:
    second = started(world, made.payment_id, CREATION)
    path = f"{BASE}/authorisation/{second}/psu-data"

    assert world.cms.put_json(path, {"psuId": PSU_ID}).status_int == 200
    assert world.history(made.authorisation_id) == [("psuIdentified", "failed", "superseded")]
    gone = world.cms.get(f"{BASE}/redirect/{made.authorisation_id}", status="*")
    assert gone.status_int == 408


@pytest.mark.parametrize("kind, page", [(CREATION, ""), (CANCELLATION, "/cancellation")])
@pytest.mark.parametrize(
    "status, becomes",
    [
        ("scaMethodSelected", "failed"),
        ("unconfirmed", "unconfirmed"),  # the PSU has done its part: the TPP may confirm yet
        ("finalised", "finalised"),
    ],
)
def test_who_comes_back_too_late_spoils_nothing(
    world: World, made: Made, kind: AuthorisationKind, page: str, status: str, becomes: str
) -> None:
    link = started(world, made.payment_id, kind, psu_id=PSU_ID)
    assert told(world, made, status, {}, link).status_int == 200
    world.clock.advance(TEN_MINUTES)
    answer = world.cms.get(f"{BASE}{page}/redirect/{link}", status="*")

    assert (answer.status_int, answer.json) == (408, {"tppNokRedirectUri": NOK_URI})
    found = world.house.parts.authorisations.find(link, "UNDEFINED")
    assert found.status == becomes


def test_every_refusal_has_its_answer() -> None:
    named = {
        each
        for each in vars(errors).values()
        if isinstance(each, type) and issubclass(each, Refusal)
    }

    # The first is the base of all; the second is for the TPP's side alone.
    assert named - {Refusal, KeptBefore} <= HTTP_STATUS_FOR_REFUSAL.keys()
    assert set(HTTP_STATUS_FOR_REFUSAL.values()) <= {400, 404, 408, 409, 503}

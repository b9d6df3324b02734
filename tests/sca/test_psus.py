"""Whose authorisation it is: PSU matching (spec 21, A4), several PSUs (A10), one way each (A11)."""

from typing import Any

import pytest

from cms.domain.authorisation import AuthorisationKind
from cms.domain.statuses import ScaStatus, TransactionStatus
from spi.answers import Done
from spi.types import Authenticated, CancellationBegun, Initiated, Outcome, PaymentStatusReport
from tests.houses import EMAIL, SMS
from tests.sca.driving import (
    CANCELLATION,
    CREATION,
    METHOD,
    NOTHING,
    PASSWORD,
    SEGMENTS,
    TAN,
    TENANT,
    Driven,
    placed,
    set_status,
    start,
    told,
)
from tests.tpps import PSU_ID, Made, TppClient

HOUSE = {"common": {"scaApproachesSupported": ["EMBEDDED"], "startAuthorisationMode": "explicit"}}

A, T = ScaStatus, TransactionStatus
OTHER = "g.manager"
NOT_NAMED, NOT_THIS_ONE = "400 FORMAT_ERROR", "401 PSU_CREDENTIALS_INVALID"
KINDS = pytest.mark.parametrize("kind", [CREATION, CANCELLATION])


@KINDS
@pytest.mark.parametrize(
    "known, named, at, body, answer",
    [
        (None, None, A.RECEIVED, NOTHING, NOT_NAMED),
        (None, None, A.RECEIVED, PASSWORD, NOT_NAMED),
        (None, " ", A.RECEIVED, PASSWORD, NOT_NAMED),
        (None, PSU_ID, A.RECEIVED, NOTHING, "200"),
        (None, PSU_ID, A.RECEIVED, PASSWORD, "200"),
        (None, OTHER, A.RECEIVED, NOTHING, NOT_THIS_ONE),
        (None, OTHER, A.RECEIVED, PASSWORD, NOT_THIS_ONE),
        (PSU_ID, None, A.PSU_IDENTIFIED, PASSWORD, "200"),
        (PSU_ID, PSU_ID, A.PSU_IDENTIFIED, PASSWORD, "200"),
        (PSU_ID, OTHER, A.PSU_IDENTIFIED, PASSWORD, NOT_THIS_ONE),
        (PSU_ID, OTHER, A.PSU_AUTHENTICATED, METHOD, NOT_THIS_ONE),
        (PSU_ID, OTHER, A.SCA_METHOD_SELECTED, TAN, NOT_THIS_ONE),
        (PSU_ID, None, A.SCA_METHOD_SELECTED, TAN, "200"),
        # Before the stage and the end of the authorisation are looked at (spec 16.3).
        (PSU_ID, OTHER, A.FAILED, TAN, NOT_THIS_ONE),
        (PSU_ID, OTHER, A.PSU_IDENTIFIED, TAN, NOT_THIS_ONE),
    ],
)
def test_who_updates(
    tpp: TppClient,
    kind: AuthorisationKind,
    known: str | None,
    named: str | None,
    at: ScaStatus,
    body: Any,
    answer: str,
) -> None:
    """A4: the wrong PSU, or none, changes nothing."""
    driven = placed(tpp, at, kind=kind, psu_id=known)
    tpp.world.bank.authenticated = Done(Authenticated((SMS, EMAIL)))
    before = driven.authorisation, driven.payment
    got = driven.put(body, psu_id=named)

    assert told(got) == answer
    if answer != "200":
        assert (driven.authorisation, driven.payment) == before
        assert tpp.world.bank.asked == []
    else:
        psu = driven.authorisation.psu
        assert psu is not None
        assert psu.psu_id == PSU_ID


@pytest.mark.parametrize("header", ["PSU-ID-Type", "PSU-Corporate-ID", "PSU-Corporate-ID-Type"])
def test_all_four_members_count(tpp: TppClient, header: str) -> None:
    driven = placed(tpp, A.PSU_IDENTIFIED)
    answer = tpp.call("PUT", driven.path, {"PSU-ID": PSU_ID, header: "x"}, b"")

    assert told(answer) == NOT_THIS_ONE


@pytest.mark.parametrize(
    "initiated_by, kind, named, answer, first, whose",
    [
        (PSU_ID, CREATION, PSU_ID, "201", "psuIdentified", PSU_ID),
        (PSU_ID, CREATION, None, "201", "psuIdentified", PSU_ID),  # falls back on the payment's
        (PSU_ID, CREATION, OTHER, NOT_THIS_ONE, None, None),
        (None, CREATION, None, "201", "received", None),
        (None, CREATION, OTHER, "201", "psuIdentified", OTHER),
        (PSU_ID, CANCELLATION, PSU_ID, "201", "psuIdentified", PSU_ID),
        (PSU_ID, CANCELLATION, None, "201", "received", None),  # does not
        (PSU_ID, CANCELLATION, OTHER, NOT_THIS_ONE, None, None),
    ],
)
def test_who_starts(
    tpp: TppClient,
    initiated_by: str | None,
    kind: AuthorisationKind,
    named: str | None,
    answer: str,
    first: str | None,
    whose: str | None,
) -> None:
    made = tpp.initiated(headers={"PSU-ID": initiated_by})
    if kind is CANCELLATION:
        requested(tpp, made)
    got = start(tpp, f"{made.path}/{SEGMENTS[kind]}", headers={"PSU-ID": named})

    assert told(got) == answer
    if first is None:
        assert tpp.get(f"{made.path}/{SEGMENTS[kind]}").json == {"authorisationIds": []}
        assert "start_authorisation" not in tpp.world.bank.asked
        return
    found = Driven(tpp, made.path, kind, got.json["authorisationId"]).authorisation
    assert found.status == got.json["scaStatus"] == first
    assert (found.psu.psu_id if found.psu else None) == whose


def requested(tpp: TppClient, made: Made) -> None:
    """Its cancellation waits for a PSU."""
    set_status(tpp.world, made.payment_id, T.ACCP)
    tpp.world.bank.begun = Done(CancellationBegun(authorisation_mandated=True))
    assert tpp.call("DELETE", made.path, {"Content-Type": None}).status_int == 202


def multilevel(tpp: TppClient) -> Made:
    """A payment that several PSUs must authorise."""
    tpp.world.bank.initiated = Done(Initiated(T.RCVD, multilevel=True))
    return tpp.initiated(headers={"PSU-ID": PSU_ID})


def authorised_by(tpp: TppClient, made: Made, psu_id: str, ends: TransactionStatus) -> Driven:
    tpp.world.bank.executed = Done(Outcome(ends))
    answer = start(tpp, made.authorisations, PASSWORD | TAN, {"PSU-ID": psu_id})
    assert (told(answer), answer.json["scaStatus"]) == ("201", "finalised")
    return Driven(tpp, made.path, CREATION, answer.json["authorisationId"])


def test_two_psus_authorise_one_payment(tpp: TppClient) -> None:
    made = multilevel(tpp)
    first = authorised_by(tpp, made, PSU_ID, T.PATC)
    assert tpp.get(made.status_path).json["transactionStatus"] == "PATC"

    again = start(tpp, made.authorisations, headers={"PSU-ID": PSU_ID})
    assert told(again) == "409 STATUS_INVALID"
    second = authorised_by(tpp, made, OTHER, T.ACCP)
    assert second.stands == (A.FINALISED, T.ACCP)
    assert [psu.psu_id for psu in first.payment.psus] == [PSU_ID, OTHER]
    assert told(start(tpp, made.authorisations, headers={"PSU-ID": "sc.manager"})) == (
        "409 STATUS_INVALID"
    )
    assert len(tpp.world.bank.deeds) == 2


def test_nobody_authorises_twice_by_naming_himself_later(tpp: TppClient) -> None:
    made = multilevel(tpp)
    authorised_by(tpp, made, PSU_ID, T.PATC)
    answer = start(tpp, made.authorisations)
    assert answer.json["scaStatus"] == "received"  # no PSU is taken for granted where several are
    driven = Driven(tpp, made.path, CREATION, answer.json["authorisationId"])

    for body in (NOTHING, PASSWORD):
        assert told(driven.put(body, psu_id=PSU_ID)) == "409 STATUS_INVALID"
    assert driven.stands == (A.RECEIVED, T.PATC)


@pytest.mark.parametrize("way", ["psu-api", "aspsp-api", "read"])
def test_patc_lets_others_join_whoever_tells_it(tpp: TppClient, way: str) -> None:
    """Spec 8.2: PATC makes the payment one of several PSUs for good."""
    made = tpp.initiated(headers={"PSU-ID": PSU_ID})
    paths = {
        "psu-api": f"/psu-api/v1/payment/{made.payment_id}/status/PATC",
        "aspsp-api": f"/aspsp-api/v1/pis/transaction-status/{made.payment_id}/status/PATC",
    }
    if way == "read":
        tpp.world.bank.status = Done(PaymentStatusReport(T.PATC))
        assert tpp.get(made.status_path).json["transactionStatus"] == "PATC"
    else:
        assert tpp.world.cms.put(paths[way]).status_int == 200

    assert told(start(tpp, made.authorisations, headers={"PSU-ID": OTHER})) == "201"


@pytest.mark.parametrize("named", ["start", "update"])
def test_an_earlier_way_of_the_same_psu_is_closed(tpp: TppClient, named: str) -> None:
    """A11: also where the first was open after a password; that of another PSU stays."""
    made = multilevel(tpp)
    headers = {"PSU-ID": PSU_ID}
    ids = [
        start(tpp, made.authorisations, body, {"PSU-ID": psu}).json["authorisationId"]
        for psu, body in ((PSU_ID, PASSWORD), (OTHER, NOTHING))
    ]
    last = start(tpp, made.authorisations, headers=headers if named == "start" else {})
    newest = Driven(tpp, made.path, CREATION, last.json["authorisationId"])
    if named == "update":
        newest.put(NOTHING, psu_id=PSU_ID)

    first, other = (Driven(tpp, made.path, CREATION, each) for each in ids)
    assert (first.authorisation.status, other.authorisation.status) == (A.FAILED, A.PSU_IDENTIFIED)
    assert first.authorisation.redirect_expires_at == tpp.world.clock()
    assert told(first.put(TAN)) == "409 STATUS_INVALID"
    assert newest.authorisation.status is A.PSU_IDENTIFIED
    parts = tpp.world.house.parts
    joined = parts.payments.find(made.payment_id, TENANT).psus
    assert [psu.psu_id for psu in joined] == [PSU_ID]  # the other one is a mere claim as yet


def test_whoever_cancels_need_not_have_paid(tpp: TppClient) -> None:
    """A cancellation needs one of the payment's PSUs, and makes nobody one of them."""
    made = multilevel(tpp)
    authorised_by(tpp, made, PSU_ID, T.PATC)
    authorised_by(tpp, made, OTHER, T.ACCP)
    requested(tpp, made)
    collection = f"{made.path}/{SEGMENTS[CANCELLATION]}"

    stranger = start(tpp, collection, headers={"PSU-ID": "sc.manager"})
    assert told(stranger) == NOT_THIS_ONE
    answer = start(tpp, collection, PASSWORD | TAN, {"PSU-ID": OTHER})
    assert (told(answer), answer.json["scaStatus"]) == ("201", "finalised")
    assert tpp.get(made.status_path).json["transactionStatus"] == "CANC"

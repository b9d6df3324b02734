"""What has ended stays ended (P2 to P7): no authorisation, no update, no cancellation of it."""

from typing import Any

import pytest

from cms.domain.authorisation import AuthorisationKind
from cms.domain.statuses import ScaStatus, TransactionStatus
from spi.answers import BankCode, Done, Unknown
from spi.types import CancellationBegun, NotAuthorised, Outcome, PaymentStatusReport
from tests.houses import refused
from tests.http.cms.authorising import started
from tests.sca.driving import (
    CANCELLATION,
    CREATION,
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

HOUSE = {
    "common": {"scaApproachesSupported": ["EMBEDDED"], "startAuthorisationMode": "explicit"},
    "pis": {"paymentCancellationAuthorisationMandated": True},
}

A, T = ScaStatus, TransactionStatus
P4 = "Payment is finalised already and cannot be cancelled"
EXPIRED, NOTHING_LEFT = "403 RESOURCE_EXPIRED", "409 STATUS_INVALID"
TOO_LATE, NOT_ASKED_FOR = "400 FORMAT_ERROR", "403 FORBIDDEN"
ENDED = [T.ACSC, T.ACCC, T.RJCT, T.CANC]
SPENT = [T.PDNG, T.ACTC, T.ACCP, T.ACFC, T.ACSP, T.ACWC, T.ACWP, T.PART]


def delete(tpp: TppClient, made: Made) -> Any:
    return tpp.call("DELETE", made.path, {"Content-Type": None})


def text(answer: Any) -> str:
    told_text: str = answer.json["tppMessages"][0]["text"]
    return told_text


def standing(tpp: TppClient, status: TransactionStatus) -> Made:
    """A payment whose cancellation had been asked for before it came to this status."""
    made = tpp.initiated(headers={"PSU-ID": PSU_ID})
    set_status(tpp.world, made.payment_id, T.ACCP)
    assert delete(tpp, made).status_int == 202
    set_status(tpp.world, made.payment_id, status)
    tpp.world.bank.asked.clear()
    return made


@pytest.mark.parametrize("body", [{}, PASSWORD], ids=["start", "start-with-password"])
@pytest.mark.parametrize("status", list(T))
def test_a_start_where_there_is_nothing_to_authorise(
    tpp: TppClient, status: TransactionStatus, body: Any
) -> None:
    """P3 for the payment, P4 for its cancellation; the bank is not asked."""
    made = standing(tpp, status)
    expected = {
        CREATION: "201" if status in {T.RCVD, T.PATC} else NOTHING_LEFT,
        CANCELLATION: TOO_LATE if status.finalised else "201",
    }
    for kind, answer in expected.items():
        got = start(tpp, f"{made.path}/{SEGMENTS[kind]}", body, {"PSU-ID": PSU_ID})
        assert told(got) == answer
        if answer == TOO_LATE:
            assert text(got) == P4
        if answer != "201":
            assert tpp.get(f"{made.path}/{SEGMENTS[kind]}").json == {"authorisationIds": []}
    if set(expected.values()) <= {NOTHING_LEFT, TOO_LATE}:
        assert tpp.world.bank.asked == []


@pytest.mark.parametrize("status", ENDED)
def test_what_has_ended_is_not_cancelled(tpp: TppClient, status: TransactionStatus) -> None:
    """P4, word for word; the bank is not asked."""
    made = standing(tpp, status)
    answer = delete(tpp, made)

    assert (told(answer), text(answer)) == (TOO_LATE, P4)
    assert tpp.world.bank.asked == []


@pytest.mark.parametrize("status", [T.ACSC, T.ACCC, T.RJCT])
def test_what_the_bank_says_has_ended_is_not_cancelled(
    tpp: TppClient, status: TransactionStatus
) -> None:
    made = tpp.initiated(headers={"PSU-ID": PSU_ID})
    tpp.world.bank.begun = Done(CancellationBegun(status))
    answer = delete(tpp, made)

    assert (told(answer), text(answer)) == (TOO_LATE, P4)
    assert tpp.get(made.status_path).json["transactionStatus"] == status


@pytest.mark.parametrize("kind", [CREATION, CANCELLATION])
def test_what_ran_out_of_time_is_told_apart(tpp: TppClient, kind: AuthorisationKind) -> None:
    """P2, P8: expired, not just rejected. Its cancellation has ended with it."""
    driven = placed(tpp, A.SCA_METHOD_SELECTED, kind=kind, at=T.RCVD)
    tpp.world.clock.now = driven.payment.confirm_by
    collection = f"{driven.payment_path}/{SEGMENTS[kind]}"

    expected = EXPIRED if kind is CREATION else NOTHING_LEFT
    assert told(driven.put(TAN)) == expected
    started = start(tpp, collection, headers={"PSU-ID": PSU_ID})
    assert told(started) == (EXPIRED if kind is CREATION else TOO_LATE)
    assert driven.stands == (A.FAILED, T.RJCT)
    assert driven.read() == "failed"
    # The bank has agreed never to execute it.
    assert [proof for _, proof in tpp.world.bank.deeds] == [NotAuthorised()]


def test_a_rejection_by_the_bank_is_no_expiry(tpp: TppClient) -> None:
    made = tpp.initiated(headers={"PSU-ID": PSU_ID})
    tpp.world.bank.status = Done(PaymentStatusReport(T.RJCT))
    assert tpp.get(made.status_path).json["transactionStatus"] == "RJCT"

    assert told(start(tpp, made.authorisations)) == NOTHING_LEFT


def test_an_authorisation_ends_by_its_own_time(tpp: TppClient) -> None:
    driven = placed(tpp, A.SCA_METHOD_SELECTED)
    tpp.world.clock.now = driven.authorisation.expires_at
    confirm_by = driven.payment.confirm_by
    assert confirm_by <= tpp.world.clock.now  # both last a day by default; the payment's counts

    assert told(driven.put(TAN)) == EXPIRED


@pytest.mark.parametrize("status", [*SPENT, T.PATC])
@pytest.mark.parametrize("mandated_by_bank", [True, False])
def test_a_cancellation_is_authorised_only_when_it_was_asked_for(
    tpp: TppClient, status: TransactionStatus, *, mandated_by_bank: bool
) -> None:
    """P7; and P6: whoever mandates it, a DELETE then leads to a start."""
    made = tpp.initiated(headers={"PSU-ID": PSU_ID})
    set_status(tpp.world, made.payment_id, status)
    collection = f"{made.path}/{SEGMENTS[CANCELLATION]}"
    assert told(start(tpp, collection)) == NOT_ASKED_FOR

    tpp.world.bank.begun = Done(CancellationBegun(authorisation_mandated=mandated_by_bank))
    answer = delete(tpp, made)
    assert (told(answer), answer.json["transactionStatus"]) == ("202", status)
    assert told(start(tpp, collection)) == "201"
    assert not tpp.world.bank.deeds


def test_what_nobody_has_authorised_is_cancelled_at_once(tpp: TppClient) -> None:
    """P5: whatever profile and bank mandate. What is open below it has nothing left to do."""
    driven = placed(tpp, A.SCA_METHOD_SELECTED)
    tpp.world.bank.begun = Done(CancellationBegun(authorisation_mandated=True))
    answer = tpp.call("DELETE", driven.payment_path, {"Content-Type": None})

    assert (answer.status_int, answer.body) == (204, b"")
    assert driven.stands == (A.FAILED, T.CANC)
    assert [proof for _, proof in tpp.world.bank.deeds] == [NotAuthorised()]
    assert told(driven.put(TAN)) == NOTHING_LEFT


def test_a_bank_that_has_cancelled_already(tpp: TppClient) -> None:
    """P6: an answer with CANC is 204, and nothing is asked for once more."""
    driven = placed(tpp, A.SCA_METHOD_SELECTED)
    tpp.world.bank.begun = Done(CancellationBegun(T.CANC, authorisation_mandated=True))
    answer = tpp.call("DELETE", driven.payment_path, {"Content-Type": None})

    assert answer.status_int == 204
    assert driven.stands == (A.FAILED, T.CANC)
    assert tpp.world.bank.asked == ["begin_cancellation"]


@pytest.mark.parametrize(
    "failure, answer",
    [
        (refused(BankCode.CANCELLATION_INVALID), "405 CANCELLATION_INVALID"),
        (Unknown("time-out"), "503 SERVICE_UNAVAILABLE"),
        (RuntimeError("x"), "503 SERVICE_UNAVAILABLE"),
    ],
)
@pytest.mark.parametrize("at", ["begun", "cancelled"])
def test_a_cancellation_that_the_bank_fails(
    tpp: TppClient, at: str, failure: Any, answer: str
) -> None:
    driven = placed(tpp, A.SCA_METHOD_SELECTED)
    setattr(tpp.world.bank, at, failure)

    assert told(tpp.call("DELETE", driven.payment_path, {"Content-Type": None})) == answer
    assert driven.stands == (A.SCA_METHOD_SELECTED, T.RCVD)


def test_nothing_is_begun_while_the_bank_is_silent_about_a_deed(tpp: TppClient) -> None:
    """S4, S6: held until the bank tells; it is asked at every call, and nothing is done twice."""
    driven = placed(tpp, A.SCA_METHOD_SELECTED)
    bank = tpp.world.bank
    bank.executed = bank.outcome = Unknown("time-out")
    assert told(driven.put(TAN)) == "503 SERVICE_UNAVAILABLE"
    tpp.world.clock.now = driven.payment.confirm_by  # not even its time runs out

    path = driven.payment_path
    for answer in (
        driven.put(TAN),
        tpp.call("DELETE", path, {"Content-Type": None}),
        start(tpp, f"{path}/authorisations", PASSWORD, {"PSU-ID": PSU_ID}),
    ):
        assert told(answer) in {NOTHING_LEFT, EXPIRED}
    assert tpp.get(f"{path}/status").json["transactionStatus"] == "RCVD"
    assert len(bank.deeds) == 1

    bank.outcome = Done(Outcome(T.ACSP))
    assert driven.read() == "finalised"
    assert Driven(tpp, path, CREATION, driven.authorisation_id).payment.status is T.ACSP
    assert tpp.world.house.parts.payments.find(driven.payment.payment_id, TENANT).psus


@pytest.mark.parametrize("kind", [CREATION, CANCELLATION])
@pytest.mark.parametrize("at, body", [(A.PSU_IDENTIFIED, PASSWORD), (A.SCA_METHOD_SELECTED, TAN)])
@pytest.mark.parametrize("status", [*ENDED, *SPENT])
def test_nothing_is_updated_where_there_is_nothing_left(
    tpp: TppClient, status: TransactionStatus, at: ScaStatus, body: Any, kind: AuthorisationKind
) -> None:
    """The bank is neither asked to check a password then, nor to send a code."""
    driven = placed(tpp, at, kind=kind)
    set_status(tpp.world, driven.payment.payment_id, status)
    tpp.world.bank.asked.clear()
    answer = told(driven.put(body))

    if kind is CANCELLATION and not status.finalised:
        assert answer == "200"
        return
    assert answer in ({NOTHING_LEFT} if kind is CREATION else {NOTHING_LEFT, TOO_LATE})
    assert tpp.world.bank.asked == []
    assert driven.payment.status is status


def test_no_other_way_ends_an_authorisation_on_which_the_bank_acts(tpp: TppClient) -> None:
    """A11 waits for S4: the PSU comes to the bank's pages while its code is under way."""
    driven = placed(tpp, A.SCA_METHOD_SELECTED)
    payment_id = driven.payment.payment_id
    second = started(tpp.world, payment_id, CREATION)
    bank = tpp.world.bank
    bank.executed = Unknown("time-out")
    assert told(driven.put(TAN)) == "503 SERVICE_UNAVAILABLE"
    path = f"/psu-api/v1/payment/authorisation/{second}/psu-data"
    tpp.world.cms.put_json(path, {"psuId": PSU_ID}, status="*")

    bank.outcome = Done(Outcome(T.ACSP))
    assert driven.read() == "finalised"
    assert driven.stands == (A.FINALISED, T.ACSP)

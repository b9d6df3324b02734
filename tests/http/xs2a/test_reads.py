"""What a TPP may read of its payments (spec 14; E2, E3, P1, P8)."""

from datetime import timedelta
from typing import Any

import pytest

from cms.domain.statuses import ScaStatus, TransactionStatus
from spi.answers import BankCode, BankError, Done, Refused, Unknown
from spi.types import NotAuthorised, Outcome, PaymentStatusReport, ScaStatusReport, TppNote
from tests.houses import World, refused
from tests.http.conftest import OpenHouse
from tests.tpps import INSTANT, PAYMENT, SCT, Made, TppClient, payment, refusal

UNKNOWN_ID = "00000000-0000-4000-8000-000000000000"
DAY = timedelta(days=1)
WEIRD = (UNKNOWN_ID, "x", "%00", "%2e%2e", "x" * 300, "%C3%A4", "%F0%9F%92%A9", "' OR 1=1--", "%ff")
STATUSES = tuple(TransactionStatus)
FINALISED = tuple(status for status in STATUSES if status.finalised)


def push(world: World, made: Made, status: TransactionStatus) -> None:
    """The bank's back office says what the payment's status is."""
    path = f"/aspsp-api/v1/pis/transaction-status/{made.payment_id}/status/{status.value}"
    assert world.cms.put(path).status_int == 200


@pytest.mark.parametrize("strange", WEIRD)
@pytest.mark.parametrize("below", ["", "/status", "/authorisations", "/authorisations/x"])
def test_what_does_not_exist_is_unknown(tpp: TppClient, strange: str, below: str) -> None:
    answer = tpp.get(f"{SCT}/{strange.replace(' ', '%20')}{below}")

    assert refusal(answer) == (404, [("RESOURCE_UNKNOWN", None)])


@pytest.mark.parametrize("strange", WEIRD)
def test_an_authorisation_must_be_the_payments(tpp: TppClient, strange: str) -> None:
    made, other = tpp.initiated(), tpp.initiated()
    paths = (strange.replace(" ", "%20"), other.authorisation_id, made.payment_id)

    for each in paths:
        answer = tpp.get(f"{made.authorisations}/{each}")
        assert refusal(answer) == (404, [("RESOURCE_UNKNOWN", None)])


@pytest.mark.parametrize("below", ["", "/status", "/authorisations", "/authorisations/x"])
@pytest.mark.parametrize(
    "address, answer",
    [
        ("/v1/bulk-payments/sepa-credit-transfers", (405, "SERVICE_INVALID")),
        ("/v1/periodic-payments/instant-sepa-credit-transfers", (405, "SERVICE_INVALID")),
        (INSTANT, (403, "PRODUCT_INVALID")),
    ],
)
def test_the_right_payment_under_the_wrong_address(
    open_house: OpenHouse, pisp: str, below: str, address: str, *, answer: tuple[int, str]
) -> None:
    products = ["sepa-credit-transfers", "instant-sepa-credit-transfers"]
    matrix = {"SINGLE": products, "BULK": products, "PERIODIC": products}
    tpp = TppClient(open_house(pis={"supportedPaymentTypeAndProductMatrix": matrix}), pisp)
    made = tpp.initiated()

    assert refusal(tpp.get(f"{address}/{made.payment_id}{below}")) == (
        answer[0],
        [(answer[1], None)],
    )


def test_a_payment_is_read_as_it_was_sent(tpp: TppClient) -> None:
    body = payment(
        creditorAddress={"country": "DE", "streetName": "Weg"},
        remittanceInformationUnstructuredArray=["a", "b"],
        ultimateDebtor="Ω",
    )

    assert tpp.get(tpp.initiated(body).path).json == body | {"transactionStatus": "RCVD"}


@pytest.mark.parametrize("status", STATUSES)
def test_the_banks_status_is_told_and_kept(tpp: TppClient, status: TransactionStatus) -> None:
    made = tpp.initiated()
    tpp.world.bank.status = Done(
        PaymentStatusReport(
            status, funds_available=True, psu_message="Hi.", tpp_notes=(TppNote("A note."),)
        )
    )
    answer = tpp.get(made.status_path)

    assert answer.json == {
        "transactionStatus": status.value,
        "fundsAvailable": True,
        "psuMessage": "Hi.",
        "tppMessages": [{"category": "WARNING", "code": "WARNING", "text": "A note."}],
    }
    tpp.world.bank.status = None
    assert tpp.get(made.path).json == {**PAYMENT, "transactionStatus": status.value}
    moved = [] if status == "RCVD" else [("RCVD", status.value, "bank_reported")]
    assert tpp.world.history(made.payment_id) == moved


@pytest.mark.parametrize("ours", FINALISED)
def test_a_finalised_status_stays_whatever_the_bank_says(
    tpp: TppClient, ours: TransactionStatus
) -> None:
    made = tpp.initiated()
    push(tpp.world, made, ours)
    tpp.world.bank.asked.clear()
    tpp.world.bank.status = Done(PaymentStatusReport(TransactionStatus.PDNG))

    assert tpp.get(made.status_path).json == {"transactionStatus": ours.value}
    assert tpp.get(made.path).json["transactionStatus"] == ours.value
    assert len(tpp.world.history(made.payment_id)) == 1
    assert tpp.world.bank.asked == ([] if ours == "RJCT" else ["read_payment_status"] * 2)


@pytest.mark.parametrize(
    "answer, told",
    [
        (Unknown("time-out"), (503, [("SERVICE_UNAVAILABLE", None)])),
        (RuntimeError("bug"), (503, [("SERVICE_UNAVAILABLE", None)])),
        (Refused((BankError(BankCode.SERVICE_BLOCKED),)), (403, [("SERVICE_BLOCKED", None)])),
    ],
)
def test_a_bank_that_does_not_tell_changes_nothing(
    tpp: TppClient, answer: Any, told: tuple[int, Any]
) -> None:
    made = tpp.initiated()
    tpp.world.bank.status = tpp.world.bank.sca = answer

    for path in (made.path, made.status_path, made.authorisation_path):
        assert refusal(tpp.get(path)) == told
    assert tpp.world.rows()["moves"] == 0
    assert tpp.get(made.authorisations).status_int == 200


def test_the_authorisations_of_a_payment_are_listed(tpp: TppClient) -> None:
    made = tpp.initiated()
    tpp.initiated()

    assert tpp.get(made.authorisations).json == {"authorisationIds": [made.authorisation_id]}


@pytest.mark.parametrize("status", list(ScaStatus))
def test_the_banks_sca_status_is_told_and_kept(tpp: TppClient, status: ScaStatus) -> None:
    made = tpp.initiated()
    report = ScaStatusReport(status, psu_message="Hi.", trusted_beneficiary=True)
    tpp.world.bank.sca = Done(report)
    flag = {"trustedBeneficiaryFlag": True} if status.finalised else {}

    assert tpp.get(made.authorisation_path).json == {
        "scaStatus": status.value,
        "psuMessage": "Hi.",
        **flag,
    }
    tpp.world.bank.sca = Done(ScaStatusReport(None))
    assert tpp.get(made.authorisation_path).json == {"scaStatus": status.value}
    # A finalised one stays.
    tpp.world.bank.sca = Done(ScaStatusReport(ScaStatus.STARTED))
    later = status if status.finalised else ScaStatus.STARTED
    assert tpp.get(made.authorisation_path).json == {"scaStatus": later.value}


@pytest.mark.parametrize("read", ["path", "status_path", "authorisations", "authorisation_path"])
@pytest.mark.parametrize("waited, expired", [(DAY, True), (DAY - timedelta(milliseconds=1), False)])
def test_a_payment_that_nobody_confirmed_expires_with_any_read(
    open_house: OpenHouse, pisp: str, read: str, waited: timedelta, *, expired: bool
) -> None:
    as_long = {"redirectUrlExpirationTimeMs": DAY // timedelta(milliseconds=1)}
    tpp = TppClient(open_house(common=as_long), pisp)
    made = tpp.initiated()
    tpp.world.clock.advance(waited)
    answer = tpp.get(getattr(made, read))

    assert answer.status_int == 200
    assert tpp.world.history(made.payment_id) == (
        [("RCVD", "RJCT", "time_ran_out")] if expired else []
    )
    assert tpp.world.history(made.authorisation_id) == (
        [("received", "failed", "parent_expired")] if expired else []
    )
    status, sca = ("RJCT", "failed") if expired else ("RCVD", "received")
    assert tpp.get(made.status_path).json == {"transactionStatus": status}
    assert tpp.get(made.authorisation_path).json == {"scaStatus": sca}
    assert tpp.world.rows()["moves"] == (2 if expired else 0)


@pytest.mark.parametrize("status", [s for s in STATUSES if s not in {"RCVD", "PATC"}])
def test_what_awaits_no_confirmation_never_expires(
    tpp: TppClient, status: TransactionStatus
) -> None:
    made = tpp.initiated()
    push(tpp.world, made, status)
    tpp.world.clock.advance(30 * DAY)

    assert tpp.get(made.status_path).json == {"transactionStatus": status.value}


def test_the_profile_sets_the_time_to_confirm(open_house: OpenHouse, pisp: str) -> None:
    tpp = TppClient(open_house(pis={"notConfirmedPaymentExpirationTimeMs": 1000}), pisp)
    made = tpp.initiated()
    tpp.world.clock.advance(timedelta(seconds=1))

    assert tpp.get(made.path).json["transactionStatus"] == "RJCT"


# S6: a lost answer is not a no. The PSU may have paid just before the time ran out.
@pytest.mark.parametrize("path", ["path", "status_path"])
def test_an_overdue_payment_is_what_the_bank_says(tpp: TppClient, path: str) -> None:
    made = tpp.initiated()
    tpp.world.bank.cancelled = refused(BankCode.STATUS_INVALID)
    tpp.world.bank.status = Done(PaymentStatusReport(TransactionStatus.ACSC))
    tpp.world.clock.advance(2 * DAY)

    assert tpp.get(getattr(made, path)).json["transactionStatus"] == "ACSC"
    assert tpp.world.history(made.payment_id) == [("RCVD", "ACSC", "bank_reported")]


def test_an_overdue_payment_waits_for_a_silent_bank(tpp: TppClient) -> None:
    made = tpp.initiated()
    tpp.world.bank.cancelled = Unknown("time-out")
    tpp.world.bank.outcome = Unknown("time-out")
    tpp.world.clock.advance(2 * DAY)

    assert tpp.get(made.status_path).status_int == 503
    assert tpp.get(made.status_path).json == {"transactionStatus": "RCVD"}
    assert tpp.world.history(made.payment_id) == []
    tpp.world.bank.outcome = Done(Outcome(TransactionStatus.CANC))
    assert tpp.get(made.status_path).json == {"transactionStatus": "RJCT"}
    assert tpp.world.history(made.payment_id) == [("RCVD", "RJCT", "time_ran_out")]


def test_before_a_payment_expires_the_bank_gives_it_up(tpp: TppClient) -> None:
    made = tpp.initiated()
    tpp.world.clock.advance(2 * DAY)

    assert tpp.get(made.status_path).json == {"transactionStatus": "RJCT"}
    ((deed, proof),) = tpp.world.bank.deeds
    assert (deed.payment.payment_id, proof) == (made.payment_id, NotAuthorised())


def test_what_the_bank_neither_gives_up_nor_executes_waits_on(tpp: TppClient) -> None:
    made = tpp.initiated()
    tpp.world.bank.cancelled = refused(BankCode.SERVICE_BLOCKED)
    tpp.world.clock.advance(2 * DAY)

    assert tpp.get(made.status_path).json == {"transactionStatus": "RCVD"}
    assert tpp.world.history(made.payment_id) == []


# A bank that answers from yesterday's copy of its books makes nothing look unauthorised.
@pytest.mark.parametrize(
    "stands_at, told, becomes",
    [
        ("ACCP", "RCVD", "ACCP"),
        ("ACCP", "PATC", "ACCP"),
        ("ACSP", "ACCP", "ACCP"),
        ("PATC", "RCVD", "PATC"),
        ("PDNG", "PATC", "PATC"),
        ("PDNG", "RCVD", "PDNG"),
    ],
)
def test_a_report_does_not_lead_back(
    tpp: TppClient, stands_at: str, told: str, becomes: str
) -> None:
    made = tpp.initiated()
    push = f"/aspsp-api/v1/pis/transaction-status/{made.payment_id}/status/{stands_at}"
    tpp.world.cms.put(push)
    tpp.world.bank.status = Done(PaymentStatusReport(TransactionStatus(told)))

    assert tpp.get(made.status_path).json["transactionStatus"] == becomes


def test_a_payment_stays_readable_when_its_product_is_offered_no_more(
    open_house: OpenHouse, pisp: str
) -> None:
    world = open_house()
    made = TppClient(world, pisp).initiated()
    document = {"pis": {"supportedPaymentTypeAndProductMatrix": {"SINGLE": ["target-2-payments"]}}}
    world.house.profiles.override_settings(None, document)
    tpp = TppClient(world, pisp)

    assert tpp.post().status_int == 404
    assert tpp.get(made.status_path).json == {"transactionStatus": "RCVD"}


@pytest.mark.parametrize(
    "accept, status",
    [(None, 200), ("*/*", 200), ("application/json;q=0.9", 200), ("application/xml", 406)],
)
def test_a_status_is_told_in_json(tpp: TppClient, accept: str | None, *, status: int) -> None:
    made = tpp.initiated()

    assert tpp.get(made.status_path, {"Accept": accept}).status_int == status

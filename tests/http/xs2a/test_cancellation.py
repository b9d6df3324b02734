"""DELETE of a payment (spec 15; P4-P7): cancelled at once, after SCA, or not at all."""

from typing import Any

import pytest

from cms.domain.statuses import TransactionStatus
from spi.answers import Answer, BankCode, Done, Unknown
from spi.types import CancellationBegun, NoScaNeeded, NotAuthorised, Outcome, ScaCode, TppNote
from tests.houses import refused
from tests.http.conftest import OpenHouse
from tests.http.xs2a.sending import (
    APPROACHES,
    BASE,
    CANCELLATIONS,
    NOWHERE_ID,
    cancel,
    hrefs,
    path_of,
    push,
    start,
    update,
)
from tests.tpps import INSTANT, PSU_ID, SCT, X_REQUEST_ID, Headers, TppClient, refusal

NAMED = {"PSU-ID": PSU_ID}
MANDATED = {"paymentCancellationAuthorisationMandated": True}
WITH_CONFIRMATION = {"authorisationConfirmationRequestMandated": True}
TOKEN = {"Authorization": "Bearer abc"}  # needed in the OAuth flow only
OPEN = [status for status in TransactionStatus if not status.finalised]
FINALISED = [status for status in TransactionStatus if status.finalised]
BY_BANK = Done(CancellationBegun(authorisation_mandated=True))


def mandating(open_house: OpenHouse, pisp: str, **common: Any) -> TppClient:
    """A TPP of a bank whose profile wants each cancellation authorised."""
    return TppClient(open_house(pis=MANDATED, common=common), pisp)


# P5: RCVD needs nobody. P6: everything else, if profile or bank say so.
@pytest.mark.parametrize("status", OPEN)
@pytest.mark.parametrize("profile", [False, True], ids=["", "profile"])
@pytest.mark.parametrize("bank", [False, True], ids=["", "bank"])
def test_who_mandates_the_psus_consent(
    open_house: OpenHouse, pisp: str, status: TransactionStatus, *, profile: bool, bank: bool
) -> None:
    world = open_house(pis={"paymentCancellationAuthorisationMandated": profile})
    tpp = TppClient(world, pisp)
    made = tpp.initiated()
    push(world, made, status)
    world.bank.begun = Done(CancellationBegun(authorisation_mandated=bank))
    answer = cancel(tpp, made)
    needed = status is not TransactionStatus.RCVD and (profile or bank)

    assert answer.status_int == (202 if needed else 204)
    after = status.value if needed else "CANC"
    assert tpp.get(made.status_path).json["transactionStatus"] == after
    proof = NotAuthorised() if status is TransactionStatus.RCVD else NoScaNeeded()
    assert [proof for _, proof in world.bank.deeds] == ([] if needed else [proof])
    found = tpp.get(f"{made.path}/{CANCELLATIONS}").json["authorisationIds"]
    assert len(found) == (1 if needed else 0)


def test_a_cancelled_payment_has_nothing_to_tell(tpp: TppClient) -> None:
    made = tpp.initiated()
    answer = cancel(tpp, made)

    assert (answer.status_int, answer.body) == (204, b"")
    assert answer.headers["X-Request-ID"] == X_REQUEST_ID
    assert not {"Content-Type", "Content-Length", "Location", "Aspsp-Sca-Approach"} & set(
        answer.headers
    )
    assert tpp.get(made.authorisation_path).json == {"scaStatus": "failed"}
    assert refusal(cancel(tpp, made)) == (400, [("FORMAT_ERROR", None)])


# What the bank says of the payment when it is asked whether it can be cancelled.
@pytest.mark.parametrize("mandated", [False, True])
@pytest.mark.parametrize("profile", [False, True])
@pytest.mark.parametrize("said", TransactionStatus)
def test_the_banks_word_about_the_status_counts(
    open_house: OpenHouse, pisp: str, said: TransactionStatus, *, mandated: bool, profile: bool
) -> None:
    world = open_house(pis={"paymentCancellationAuthorisationMandated": profile})
    tpp = TppClient(world, pisp)
    made = tpp.initiated()
    push(world, made, TransactionStatus.ACSP)
    world.bank.begun = Done(CancellationBegun(said, authorisation_mandated=mandated))
    answer = cancel(tpp, made)
    now = tpp.get(made.status_path).json["transactionStatus"]

    if said is TransactionStatus.CANC:
        assert (answer.status_int, now) == (204, "CANC")
        assert world.bank.deeds == []
    elif said.finalised:
        assert refusal(answer) == (400, [("FORMAT_ERROR", None)])
        assert now == said.value
    elif not (mandated or profile):
        assert (answer.status_int, now) == (204, "CANC")
    else:
        back = {TransactionStatus.RCVD, TransactionStatus.PATC}  # a payment is not turned back
        stands_at = "ACSP" if said in back else said.value
        assert (answer.status_int, now) == (202, stands_at)
        assert answer.json["transactionStatus"] == stands_at


@pytest.mark.parametrize("status", FINALISED)
def test_what_is_finalised_cannot_be_cancelled(tpp: TppClient, status: TransactionStatus) -> None:
    made = tpp.initiated()
    push(tpp.world, made, status)
    tpp.world.bank.asked.clear()
    answer = cancel(tpp, made)

    assert refusal(answer) == (400, [("FORMAT_ERROR", None)])
    assert tpp.world.bank.asked == []


# Approach -> links beside self, status and scaStatus; the link by which the TPP starts itself.
LINKS = {
    "REDIRECT": ({"scaRedirect"}, "startAuthorisation"),
    "OAUTH": ({"scaOAuth"}, "startAuthorisation"),
    "EMBEDDED": (
        {"updatePsuIdentification", "updatePsuAuthentication"},
        "startAuthorisationWithPsuAuthentication",
    ),
    "DECOUPLED": (set(), "startAuthorisation"),
}


@pytest.mark.parametrize("approach", APPROACHES)
@pytest.mark.parametrize("common", [{}, WITH_CONFIRMATION], ids=["", "confirmation"])
def test_an_implicit_start_comes_with_the_answer(
    open_house: OpenHouse, pisp: str, approach: str, common: dict[str, Any]
) -> None:
    tpp = mandating(open_house, pisp, **APPROACHES[approach], **common)
    made = tpp.initiated(headers=NAMED)
    push(tpp.world, made, TransactionStatus.ACSP)
    answer = cancel(tpp, made)
    links = hrefs(answer)
    confirmation = {"confirmation"} if common and approach in {"REDIRECT", "OAUTH"} else set()
    # Only where the bank must know the PSU from the start it is taken to be the payment's.
    status = "psuIdentified" if approach == "DECOUPLED" else "received"

    assert set(answer.json) == {"transactionStatus", "scaStatus", "_links"}
    assert answer.json["transactionStatus"] == "ACSP"
    assert answer.json["scaStatus"] == status
    assert set(links) == LINKS[approach][0] | confirmation | {"self", "status", "scaStatus"}
    assert answer.headers["Aspsp-Sca-Approach"] == {"OAUTH": "REDIRECT"}.get(approach, approach)
    own = links["scaStatus"]
    assert own.startswith(f"{BASE}{made.path}/{CANCELLATIONS}/")
    if approach == "REDIRECT":
        assert links["scaRedirect"] == f"https://bank.example/c/{own.rpartition('/')[2]}"
    below = {href for name, href in links.items() if name not in {"scaRedirect", "scaOAuth"}}
    assert below == {BASE + made.path, BASE + made.status_path, own}
    found = tpp.get(f"{made.path}/{CANCELLATIONS}", TOKEN).json["authorisationIds"]
    assert found == [own.rpartition("/")[2]]
    assert tpp.get(path_of(answer), TOKEN).json == {"scaStatus": status}


@pytest.mark.parametrize("approach", APPROACHES)
@pytest.mark.parametrize("common", [{}, WITH_CONFIRMATION], ids=["", "confirmation"])
def test_an_explicit_start_is_the_tpps(
    open_house: OpenHouse, pisp: str, approach: str, common: dict[str, Any]
) -> None:
    mode = {"startAuthorisationMode": "explicit"}
    tpp = mandating(open_house, pisp, **APPROACHES[approach], **mode, **common)
    made = tpp.initiated(headers=NAMED)
    push(tpp.world, made, TransactionStatus.ACSP)
    answer = cancel(tpp, made)

    assert set(answer.json) == {"transactionStatus", "_links"}
    assert set(hrefs(answer)) == {"self", "status", LINKS[approach][1]}
    assert hrefs(answer)[LINKS[approach][1]] == f"{BASE}{made.path}/{CANCELLATIONS}"
    assert "Aspsp-Sca-Approach" not in answer.headers
    started = start(tpp, made, headers=NAMED, below=CANCELLATIONS)
    assert started.status_int == 201
    assert path_of(started).startswith(f"{made.path}/{CANCELLATIONS}/")
    assert started.headers["Location"] == BASE + path_of(started)
    assert tpp.get(made.authorisations, TOKEN).json == {"authorisationIds": []}


def test_an_authorisation_belongs_to_one_collection(open_house: OpenHouse, pisp: str) -> None:
    tpp = mandating(open_house, pisp)
    made = tpp.initiated()
    push(tpp.world, made, TransactionStatus.ACSP)
    theirs = path_of(cancel(tpp, made)).rpartition("/")[2]

    for path in (
        f"{made.authorisations}/{theirs}",
        f"{made.path}/{CANCELLATIONS}/{made.authorisation_id}",
    ):
        assert refusal(tpp.get(path)) == (404, [("RESOURCE_UNKNOWN", None)])
        assert refusal(update(tpp, path)) == (404, [("RESOURCE_UNKNOWN", None)])


def test_the_psu_agrees_and_the_payment_is_cancelled(open_house: OpenHouse, pisp: str) -> None:
    tpp = mandating(open_house, pisp, **APPROACHES["EMBEDDED"])
    made = tpp.initiated(headers=NAMED)
    push(tpp.world, made, TransactionStatus.ACSP)
    path = path_of(cancel(tpp, made))
    password = update(tpp, path, {"psuData": {"password": "12345"}}, NAMED)
    code = update(tpp, path, {"scaAuthenticationData": "123456"})

    assert (password.status_int, password.json["scaStatus"]) == (200, "scaMethodSelected")
    assert (code.status_int, code.json["scaStatus"]) == (200, "finalised")
    assert set(hrefs(code)) == {"scaStatus"}
    assert [proof for _, proof in tpp.world.bank.deeds] == [ScaCode("123456")]
    assert tpp.get(made.status_path).json["transactionStatus"] == "CANC"
    assert refusal(cancel(tpp, made)) == (400, [("FORMAT_ERROR", None)])


def test_the_bank_may_add_messages(open_house: OpenHouse, pisp: str) -> None:
    tpp = mandating(open_house, pisp, startAuthorisationMode="explicit")
    made = tpp.initiated()
    push(tpp.world, made, TransactionStatus.ACSP)
    tpp.world.bank.begun = Done(
        CancellationBegun(psu_message="Are you sure?", tpp_notes=(TppNote("Hurry."),))
    )
    answer = cancel(tpp, made)

    assert answer.json["psuMessage"] == "Are you sure?"
    assert answer.json["tppMessages"] == [
        {"category": "WARNING", "code": "WARNING", "text": "Hurry."}
    ]


@pytest.mark.parametrize(
    "said, status, code",
    [
        (refused(BankCode.CANCELLATION_INVALID), 405, "CANCELLATION_INVALID"),
        (refused(BankCode.SERVICE_NOT_SUPPORTED), 406, "SERVICE_NOT_SUPPORTED"),
        (Unknown("time-out"), 503, "SERVICE_UNAVAILABLE"),
        (RuntimeError("connector"), 503, "SERVICE_UNAVAILABLE"),
    ],
)
@pytest.mark.parametrize("step", ["begun", "cancelled"])
def test_the_banks_no_changes_nothing(
    tpp: TppClient, said: Answer[Any] | Exception, step: str, *, status: int, code: str
) -> None:
    made = tpp.initiated()
    setattr(tpp.world.bank, step, said)

    assert refusal(cancel(tpp, made)) == (status, [(code, None)])
    assert tpp.world.history(made.payment_id) == []


def test_a_cancellation_whose_answer_is_lost_is_not_asked_for_again(tpp: TppClient) -> None:
    """S4, S6: instead the bank is asked what came of it."""
    made, bank = tpp.initiated(), tpp.world.bank
    bank.cancelled = bank.outcome = Unknown("time-out")

    assert cancel(tpp, made).status_int == 503
    assert refusal(cancel(tpp, made)) == (409, [("STATUS_INVALID", None)])
    assert bank.asked.count("cancel_payment") == 1
    bank.outcome = Done(Outcome(TransactionStatus.CANC))
    assert tpp.get(made.status_path).json["transactionStatus"] == "CANC"
    assert bank.asked.count("cancel_payment") == 1


@pytest.mark.parametrize(
    "headers, path",
    [
        ({"X-Request-ID": None}, "x-request-id"),
        ({"X-Request-ID": "7"}, "x-request-id"),
        ({"TPP-Redirect-URI": None}, "tpp-redirect-uri"),
        ({"TPP-Redirect-URI": " "}, "tpp-redirect-uri"),
        ({"TPP-Redirect-URI": "nowhere"}, "tpp-redirect-uri"),
        ({"TPP-Nok-Redirect-URI": "nowhere"}, "tpp-nok-redirect-uri"),
        (
            {"TPP-Explicit-Authorisation-Preferred": "maybe"},
            "tpp-explicit-authorisation-preferred",
        ),
        ({"TPP-Redirect-Preferred": "1"}, "tpp-redirect-preferred"),
        ({"TPP-Decoupled-Preferred": "ja"}, "tpp-decoupled-preferred"),
    ],
)
def test_headers_of_a_cancellation(tpp: TppClient, headers: Headers, path: str) -> None:
    """The way back is needed even where it is not used (spec 2.3)."""
    made = tpp.initiated()

    assert refusal(cancel(tpp, made, headers)) == (400, [("FORMAT_ERROR", path)])
    assert tpp.world.history(made.payment_id) == []


def test_all_faults_are_told_together(tpp: TppClient) -> None:
    wrong = {"X-Request-ID": "7", "TPP-Redirect-URI": None, "TPP-Decoupled-Preferred": "x"}

    assert refusal(cancel(tpp, tpp.initiated(), wrong)) == (
        400,
        [
            ("FORMAT_ERROR", "x-request-id"),
            ("FORMAT_ERROR", "tpp-decoupled-preferred"),
            ("FORMAT_ERROR", "tpp-redirect-uri"),
        ],
    )


@pytest.mark.parametrize("approach", ["OAUTH", "EMBEDDED", "DECOUPLED"])
def test_no_way_back_is_needed_where_the_psu_does_not_leave_by_a_link(
    open_house: OpenHouse, pisp: str, approach: str
) -> None:
    tpp = TppClient(open_house(common=APPROACHES[approach]), pisp)

    made = tpp.initiated(headers=NAMED)

    assert cancel(tpp, made, {"TPP-Redirect-URI": None}).status_int == 204


@pytest.mark.parametrize(
    "path, answer",
    [
        (f"{SCT}/{NOWHERE_ID}", (404, "RESOURCE_UNKNOWN")),
        (f"{SCT}/x", (404, "RESOURCE_UNKNOWN")),
        ("/v1/payments/foo/x", (404, "PRODUCT_UNKNOWN")),
        ("/v1/bulk-payments/sepa-credit-transfers/x", (400, "PARAMETER_NOT_SUPPORTED")),
    ],
)
def test_what_does_not_exist_cannot_be_cancelled(
    tpp: TppClient, path: str, answer: tuple[int, str]
) -> None:
    got = tpp.call("DELETE", path, {"Content-Type": None})

    assert (got.status_int, refusal(got)[1][0][0]) == answer


def test_the_right_payment_below_the_wrong_product(tpp: TppClient) -> None:
    made = tpp.initiated()
    answer = tpp.call("DELETE", f"{INSTANT}/{made.payment_id}", {"Content-Type": None})

    assert refusal(answer) == (403, [("PRODUCT_INVALID", None)])
    assert cancel(tpp, made).status_int == 204

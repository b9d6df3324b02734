"""Errors have one of the standard's two bodies, whatever went wrong (spec 6; E1, E4-E6)."""

from collections.abc import Iterator

import orjson
import pytest

from cms.domain.access import AccessEnded, BeingDecided, GrantedByPayment
from cms.domain.errors import KeptBefore, LinkExpired, OrderBeingAuthorised, Refusal
from cms.domain.operator import LogInBusy, LogInRefused, OperatorExists
from cms.domain.profile import ProfileInvalid
from cms.domain.statuses import TransactionStatus
from spi.answers import BankCode, BankError, Done, Refused, Unknown
from spi.types import Initiated
from tests.architecture.tree import ROOMS
from tests.tpps import ABSENT, SCT, X_REQUEST_ID, TppClient, payment, refusal, told
from xs2a.app import MAX_BODY_BYTES
from xs2a.errors import BankRefused, RequestFaulty
from xs2a.http.errors import MESSAGE_FOR_REFUSAL
from xs2a.http.oauth.door import NoServerOfOurs, RequestUnreadable

# Refusals that never reach a TPP: of the bank's side, of OAuth's own endpoints, or turned into
# another answer.
NOT_FOR_TPPS = {
    AccessEnded,
    BankRefused,
    BeingDecided,
    GrantedByPayment,
    KeptBefore,
    LinkExpired,
    LogInBusy,
    LogInRefused,
    NoServerOfOurs,
    OperatorExists,
    OrderBeingAuthorised,
    ProfileInvalid,
    RequestFaulty,
    RequestUnreadable,
}
NOWHERE = f"{SCT}/00000000-0000-4000-8000-000000000000"
XML_ONLY = "application/xml"


def below(refusal: type[Refusal]) -> Iterator[type[Refusal]]:
    for each in refusal.__subclasses__():
        yield each
        yield from below(each)


def test_each_refusal_has_its_message() -> None:
    ours = {each for each in below(Refusal) if each.__module__.partition(".")[0] in ROOMS}

    assert ours - NOT_FOR_TPPS == MESSAGE_FOR_REFUSAL.keys()


@pytest.mark.parametrize(
    "accept, media_type",
    [
        (None, "application/json"),
        ("*/*", "application/json"),
        ("application/json", "application/json"),
        ("application/*", "application/json"),
        ("application/json, application/problem+json", "application/json"),
        ("application/problem+json", "application/problem+json"),
        ("application/problem+json, application/json;q=0.9", "application/problem+json"),
        ("application/json, application/problem+json;q=0.5", "application/json"),
        ("APPLICATION/PROBLEM+JSON", "application/problem+json"),
    ],
)
def test_the_tpp_chooses_the_body_of_errors(
    tpp: TppClient, accept: str | None, media_type: str
) -> None:
    answer = tpp.get(NOWHERE, {"Accept": accept})

    assert (answer.status_int, answer.content_type) == (404, media_type)
    code = answer.json["code"] if "problem" in media_type else told(answer)[0][0]
    assert code == "RESOURCE_UNKNOWN"


def test_tpp_messages_have_category_code_text_and_path(tpp: TppClient) -> None:
    answer = tpp.post(payment(creditorName=ABSENT))

    assert answer.json == {
        "tppMessages": [
            {
                "category": "ERROR",
                "code": "FORMAT_ERROR",
                "path": "creditorName",
                "text": "'creditorName' is missing.",
            }
        ]
    }


def test_a_problem_tells_all_findings(tpp: TppClient) -> None:
    body = payment(creditorName=ABSENT, instructedAmount__amount="-1")
    answer = tpp.post(body, {"Accept": "application/problem+json"})

    assert answer.status_int == 400
    assert answer.json["code"] == "FORMAT_ERROR"
    assert "instructedAmount.amount" in answer.json["detail"]
    assert [each["code"] for each in answer.json["additionalErrors"]] == ["FORMAT_ERROR"]
    assert "creditorName" in answer.json["additionalErrors"][0]["detail"]


# What the request line and the content headers can be wrong in.
@pytest.mark.parametrize(
    "method, path, headers, status, code",
    [
        ("GET", "/", {}, 404, "RESOURCE_UNKNOWN"),
        ("GET", "/v1", {}, 404, "RESOURCE_UNKNOWN"),
        ("GET", "/v1/", {}, 404, "RESOURCE_UNKNOWN"),
        ("GET", "/v2/payments/x/y", {}, 404, "RESOURCE_UNKNOWN"),
        ("GET", f"{NOWHERE}/no-such-room", {}, 404, "RESOURCE_UNKNOWN"),
        ("GET", f"{NOWHERE}//status", {}, 404, "RESOURCE_UNKNOWN"),
        ("GET", f"{NOWHERE}/status/", {}, 404, "RESOURCE_UNKNOWN"),
        ("POST", "/v1//payments/sepa-credit-transfers", {}, 404, "RESOURCE_UNKNOWN"),
        ("GET", f"{NOWHERE}/authorisations/x/y", {}, 404, "RESOURCE_UNKNOWN"),
        ("POST", "/v1/foo-payments/sepa-credit-transfers", {}, 400, "PARAMETER_NOT_SUPPORTED"),
        (
            "POST",
            "/v1/foo-payments/sepa-credit-transfers",
            {"TPP-QWAC-Certificate": None},
            400,
            "PARAMETER_NOT_SUPPORTED",
        ),
        ("POST", "/v1/PAYMENTS/sepa-credit-transfers", {}, 400, "PARAMETER_NOT_SUPPORTED"),
        ("POST", "/v1/bulk-payments/sepa-credit-transfers", {}, 400, "PARAMETER_NOT_SUPPORTED"),
        ("POST", "/v1/periodic-payments/sepa-credit-transfers", {}, 400, "PARAMETER_NOT_SUPPORTED"),
        ("POST", "/v1/payments/foo", {}, 404, "PRODUCT_UNKNOWN"),
        ("POST", "/v1/payments/SEPA-credit-transfers", {}, 404, "PRODUCT_UNKNOWN"),
        ("POST", "/v1/payments/target-2-payments", {}, 404, "PRODUCT_UNKNOWN"),
        ("GET", "/v1/payments/foo/x", {}, 404, "PRODUCT_UNKNOWN"),
        ("GET", "/v1/payments/foo/x/status", {}, 404, "PRODUCT_UNKNOWN"),
        ("GET", "/v1/payments/foo/x/authorisations", {}, 404, "PRODUCT_UNKNOWN"),
        ("GET", "/v1/payments/foo/x/authorisations/y", {}, 404, "PRODUCT_UNKNOWN"),
        ("GET", "/v1/foo-payments/foo/x", {}, 400, "PARAMETER_NOT_SUPPORTED"),
        ("POST", SCT, {"Accept": XML_ONLY}, 406, "REQUESTED_FORMATS_INVALID"),
        ("GET", NOWHERE, {"Accept": "text/html"}, 406, "REQUESTED_FORMATS_INVALID"),
        ("GET", f"{NOWHERE}/status", {"Accept": "text/html"}, 406, "REQUESTED_FORMATS_INVALID"),
        ("POST", SCT, {"Content-Type": "text/html"}, 415, "UNSUPPORTED_MEDIA_TYPE"),
        ("POST", SCT, {"Content-Type": None}, 415, "UNSUPPORTED_MEDIA_TYPE"),
        ("POST", SCT, {"Content-Type": "application/jsonx"}, 415, "UNSUPPORTED_MEDIA_TYPE"),
        ("POST", SCT, {"Content-Type": "application/xml"}, 400, "FORMAT_ERROR"),
        ("POST", SCT, {"Content-Type": "text/plain"}, 415, "UNSUPPORTED_MEDIA_TYPE"),
        ("POST", SCT, {"Content-Type": "multipart/form-data; boundary=x"}, 400, "FORMAT_ERROR"),
        (
            "POST",
            f"{NOWHERE}/authorisations",
            {"Content-Type": "x/y"},
            415,
            "UNSUPPORTED_MEDIA_TYPE",
        ),
        ("POST", "/v1/payments/foo/x/authorisations", {}, 404, "PRODUCT_UNKNOWN"),
        ("POST", f"{NOWHERE}/cancellation-authorisations", {}, 404, "RESOURCE_UNKNOWN"),
        ("PUT", f"{NOWHERE}/authorisations/x", {}, 404, "RESOURCE_UNKNOWN"),
        (
            "PUT",
            f"{NOWHERE}/authorisations/x",
            {"Accept": XML_ONLY},
            406,
            "REQUESTED_FORMATS_INVALID",
        ),
        ("DELETE", NOWHERE, {}, 404, "RESOURCE_UNKNOWN"),
        ("DELETE", NOWHERE, {"Accept": XML_ONLY}, 406, "REQUESTED_FORMATS_INVALID"),
    ],
)
def test_each_wrong_request_has_its_code(
    tpp: TppClient, method: str, path: str, headers: dict[str, str], *, status: int, code: str
) -> None:
    answer = tpp.call(method, path, headers, orjson.dumps(payment()) if method == "POST" else b"")

    assert (answer.status_int, told(answer)[0][0], len(told(answer))) == (status, code, 1)
    assert answer.headers["X-Request-ID"] == X_REQUEST_ID
    assert tpp.world.rows()["payments"] == 0


@pytest.mark.parametrize(
    "method, path, allowed",
    [
        ("PATCH", NOWHERE, "GET"),
        ("PATCH", NOWHERE, "DELETE"),
        ("PUT", NOWHERE, "DELETE"),
        ("DELETE", f"{NOWHERE}/authorisations", "POST"),
        ("DELETE", f"{NOWHERE}/authorisations/x", "PUT"),
        ("POST", f"{NOWHERE}/cancellation-authorisations/x", "PUT"),
        ("PUT", SCT, "POST"),
        ("GET", SCT, "POST"),
        ("POST", f"{NOWHERE}/status", "GET"),
        ("TRACE", SCT, "POST"),
    ],
)
def test_another_method_is_told_which_ones_there_are(
    tpp: TppClient, method: str, path: str, allowed: str
) -> None:
    answer = tpp.call(method, path)

    assert refusal(answer) == (405, [("SERVICE_INVALID", None)])
    assert allowed in answer.headers["Allow"]


@pytest.mark.parametrize("size", [MAX_BODY_BYTES, MAX_BODY_BYTES + 1])
def test_a_body_may_have_two_mebibytes(tpp: TppClient, size: int) -> None:
    answer = tpp.post(orjson.dumps(payment()).ljust(size))

    assert answer.status_int == (201 if size == MAX_BODY_BYTES else 413)
    if answer.status_int == 413:
        assert told(answer) == [("FORMAT_ERROR", None)]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"x"',
        b"1",
        b"\xff\xfe",
        b'{"a": NaN}',
        b'{"a": 1,}',
        b'{"a": "\\ud800"}',
        b"[" * 2000,
        b'{"a":' * 2000 + b"1" + b"}" * 2000,
        b"<Document/>",
    ],
)
def test_what_is_no_json_object_is_a_format_error(tpp: TppClient, body: bytes) -> None:
    answer = tpp.post(body)

    assert answer.status_int == 400
    assert [code for code, _ in told(answer)] == ["FORMAT_ERROR"]


# The bank's no, its silence and its failure, on the way in.
REFUSED = Refused((BankError(BankCode.PAYMENT_FAILED, "Not today.", "creditorAccount.iban"),))
SEVERAL = Refused(
    (BankError(BankCode.PAYMENT_FAILED), BankError(BankCode.FORMAT_ERROR, "And a fault."))
)


@pytest.mark.parametrize(
    "bank, answer",
    [
        (REFUSED, (400, [("PAYMENT_FAILED", "creditorAccount.iban")])),
        (SEVERAL, (400, [("PAYMENT_FAILED", None), ("FORMAT_ERROR", None)])),
        (Unknown("time-out"), (503, [("SERVICE_UNAVAILABLE", None)])),
        (RuntimeError("connector"), (503, [("SERVICE_UNAVAILABLE", None)])),
        *(
            (Refused((BankError(code),)), (status, [(code.value, None)]))
            for code, status in (
                (BankCode.EXECUTION_DATE_INVALID, 400),
                (BankCode.PSU_CREDENTIALS_INVALID, 401),
                (BankCode.CORPORATE_ID_INVALID, 401),
                (BankCode.TOKEN_UNKNOWN, 401),
                (BankCode.TOKEN_INVALID, 401),
                (BankCode.TOKEN_EXPIRED, 401),
                (BankCode.SERVICE_BLOCKED, 403),
                (BankCode.PRODUCT_INVALID, 403),
                (BankCode.PRODUCT_UNKNOWN, 404),
                (BankCode.RESOURCE_UNKNOWN, 404),
                (BankCode.STATUS_INVALID, 409),
                (BankCode.SCA_METHOD_UNKNOWN, 400),
                (BankCode.SCA_INVALID, 400),
                (BankCode.CANCELLATION_INVALID, 405),
                (BankCode.SERVICE_NOT_SUPPORTED, 406),
            )
        ),
    ],
)
@pytest.mark.parametrize("problem", [False, True])
def test_the_banks_no_is_told_in_the_standards_words(
    tpp: TppClient,
    bank: Refused,
    answer: tuple[int, list[tuple[str, str | None]]],
    *,
    problem: bool,
) -> None:
    tpp.world.bank.initiated = bank
    got = tpp.post(headers={"Accept": "application/problem+json"} if problem else None)

    if problem:
        assert (got.status_int, got.json["code"]) == (answer[0], answer[1][0][0])
    else:
        assert refusal(got) == answer
        assert {each["category"] for each in got.json["tppMessages"]} == {"ERROR"}


def test_every_answer_echoes_the_request_id_and_is_not_to_be_cached(tpp: TppClient) -> None:
    made = tpp.initiated()
    tpp.world.bank.status = RuntimeError("down")
    answers = [
        made.answer,
        tpp.get(made.path),
        tpp.get(made.authorisations),
        tpp.get(made.authorisation_path),
        tpp.get("/nowhere"),
        tpp.call("PATCH", made.path),
        tpp.post(b"{"),
        tpp.post(headers={"TPP-QWAC-Certificate": None}),
        tpp.post(headers={"Accept": XML_ONLY}),
        tpp.post(headers={"Content-Type": "x/y"}),
    ]

    assert [each.status_int for each in answers] == [
        201,
        503,
        200,
        200,
        404,
        405,
        400,
        401,
        406,
        415,
    ]
    assert {each.headers["X-Request-ID"] for each in answers} == {X_REQUEST_ID}
    assert {each.headers["Cache-Control"] for each in answers} == {"no-store"}


@pytest.mark.parametrize("sent", ["no uuid", "x" * 101, "<script>", "ÿ"])
def test_an_id_that_is_no_uuid_never_breaks_an_answer(tpp: TppClient, sent: str) -> None:
    answer = tpp.get(NOWHERE, {"X-Request-ID": sent})

    assert refusal(answer) == (400, [("FORMAT_ERROR", "x-request-id")])
    assert answer.headers.get("X-Request-ID") in (None, sent)


def test_the_bank_may_reject_in_the_answer_itself(tpp: TppClient) -> None:
    """P13: not an error, and nothing left to authorise."""
    tpp.world.bank.initiated = Done(Initiated(TransactionStatus.RJCT, psu_message="No funds."))
    answer = tpp.initiated().answer

    assert answer.json["transactionStatus"] == "RJCT"
    assert answer.json["psuMessage"] == "No funds."
    assert set(answer.json["_links"]) == {"self", "status"}
    assert "scaStatus" not in answer.json
    assert "Aspsp-Sca-Approach" not in answer.headers
    assert tpp.world.bank.asked == ["initiate_payment"]

"""Lines of the log: the ids of the request, and nothing that breaks or forges a line."""

import logging
from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from cms import log_lines
from cms.log_lines import JsonFormatter, TextFormatter

REQUEST_ID = "99391c7e-ad88-49ec-a2ad-99ddcb1f7721"
PAYMENT_ID = "2a8acb1f-21d8-731c-b7b7-6444d492ff45"
IBAN = "DE80760700240271232400"
PRINTED_IBAN = "DE80 7607 0024 0271 2324 00"


@pytest.fixture(autouse=True)
def after() -> Iterator[None]:
    yield
    log_lines.end()


def record(message: str, *args: object, failure: BaseException | None = None) -> logging.LogRecord:
    failed = (type(failure), failure, failure.__traceback__) if failure else None
    return logging.LogRecord("xs2a.flows", logging.WARNING, "x.py", 1, message, args, failed)


def text(one: logging.LogRecord) -> str:
    return TextFormatter("XS2A").format(one)


def json(one: logging.LogRecord) -> dict[str, Any]:
    line = JsonFormatter("XS2A").format(one)
    assert "\n" not in line
    told: dict[str, Any] = orjson.loads(line)
    return told


def test_a_line_has_the_ids_of_its_request() -> None:
    log_lines.begin(REQUEST_ID)
    log_lines.know(tpp="PSDDE-BAFIN-100001", payment_id=PAYMENT_ID, authorisation_id=None)
    one = record("the bank did not answer: %s", "time-out")

    assert text(one).endswith(
        f"WARNING the bank did not answer: time-out x_request_id={REQUEST_ID} "
        f"tpp=PSDDE-BAFIN-100001 payment_id={PAYMENT_ID}"
    )
    told = json(one)
    assert told["message"] == "the bank did not answer: time-out"
    assert (told["x_request_id"], told["payment_id"]) == (REQUEST_ID, PAYMENT_ID)
    assert (told["level"], told["logger"]) == ("WARNING", "xs2a.flows")
    assert "authorisation_id" not in told


def test_the_next_request_and_what_comes_outside_of_one_have_none_of_them() -> None:
    log_lines.begin(REQUEST_ID)
    log_lines.know(payment_id=PAYMENT_ID)
    log_lines.begin(None)
    assert text(record("x")).endswith("WARNING x")
    log_lines.know(payment_id=PAYMENT_ID)
    log_lines.end()
    assert text(record("x")).endswith("WARNING x")
    log_lines.know(payment_id=PAYMENT_ID)
    assert text(record("x")).endswith("WARNING x")


@pytest.mark.parametrize(
    "sent, shown",
    [
        ("a\nERROR forged", "a?ERROR?forged"),
        ("a\r\n\x1b[31m\x00", "a???[31m?"),
        ("a payment_id=1", "a?payment_id=1"),
        ("\u2028\u00e4\x85\x7f", "????"),
        ("x" * 300, "x" * 100),
        (IBAN, "DE80..."),
        (IBAN.lower(), "de80..."),
    ],
)
def test_a_hostile_request_id_is_made_harmless(sent: str, shown: str) -> None:
    log_lines.begin(sent)

    assert text(record("x")).endswith(f" WARNING x x_request_id={shown}")
    assert json(record("x"))["x_request_id"] == shown


def test_names_and_reasons_stand_in_quotes_that_nothing_ends() -> None:
    log_lines.begin(None)
    log_lines.know(
        code="CERTIFICATE_INVALID", issuer='A "QTSP"\n code=X \u00e4', reason="It is old."
    )

    told = 'code=CERTIFICATE_INVALID issuer="A ?QTSP?? code=X ?" reason="It is old."'
    assert text(record("x")).endswith(f" WARNING x {told}")
    assert json(record("x"))["issuer"] == "A ?QTSP?? code=X ?"


@pytest.mark.parametrize("breaks", ["\n", "\r", "\x00", "\x1b", "\x85", "\u2028", "\x7f"])
def test_no_message_breaks_its_line(breaks: str) -> None:
    shown = text(record("the bank did not answer: %s", f"one{breaks}two"))

    assert breaks not in shown
    assert "one\\" in shown
    assert json(record("%s", f"one{breaks}two"))["message"] == f"one{breaks}two"


@pytest.mark.parametrize("iban", [IBAN, PRINTED_IBAN, "NO9386011117947"])
def test_no_account_is_in_a_line(iban: str) -> None:
    failure = ValueError(f"no funds at {iban}")
    one = record("refused for %s", iban, failure=failure)
    told = json(one)
    for shown in (text(one), told["message"], told["exception"]):
        assert iban not in shown
        assert iban[4:] not in shown
        assert f"{iban[:4]}..." in shown


@pytest.mark.parametrize("kept", [REQUEST_ID, REQUEST_ID.upper(), "PSDDE-BAFIN-100001", "AB12 CD"])
def test_other_ids_are_not_taken_for_accounts(kept: str) -> None:
    assert kept in text(record("asked for %s", kept))


def test_a_traceback_stays_below_its_line() -> None:
    with pytest.raises(ValueError) as failed:
        int("broken")
    one = record("failed", failure=failed.value)

    assert text(one).splitlines()[1] == "  Traceback (most recent call last):"
    assert json(one)["exception"].endswith("'broken'")


@pytest.mark.parametrize("breaks", ["\n", "\r", "\x00", "\x1b", "\x85", "\u2028", "\x7f"])
def test_no_traceback_forges_a_line(breaks: str) -> None:
    forged = "2026-03-02T10:30:00.123+00:00 XS2A[1] INFO all is well"
    head, *below = text(record("failed", failure=ValueError(f"one{breaks}{forged}"))).split("\n")

    assert head.endswith("WARNING failed")
    assert any(forged in line for line in below)
    assert all(line.startswith("  ") and line.isprintable() for line in below)


@pytest.mark.parametrize(
    "level, told",
    [(logging.INFO, [200, 401, 403, 404, 500, 503]), (logging.WARNING, [401, 403, 500, 503])],
)
def test_who_is_not_let_in_or_not_answered_always_has_a_line(
    caplog: pytest.LogCaptureFixture, level: int, told: list[int]
) -> None:
    caplog.set_level(level, log_lines.ACCESS)
    for status in (200, 401, 403, 404, 500, 503):
        log_lines.tell_access("CMS", "/x", method="GET", status=status, seconds=0.001)

    lines = [each for each in caplog.records if each.name == log_lines.ACCESS]
    assert [each.getMessage() for each in lines] == [f"GET /x {status} 1.0 ms" for status in told]
    grave = {each.getMessage()[7:10] for each in lines if each.levelno == logging.WARNING}
    assert grave == {"401", "403", "500", "503"}

"""Every request is counted by its template, and leaves one line; on both faces."""

import logging
import re
from dataclasses import replace
from typing import Any

import pytest

from cms.log_lines import JsonFormatter, TextFormatter
from spi.answers import Unknown
from tests.breaking import break_inserts, mend
from tests.houses import TPP, World, certificate
from tests.qtsp import the_qtsp
from tests.tpps import SCT, X_REQUEST_ID, TppClient
from xs2a.wiring import xs2a_face

TEMPLATE = "/v1/<string:payment_service>/<string:payment_product>"


def counted(world: World) -> dict[str, float]:
    """All series of `/metrics`, by name and labels."""
    answer = world.cms.get("/metrics")
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    lines = [line for line in answer.text.splitlines() if line and not line.startswith("#")]
    return {series: float(value) for series, _, value in (line.rpartition(" ") for line in lines)}


def news(before: dict[str, float], after: dict[str, float]) -> dict[str, float]:
    """By how much each count has grown; without buckets, sums, what metrics itself adds, and how
    certificates were judged, of which other tests tell.
    """
    grown = {series: value - before.get(series, 0) for series, value in after.items()}
    silent = re.compile(r"_bucket|_sum|_created|/metrics|_certificates_")
    return {series: by for series, by in grown.items() if by and not silent.search(series)}


def request_series(face: str, route: str, method: str, status: str) -> str:
    labels = f'face="{face}",method="{method}",route="{route}",status="{status}"'
    return f"xs2a_request_seconds_count{{{labels}}}"


def lines(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    return [each for each in caplog.records if each.name == "xs2a.access"]


def test_an_initiation_is_counted(world: World, tpp: TppClient) -> None:
    before = counted(world)
    tpp.initiated()

    assert news(before, counted(world)) == {
        request_series("XS2A", TEMPLATE, "POST", "2xx"): 1,
        'xs2a_bank_call_seconds_count{answer="done",call="initiate_payment"}': 1,
        'xs2a_bank_call_seconds_count{answer="done",call="start_authorisation"}': 1,
    }


def test_a_bank_that_is_silent_is_counted(world: World, tpp: TppClient) -> None:
    world.bank.initiated = Unknown("time-out")
    before = counted(world)
    assert tpp.post().status_int == 503

    assert news(before, counted(world)) == {
        request_series("XS2A", TEMPLATE, "POST", "5xx"): 1,
        'xs2a_bank_call_seconds_count{answer="unknown",call="initiate_payment"}': 1,
    }


def test_a_silent_database_is_counted(world: World, tpp: TppClient) -> None:
    tpp.initiated()
    break_inserts(world.house.database, "payments")
    before = counted(world)
    failed = tpp.post().status_int
    mend(world.house.database)

    by_status = news(before, counted(world))
    assert by_status[request_series("XS2A", TEMPLATE, "POST", "5xx")] == 1
    down = by_status.get('xs2a_database_failures_total{during="writing"}', 0)
    assert down == (1 if failed == 503 else 0)


@pytest.mark.parametrize(
    "method, path, route, status",
    [
        ("GET", "/nowhere/DE80760700240271232400", "unmatched", "4xx"),
        ("GET", f"{SCT}/not-an-id", f"{TEMPLATE}/<string:payment_id>", "4xx"),
        ("PATCH", SCT, "unmatched", "4xx"),
        ("BREW", SCT, "unmatched", "4xx"),
        ("GET", "/health/live", "/health/live", "2xx"),
    ],
)
def test_what_a_caller_chooses_is_no_label(
    world: World, tpp: TppClient, method: str, path: str, route: str, status: str
) -> None:
    client = xs2a_face(world.house).test_client()  # which sends any method
    before = counted(world)
    client.open(path, method=method, headers=tpp.headers())
    shown = method if method != "BREW" else "other"

    assert news(before, counted(world)) == {request_series("XS2A", route, shown, status): 1}


def test_a_call_without_a_token_is_counted_and_sees_nothing(world: World) -> None:
    before = counted(world)
    token, world.cms.authorization = world.cms.authorization, None
    refused = world.cms.get("/metrics", status="*")
    other = world.cms.get("/psu-api/v1/payment/x", status="*")
    world.cms.authorization = token

    assert (refused.status_int, other.status_int) == (401, 401)
    assert "xs2a_" not in refused.text
    route = "/psu-api/v1/payment/<string:payment_id>"
    assert news(before, counted(world))[request_series("CMS", route, "GET", "4xx")] == 1


def test_a_request_leaves_one_line_with_its_ids(
    world: World, tpp: TppClient, caplog: pytest.LogCaptureFixture
) -> None:
    shown = capturing(caplog)
    made = tpp.initiated()
    tpp.get(f"{made.status_path}?secret=1")
    tpp.get(made.authorisation_path)
    world.cms.get(f"/psu-api/v1/payment/redirect/{made.authorisation_id}")

    access = [line for line in shown if " ms " in f"{line} "]
    assert len(access) == len(lines(caplog)) == 4
    common = f"x_request_id={X_REQUEST_ID} tpp=PSDDE-BAFIN-100001 payment_id={made.payment_id}"
    with_authorisation = f" authorisation_id={made.authorisation_id}"
    assert access[0].endswith(f"{common}{with_authorisation}")
    assert f"INFO POST {TEMPLATE} 201 " in access[0]
    assert access[1].endswith(common)
    assert access[2].endswith(f"{common}{with_authorisation}")
    assert access[3].endswith(f"payment_id={made.payment_id}") or access[3].endswith(
        f"authorisation_id={made.authorisation_id} payment_id={made.payment_id}"
    )
    assert "secret" not in "".join(shown)


@pytest.mark.parametrize(
    "hostile", ["a\tb", "x" * 500, "DE80760700240271232400", "a payment_id=b", "\xe4\xf6", "' OR 1"]
)
@pytest.mark.parametrize("form", [TextFormatter, JsonFormatter])
def test_a_hostile_request_id_breaks_no_line(
    tpp: TppClient, caplog: pytest.LogCaptureFixture, hostile: str, form: Any
) -> None:
    shown = capturing(caplog, form)
    tpp.post(headers={"X-Request-ID": hostile})

    (line,) = [each for each in shown if TEMPLATE in each]
    assert hostile not in line or form is JsonFormatter
    assert "\n" not in line
    assert "\t" not in line
    assert "0271232400" not in line
    assert len(line) < 600


@pytest.mark.parametrize(
    "sent, told",
    [
        (None, "code=CERTIFICATE_MISSING"),
        ("x", 'reason="The TPP certificate cannot be read." code=CERTIFICATE_INVALID'),
        ("late", ' reason="The TPP certificate has expired." code=CERTIFICATE_EXPIRED'),
        ("another role", "tpp=PSDDE-BAFIN-100001 code=ROLE_INVALID"),
    ],
)
def test_the_line_of_who_is_not_let_in_tells_why(
    tpp: TppClient, caplog: pytest.LogCaptureFixture, sent: str | None, told: str
) -> None:
    shown = capturing(caplog)
    made = {
        "late": certificate(the_qtsp(), until=-1, since=-2),
        "another role": certificate(the_qtsp(), replace(TPP, roles=("PSP_AI",))),
    }
    tpp.post(headers={"TPP-QWAC-Certificate": made.get(sent or "", sent)})

    (line,) = [each for each in shown if TEMPLATE in each]
    assert line.endswith(told)
    named = re.search(r' certificate=[0-9a-f]{64} issuer="Sandbox QTSP" ', line)
    assert bool(named) is (sent == "late")


def capturing(caplog: pytest.LogCaptureFixture, form: Any = TextFormatter) -> list[str]:
    """The lines as they are written: formatted while the request is there."""
    shown: list[str] = []

    class Form(form):  # type: ignore[misc]
        def format(self, record: logging.LogRecord) -> str:
            line: str = super().format(record)
            shown.append(line)
            return line

    caplog.set_level(logging.INFO)
    caplog.handler.setFormatter(Form("XS2A"))
    return shown

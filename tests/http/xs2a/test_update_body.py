"""PUT of an authorisation: what the body and the headers are refused for (spec 16.3; A4, A6).

What the body's members may hold is told by `tests/unit/xs2a/http/test_update_body.py`.
"""

from typing import Any

import pytest

from cms.domain.statuses import ScaStatus
from cms.domain.texts import LONGEST_TEXT
from spi.answers import BankCode, Done
from spi.types import AuthorisationStarted, MethodSelected, ScaMethod
from tests.houses import refused
from tests.http.conftest import OpenHouse
from tests.http.xs2a.sending import (
    APPROACHES,
    AUTHORISATIONS,
    CANCELLATIONS,
    NOWHERE_ID,
    hrefs,
    update,
)
from tests.tpps import PSU_ID, SCT, Headers, Made, TppClient, refusal

NAMED = {"PSU-ID": PSU_ID}
PASSWORD = {"psuData": {"password": "12345"}}
CODE = {"scaAuthenticationData": "123456"}


@pytest.fixture
def embedded(open_house: OpenHouse, pisp: str) -> TppClient:
    return TppClient(open_house(common=APPROACHES["EMBEDDED"]), pisp)


@pytest.fixture
def made(embedded: TppClient) -> Made:
    """A payment whose authorisation is `received`."""
    return embedded.initiated()


def scastatus(tpp: TppClient, made: Made) -> str:
    status: str = tpp.get(made.authorisation_path).json["scaStatus"]
    return status


@pytest.mark.parametrize("body", [None, {}, {"unheardOf": {"deep": [1]}}])
def test_an_empty_body_names_the_psu(embedded: TppClient, made: Made, body: Any) -> None:
    answer = update(embedded, made.authorisation_path, body, NAMED)

    assert answer.status_int == 200
    assert set(answer.json) == {"scaStatus", "_links"}
    assert answer.json["scaStatus"] == "psuIdentified"
    assert set(hrefs(answer)) == {"scaStatus", "updatePsuAuthentication"}
    assert answer.headers["Aspsp-Sca-Approach"] == "EMBEDDED"
    assert "Location" not in answer.headers


@pytest.mark.parametrize(
    "content_type, status",
    [
        ("application/json", 200),
        ("application/json; charset=utf-8", 200),
        ("APPLICATION/JSON", 200),
        (None, 415),
        ("text/plain", 415),
        ("application/xml", 415),
        ("application/jsonx", 415),
        ("multipart/form-data; boundary=x", 415),
    ],
)
def test_a_body_is_json(
    embedded: TppClient, made: Made, content_type: str | None, *, status: int
) -> None:
    answer = update(
        embedded, made.authorisation_path, b"{}", {"Content-Type": content_type, **NAMED}
    )

    assert answer.status_int == status
    if status == 415:
        assert refusal(answer) == (415, [("UNSUPPORTED_MEDIA_TYPE", None)])


@pytest.mark.parametrize("content_type", [None, "text/plain", "application/json"])
def test_where_there_is_no_body_there_is_no_type(
    embedded: TppClient, made: Made, content_type: str | None
) -> None:
    headers = {"Content-Type": content_type, **NAMED}

    assert update(embedded, made.authorisation_path, b"", headers).status_int == 200


@pytest.mark.parametrize(
    "body, path",
    [
        (b" ", None),
        (b"{", None),
        (b"[]", None),
        (b"null", None),
        (b"[" * 5000, None),
        (b'{"psuData": {"password": "1", "password": "2"}}', None),
        ({"psuData": {}}, "psuData"),
        ({"psuData": {"password": ""}}, "psuData.password"),
        ({"psuData": {"additionalPassword": "x"}}, "psuData"),
        ({"authenticationMethodId": "x" * 36}, "authenticationMethodId"),
        ({"scaAuthenticationData": 7}, "scaAuthenticationData"),
        ({"confirmationCode": ""}, "confirmationCode"),
    ],
)
@pytest.mark.parametrize("below", [AUTHORISATIONS, CANCELLATIONS])
def test_a_faulty_body_is_refused_before_anything_is_looked_up(
    embedded: TppClient, made: Made, below: str, body: Any, *, path: str | None
) -> None:
    for where in (made.authorisation_path, f"{SCT}/{NOWHERE_ID}/{below}/{NOWHERE_ID}"):
        assert refusal(update(embedded, where, body, NAMED)) == (400, [("FORMAT_ERROR", path)])
    assert scastatus(embedded, made) == "received"


@pytest.mark.parametrize(
    "headers, path",
    [
        ({"X-Request-ID": None}, "x-request-id"),
        ({"X-Request-ID": "7"}, "x-request-id"),
        ({"PSU-ID": "x" * 51}, "psu-id"),
        ({"PSU-ID-Type": "x" * 51}, "psu-id-type"),
        ({"PSU-Corporate-ID": "x" * 51}, "psu-corporate-id"),
        ({"PSU-Corporate-ID-Type": "x" * 51}, "psu-corporate-id-type"),
    ],
)
def test_headers_of_an_update(embedded: TppClient, made: Made, headers: Headers, path: str) -> None:
    answer = update(embedded, made.authorisation_path, PASSWORD, headers)

    assert refusal(answer) == (400, [("FORMAT_ERROR", path)])


def test_headers_and_body_are_told_together(embedded: TppClient, made: Made) -> None:
    wrong = {"X-Request-ID": "7", "PSU-ID": "x" * 51}
    answer = update(embedded, made.authorisation_path, {"psuData": []}, wrong)

    assert refusal(answer) == (
        400,
        [("FORMAT_ERROR", "x-request-id"), ("FORMAT_ERROR", "psu-id"), ("FORMAT_ERROR", "psuData")],
    )


@pytest.mark.parametrize("tail", [NOWHERE_ID, "x", "%00", "%C3%A4"])
@pytest.mark.parametrize("below", [AUTHORISATIONS, CANCELLATIONS])
def test_an_unknown_authorisation_is_unknown(
    embedded: TppClient, made: Made, below: str, tail: str
) -> None:
    answer = update(embedded, f"{made.path}/{below}/{tail}", PASSWORD, NAMED)

    assert refusal(answer) == (404, [("RESOURCE_UNKNOWN", None)])


@pytest.mark.parametrize(
    "body, headers, status, code",
    [
        (PASSWORD, {}, 400, "FORMAT_ERROR"),  # nobody says who the PSU is
        (PASSWORD, {"PSU-ID": " "}, 400, "FORMAT_ERROR"),
        (CODE, NAMED, 400, "SERVICE_INVALID"),
        ({"authenticationMethodId": "sms"}, NAMED, 400, "SERVICE_INVALID"),
        ({"confirmationCode": "x"}, NAMED, 400, "SERVICE_INVALID"),
    ],
)
def test_what_does_not_fit_leaves_the_authorisation_as_it_is(
    embedded: TppClient, made: Made, body: Any, headers: Headers, *, status: int, code: str
) -> None:
    answer = update(embedded, made.authorisation_path, body, headers)

    assert (answer.status_int, refusal(answer)[1][0][0]) == (status, code)
    assert scastatus(embedded, made) == "received"
    assert update(embedded, made.authorisation_path, PASSWORD, NAMED).status_int == 200


def test_another_psu_is_refused(embedded: TppClient) -> None:
    made = embedded.initiated(headers=NAMED)
    answer = update(embedded, made.authorisation_path, PASSWORD, {"PSU-ID": "somebody.else"})

    assert refusal(answer) == (401, [("PSU_CREDENTIALS_INVALID", None)])
    assert scastatus(embedded, made) == "psuIdentified"


@pytest.mark.parametrize("ends, status", [(False, "scaMethodSelected"), (True, "failed")])
def test_a_wrong_code_may_be_the_last(
    embedded: TppClient, made: Made, *, ends: bool, status: str
) -> None:
    update(embedded, made.authorisation_path, PASSWORD, NAMED)
    embedded.world.bank.executed = refused(BankCode.PSU_CREDENTIALS_INVALID, ends=ends)
    answer = update(embedded, made.authorisation_path, CODE)

    assert refusal(answer) == (401, [("PSU_CREDENTIALS_INVALID", None)])
    assert scastatus(embedded, made) == status


@pytest.mark.parametrize("approach", ["REDIRECT", "OAUTH", "DECOUPLED"])
@pytest.mark.parametrize("body", [None, PASSWORD, CODE, {"confirmationCode": "x"}])
def test_where_the_psu_is_at_the_bank_the_tpp_sends_nothing(
    open_house: OpenHouse, pisp: str, approach: str, body: Any
) -> None:
    tpp = TppClient(open_house(common=APPROACHES[approach]), pisp)
    made = tpp.initiated(headers=NAMED)
    answer = update(tpp, made.authorisation_path, body, NAMED)

    assert refusal(answer) == (403, [("SERVICE_BLOCKED", None)])


@pytest.mark.parametrize("at", [ScaStatus.STARTED, *(s for s in ScaStatus if s.finalised)])
def test_at_the_end_nothing_is_updated(embedded: TppClient, at: ScaStatus) -> None:
    embedded.world.bank.started = Done(AuthorisationStarted(status=at))
    made = embedded.initiated(headers=NAMED)

    assert refusal(update(embedded, made.authorisation_path, PASSWORD)) == (
        409,
        [("STATUS_INVALID", None)],
    )


def test_a_method_whose_id_cannot_be_stored_is_taken_all_the_same(
    embedded: TppClient, made: Made, caplog: pytest.LogCaptureFixture
) -> None:
    """The PSU has been asked: it may go on, and the bank knows which method it was."""
    method = ScaMethod("m" * (LONGEST_TEXT + 1), "PUSH_OTP", decoupled=True)
    embedded.world.bank.selected = Done(MethodSelected(method))

    assert update(embedded, made.authorisation_path, PASSWORD, NAMED).status_int == 200
    found = embedded.world.house.parts.authorisations.find(made.authorisation_id, "UNDEFINED")
    assert (found.status, found.authentication_method_id) == (ScaStatus.SCA_METHOD_SELECTED, None)
    assert "cannot be stored" in caplog.text


def test_an_unknown_method_is_the_banks_word(embedded: TppClient, made: Made) -> None:
    embedded.world.bank.selected = refused(BankCode.SCA_METHOD_UNKNOWN)

    assert refusal(update(embedded, made.authorisation_path, PASSWORD, NAMED)) == (
        400,
        [("SCA_METHOD_UNKNOWN", None)],
    )

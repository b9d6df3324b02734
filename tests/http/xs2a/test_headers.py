"""Headers of an initiation (spec 2.2, 2.3): what is refused, with which code and path."""

import pytest

from tests.http.conftest import OpenHouse
from tests.tpps import ABSENT, SCT, TppClient, payment, refusal

UUID_4 = "0f0a3e3b-8b1d-4a6e-9a1c-3b1a5f5c1a2b"


def _uuid(version: str, variant: str) -> str:
    return f"99391c7e-ad88-{version}9ec-{variant}2ad-99ddcb1f7721"


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        " ",
        "7",
        UUID_4[:-1],
        UUID_4 + "0",
        UUID_4.replace("-", ""),
        "{" + UUID_4 + "}",
        UUID_4.replace("0", "g"),
        _uuid("0", "a"),
        _uuid("9", "a"),
        _uuid("4", "7"),
        _uuid("4", "c"),
    ],
)
@pytest.mark.parametrize("method, path", [("POST", SCT), ("GET", f"{SCT}/{UUID_4}/status")])
def test_each_request_names_itself_by_a_uuid(
    tpp: TppClient, value: str | None, *, method: str, path: str
) -> None:
    answer = tpp.call(method, path, {"X-Request-ID": value}, b'{"a": 1}')

    assert refusal(answer) == (400, [("FORMAT_ERROR", "x-request-id")])


@pytest.mark.parametrize("version", "12345678")
@pytest.mark.parametrize("variant", "89abAB")
def test_uuids_of_all_versions_are_taken(tpp: TppClient, version: str, variant: str) -> None:
    x_request_id = _uuid(version, variant)
    answer = tpp.get(f"{SCT}/{UUID_4}", {"X-Request-ID": x_request_id})

    assert answer.status_int == 404
    assert answer.headers["X-Request-ID"] == x_request_id


@pytest.mark.parametrize(
    "name, value",
    [
        ("PSU-IP-Address", None),
        ("PSU-IP-Address", ""),
        ("PSU-IP-Address", " "),
        ("PSU-IP-Address", "999.1.1.1"),
        ("PSU-IP-Address", "1.2.3"),
        ("PSU-IP-Address", "1.2.3.4.5"),
        ("PSU-IP-Address", "host.example"),
        ("PSU-IP-Address", "1::2::3"),
        ("PSU-IP-Address", "::g"),
        ("PSU-IP-Address", "[::1]"),
        ("PSU-IP-Address", "fe80::1%" + "e" * 140),
        ("PSU-ID", "x" * 51),
        ("PSU-ID-Type", "x" * 51),
        ("PSU-Corporate-ID", "x" * 51),
        ("PSU-Corporate-ID-Type", "x" * 51),
        ("TPP-Redirect-URI", None),
        ("TPP-Redirect-URI", ""),
        ("TPP-Redirect-URI", " "),
        ("TPP-Redirect-URI", "https://pay.example/" + "x" * 481),
        ("TPP-Redirect-URI", "/relative"),
        ("TPP-Redirect-URI", "pay.example"),
        ("TPP-Redirect-URI", "https://"),
        ("TPP-Redirect-URI", "https://pay.example/ /"),
        ("TPP-Redirect-URI", "https://pay.example:x/"),
        ("TPP-Redirect-URI", "javascript:alert(1)"),
        ("TPP-Redirect-URI", "data:text/html,x"),
        ("TPP-Nok-Redirect-URI", "https://pay.example/" + "x" * 481),
        ("TPP-Nok-Redirect-URI", "nowhere"),
        ("TPP-Nok-Redirect-URI", "VBScript:x"),
        ("TPP-Brand-Logging-Information", "x" * 256),
        ("TPP-Explicit-Authorisation-Preferred", "maybe"),
        ("TPP-Explicit-Authorisation-Preferred", "t"),
        ("TPP-Redirect-Preferred", "1"),
        ("TPP-Decoupled-Preferred", "ja"),
        ("TPP-Rejection-NoFunds-Preferred", "truth"),
        ("TPP-Notification-URI", "no uri"),
        ("TPP-Notification-URI", "https://pay.example/" + "x" * 481),
        ("TPP-Notification-Content-Preferred", "status=FOO"),
        ("TPP-Notification-Content-Preferred", "status=SCA,,LAST"),
        ("TPP-Notification-Content-Preferred", "SCA;LAST"),
        ("PSU-Device-ID", "my telephone"),
        ("Idempotency-Key", "x" * 256),
    ],
)
def test_headers_of_the_wrong_form_are_refused(
    tpp: TppClient, name: str, value: str | None
) -> None:
    answer = tpp.post(headers={name: value})

    assert refusal(answer) == (400, [("FORMAT_ERROR", name.lower())])
    assert tpp.world.bank.asked == []
    assert tpp.world.rows()["payments"] == 0


@pytest.mark.parametrize(
    "name, value",
    [
        ("PSU-IP-Address", "255.255.255.255"),
        ("PSU-IP-Address", "::1"),
        ("PSU-IP-Address", "2001:db8:0:0:0:0:2:1"),
        ("PSU-IP-Address", "::ffff:192.0.2.1"),
        ("PSU-IP-Address", "fe80::1%eth0"),
        ("PSU-ID", "x" * 50),
        ("PSU-ID", ""),
        ("PSU-ID-Type", "x" * 50),
        ("PSU-Corporate-ID", "x" * 50),
        ("PSU-Corporate-ID-Type", "x" * 50),
        ("TPP-Redirect-URI", "https://pay.example/" + "x" * 480),
        ("TPP-Redirect-URI", "com.example.pay://back"),
        ("TPP-Nok-Redirect-URI", None),
        ("TPP-Nok-Redirect-URI", "https://pay.example/" + "x" * 480),
        ("TPP-Brand-Logging-Information", "x" * 255),
        *(("TPP-Redirect-Preferred", word) for word in ("true", "FALSE", "Yes", "no", "on", "off")),
        ("TPP-Redirect-Preferred", ""),
        ("TPP-Notification-URI", "https://pay.example/news"),
        ("TPP-Notification-Content-Preferred", "status=sca, Process,LAST"),
        ("TPP-Notification-Content-Preferred", "NONE"),
        ("PSU-Device-ID", UUID_4),
        ("PSU-Device-ID", " "),
        ("PSU-Geo-Location", "GEO:52.506931;13.144558"),
        ("Consent-ID", "whatever"),
        ("Idempotency-Key", "x" * 255),
        ("X-Unheard-Of", "x" * 1000),
    ],
)
def test_headers_of_the_right_form_are_taken(tpp: TppClient, name: str, value: str | None) -> None:
    assert tpp.post(headers={name: value}).status_int == 201


def test_headers_and_the_raw_scan_are_told_together_in_order(tpp: TppClient) -> None:
    """A body's later faults wait for the next attempt (spec 12.1, check 14)."""
    body = payment(
        instructedAmount__currency="EURO",
        requestedExecutionDate="tomorrow",
        purposeCode="????",
        creditorName=ABSENT,
    )
    wrong = {
        "X-Request-ID": "1",
        "PSU-IP-Address": "x",
        "TPP-Redirect-URI": None,
        "PSU-ID": "x" * 99,
    }

    assert refusal(tpp.post(body, wrong)) == (
        400,
        [
            ("FORMAT_ERROR", "x-request-id"),
            ("FORMAT_ERROR", "psu-id"),
            ("FORMAT_ERROR", "psu-ip-address"),
            ("FORMAT_ERROR", "instructedAmount.currency"),
            ("FORMAT_ERROR", "requestedExecutionDate"),
            ("FORMAT_ERROR", "purposeCode"),
        ],
    )


def test_the_missing_redirect_uri_is_told_with_the_fields(tpp: TppClient) -> None:
    answer = tpp.post(payment(creditorName=ABSENT), {"TPP-Redirect-URI": None})

    assert refusal(answer) == (
        400,
        [("FORMAT_ERROR", "tpp-redirect-uri"), ("FORMAT_ERROR", "creditorName")],
    )


@pytest.mark.parametrize(
    "mandated, ignored, psu_id, status",
    [
        (False, False, None, 201),
        (True, False, None, 400),
        (True, False, "", 400),
        (True, False, " ", 400),
        (True, False, "anton", 201),
        (False, True, "anton", 201),
        (True, True, "anton", 400),
    ],
)
def test_the_profile_may_mandate_or_ignore_the_psu(
    open_house: OpenHouse, pisp: str, mandated: bool, ignored: bool, *, psu_id: str, status: int
) -> None:
    world = open_house(
        common={"psuInInitialRequestMandated": mandated, "psuInInitialRequestIgnored": ignored}
    )
    answer = TppClient(world, pisp).post(headers={"PSU-ID": psu_id})

    assert answer.status_int == status
    if status == 400:
        assert refusal(answer) == (400, [("FORMAT_ERROR", "psu-id")])
    else:
        named = psu_id if not ignored else None
        assert answer.json["scaStatus"] == ("psuIdentified" if named else "received")
        psu = world.bank.contexts[0].psu
        assert (psu.psu_id if psu else None) == named
        assert world.rows()["payment_psus"] == (1 if named else 0)

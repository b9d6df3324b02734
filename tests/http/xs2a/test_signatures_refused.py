"""What is not signed as it must be does not come in, and does nothing (spec 5, T5)."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sandbox.certificates import SandboxQtsp
from tests.houses import NOW, TPP, certificate
from tests.http.conftest import OpenHouse
from tests.http.xs2a.signed_tpp import SIGNED, SignedTpp, seal
from tests.signing import Signer, sha_256
from tests.tpps import ABSENT, SCT, Headers, TppClient, payment, refusal

CERTIFICATE = "tpp-signature-certificate"
DAY = timedelta(days=1)
ALL = ("digest", "x-request-id", "psu-id", "psu-corporate-id", "tpp-redirect-uri", "date")


@pytest.fixture
def tpp(open_house: OpenHouse, qtsp: SandboxQtsp, pisp: str) -> SignedTpp:
    return SignedTpp(open_house(common=SIGNED), pisp, signer=seal(qtsp))


def assert_refused(tpp: TppClient, answer: Any, *expected: tuple[str, str | None]) -> None:
    """With these codes and paths, and with nothing done."""
    status = 400 if expected[0][0] in {"FORMAT_ERROR", "TIMESTAMP_INVALID"} else 401
    assert refusal(answer) == (status, list(expected))
    assert tpp.world.bank.asked == []
    assert tpp.world.rows()["payments"] == 0


@pytest.mark.parametrize(
    "tampered, expected",
    [
        # In the order of the clause: nothing behind a finding is looked at.
        ({"X-Request-ID": None, "Signature": None}, [("FORMAT_ERROR", "x-request-id")]),
        ({"X-Request-ID": " ", "Signature": None}, [("FORMAT_ERROR", "x-request-id")]),
        ({"Signature": None, "Digest": None}, [("SIGNATURE_MISSING", "signature")]),
        ({"Signature": "", "Date": None}, [("SIGNATURE_MISSING", "signature")]),
        ({"Signature": "x" * 8_193}, [("FORMAT_ERROR", "signature")]),
        ({"TPP-Signature-Certificate": None}, [("FORMAT_ERROR", CERTIFICATE)]),
        ({"TPP-Signature-Certificate": " "}, [("FORMAT_ERROR", CERTIFICATE)]),
        ({"TPP-Signature-Certificate": "x" * 16_385}, [("FORMAT_ERROR", CERTIFICATE)]),
        ({"Digest": None}, [("FORMAT_ERROR", "digest")]),
        ({"Date": None}, [("FORMAT_ERROR", "date")]),
        ({"Date": "2026-03-02T10:30:00Z"}, [("FORMAT_ERROR", "date")]),
        ({"Date": "yesterday"}, [("FORMAT_ERROR", "date")]),
        (
            {"Digest": None, "Date": None, "TPP-Signature-Certificate": None},
            [("FORMAT_ERROR", CERTIFICATE), ("FORMAT_ERROR", "digest"), ("FORMAT_ERROR", "date")],
        ),
        ({"Digest": sha_256(b"{}")}, [("FORMAT_ERROR", "digest")]),
        ({"Digest": "MD5=1B2M2Y8AsgTpgAmY7PhCfg=="}, [("FORMAT_ERROR", "digest")]),
        (
            {"Digest": sha_256(b"{}"), "Date": "Mon, 02 Mar 2026 11:00:00 GMT"},
            [("FORMAT_ERROR", "digest"), ("TIMESTAMP_INVALID", "date")],
        ),
        ({"Signature": "x"}, [("SIGNATURE_INVALID", "signature")]),
        ({"TPP-Signature-Certificate": "x"}, [("CERTIFICATE_INVALID", CERTIFICATE)]),
    ],
)
def test_what_must_come_with_a_request(
    tpp: SignedTpp, tampered: Headers, expected: list[tuple[str, str]]
) -> None:
    assert_refused(tpp, tpp.but(tampered=tampered).post(), *expected)


@pytest.mark.parametrize(
    "tampered",
    [
        {"X-Request-ID": "99391c7e-ad88-49ec-a2ad-99ddcb1f7722"},  # an old request in new clothes
        {"PSU-ID": "max.musterman"},
        {"PSU-Corporate-ID": "other"},
        {"TPP-Redirect-URI": "https://elsewhere.example"},
        {"TPP-Redirect-URI": None},
        {"Date": "Mon, 02 Mar 2026 10:30:01 GMT"},
    ],
)
def test_what_was_signed_cannot_be_changed(tpp: SignedTpp, tampered: Headers) -> None:
    sent = {"PSU-ID": "anton.brueckner", "PSU-Corporate-ID": "house"}
    assert tpp.post(headers=sent).status_int == 201
    fresh = SignedTpp(tpp.world, tpp.certificate, signer=tpp.signer, tampered=tampered)
    answer = fresh.post(headers=sent)

    assert refusal(answer) == (401, [("SIGNATURE_INVALID", "signature")])
    assert tpp.world.rows()["payments"] == 1


def test_a_changed_body_is_found_by_its_digest(tpp: SignedTpp) -> None:
    other = payment(instructedAmount__amount="1250.00")
    changed = tpp.but(swapped=str(other).encode())
    assert_refused(tpp, changed.post(), ("FORMAT_ERROR", "digest"))

    with_its_digest = changed.but(tampered={"Digest": sha_256(str(other).encode())})
    assert_refused(tpp, with_its_digest.post(), ("SIGNATURE_INVALID", "signature"))


@pytest.mark.parametrize(
    "left_out", ["digest", "x-request-id", "psu-id", "psu-corporate-id", "tpp-redirect-uri"]
)
def test_a_signature_must_cover_what_matters(tpp: SignedTpp, left_out: str) -> None:
    sent = {"PSU-ID": "anton.brueckner", "PSU-Corporate-ID": "house"}
    names = [name for name in ALL if name != left_out]
    answer = tpp.but(how={"names": names}).post(headers=sent)

    assert_refused(tpp, answer, ("SIGNATURE_INVALID", "signature"))
    assert left_out in answer.json["tppMessages"][0]["text"]


def test_a_signature_need_not_cover_what_is_blank_or_absent(tpp: SignedTpp) -> None:
    names = {"names": ("digest", "x-request-id", "tpp-redirect-uri")}

    assert tpp.but(how=names).post(headers={"PSU-ID": " "}).status_int == 201


def test_a_header_that_is_signed_must_be_sent(tpp: SignedTpp) -> None:
    signature = tpp.signer.sign(tpp.headers())["Signature"]
    with_more = signature.replace('headers="', 'headers="psu-geo-location ')

    answer = tpp.but(tampered={"Signature": with_more}, swapped=b"").call("GET", f"{SCT}/1")
    assert refusal(answer) == (401, [("SIGNATURE_INVALID", "signature")])
    assert "'psu-geo-location' was not sent" in answer.json["tppMessages"][0]["text"]


@pytest.mark.parametrize(
    "date, good",
    [
        ("Mon, 02 Mar 2026 10:25:00 GMT", True),
        ("Mon, 02 Mar 2026 10:35:00 GMT", True),
        ("Monday, 02-Mar-26 10:30:00 GMT", True),
        ("Mon, 02 Mar 2026 11:30:00 +0100", True),
        ("Mon, 02 Mar 2026 10:24:59 GMT", False),
        ("Mon, 02 Mar 2026 10:35:01 GMT", False),
        ("Mon, 02 Mar 2026 10:30:00 +0100", False),
        ("Fri, 31 Dec 9999 23:59:59 -1200", False),
        ("Sat, 01 Jan 0001 00:00:00 +1200", False),
    ],
)
def test_a_request_is_of_now(tpp: SignedTpp, date: str, good: bool) -> None:
    answer = tpp.but(how={"date": date}).post()

    if good:
        assert answer.status_int == 201
    else:
        assert_refused(tpp, answer, ("TIMESTAMP_INVALID", "date"))


def test_the_bank_says_how_punctual_requests_must_be(
    open_house: OpenHouse, qtsp: SandboxQtsp, pisp: str
) -> None:
    world = open_house(common=SIGNED | {"signatureDateToleranceMs": 86_400_000})
    tpp = SignedTpp(world, pisp, signer=seal(qtsp), how={"date": "Mon, 02 Mar 2026 01:00:00 GMT"})

    assert tpp.post().status_int == 201


@pytest.mark.parametrize(
    "since, until, code", [(-10, -1, "CERTIFICATE_EXPIRED"), (1, 10, "CERTIFICATE_INVALID")]
)
def test_a_seal_counts_within_its_validity(
    tpp: SignedTpp, qtsp: SandboxQtsp, since: int, until: int, *, code: str
) -> None:
    late = tpp.but(signer=seal(qtsp, since=since, until=until))

    assert_refused(tpp, late.post(), (code, CERTIFICATE))


@pytest.mark.parametrize(
    "others",
    [
        {"authorisation_number": "PSDDE-BAFIN-100002"},
        {"authority_id": "AT-FMA"},
    ],
)
def test_nobody_signs_with_the_seal_of_another_tpp(
    tpp: SignedTpp, qtsp: SandboxQtsp, others: dict[str, Any]
) -> None:
    stranger = tpp.but(signer=seal(qtsp, replace(TPP, **others)))

    assert_refused(tpp, stranger.post(), ("SIGNATURE_INVALID", "signature"))


@pytest.mark.parametrize(
    "spelt",
    [
        {"authorisation_number": TPP.authorisation_number.lower()},
        {"authority_id": TPP.authority_id.lower()},
    ],
)
def test_small_letters_make_no_other_tpp(
    tpp: SignedTpp, qtsp: SandboxQtsp, spelt: dict[str, Any]
) -> None:
    assert tpp.but(signer=seal(qtsp, replace(TPP, **spelt))).post().status_int == 201


def test_a_seal_is_issued_by_somebody_whom_the_bank_trusts(tpp: SignedTpp, tmp_path: Path) -> None:
    stranger = SandboxQtsp.open(tmp_path / "another", NOW)

    answer = tpp.but(signer=seal(stranger)).post()
    assert_refused(tpp, answer, ("CERTIFICATE_INVALID", CERTIFICATE))


def test_a_website_certificate_is_no_seal(tpp: SignedTpp, qtsp: SandboxQtsp) -> None:
    qwac = Signer(qtsp.issue_qwac(TPP, not_before=NOW - DAY, not_after=NOW + DAY))

    assert_refused(tpp, tpp.but(signer=qwac).post(), ("CERTIFICATE_INVALID", CERTIFICATE))


def test_a_signature_needs_the_key_of_the_certificate(tpp: SignedTpp, qtsp: SandboxQtsp) -> None:
    thief = tpp.but(
        signer=seal(qtsp), tampered={"TPP-Signature-Certificate": tpp.signer.header_value}
    )
    named = thief.but(how={"key_id": tpp.signer.key_id})

    for each in (thief, named):
        assert_refused(tpp, each.post(), ("SIGNATURE_INVALID", "signature"))


@pytest.mark.parametrize(
    "how",
    [
        {"key_id": "SN=1,CA=CN=Sandbox QTSP"},
        {"key_id": "Sandbox QTSP"},
        {"algorithm": "rsa-sha256"},
        {"algorithm": "hmac-sha256"},
        {"algorithm": "ecdsa-sha512"},
        {"by": lambda key, signed: b"signature"},
        {"by": lambda key, signed: b""},
    ],
)
def test_a_signature_must_be_what_it_says(tpp: SignedTpp, how: dict[str, Any]) -> None:
    assert_refused(tpp, tpp.but(how=how).post(), ("SIGNATURE_INVALID", "signature"))


def test_role_before_signature_before_everything_else(tpp: SignedTpp, qtsp: SandboxQtsp) -> None:
    """Spec 1: certificate and role, signature, then `Accept`, stop list, product, the rest."""
    unsigned = tpp.but(tampered={"Signature": None})
    roleless = replace(unsigned, certificate=certificate(qtsp, replace(TPP, roles=("PSP_AI",))))
    assert_refused(tpp, roleless.post(), ("ROLE_INVALID", None))

    wrong = {"Accept": "text/html", "PSU-IP-Address": None, "Content-Type": "text/html"}
    path = "/v1/payments/no-such-product"
    assert_refused(tpp, unsigned.post(headers=wrong, path=path), ("SIGNATURE_MISSING", "signature"))
    blocked = {"tpp-authorisation-number": TPP.authorisation_number}
    tpp.world.cms.put("/aspsp-api/v1/tpp/stop-list/block", headers=blocked)
    assert_refused(tpp, unsigned.post(), ("SIGNATURE_MISSING", "signature"))
    assert refusal(tpp.post()) == (401, [("CERTIFICATE_BLOCKED", None)])


def test_a_refused_request_is_on_record(tpp: SignedTpp) -> None:
    tpp.but(tampered={"Signature": None}).post(payment(creditorName=ABSENT))

    (event,) = tpp.world.events(event_type="PAYMENT_INITIATION_REQUEST_RECEIVED")
    assert event["tpp_authorisation_number"] == TPP.authorisation_number


def test_a_whole_request_cannot_be_sent_again_later(tpp: SignedTpp) -> None:
    assert tpp.post().status_int == 201
    tpp.world.clock.advance(timedelta(minutes=6))

    assert refusal(tpp.post()) == (400, [("TIMESTAMP_INVALID", "date")])
    later = {"Date": "Mon, 02 Mar 2026 10:36:00 GMT"}
    assert refusal(tpp.but(tampered=later).post()) == (401, [("SIGNATURE_INVALID", "signature")])
    assert tpp.world.rows()["payments"] == 1


def test_with_replay_a_request_that_comes_twice_at_once_is_one_payment(
    open_house: OpenHouse, qtsp: SandboxQtsp, pisp: str
) -> None:
    world = open_house(common=SIGNED | {"xRequestIdReplay": "replay"})
    tpp = SignedTpp(world, pisp, signer=seal(qtsp))

    assert tpp.post().json["paymentId"] == tpp.post().json["paymentId"]
    assert world.rows()["payments"] == 1

"""URIs of a request outside of the domains of the TPP's certificate (spec 2.4)."""

from dataclasses import replace
from typing import Any

import pytest

from sandbox.certificates import SandboxQtsp
from tests.houses import TPP, certificate
from tests.http.conftest import OpenHouse
from tests.http.xs2a.sending import CANCELLATIONS, cancel, push, start
from tests.tpps import Headers, Made, TppClient, refusal

ELSEWHERE = "https://elsewhere.example/ok"
WAY_BACK, NOK, NOTICES = "TPP-Redirect-URI", "TPP-Nok-Redirect-URI", "TPP-Notification-URI"
WARNS: dict[str, Any] = {"checkUriComplianceToDomainSupported": True}
REJECTS = WARNS | {"tppUriComplianceResponse": "REJECT"}
EXPLICIT = {"startAuthorisationMode": "explicit"}
NOTICES_WANTED = {"TPP-Notification-Content-Preferred": "status=SCA"}


def warnings(answer: Any) -> list[tuple[str, str, str]]:
    """Category, code and path of each message of a good answer."""
    told = answer.json.get("tppMessages", [])
    return [(each["category"], each["code"], each.get("path")) for each in told]


def warned(*paths: str) -> list[tuple[str, str, str]]:
    return [("WARNING", "WARNING", path.lower()) for path in paths]


@pytest.mark.parametrize(
    "common, headers, foreign",
    [
        ({}, {}, []),
        ({}, {WAY_BACK: ELSEWHERE}, [WAY_BACK]),
        ({}, {NOK: ELSEWHERE}, [NOK]),
        ({}, {WAY_BACK: ELSEWHERE, NOK: "http://127.0.0.1/nok"}, [WAY_BACK, NOK]),
        ({}, {WAY_BACK: "https://www.pay.example/ok", NOK: "https://pay.example:8443"}, []),
        ({}, {NOK: None}, []),
        # The PSU stays with the TPP: the ways back are not used.
        ({"scaApproachesSupported": ["EMBEDDED"]}, {WAY_BACK: ELSEWHERE, NOK: ELSEWHERE}, []),
        # Notices are sent only where both sides want some.
        ({}, {NOTICES: ELSEWHERE, **NOTICES_WANTED}, []),
        ({"aspspNotificationsSupported": ["SCA"]}, {NOTICES: ELSEWHERE}, []),
        (
            {"aspspNotificationsSupported": ["SCA"]},
            {NOTICES: ELSEWHERE, **NOTICES_WANTED},
            [NOTICES],
        ),
    ],
)
def test_an_initiation_is_warned_of_or_refused(
    open_house: OpenHouse,
    pisp: str,
    common: dict[str, Any],
    headers: Headers,
    *,
    foreign: list[str],
) -> None:
    lenient = TppClient(open_house(common=WARNS | common), pisp)
    assert warnings(lenient.initiated(headers=headers).answer) == warned(*foreign)

    strict = TppClient(open_house(common=REJECTS | common), pisp)
    answer = strict.post(headers=headers)
    if not foreign:
        assert answer.status_int == 201
        assert warnings(answer) == []
        return
    assert refusal(answer) == (400, [("FORMAT_ERROR", path.lower()) for path in foreign])
    assert strict.world.bank.asked == []


def test_without_the_profile_key_nothing_is_compared(tpp: TppClient) -> None:
    assert warnings(tpp.initiated(headers={WAY_BACK: ELSEWHERE}).answer) == []


def test_what_is_no_uri_at_all_is_told_once(open_house: OpenHouse, pisp: str) -> None:
    strict = TppClient(open_house(common=REJECTS), pisp)
    answer = strict.post(headers={WAY_BACK: "javascript:alert(1)", NOK: ELSEWHERE})

    assert refusal(answer) == (
        400,
        [("FORMAT_ERROR", "tpp-redirect-uri"), ("FORMAT_ERROR", "tpp-nok-redirect-uri")],
    )


CANCELLED_BY_PSU = {"paymentCancellationAuthorisationMandated": True}


def accepted(tpp: TppClient) -> Made:
    """A payment whose cancellation the PSU has to authorise."""
    made = tpp.initiated()
    push(tpp.world, made, "ACSP")
    return made


def test_a_start_is_warned_of_or_refused(open_house: OpenHouse, pisp: str) -> None:
    """Its way back counts above that of the initiation, so it must be as good."""
    lenient = TppClient(open_house(common=WARNS | EXPLICIT), pisp)
    answer = start(lenient, lenient.initiated(), headers={WAY_BACK: ELSEWHERE})
    assert answer.status_int == 201
    assert warnings(answer) == warned(WAY_BACK)

    strict = TppClient(open_house(common=REJECTS | EXPLICIT), pisp)
    answer = start(strict, strict.initiated(), headers={WAY_BACK: ELSEWHERE})
    assert refusal(answer) == (400, [("FORMAT_ERROR", "tpp-redirect-uri")])


def test_a_start_of_a_cancellation_likewise(open_house: OpenHouse, pisp: str) -> None:
    strict = TppClient(open_house(common=REJECTS | EXPLICIT, pis=CANCELLED_BY_PSU), pisp)
    made = accepted(strict)
    assert cancel(strict, made).status_int == 202
    answer = start(strict, made, headers={NOK: ELSEWHERE}, below=CANCELLATIONS)

    assert refusal(answer) == (400, [("FORMAT_ERROR", "tpp-nok-redirect-uri")])


def test_a_cancellation_is_warned_of_or_refused(open_house: OpenHouse, pisp: str) -> None:
    lenient = TppClient(open_house(common=WARNS, pis=CANCELLED_BY_PSU), pisp)
    answer = cancel(lenient, accepted(lenient), {WAY_BACK: ELSEWHERE})
    assert answer.status_int == 202
    assert warnings(answer) == warned(WAY_BACK)

    strict = TppClient(open_house(common=REJECTS, pis=CANCELLED_BY_PSU), pisp)
    answer = cancel(strict, accepted(strict), {WAY_BACK: ELSEWHERE})
    assert refusal(answer) == (400, [("FORMAT_ERROR", "tpp-redirect-uri")])


@pytest.mark.parametrize(
    "domains, foreign",
    [
        ((), []),  # nothing to compare with
        (("elsewhere.example",), []),
        (("*.elsewhere.example",), []),
        (("pay.example", "elsewhere.example"), []),
        (("*.co.uk",), [WAY_BACK]),
    ],
)
def test_the_domains_are_those_of_the_certificate(
    open_house: OpenHouse, qtsp: SandboxQtsp, domains: tuple[str, ...], foreign: list[str]
) -> None:
    header = certificate(qtsp, replace(TPP, domains=domains))
    tpp = TppClient(open_house(common=WARNS), header)
    made = tpp.initiated(headers={WAY_BACK: ELSEWHERE, NOK: None})

    assert warnings(made.answer) == warned(*foreign)


def test_the_default_tpp_of_a_sandbox_has_no_certificate_to_compare_with(
    open_house: OpenHouse,
) -> None:
    tpp = TppClient(open_house(common=REJECTS, default_tpp=True), "")

    assert tpp.post(headers={WAY_BACK: ELSEWHERE}).status_int == 201

"""When an access token must, may or must not come with a request (spec 4)."""

from typing import Any

import pytest

from cms.domain.statuses import TransactionStatus
from spi.answers import Done
from spi.types import Initiated, PaymentStatusReport
from tests.http.conftest import OpenHouse
from tests.http.oauth.acting import Actors
from tests.http.xs2a.sending import (
    APPROACHES,
    CANCELLATIONS,
    NOWHERE_ID,
    OAUTH_SERVER,
    cancel,
    push,
    start,
    update,
)
from tests.tpps import SCT, Headers, Made, TppClient, refusal

TOKEN = {"Authorization": "Bearer abc.def"}
PRE_STEP = APPROACHES["OAUTH"] | {"scaRedirectFlow": "OAUTH_PRE_STEP"}
NEEDED = (401, [("UNAUTHORIZED", None)])
FORBIDDEN = (403, [("FORBIDDEN", None)])
EMBEDDED_TOO = {"scaApproachesSupported": ["REDIRECT", "EMBEDDED"]}
NO_REDIRECT = {"TPP-Redirect-Preferred": "false"}
HARMLESS = {"RCVD", "PDNG", "PATC", "RJCT", "CANC"}


def reads(made: Made) -> tuple[str, ...]:
    return (
        made.path,
        made.status_path,
        made.authorisations,
        made.authorisation_path,
        f"{made.path}/{CANCELLATIONS}",
    )


def authorised(tpp: TppClient, headers: Headers | None = None) -> Made:
    """A payment whose PSU has done its part."""
    made = tpp.initiated(headers=headers)
    Actors(tpp).authorise(made)
    return made


def changes(tpp: TppClient, made: Made, headers: Headers) -> list[Any]:
    """Each POST and DELETE there is."""
    return [
        tpp.post(headers=headers),
        start(tpp, made, headers=headers),
        start(tpp, made, headers=headers, below=CANCELLATIONS),
        cancel(tpp, made, headers),
    ]


@pytest.mark.parametrize("value", [None, "", " ", "Bearer", "Bearer ", "Basic abc", "abc"])
def test_pre_step_first_a_token(open_house: OpenHouse, pisp: str, value: str | None) -> None:
    tpp = TppClient(open_house(common=PRE_STEP), pisp)
    made = tpp.initiated(headers=TOKEN)
    without = {"Authorization": value}
    answers = changes(tpp, made, without) + [tpp.get(path, without) for path in reads(made)]

    assert [refusal(each) for each in answers] == [NEEDED] * 9
    assert {OAUTH_SERVER in each.json["tppMessages"][0]["text"] for each in answers} == {True}
    assert {each.headers["WWW-Authenticate"] for each in answers} == {"Bearer"}


@pytest.mark.parametrize("value", ["Bearer abc", "bearer abc", "BEARER  abc"])
def test_pre_step_with_a_token_all_goes_on(open_house: OpenHouse, pisp: str, value: str) -> None:
    tpp = TppClient(open_house(common=PRE_STEP), pisp)
    token = {"Authorization": value}
    made = tpp.initiated(headers=token)

    assert "scaRedirect" in made.answer.json["_links"]
    assert {each.access_token for each in tpp.world.bank.contexts} == {"abc"}
    assert [tpp.get(path, token).status_int for path in reads(made)] == [200] * 5
    assert start(tpp, made, headers=token).status_int == 201
    assert cancel(tpp, made, token).status_int == 204


def test_integrated_no_token_for_changes(open_house: OpenHouse, pisp: str) -> None:
    tpp = TppClient(open_house(common=APPROACHES["OAUTH"]), pisp)
    made = tpp.initiated()

    assert [refusal(each) for each in changes(tpp, made, TOKEN)] == [FORBIDDEN] * 4
    assert tpp.world.rows()["payments"] == 1
    assert start(tpp, made).status_int == 201
    assert cancel(tpp, made).status_int == 204


@pytest.mark.parametrize("status", TransactionStatus)
def test_integrated_a_token_for_reads_once_the_psu_has_authorised(
    open_house: OpenHouse, pisp: str, status: TransactionStatus
) -> None:
    tpp = TppClient(open_house(common=APPROACHES["OAUTH"]), pisp)
    made = authorised(tpp)
    push(tpp.world, made, status)
    tpp.world.bank.asked.clear()
    without = [tpp.get(path) for path in reads(made)]

    if status in HARMLESS:
        assert [each.status_int for each in without] == [200] * 5
    else:
        assert [refusal(each) for each in without] == [FORBIDDEN] * 5
        assert {OAUTH_SERVER in each.json["tppMessages"][0]["text"] for each in without} == {True}
        assert tpp.world.bank.asked == []
    assert [tpp.get(path, TOKEN).status_int for path in reads(made)] == [200] * 5


@pytest.mark.parametrize("fresh", TransactionStatus)
def test_integrated_what_the_bank_says_now_counts(
    open_house: OpenHouse, pisp: str, fresh: TransactionStatus
) -> None:
    """Not the status that was stored before it was asked."""
    tpp = TppClient(open_house(common=APPROACHES["OAUTH"]), pisp)
    for path in ("", "/status"):
        made = authorised(tpp)
        tpp.world.bank.status = Done(PaymentStatusReport(fresh))
        answer = tpp.get(f"{made.path}{path}")

        if fresh in HARMLESS:
            assert answer.json["transactionStatus"] == fresh
        else:
            assert refusal(answer) == FORBIDDEN
        assert tpp.get(f"{made.path}{path}", TOKEN).status_int == 200


# What the TPP wished for at the initiation -> must a token come with a read, whatever that wishes?
@pytest.mark.parametrize("reading", [{}, NO_REDIRECT], ids=["no wish", "redirect declined"])
@pytest.mark.parametrize("made_with, needed", [({}, True), (NO_REDIRECT, False)])
def test_integrated_a_read_goes_by_the_authorisation_on_record(
    open_house: OpenHouse, pisp: str, made_with: Headers, reading: Headers, needed: bool
) -> None:
    tpp = TppClient(open_house(common=APPROACHES["OAUTH"] | EMBEDDED_TOO), pisp)
    made = authorised(tpp, made_with)
    push(tpp.world, made, "ACSP")
    answers = [tpp.get(path, reading) for path in reads(made)]

    if needed:
        assert [refusal(each) for each in answers] == [FORBIDDEN] * 5
    else:
        assert [each.status_int for each in answers] == [200] * 5


def test_integrated_what_no_token_can_exist_for_is_read_without(
    open_house: OpenHouse, pisp: str
) -> None:
    """Accepted at once; made before OAuth came."""
    tpp = TppClient(open_house(common={"scaApproachesSupported": ["REDIRECT"]}), pisp)
    before = authorised(tpp)
    profile = tpp.world.cms.get("/api/v1/aspsp-profile").json
    profile["common"] |= APPROACHES["OAUTH"]
    tpp.world.cms.put_json("/api/v1/aspsp-profile/for-debug/aspsp-settings", profile)
    tpp.world.bank.initiated = Done(Initiated(status=TransactionStatus.ACSP))
    accepted = tpp.initiated()
    tpp.world.bank.status = Done(PaymentStatusReport(TransactionStatus.ACSP))
    for made in (before, accepted):
        push(tpp.world, made, "ACSP")
        assert tpp.get(made.status_path).json["transactionStatus"] == "ACSP"
        assert tpp.get(made.authorisations).status_int == 200


# What the TPP wished for at the initiation, and who starts the authorisation -> which reads without
# a token are refused, by what they wish. An explicit start has not come yet.
@pytest.mark.parametrize(
    "made_with, mode, refused",
    [
        ({}, "auto", [{}, NO_REDIRECT]),
        (NO_REDIRECT, "auto", []),
        ({}, "explicit", [{}]),
    ],
)
def test_pre_step_a_read_goes_by_the_authorisations_on_record(
    open_house: OpenHouse, pisp: str, made_with: Headers, mode: str, refused: list[Headers]
) -> None:
    common = PRE_STEP | EMBEDDED_TOO | {"startAuthorisationMode": mode}
    tpp = TppClient(open_house(common=common), pisp)
    made = tpp.initiated(headers={**TOKEN, **made_with})
    paths = (made.path, made.status_path, made.authorisations)
    for wish in ({}, NO_REDIRECT):
        answers = [tpp.get(path, wish) for path in paths]

        if wish in refused:
            assert [refusal(each) for each in answers] == [NEEDED] * 3
        else:
            assert [each.status_int for each in answers] == [200] * 3


# The same for changes: the record counts, and what the request itself would begin.
@pytest.mark.parametrize(
    "made_with, wish, needed",
    [
        ({}, {}, True),
        ({}, NO_REDIRECT, True),
        (NO_REDIRECT, {}, True),
        (NO_REDIRECT, NO_REDIRECT, False),
    ],
)
def test_pre_step_a_change_goes_by_both(
    open_house: OpenHouse, pisp: str, made_with: Headers, wish: Headers, needed: bool
) -> None:
    tpp = TppClient(open_house(common=PRE_STEP | EMBEDDED_TOO), pisp)
    made = tpp.initiated(headers={**TOKEN, **made_with})
    answers = [start(tpp, made, headers=wish), cancel(tpp, made, wish)]

    if needed:
        assert [refusal(each) for each in answers] == [NEEDED] * 2
    else:
        assert [each.status_int for each in answers] == [201, 204]


def test_what_does_not_exist_is_unknown_before_a_token_is_asked_for(
    open_house: OpenHouse, pisp: str
) -> None:
    tpp = TppClient(open_house(common=APPROACHES["OAUTH"]), pisp)

    assert refusal(tpp.get(f"{SCT}/{NOWHERE_ID}")) == (404, [("RESOURCE_UNKNOWN", None)])
    assert refusal(tpp.get("/v1/payments/foo/x"))[0] == 404


@pytest.mark.parametrize("common", [PRE_STEP, APPROACHES["OAUTH"]], ids=["pre-step", "integrated"])
@pytest.mark.parametrize("headers", [{}, TOKEN], ids=["without", "with"])
def test_an_update_is_not_judged(
    open_house: OpenHouse, pisp: str, common: dict[str, Any], headers: Headers
) -> None:
    tpp = TppClient(open_house(common=common), pisp)
    made = tpp.initiated(headers=TOKEN if common is PRE_STEP else {})
    answer = update(tpp, made.authorisation_path, {"confirmationCode": "x"}, headers)

    assert refusal(answer) == (403, [("SERVICE_BLOCKED", None)])


@pytest.mark.parametrize("flow", ["OAUTH", "OAUTH_PRE_STEP", "REDIRECT"])
@pytest.mark.parametrize("headers", [{}, TOKEN], ids=["without", "with"])
def test_other_approaches_and_the_plain_redirect_know_no_rule(
    open_house: OpenHouse, pisp: str, flow: str, headers: Headers
) -> None:
    offered = ["REDIRECT"] if flow == "REDIRECT" else ["EMBEDDED", "REDIRECT"]
    common = {**PRE_STEP, "scaRedirectFlow": flow, "scaApproachesSupported": offered}
    tpp = TppClient(open_house(common=common), pisp)
    made = tpp.initiated(headers=headers)
    push(tpp.world, made, "ACSP")

    assert [tpp.get(path, headers).status_int for path in reads(made)] == [200] * 5
    assert cancel(tpp, made, headers).status_int == 204


def test_the_certificate_is_asked_for_first(open_house: OpenHouse, pisp: str) -> None:
    tpp = TppClient(open_house(common=PRE_STEP), pisp)

    assert refusal(tpp.post(headers={"TPP-QWAC-Certificate": None})) == (
        401,
        [("CERTIFICATE_MISSING", None)],
    )

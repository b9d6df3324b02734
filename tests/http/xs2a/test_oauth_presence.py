"""When an access token must, may or must not come with a request (spec 4)."""

from typing import Any

import pytest

from cms.domain.statuses import TransactionStatus
from spi.answers import Done
from spi.types import PaymentStatusReport
from tests.http.conftest import OpenHouse
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
HARMLESS = {"RCVD", "PDNG", "PATC", "RJCT", "CANC"}


def reads(made: Made) -> tuple[str, ...]:
    return (
        made.path,
        made.status_path,
        made.authorisations,
        made.authorisation_path,
        f"{made.path}/{CANCELLATIONS}",
    )


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
    made = tpp.initiated()
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
        made = tpp.initiated()
        tpp.world.bank.status = Done(PaymentStatusReport(fresh))
        answer = tpp.get(f"{made.path}{path}")

        if fresh in HARMLESS:
            assert answer.json["transactionStatus"] == fresh
        else:
            assert refusal(answer) == FORBIDDEN
        assert tpp.get(f"{made.path}{path}", TOKEN).status_int == 200


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

"""A request for access, from the TPP's address to the code (RFC 6749, 4.1; RFC 7636; spec 4)."""

from datetime import timedelta

import pytest

from tests.houses import ISSUER
from tests.http.conftest import OpenHouse
from tests.http.oauth.acting import (
    INTEGRATED,
    OURS,
    PRE_STEP,
    Actors,
    Changes,
    address_on,
    challenge,
    outcome,
    query_of,
)
from tests.tpps import OK_URI, PSU_ID, TppClient

NOWHERE = "PIS:00000000-0000-4000-8000-000000000000"

# Changed parameter -> the error that the TPP gets.
ERRORS = [
    ({"response_type": "token"}, "invalid: unsupported_response_type"),
    ({"response_type": '"'}, "invalid: unsupported_response_type"),
    ({"response_type": None}, "invalid: invalid_request"),
    ({"code_challenge": None}, "invalid: invalid_request"),
    ({"code_challenge": "short"}, "invalid: invalid_request"),
    ({"code_challenge": '"' * 43}, "invalid: invalid_request"),
    ({"code_challenge_method": None}, "invalid: invalid_request"),
    ({"code_challenge_method": "plain"}, "invalid: invalid_request"),
    ({"code_challenge_method": "S512"}, "invalid: invalid_request"),
    ({"state": "s" * 501}, "invalid: invalid_request"),
]
SCOPES = [None, "", "PIS PIS", "AIS", "pis", "PIS:", "PIS:x", NOWHERE, f"PIS {NOWHERE}"]


@pytest.mark.parametrize(
    "more, answer",
    [
        ({"login_hint": "müller"}, "303 on"),
        ({"ui_locales": "de", "nonce": "\x00", "prompt": '"'}, "303 on"),
        ({"state": "müller"}, "400 page"),
        ({"code_challenge": "ü" * 43}, "400 page"),
    ],
)
def test_what_is_unheard_of_is_not_looked_at(pre_step: Actors, more: Changes, answer: str) -> None:
    """RFC 6749, 3.1; OpenID Connect knows such."""
    assert outcome(pre_step.ask("PIS", more)) == answer


@pytest.mark.parametrize("changes, error", ERRORS)
def test_a_request_that_lacks_something(integrated: Actors, changes: Changes, error: str) -> None:
    made = integrated.tpp.initiated()
    went = integrated.ask(f"PIS:{made.payment_id}", changes)

    assert outcome(went) == f"303 {error.removeprefix('invalid: ')}"
    assert went.headers["Location"].startswith(f"{OK_URI}?error=")


@pytest.mark.parametrize(
    "changes, said",
    [
        ({"response_type": None}, "response_type"),
        ({"response_type": "token"}, "has to be code"),
        ({"state": "s" * 501}, "more than 500"),
        ({"code_challenge": None}, "PKCE"),
        ({"code_challenge_method": "plain"}, "PKCE"),
        ({"code_challenge": "short"}, "43 characters"),
        ({"scope": None}, "has to be PIS:<paymentId>"),
        ({"scope": "PIS"}, "has to be PIS:<paymentId>"),
        ({"scope": NOWHERE}, "no such payment"),
    ],
)
def test_the_developer_is_told_what_is_wrong(
    integrated: Actors, changes: Changes, said: str
) -> None:
    made = integrated.tpp.initiated()
    told = query_of(integrated.ask(f"PIS:{made.payment_id}", changes).headers["Location"])

    assert said in told["error_description"]
    assert not set(told["error_description"]) & set('"\\')  # RFC 6749, 4.1.2.1


def test_the_developer_is_told_why_this_scope_is_not_for_now(
    integrated: Actors, pre_step: Actors
) -> None:
    made = integrated.tpp.initiated()
    integrated.authorise(made)
    decided = query_of(integrated.ask(f"PIS:{made.payment_id}").headers["Location"])
    too_early = query_of(pre_step.ask(NOWHERE).headers["Location"])

    assert "No authorisation of this payment waits" in decided["error_description"]
    assert "has to be PIS: " in too_early["error_description"]


@pytest.mark.parametrize(
    "changes, title, logged",
    [
        ({"client_id": None}, "do not know who", "client_id is missing"),
        ({"client_id": "PSDDE-NOBODY\n42"}, "cannot send you", "characters"),
        ({"client_id": "PSDDE-NOBODY-42"}, "do not know who", "client_id PSDDE-NOBODY-42"),
        ({"redirect_uri": "https://evil.example/?secret"}, "cannot send you", "not trusted"),
        ({"state": "\x00"}, "cannot send you", "characters"),
    ],
)
def test_who_cannot_be_sent_back_is_told_and_logged(
    integrated: Actors,
    caplog: pytest.LogCaptureFixture,
    changes: Changes,
    title: str,
    logged: str,
) -> None:
    made = integrated.tpp.initiated()
    page = integrated.ask(f"PIS:{made.payment_id}", changes)
    (line,) = [
        each.getMessage() for each in caplog.records if each.name == "xs2a.http.oauth.routes"
    ]

    assert outcome(page) == "400 page"
    assert title in page.text
    assert logged in line
    assert "secret" not in line
    assert "\n" not in line


@pytest.mark.parametrize("scope", [*SCOPES, "PIS"])
def test_scopes_of_the_integrated_flow(integrated: Actors, scope: str | None) -> None:
    integrated.tpp.initiated()

    assert outcome(integrated.ask("", {"scope": scope})) == "303 invalid_scope"


@pytest.mark.parametrize("scope", SCOPES)
def test_scopes_of_the_pre_step_flow(pre_step: Actors, scope: str | None) -> None:
    assert outcome(pre_step.ask("", {"scope": scope})) == "303 invalid_scope"


def test_without_an_oauth_flow_nothing_is_granted(open_house: OpenHouse, pisp: str) -> None:
    redirecting = {**INTEGRATED, "scaRedirectFlow": "REDIRECT"}
    actors = Actors(TppClient(open_house(common=redirecting), pisp))
    made = actors.tpp.initiated()

    for scope in ("PIS", f"PIS:{made.payment_id}"):
        assert outcome(actors.ask(scope)) == "303 invalid_scope"


@pytest.mark.parametrize(
    "statuses, answer",
    [
        ((), "303 on"),
        (("psuAuthenticated",), "303 on"),  # the PSU came before, and comes again
        (("psuAuthenticated", "scaMethodSelected", "finalised"), "303 invalid_scope"),
        (("psuAuthenticated", "failed"), "303 invalid_scope"),
    ],
)
def test_there_must_be_something_to_authorise(
    integrated: Actors, statuses: tuple[str, ...], answer: str
) -> None:
    made = integrated.tpp.initiated()
    if statuses:
        integrated.authorise(made, *statuses)

    assert outcome(integrated.ask(f"PIS:{made.payment_id}")) == answer


def test_a_link_whose_time_is_over_is_not_asked_for(integrated: Actors) -> None:
    made = integrated.tpp.initiated()
    integrated.world.clock.advance(timedelta(hours=3))

    assert outcome(integrated.ask(f"PIS:{made.payment_id}")) == "303 invalid_scope"


def test_the_psu_goes_to_the_page_of_its_payment(integrated: Actors) -> None:
    made = integrated.tpp.initiated()
    went = integrated.ask(f"PIS:{made.payment_id}")

    assert went.headers["Location"] == f"https://bank.example/pis/{made.authorisation_id}"
    assert went.headers["Referrer-Policy"] == "no-referrer"
    assert went.headers["Cache-Control"] == "no-store"


def test_the_psu_comes_back_with_a_code(integrated: Actors) -> None:
    made = integrated.tpp.initiated()
    integrated.ask(f"PIS:{made.payment_id}")
    ok, nok = integrated.ways_back(made)
    assert nok.startswith(f"{ISSUER}/oauth/declined/")
    integrated.authorise(made)
    page = integrated.come_back(ok)
    answer = query_of(address_on(page))

    assert answer.keys() == {"code", "state", "iss"}
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "script" not in page.headers["Content-Security-Policy"]


def test_what_the_tpp_has_in_its_query_stays(open_house: OpenHouse, pisp: str) -> None:
    actors = Actors(TppClient(open_house(common=dict(INTEGRATED)), pisp))
    uri = f"{OK_URI}?basket=a%20b&x="
    made = actors.tpp.initiated(headers={"TPP-Redirect-URI": uri})
    actors.ask(f"PIS:{made.payment_id}", {"redirect_uri": uri})
    ok, _ = actors.ways_back(made)
    actors.authorise(made)

    assert address_on(actors.come_back(ok)).startswith(f"{uri}&code=")


def test_a_psu_who_declines(integrated: Actors) -> None:
    made = integrated.tpp.initiated()
    integrated.ask(f"PIS:{made.payment_id}")
    _, nok = integrated.ways_back(made)

    answer = query_of(address_on(integrated.come_back(nok)))
    assert answer == {"error": "access_denied", "state": "of-the-browser", "iss": ISSUER}
    assert integrated.come_back(nok).status_int == 410


def test_a_psu_who_comes_too_late_takes_the_same_way(integrated: Actors) -> None:
    made = integrated.tpp.initiated()
    integrated.ask(f"PIS:{made.payment_id}")
    integrated.world.clock.advance(timedelta(minutes=11))
    path = f"/psu-api/v1/payment/redirect/{made.authorisation_id}"
    late = integrated.world.cms.get(path, status=408)

    answer = query_of(address_on(integrated.come_back(late.json["tppNokRedirectUri"])))
    assert answer["error"] == "access_denied"


@pytest.mark.parametrize("wish", ["TPP-Decoupled-Preferred", "TPP-Redirect-Preferred"])
def test_a_token_is_judged_here_whatever_the_approach(
    open_house: OpenHouse, pisp: str, wish: str
) -> None:
    offered = {**PRE_STEP, "scaApproachesSupported": ["REDIRECT", "DECOUPLED"]}
    actors = Actors(TppClient(open_house(common=offered), pisp))
    sent = {wish: "true", "PSU-ID": PSU_ID, "Authorization": "Bearer unknown"}

    assert outcome(actors.tpp.post(headers=sent)) == "401 TOKEN_UNKNOWN"
    assert actors.world.bank.asked == []


def test_a_cancellation_is_granted_the_same_way(open_house: OpenHouse, pisp: str) -> None:
    """The newest authorisation that a PSU may still finish is the one of the DELETE."""
    mandated = {"paymentCancellationAuthorisationMandated": True}
    actors = Actors(TppClient(open_house(common=dict(INTEGRATED), pis=mandated), pisp))
    made = actors.tpp.initiated()
    actors.authorise(made)
    actors.world.cms.put(f"/psu-api/v1/payment/{made.payment_id}/status/ACSP")
    asked = actors.tpp.call("DELETE", made.path, {"Content-Type": None})
    assert "scaOAuth" in asked.json["_links"], asked.json
    went = actors.ask(f"PIS:{made.payment_id}")

    cancelling = asked.json["_links"]["scaStatus"]["href"].rpartition("/")[2]
    assert went.headers["Location"] == f"https://bank.example/c/{cancelling}"


def test_of_two_psus_each_finds_its_own_authorisation(integrated: Actors) -> None:
    """By the way back that the TPP has told for it; else the newest is meant."""
    made = integrated.tpp.initiated()
    other_uri = f"{OK_URI}?psu=2"
    ids = [made.authorisation_id]
    for uri in (other_uri, "https://pay.example/third"):
        sent = {"PSU-ID": f"psu {len(ids)}", "TPP-Redirect-URI": uri}
        started = integrated.tpp.call("POST", made.authorisations, sent, b"{}")
        ids.append(started.json["authorisationId"])

    for uri, authorisation_id in zip((OK_URI, other_uri), ids, strict=False):
        went = integrated.ask(f"PIS:{made.payment_id}", {"redirect_uri": uri})
        assert went.headers["Location"] == f"https://bank.example/pis/{authorisation_id}"
    elsewhere = integrated.ask(f"PIS:{made.payment_id}", {"redirect_uri": "https://pay.example/x"})
    assert outcome(elsewhere) == "400 page"


def test_the_address_of_one_that_is_decided_leads_to_no_other_psus(integrated: Actors) -> None:
    """A page that is loaded again takes not the place of what another PSU is about to decide."""
    made = integrated.tpp.initiated()
    integrated.begin(made, {"TPP-Redirect-URI": f"{OK_URI}?psu=2"})
    integrated.authorise(made, "psuAuthenticated", "failed")

    assert outcome(integrated.ask(f"PIS:{made.payment_id}")) == "303 invalid_scope"


def test_a_parameter_that_comes_twice(integrated: Actors) -> None:
    went = integrated.world.xs2a.get(f"/oauth/authorize?scope=PIS&scope=PIS&x={challenge()}")

    assert outcome(went) == "400 page"


def test_the_bank_learns_what_is_asked_for(pre_step: Actors) -> None:
    request_id = pre_step.request_id()
    asked = pre_step.world.cms.get(f"/psu-api/v1/oauth/access-requests/{request_id}").json

    assert asked["requestId"] == request_id
    assert (asked["scope"], asked["redirectUri"]) == ("PIS", OK_URI)
    assert asked["tppInfo"]["tppName"] == "Example Pay"


def test_a_declined_request(pre_step: Actors) -> None:
    path = f"/psu-api/v1/oauth/access-requests/{pre_step.request_id()}/declined"
    answer = pre_step.world.cms.put(path)

    assert query_of(answer.json["redirectUri"])["error"] == "access_denied"


@pytest.mark.parametrize("body", [{}, {"psuId": " "}, {"psuId": "a", "unknown": "b"}, []])
def test_nobody_has_granted_it(pre_step: Actors, body: object) -> None:
    path = f"/psu-api/v1/oauth/access-requests/{pre_step.request_id()}/granted"

    assert pre_step.world.cms.put_json(path, body, status="*").status_int == 400


def test_a_request_has_an_hour(pre_step: Actors) -> None:
    path = f"/psu-api/v1/oauth/access-requests/{pre_step.request_id()}"
    pre_step.world.clock.advance(timedelta(hours=1))

    assert pre_step.world.cms.get(path, status="*").status_int == 409


def test_the_psu_of_the_token_is_the_payments(pre_step: Actors) -> None:
    token = pre_step.redeem(pre_step.pre_step_code()).json["access_token"]
    made = pre_step.tpp.initiated(headers={"Authorization": f"Bearer {token}"})
    kept = pre_step.world.house.parts.payments.find(made.payment_id, "UNDEFINED")

    assert [psu.psu_id for psu in kept.psus] == [PSU_ID]
    assert "scaRedirect" in made.answer.json["_links"]
    assert pre_step.world.bank.contexts[-1].access_token is None


def test_a_server_of_the_banks_own_is_not_ours(open_house: OpenHouse, pisp: str) -> None:
    """Its tokens go to the connector as they are."""
    elsewhere = {**PRE_STEP, "oauthConfigurationUrl": OURS.replace("auth.", "own.")}
    actors = Actors(TppClient(open_house(common=elsewhere), pisp))
    actors.tpp.initiated(headers={"Authorization": "Bearer theirs"})

    ctx = actors.world.bank.contexts[-1]
    assert (ctx.access_token, ctx.token_judged) == ("theirs", False)

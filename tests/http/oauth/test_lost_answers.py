"""A browser that loses an answer finds its way again; who only looks changes nothing."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from cms.domain.access import BACK_WITHIN, CODE_VALID_FOR, MOST_NOT_GRANTED
from cms.store.tables import oauth_requests
from tests.breaking import break_inserts, mend
from tests.houses import ISSUER
from tests.http.oauth.acting import Actors, address_on, outcome, query_of
from tests.http.oauth.test_on_record import types
from tests.tpps import PSU_ID, Made

AT_THE_BANK = "/psu-api/v1/oauth/access-requests"
FULL = "303 temporarily_unavailable"
A_DAY = timedelta(days=1)  # the life of an authorisation in the tests' profile
A_SECOND = timedelta(seconds=1)


def authorised(actors: Actors) -> tuple[Made, str]:
    """A payment that the PSU has authorised, and the good way back."""
    made = actors.tpp.initiated()
    actors.ask(f"PIS:{made.payment_id}")
    ok, _ = actors.ways_back(made)
    actors.authorise(made)
    return made, ok


def code_by(actors: Actors, uri: str) -> str:
    return query_of(address_on(actors.come_back(uri)))["code"]


@pytest.mark.parametrize("later", [timedelta(0), CODE_VALID_FOR, A_DAY + BACK_WITHIN - A_SECOND])
def test_who_comes_again_gets_another_code(integrated: Actors, later: timedelta) -> None:
    made, ok = authorised(integrated)
    lost = code_by(integrated, ok)
    integrated.world.clock.advance(later)
    code = code_by(integrated, ok)

    assert code != lost
    assert outcome(integrated.redeem(lost)) == "400 invalid_grant"
    tokens = integrated.redeem(code).json
    assert outcome(integrated.status_of(made, tokens["access_token"])) == "200 good"


def test_the_bank_can_still_tell_the_way(integrated: Actors) -> None:
    """A PSU who opens the bank's page again goes the same way."""
    made, ok = authorised(integrated)
    code_by(integrated, ok)
    again, _ = integrated.ways_back(made)

    assert outcome(integrated.redeem(code_by(integrated, again))) == "200 good"
    own, _ = integrated.ways_back(made)
    assert not own.startswith(ISSUER)


def test_a_code_that_comes_too_late_was_not_tried(integrated: Actors) -> None:
    """Nobody holds it for stolen, and the browser may bring another one."""
    made, ok = authorised(integrated)
    late = code_by(integrated, ok)
    integrated.world.clock.advance(CODE_VALID_FOR)
    assert outcome(integrated.redeem(late)) == "400 invalid_grant"
    assert ("ACCESS_VOIDED", "XS2A_INTERNAL") not in types(integrated)

    tokens = integrated.redeem(code_by(integrated, ok)).json
    assert outcome(integrated.status_of(made, tokens["access_token"])) == "200 good"


def test_a_code_is_there_again_after_the_database_has_failed(integrated: Actors) -> None:
    """Code and tokens are one change: the TPP could never read the payment otherwise."""
    made, ok = authorised(integrated)
    code, database = code_by(integrated, ok), integrated.world.house.database
    break_inserts(database, "oauth_tokens")
    assert integrated.redeem(code).status_int >= 500
    mend(database)

    tokens = integrated.redeem(code).json
    assert outcome(integrated.status_of(made, tokens["access_token"])) == "200 good"
    assert ("ACCESS_VOIDED", "XS2A_INTERNAL") not in types(integrated)


@pytest.mark.parametrize(
    "later, page", [(A_SECOND, 200), (BACK_WITHIN, 200), (BACK_WITHIN + A_SECOND, 410)]
)
def test_who_authorised_in_the_last_second_comes_back_a_little_later(
    integrated: Actors, later: timedelta, page: int
) -> None:
    made = integrated.tpp.initiated()
    integrated.ask(f"PIS:{made.payment_id}")
    ok, _ = integrated.ways_back(made)
    integrated.authorise(made, "psuAuthenticated")
    integrated.world.clock.advance(A_DAY - A_SECOND)
    integrated.authorise(made, "scaMethodSelected", "finalised")
    integrated.world.clock.advance(later)
    answer = integrated.come_back(ok)

    assert answer.status_int == page
    if page == 200:
        assert outcome(integrated.redeem(query_of(address_on(answer))["code"])) == "200 good"


@pytest.mark.parametrize("tried", ["right", "wrong", "too late"])
def test_who_comes_after_the_code_was_tried_gets_none(integrated: Actors, tried: str) -> None:
    _, ok = authorised(integrated)
    code = code_by(integrated, ok)
    if tried == "too late":
        integrated.world.clock.advance(A_DAY + BACK_WITHIN)
    else:
        integrated.redeem(code, {"code_verifier": "w" * 43} if tried == "wrong" else {})

    assert integrated.come_back(ok).status_int == 410


def test_a_request_lives_as_long_as_its_authorisation(integrated: Actors) -> None:
    made = integrated.tpp.initiated()
    integrated.ask(f"PIS:{made.payment_id}")
    _, nok = integrated.ways_back(made)
    access = integrated.world.house.parts.access
    request = access.for_payment(nok.rpartition("/")[2])
    below = integrated.world.house.parts.authorisations.find(made.authorisation_id, "UNDEFINED")

    assert request.expires_at == below.expires_at == request.created_at + A_DAY


def test_who_only_looks_changes_nothing(integrated: Actors) -> None:
    made = integrated.tpp.initiated()
    went = integrated.ask(f"PIS:{made.payment_id}").request.path_qs
    ok, nok = integrated.ways_back(made)
    integrated.authorise(made)
    before = integrated.world.everything()
    for address in (went, ok.removeprefix(ISSUER), nok.removeprefix(ISSUER)):
        looked = integrated.world.xs2a.head(address)
        assert (looked.status_int, looked.body) == (200, b"")
        assert "Location" not in looked.headers

    assert integrated.world.everything() == before
    assert outcome(integrated.redeem(code_by(integrated, ok))) == "200 good"


def test_what_anybody_may_have_kept_is_bounded(pre_step: Actors) -> None:
    """Requests before any payment come from browsers, with nothing that proves who sent them."""
    one, other = pre_step.request_id(), pre_step.request_id()
    with pre_step.world.house.database.writes.begin() as connection:
        columns = [each.name for each in oauth_requests.c if each.name != "request_id"]
        listed = ", ".join(columns)
        connection.execute(
            text(
                "WITH RECURSIVE numbers(n) AS "
                "(SELECT 3 UNION ALL SELECT n + 1 FROM numbers WHERE n < :most) "
                f"INSERT INTO oauth_requests (request_id, {listed}) "
                f"SELECT 'copy-' || n, {listed} FROM oauth_requests, numbers "
                "WHERE request_id = :one"
            ),
            {"most": MOST_NOT_GRANTED, "one": one},
        )
    kept = pre_step.world.rows()["oauth_requests"]

    assert (kept, outcome(pre_step.ask("PIS"))) == (MOST_NOT_GRANTED, FULL)
    assert pre_step.world.rows()["oauth_requests"] == kept
    # Whoever has sent it may decline it as well, where the bank's page wants no log-in for that.
    pre_step.world.cms.put(f"{AT_THE_BANK}/{one}/declined")
    assert outcome(pre_step.ask("PIS")) == FULL
    # That it was granted is a PSU's doing.
    pre_step.world.cms.put_json(f"{AT_THE_BANK}/{other}/granted", {"psuId": PSU_ID})
    assert outcome(pre_step.ask("PIS")) == "303 on"
    assert outcome(pre_step.ask("PIS")) == FULL
    pre_step.world.clock.advance(timedelta(hours=1))
    assert outcome(pre_step.ask("PIS")) == "303 on"

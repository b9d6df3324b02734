"""Codes and refresh tokens are good for one use, whoever comes at the same moment (S1)."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from cms.domain.access import (
    CODE_VALID_FOR,
    GRANT_VALID_FOR,
    REFRESH_TOKEN_VALID_FOR,
    REQUEST_VALID_FOR,
    TOKENS_KEPT_FOR,
    AccessEnded,
    AccessRequest,
    BeingDecided,
    Scope,
)
from cms.domain.approach import Approach
from cms.domain.authorisation import Authorisation
from cms.domain.errors import StoreUnavailable, Unknown
from cms.domain.parties import PsuId
from cms.domain.statuses import ScaStatus, TransactionStatus
from cms.service.access import Access, NewTokens
from cms.service.authorisations import ScaReport
from cms.service.intents import Subject, Told
from cms.store.tables import oauth_requests
from tests.breaking import break_inserts, mend
from tests.houses import ISSUER, NOW
from tests.http.oauth.acting import query_of
from tests.store.rooms import FULL_TPP, PSU, TENANT, Rooms, race

ROUNDS = 3
ABSENT = "00000000-0000-4000-8000-ffffffffffff"


@dataclass
class Desk:
    """The service over one database."""

    rooms: Rooms
    access: Access

    def request(self, below: Authorisation | None = None) -> AccessRequest:
        """A new request, before any payment or for the authorisation of one; not kept yet."""
        return AccessRequest(
            request_id=self.rooms.new_id(),
            instance_id=TENANT,
            tpp_id=self.rooms.tpps.register(FULL_TPP, TENANT),
            client_id=FULL_TPP.authorisation_number,
            scope=Scope(below.parent_id if below else None),
            redirect_uri="https://pay.example/ok",
            code_challenge="c" * 43,
            created_at=NOW,
            expires_at=NOW + REQUEST_VALID_FOR,
            state="of the browser",
            authorisation_id=below.authorisation_id if below else None,
        )

    def begun(self) -> AccessRequest:
        request = self.request()
        self.access.begin(request)
        return request

    def code(self, request: AccessRequest) -> str:
        return query_of(self.access.grant(request.request_id, TENANT, PSU))["code"]

    def issued(self) -> tuple[AccessRequest, NewTokens]:
        code, new = self.code(self.begun()), tokens()
        assert self.access.redeem(code, new)
        request = self.access.of_code(code)
        assert request is not None
        return request, new


def tokens() -> NewTokens:
    return NewTokens(secrets.token_urlsafe(), secrets.token_urlsafe(), "ab")


@pytest.fixture
def desk(rooms: Rooms) -> Desk:
    access = Access(
        rooms.store, rooms.ring, rooms.clock, new_secret=secrets.token_urlsafe, issuer=ISSUER
    )
    return Desk(rooms, access)


def test_a_request_comes_back_as_it_was_kept(desk: Desk) -> None:
    request = desk.begun()
    found, tpp = desk.access.asked(request.request_id, TENANT)

    assert (found, tpp) == (request, FULL_TPP)


def test_what_is_kept_of_a_grant(desk: Desk) -> None:
    request, new = desk.issued()
    access = desk.access.token(new.access_token)
    assert access is not None
    assert (access.request, access.certificate_thumbprint) == (request, "ab")
    assert (access.request.psu, access.request.granted_at) == (PSU, NOW)
    assert access.good_at(NOW)
    assert desk.access.token("unknown") is None


@pytest.mark.parametrize(
    "request_id, tenant", [(ABSENT, TENANT), ("no id", TENANT), (None, "another")]
)
def test_a_request_of_nobodys(desk: Desk, request_id: str | None, tenant: str) -> None:
    kept = desk.begun().request_id
    with pytest.raises(Unknown):
        desk.access.asked(request_id or kept, tenant)


def test_a_request_is_decided_by_one(desk: Desk) -> None:
    for _ in range(ROUNDS):
        request = desk.begun()
        grant = partial(desk.access.grant, request.request_id, TENANT, PsuId("anton.brueckner"))
        ended = race(grant, grant, partial(desk.access.decline, request))

        assert sum(isinstance(each, str) for each in ended) == 1
        assert sum(isinstance(each, AccessEnded) for each in ended) == 2


def test_of_requests_at_the_same_moment_one_is_undecided(desk: Desk) -> None:
    """The online banking asks for the ways back of one; two of them are a 500 there."""
    for _ in range(ROUNDS):
        _, below = desk.rooms.kept()
        below.sca_approach = Approach.OAUTH
        requests = [desk.request(below) for _ in range(4)]
        assert race(*[partial(desk.access.begin, each) for each in requests]) == [True] * 4

        back = desk.access.ways_back(below).nok or ""
        assert back.rpartition("/")[2] in {each.request_id for each in requests}
        with desk.rooms.store.reading() as uow:
            found = [uow.oauth.find(each.request_id) for each in requests]
        assert [each is not None and each.ended_at is None for each in found].count(True) == 1


def test_two_undecided_requests_for_one_authorisation_cannot_be_stored(desk: Desk) -> None:
    _, below = desk.rooms.kept()
    desk.access.begin(desk.request(below))
    row = {"request_id": desk.rooms.new_id()}
    copied = [c for c in oauth_requests.c if c.name not in row]
    columns = ", ".join(c.name for c in copied)
    copy = f"INSERT INTO oauth_requests (request_id, {columns}) SELECT :request_id, {columns}"
    with pytest.raises(IntegrityError), desk.rooms.database.writes.begin() as connection:
        connection.execute(text(f"{copy} FROM oauth_requests"), row)


@pytest.mark.parametrize("status", ["finalised", "unconfirmed", "failed", "exempted"])
def test_nothing_is_asked_for_by_an_authorisation_that_is_decided(desk: Desk, status: str) -> None:
    payment, below = desk.rooms.kept()
    report = ScaReport(ScaStatus(status), PSU)
    desk.rooms.authorisations.report(payment.payment_id, below.authorisation_id, TENANT, report)
    with pytest.raises(AccessEnded):
        desk.access.begin(desk.request(below))


def test_nothing_is_declined_while_the_bank_acts_on_the_payment(desk: Desk) -> None:
    """By another authorisation, as it may be: whether it pays nobody knows yet."""
    payment, below = desk.rooms.kept()
    request = desk.request(below)
    desk.access.begin(request)
    report = ScaReport(ScaStatus.FAILED, PSU)
    desk.rooms.authorisations.report(payment.payment_id, below.authorisation_id, TENANT, report)
    intent = desk.rooms.asked(Subject(payment, desk.rooms.start(payment)))
    with pytest.raises(BeingDecided):
        desk.access.decline(request)
    desk.rooms.intents.done(intent, Told(TransactionStatus.ACSC))
    with pytest.raises(AccessEnded):
        desk.access.decline(request)


def test_a_code_is_redeemed_by_one_and_then_it_is_void(desk: Desk) -> None:
    """Whoever loses has replayed it: what the winner gets is worth nothing."""
    for _ in range(ROUNDS):
        code, new = desk.code(desk.begun()), [tokens(), tokens()]
        ended = race(*[partial(desk.access.redeem, code, each) for each in new])

        assert sorted(ended) == [False, True]
        found = [desk.access.token(each.access_token) for each in new]
        assert [each is not None for each in found] == ended
        assert all(each.void for each in found if each is not None)


def test_a_right_and_a_wrong_try_at_the_same_moment_leave_nothing(desk: Desk) -> None:
    """Whichever comes first, the other one has replayed it."""
    for _ in range(ROUNDS):
        code, new = desk.code(desk.begun()), tokens()
        redeemed, _ = race(partial(desk.access.redeem, code, new), partial(desk.access.spoil, code))

        found = desk.access.token(new.access_token)
        assert (found is not None) is redeemed
        assert found is None or found.void


def test_a_code_whose_tokens_cannot_be_kept_was_not_tried(desk: Desk) -> None:
    """Otherwise the TPP's next try looked like a theft, and the payment could never be read."""
    code, new = desk.code(desk.begun()), tokens()
    break_inserts(desk.rooms.database, "oauth_tokens")
    with pytest.raises((StoreUnavailable, DBAPIError)):
        desk.access.redeem(code, new)
    mend(desk.rooms.database)

    assert desk.access.redeem(code, new)
    found = desk.access.token(new.access_token)
    assert found is not None
    assert found.good_at(NOW)


def test_a_refresh_token_is_exchanged_by_one_and_then_all_is_void(desk: Desk) -> None:
    """Whoever loses has copied it, or has been copied; nobody can tell which."""
    for _ in range(ROUNDS):
        _, old = desk.issued()
        new = [tokens(), tokens()]
        exchange = [partial(desk.access.exchange, old.refresh_token, each) for each in new]
        ended = race(*exchange)

        assert sorted(ended) == [False, True]
        won = desk.access.token(new[ended.index(True)].access_token)
        assert won is not None
        assert won.void


def test_refreshing_has_an_end(desk: Desk) -> None:
    """However often it is done: a grant lives half a year."""
    request, new = desk.issued()
    assert request.psu is not None
    half = REFRESH_TOKEN_VALID_FOR - timedelta(days=1)
    for _ in range(2):
        desk.rooms.clock.advance(half)
        old, new = new, tokens()
        assert desk.access.exchange(old.refresh_token, new)
    assert len(desk.access.granted_by(request.psu, TENANT)) == 1
    desk.rooms.clock.advance(GRANT_VALID_FOR - 2 * half)

    assert not desk.access.exchange(new.refresh_token, tokens())
    assert desk.access.granted_by(request.psu, TENANT) == []


@pytest.mark.parametrize("of", [lambda new: new.access_token, lambda new: new.refresh_token])
def test_an_access_token_is_not_exchanged(desk: Desk, of: Callable[[NewTokens], str]) -> None:
    _, new = desk.issued()

    assert (desk.access.refreshing(of(new)) is not None) is (of(new) == new.refresh_token)


def test_codes_end_after_their_time(desk: Desk) -> None:
    code = desk.code(desk.begun())
    desk.rooms.clock.advance(CODE_VALID_FOR)

    assert not desk.access.redeem(code, tokens())
    late = desk.access.of_code(code)
    assert late is not None
    assert (late.code_used_at, late.revoked_at) == (None, None)  # nobody holds it for stolen


def test_a_code_ends_with_its_grant(desk: Desk) -> None:
    request = desk.begun()
    code, new = desk.code(request), tokens()
    desk.access.take_back(request.request_id, TENANT, PSU)

    assert not desk.access.redeem(code, new)
    assert desk.access.token(new.access_token) is None


def test_what_is_forgotten(desk: Desk) -> None:
    """First tokens, then requests that have none; batch by batch."""
    desk.issued()
    desk.begun()
    assert desk.access.forget(TOKENS_KEPT_FOR, 100) == 0
    desk.rooms.clock.advance(REQUEST_VALID_FOR + TOKENS_KEPT_FOR + timedelta(seconds=1))
    # The access token, and the request that came to nothing; the other one has a refresh token.
    assert desk.access.forget(TOKENS_KEPT_FOR, 100) == 2
    desk.rooms.clock.advance(REFRESH_TOKEN_VALID_FOR)
    assert [desk.access.forget(TOKENS_KEPT_FOR, 1) for _ in range(3)] == [1, 1, 0]

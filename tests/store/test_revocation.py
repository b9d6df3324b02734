"""Lists of revoked certificates: kept for all processes, and soon known to each."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from cms.domain.revocation import (
    DistributionPoint,
    Revocable,
    RevocationList,
    RevocationSource,
    RevocationState,
    names,
    other_name,
    tried_again_at,
)
from cms.service import revocation as service
from cms.service.revocation import NoRoom, OlderList, Revocations
from tests.houses import NOW
from tests.store.rooms import ON_SQLITE, Rooms

SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
POINT = DistributionPoint(b"an issuer", "CN=Issuer", ("http://q.example/1", "http://q.example/2"))
OTHER = DistributionPoint(b"another", "CN=Other", ("http://o.example/",))
GOOD, REVOKED, UNKNOWN = (
    RevocationState.GOOD,
    RevocationState.REVOKED,
    RevocationState.UNKNOWN,
)


def certificate(serial: int, *points: DistributionPoint, until: datetime = NOW + DAY) -> Revocable:
    return Revocable(serial, points or (POINT,), until)


def published(*serials: int, since: datetime = NOW, until: datetime = NOW + HOUR) -> RevocationList:
    return RevocationList(since, until, frozenset(serials))


@pytest.fixture
def here(rooms: Rooms) -> Revocations:
    return Revocations(rooms.store, rooms.clock)


@pytest.fixture
def elsewhere(rooms: Rooms) -> Revocations:
    """As in another process."""
    return Revocations(rooms.store, rooms.clock)


def the_source(known: Revocations) -> RevocationSource:
    (source,) = known.sources()
    return source


def test_a_source_is_asked_from_the_first_certificate_on(here: Revocations) -> None:
    assert not here.due(10)
    here.expect([certificate(1)])
    assert here.due(10) == [RevocationSource(POINT, needed_until=NOW + DAY, due_at=NOW)]
    assert here.state_of(certificate(1)) is UNKNOWN


def test_a_list_tells_the_revoked_from_the_others(
    here: Revocations, elsewhere: Revocations
) -> None:
    here.expect([certificate(1)])
    assert here.keep(the_source(here), published(1, 2, 2**159))
    for known in (here, elsewhere):
        states = {serial: known.state_of(certificate(serial)) for serial in (1, 2, 3, 2**159)}
        assert states == {1: REVOKED, 2: REVOKED, 3: GOOD, 2**159: REVOKED}
        assert known.state_of(certificate(1, OTHER)) is UNKNOWN
        assert known.state_of(certificate(1, OTHER, POINT)) is REVOKED
        assert known.state_of(certificate(3, OTHER, POINT)) is GOOD
        assert known.state_of(Revocable(3, (), NOW)) is UNKNOWN
    source = the_source(here)
    assert (source.revoked, source.failures, source.fetched_at) == (3, 0, NOW)
    assert (source.this_update, source.next_update) == (NOW, NOW + HOUR)
    assert source.due_at == NOW + HOUR / 10


def test_a_list_that_is_over_vouches_for_nobody(rooms: Rooms, here: Revocations) -> None:
    here.expect([certificate(1)])
    here.keep(the_source(here), published(1))
    rooms.clock.advance(HOUR - SECOND)
    assert the_source(here).is_fresh(rooms.clock.now)
    assert here.state_of(certificate(2)) is GOOD
    rooms.clock.advance(SECOND)
    assert not the_source(here).is_fresh(rooms.clock.now)
    assert here.state_of(certificate(2)) is UNKNOWN
    assert here.state_of(certificate(1)) is REVOKED


def test_another_process_knows_within_a_second(
    rooms: Rooms, here: Revocations, elsewhere: Revocations
) -> None:
    here.expect([certificate(1)])
    assert elsewhere.state_of(certificate(1)) is UNKNOWN
    here.keep(the_source(here), published(1))
    assert here.state_of(certificate(1)) is REVOKED
    assert elsewhere.state_of(certificate(1)) is UNKNOWN
    rooms.clock.advance(SECOND)
    assert elsewhere.state_of(certificate(1)) is REVOKED


def test_the_same_list_is_no_news_and_an_older_one_is_refused(
    rooms: Rooms, here: Revocations
) -> None:
    here.expect([certificate(1)])
    assert here.keep(the_source(here), published(1))
    assert not here.keep(the_source(here), published(1, since=NOW + SECOND))
    rooms.clock.advance(HOUR)
    assert here.keep(the_source(here), published(since=NOW + 2 * SECOND))
    with pytest.raises(OlderList):
        here.keep(the_source(here), published(1))
    assert here.state_of(certificate(1)) is not REVOKED


def test_a_clock_that_was_set_back_is_no_reason_to_refuse(rooms: Rooms, here: Revocations) -> None:
    here.expect([certificate(1)])
    here.keep(the_source(here), published(1))
    rooms.clock.advance(-DAY)
    assert here.keep(the_source(here), published(since=NOW - DAY, until=NOW))


def test_a_failure_leaves_the_list_and_is_tried_again(rooms: Rooms, here: Revocations) -> None:
    here.expect([certificate(1)])
    here.keep(the_source(here), published(1))
    for failures in (1, 2, 3):
        here.failed(the_source(here), "HTTP status 500")
        source = the_source(here)
        assert (source.failures, source.failure) == (failures, "HTTP status 500")
        assert source.due_at == tried_again_at(failures, NOW + HOUR, NOW)
        assert here.state_of(certificate(1)) is REVOKED
    here.keep(the_source(here), published(1))
    assert (the_source(here).failures, the_source(here).failure) == (0, None)


def test_a_source_is_needed_until_its_last_certificate_expires(
    rooms: Rooms, here: Revocations
) -> None:
    here.expect([certificate(1, until=NOW + DAY)])
    here.expect([certificate(2, until=NOW + HOUR), certificate(3, until=NOW + 2 * DAY)])
    here.expect([certificate(4, OTHER, until=NOW + HOUR), certificate(5, until=NOW + HOUR)])
    here.expect(
        [certificate(6, DistributionPoint(b"over", "CN=Over", ("http://x.example",)), until=NOW)]
    )
    needed = {source.point: source.needed_until for source in here.sources()}
    assert needed == {POINT: NOW + 2 * DAY, OTHER: NOW + HOUR}
    rooms.clock.advance(HOUR + SECOND)
    assert here.forget_unneeded(10) == 1
    assert [source.point for source in here.sources()] == [POINT]
    rooms.clock.advance(2 * DAY)
    assert here.forget_unneeded(10) == 1
    assert here.forget_unneeded(10) == 0


def test_what_is_expected_is_written_once(
    rooms: Rooms, here: Revocations, elsewhere: Revocations
) -> None:
    here.expect([certificate(1)])
    before = the_source(here)
    here.keep(before, published(1))
    elsewhere.expect([certificate(1), certificate(2)])
    assert here.keep(the_source(here), published(1)) is False  # the list is still there
    assert rooms.rows()["revocation_sources"] == 1


def test_lists_for_authorities_are_a_source_of_their_own(here: Revocations) -> None:
    other = replace(POINT, for_authorities=True)
    here.expect([certificate(1), certificate(2, other)])
    assert {source.point for source in here.sources()} == {POINT, other}
    for source in here.sources():
        here.keep(source, published(2) if source.point.for_authorities else published(1))
    assert [here.state_of(certificate(1, each)) for each in (POINT, other)] == [REVOKED, GOOD]


def test_a_source_keeps_its_other_names(here: Revocations) -> None:
    named = replace(POINT, names=(*POINT.names, other_name(b"x" * 5_000), other_name(b"")))
    here.expect([certificate(1, named)])
    kept = the_source(here).point
    assert (kept, kept.point_id, kept.urls) == (named, named.point_id, POINT.urls)


def test_there_is_a_bound(here: Revocations, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MOST_SOURCES", 1)
    here.expect([certificate(1)])
    here.expect([certificate(2, OTHER)])
    here.expect([certificate(3, until=NOW + 2 * DAY)])
    assert [(each.point, each.needed_until) for each in here.sources()] == [(POINT, NOW + 2 * DAY)]


def test_all_lists_together_have_a_bound(
    here: Revocations, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MOST_SERIALS", 3)
    here.expect([certificate(1), certificate(2, OTHER)])
    first, second = here.sources()
    assert here.keep(first, published(1, 2))
    assert here.keep(first, published(1, 2, 3))  # in the place of its own
    with pytest.raises(NoRoom):
        here.keep(second, published(1))
    assert here.keep(second, published())


def test_who_found_no_room_is_expected_when_there_is_some(
    rooms: Rooms, here: Revocations, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MOST_SOURCES", 1)
    here.expect([certificate(1, until=NOW + SECOND)])
    here.expect([certificate(2, OTHER)])
    rooms.clock.advance(service.FULL_FOR)
    assert here.forget_unneeded(10) == 1
    here.expect([certificate(2, OTHER)])
    assert [each.point for each in here.sources()] == [OTHER]


@pytest.mark.parametrize(
    "serials", [(), (0,), (1, 255, 2**200), *map(range, (1, 2, 3, 300)), range(0, 9999, 3)]
)
@ON_SQLITE
def test_serials_are_found_as_they_lie_packed(database_url: str, serials: Sequence[int]) -> None:
    packed = published(*serials).packed
    near = {each for serial in serials for each in (serial - 1, serial, serial + 1, serial * 16)}
    assert {each for each in near | {7} if each >= 0 and names(packed, each)} == set(serials)

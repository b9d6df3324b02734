"""The stop list: who is kept out, until when, and how soon every process knows (spec 5.5)."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from cms.domain.errors import Malformed
from cms.domain.stop_list import StopListEntry, StopStatus
from cms.service import stop_list as service
from cms.service.stop_list import ByWhom, StopList
from tests.houses import NOW
from tests.store.rooms import ON_SQLITE, TENANT, Rooms

NUMBER, OTHER = "PSDDE-BAFIN-100001", "PSDDE-BAFIN-100002"
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
BY = ByWhom("b.boss", "Complaint 4711")


def found(rooms: Rooms) -> StopListEntry:
    entry = rooms.stop_list.find(NUMBER, TENANT)
    assert entry is not None
    return entry


def test_a_tpp_is_blocked_by_number_within_its_tenant(rooms: Rooms) -> None:
    entry = rooms.stop_list.block(NUMBER, TENANT, by=BY)

    assert entry == found(rooms)
    assert entry == StopListEntry(
        TENANT, NUMBER, StopStatus.BLOCKED, NOW, reason="Complaint 4711", changed_by="b.boss"
    )
    kept_out = {
        (number, tenant)
        for number in (NUMBER, OTHER, NUMBER.lower())
        for tenant in (TENANT, "other")
        if rooms.stop_list.keeps_out(number, tenant)
    }
    assert kept_out == {(NUMBER, TENANT), (NUMBER.lower(), TENANT)}


@pytest.mark.parametrize("listed", [NUMBER, NUMBER.lower(), NUMBER.title()])
@pytest.mark.parametrize("asked_for", [NUMBER, NUMBER.lower(), NUMBER.title()])
def test_numbers_that_differ_in_case_are_one_tpp(rooms: Rooms, listed: str, asked_for: str) -> None:
    rooms.stop_list.block(listed, TENANT)

    assert rooms.stop_list.keeps_out(asked_for, TENANT)
    entry = rooms.stop_list.find(asked_for, TENANT)
    assert entry is not None
    assert entry.authorisation_number == NUMBER
    assert rooms.stop_list.unblock(asked_for, TENANT)
    assert not rooms.stop_list.keeps_out(listed, TENANT)
    assert rooms.rows()["tpp_stop_list"] == 1


def test_the_last_word_counts(rooms: Rooms) -> None:
    rooms.stop_list.block(NUMBER, TENANT, period=MINUTE, by=BY)
    assert found(rooms).blocked_until == NOW + MINUTE
    rooms.stop_list.block(NUMBER, TENANT)
    assert (found(rooms).blocked_until, found(rooms).reason) == (None, None)
    rooms.clock.advance(SECOND)

    assert rooms.stop_list.unblock(NUMBER, TENANT, by=ByWhom("a.admin"))
    assert found(rooms) == StopListEntry(
        TENANT, NUMBER, StopStatus.ENABLED, NOW + SECOND, changed_by="a.admin"
    )
    assert not rooms.stop_list.keeps_out(NUMBER, TENANT)
    assert rooms.rows()["tpp_stop_list"] == 1


def test_one_that_was_never_listed_stays_so(rooms: Rooms) -> None:
    assert not rooms.stop_list.unblock(NUMBER, TENANT)
    assert rooms.stop_list.find(NUMBER, TENANT) is None
    assert rooms.rows()["tpp_stop_list"] == 0


def test_a_lock_ends_by_its_time_whoever_notices(rooms: Rooms) -> None:
    rooms.stop_list.block(NUMBER, TENANT, period=MINUTE, by=BY)
    for passed, kept_out in ((MINUTE - SECOND, True), (SECOND, False)):
        rooms.clock.advance(passed)
        assert rooms.stop_list.keeps_out(NUMBER, TENANT) is kept_out
        assert (found(rooms).status is StopStatus.BLOCKED) is kept_out

    assert (found(rooms).blocked_until, found(rooms).reason) == (None, BY.reason)
    assert rooms.stop_list.listed(TENANT, first=0, most=9) == [found(rooms)]


def test_locks_that_have_ended_are_lifted_in_parts(rooms: Rooms) -> None:
    for place in range(3):
        rooms.stop_list.block(f"ended-{place}", TENANT, period=MINUTE)
    rooms.stop_list.block("later", TENANT, period=2 * MINUTE)
    rooms.stop_list.block("for-ever", TENANT)
    rooms.stop_list.block("let-in-again", TENANT, period=MINUTE)
    rooms.stop_list.unblock("let-in-again", TENANT)

    due = NOW + MINUTE
    assert rooms.stop_list.lift_expired(due - SECOND, 9) == 0
    assert [rooms.stop_list.lift_expired(due, 2) for _ in range(3)] == [2, 1, 0]
    with rooms.store.reading() as uow:
        left = {entry.authorisation_number for entry in uow.stop_list.blocking(9)}
    assert left == {"LATER", "FOR-EVER"}


def test_a_tenants_list_has_the_last_change_first(rooms: Rooms) -> None:
    for number in ("1", "2", "3"):
        rooms.clock.advance(SECOND)
        rooms.stop_list.block(number, TENANT)
    rooms.stop_list.block("4", "other")
    rooms.clock.advance(SECOND)
    rooms.stop_list.unblock("1", TENANT)

    for first, most, numbers in ((0, 9, ["1", "3", "2"]), (1, 1, ["3"]), (3, 9, [])):
        listed = rooms.stop_list.listed(TENANT, first=first, most=most)
        assert [each.authorisation_number for each in listed] == numbers


def test_every_process_knows_within_a_second(rooms: Rooms) -> None:
    elsewhere = StopList(rooms.store, rooms.clock)
    assert not elsewhere.keeps_out(NUMBER, TENANT)
    rooms.stop_list.block(NUMBER, TENANT)
    assert rooms.stop_list.keeps_out(NUMBER, TENANT)
    rooms.clock.advance(SECOND)
    assert elsewhere.keeps_out(NUMBER, TENANT)

    rooms.stop_list.unblock(NUMBER, TENANT)
    assert not rooms.stop_list.keeps_out(NUMBER, TENANT)
    rooms.clock.advance(SECOND)
    assert not elsewhere.keeps_out(NUMBER, TENANT)


@ON_SQLITE
def test_a_clock_that_is_set_back_makes_the_list_be_read_again(rooms: Rooms) -> None:
    elsewhere = StopList(rooms.store, rooms.clock)
    assert not elsewhere.keeps_out(NUMBER, TENANT)
    rooms.stop_list.block(NUMBER, TENANT)
    rooms.clock.advance(-MINUTE)

    assert elsewhere.keeps_out(NUMBER, TENANT)


@ON_SQLITE
def test_within_a_second_the_list_is_not_read_again(rooms: Rooms) -> None:
    reads: list[str] = []
    sa.event.listen(rooms.database.reads, "before_cursor_execute", lambda *a: reads.append(a[2]))
    for passed, times in ((SECOND, 1), (timedelta(milliseconds=999), 1), (SECOND, 2)):
        rooms.clock.advance(passed)
        for number in (NUMBER, OTHER, NUMBER):
            assert not rooms.stop_list.keeps_out(number, TENANT)
        assert len(reads) == times


@ON_SQLITE
def test_a_list_too_long_to_be_remembered_still_counts(rooms: Rooms) -> None:
    for place in range(service.MOST_REMEMBERED + 1):
        if place in {0, service.MOST_REMEMBERED}:
            rooms.stop_list.block(f"number-{place}", TENANT)
    with rooms.store.writing() as uow:
        for place in range(1, service.MOST_REMEMBERED):
            uow.stop_list.put(StopListEntry(TENANT, f"NUMBER-{place}", StopStatus.BLOCKED, NOW))
    for number, kept_out in (("number-0", True), (f"number-{place}", True), ("x", False)):
        assert rooms.stop_list.keeps_out(number, TENANT) is kept_out


@ON_SQLITE
@pytest.mark.parametrize(
    "number, period, by, path",
    [
        (" ", None, BY, "tpp-authorisation-number"),
        ("x" * 501, None, BY, "tpp-authorisation-number"),
        ("ß" * 251, None, BY, "tpp-authorisation-number"),  # in capitals each is two letters
        ("a\nb", None, BY, "tpp-authorisation-number"),
        (NUMBER, -SECOND, BY, "lock-period"),
        (NUMBER, timedelta(days=366 * 101), BY, "lock-period"),
        (NUMBER, None, ByWhom("x" * 501), "updated-by"),
        (NUMBER, None, ByWhom("b.boss", "a\x00"), "reason"),
    ],
)
def test_what_cannot_be_kept_is_malformed(
    rooms: Rooms, number: str, period: timedelta | None, by: ByWhom, path: str
) -> None:
    with pytest.raises(Malformed) as refused:
        rooms.stop_list.block(number, TENANT, period=period, by=by)
    assert refused.value.path == path
    assert rooms.rows()["tpp_stop_list"] == 0

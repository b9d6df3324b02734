"""Operators, their sessions and the trail, alike on both databases."""

from datetime import timedelta

import pytest

from cms.domain.ids import DEFAULT_TENANT
from cms.domain.operator import (
    IDLE_FOR,
    LOCKED_FOR,
    MOST_WRONG_TRIES,
    LogInRefused,
    OperatorDeed,
    OperatorRole,
)
from cms.domain.parties import Tpp
from cms.service.operators import LogIn, Operators, OperatorSessions, Trail
from tests.http.cms.operators import CHEAP
from tests.store.rooms import Rooms

RIGHT = LogIn("anna", "a long enough password")
WRONG = LogIn("anna", "another long password")


@pytest.mark.parametrize("tries, locked", [(MOST_WRONG_TRIES - 1, False), (MOST_WRONG_TRIES, True)])
def test_wrong_tries_lock_for_a_while(rooms: Rooms, tries: int, locked: bool) -> None:
    operators = Operators(rooms.store, rooms.clock, shortest_password=12, hashing=CHEAP)
    sessions = OperatorSessions(rooms.store, rooms.clock, lambda: "token")
    operators.add("anna", OperatorRole.READ, RIGHT.password)
    for _ in range(tries):
        with pytest.raises(LogInRefused):
            sessions.log_in(WRONG)
    assert operators.all()[0].locked(rooms.clock()) is locked
    if locked:
        with pytest.raises(LogInRefused):
            sessions.log_in(RIGHT)
        rooms.clock.advance(LOCKED_FOR)
    sessions.log_in(RIGHT)

    found = sessions.find("token")
    assert found is not None
    assert (found.operator, found.role) == ("anna", OperatorRole.READ)
    rooms.clock.advance(IDLE_FOR - timedelta(seconds=1))
    assert sessions.find("token") is not None  # and counts as used
    rooms.clock.advance(IDLE_FOR - timedelta(seconds=1))
    assert sessions.find("token") is not None
    rooms.clock.advance(IDLE_FOR)
    assert sessions.find("token") is None


def test_the_trail_goes_from_the_newest_back(rooms: Rooms) -> None:
    trail = Trail(rooms.store, rooms.clock)
    for number in range(4):
        trail.looked_at_payment("anna", f"payment-{number}", DEFAULT_TENANT)
    trail.looked_at_payment("bert", "payment-4", DEFAULT_TENANT)

    newest = trail.newest(2, operator="anna")
    assert [line.subject for line in newest] == ["payment-3", "payment-2"]
    older = trail.newest(9, operator="anna", before=newest[-1].action_id)
    assert [line.subject for line in older] == ["payment-1", "payment-0"]
    assert {line.deed for line in older} == {OperatorDeed.LOOKED_AT_PAYMENT}


def test_tpps_are_listed_page_by_page_within_their_tenant(rooms: Rooms) -> None:
    for number in ("B", "A"):
        for authority in ("Y", "X"):
            rooms.tpps.register(Tpp(number, authority), "one")
    rooms.tpps.register(Tpp("A", "X"), "two")

    first = rooms.tpps.listed("one", after=("", ""), most=3)
    last = first[-1]
    rest = rooms.tpps.listed("one", after=(last.authorisation_number, last.authority_id), most=9)
    listed = [(each.authorisation_number, each.authority_id) for each in (*first, *rest)]
    assert listed == [("A", "X"), ("A", "Y"), ("B", "X"), ("B", "Y")]
    assert len(rooms.tpps.of_number("A", "one")) == 2

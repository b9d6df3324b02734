"""Events that go with no change wait together, none is lost by a database that is away for once."""

from collections.abc import Sequence
from threading import Event
from typing import Any

import pytest

from cms.domain.errors import StoreUnavailable
from cms.store import event_writer
from cms.store.event_writer import EventWriter
from cms.store.journal import EventRow
from tests.store.rooms import race


class Written:
    """What was written, batch by batch; `fails` is raised instead, as long as it is set,
    and no batch is taken with one of the `broken` events.
    """

    def __init__(self) -> None:
        self.batches: list[list[EventRow]] = []
        self.fails: Exception | None = None
        self.broken: set[int] = set()

    def __call__(self, rows: Sequence[EventRow]) -> None:
        if self.fails is not None:
            raise self.fails
        if any(row["event_id"] in self.broken for row in rows):
            raise ValueError("no text")
        self.batches.append(list(rows))

    @property
    def numbers(self) -> list[Any]:
        return [row["event_id"] for batch in self.batches for row in batch]


def event(number: int) -> EventRow:
    return {"event_id": number}


def test_events_wait_for_each_other() -> None:
    written = Written()
    writer = EventWriter(written, at_once=False)
    for number in range(3):
        writer.add(event(number))
    writer.flush()
    writer.flush()

    assert [len(batch) for batch in written.batches] == [3]
    assert written.numbers == [0, 1, 2]


def test_the_thread_writes_without_being_told() -> None:
    """And the end waits for it: this is how a server process ends."""
    written = Written()
    writer = EventWriter(written, at_once=False)
    writer.add(event(1))
    writer._thread.shutdown()

    assert written.numbers == [1]


def test_after_the_end_an_event_is_written_at_once() -> None:
    written = Written()
    writer = EventWriter(written, at_once=False)
    writer.add(event(1))
    writer.close()
    writer.add(event(2))
    ended = EventWriter(written, at_once=False)
    ended._thread.shutdown()
    ended.add(event(3))

    assert written.numbers == [1, 2, 3]


def test_at_once_nothing_waits() -> None:
    written = Written()
    writer = EventWriter(written, at_once=True)
    writer.add(event(1))

    assert written.numbers == [1]


def test_who_finds_too_many_waiting_writes_for_itself() -> None:
    written = Written()
    writer = EventWriter(written, at_once=False)
    for number in range(event_writer.MOST_WAITING + 1):
        writer.add(event(number))

    assert event_writer.MOST_WAITING in written.numbers
    writer.close()
    assert sorted(written.numbers) == list(range(event_writer.MOST_WAITING + 1))


def test_what_the_database_did_not_take_is_tried_again() -> None:
    written = Written()
    writer = EventWriter(written, at_once=False)
    written.fails = StoreUnavailable()
    for number in range(3):
        writer.add(event(number))
    writer.flush()
    assert written.batches == []
    written.fails = None
    writer.add(event(3))
    writer.close()

    assert written.numbers == [0, 1, 2, 3]


def test_the_thread_tries_again_by_itself() -> None:
    written, there, pauses = Written(), Event(), list[float]()

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) > 2:
            written.fails = None
        if len(pauses) > 3:
            there.set()

    written.fails = StoreUnavailable()
    writer = EventWriter(written, at_once=False, pause=pause)
    writer.add(event(1))
    while 1 not in written.numbers:
        writer._thread.submit(int).result(timeout=30)  # after what the thread has in hand
    writer.add(event(2))
    assert there.wait(timeout=30)
    writer.close()

    soon, again = event_writer.WITHIN_S, event_writer.AGAIN_S
    assert pauses == [soon, again, again, soon]
    assert written.numbers == [1, 2]


@pytest.mark.parametrize("broken", [{0}, {4}, {2, 3}, set(range(5))])
def test_what_cannot_be_stored_takes_nothing_along(
    broken: set[int], caplog: pytest.LogCaptureFixture
) -> None:
    written = Written()
    written.broken = broken
    writer = EventWriter(written, at_once=False)
    for number in range(5):
        writer.add(event(number))
    writer.close()

    assert written.numbers == [number for number in range(5) if number not in broken]
    lost = [each.getMessage() for each in caplog.records]
    assert lost == [f"event {number} cannot be stored and is lost" for number in sorted(broken)]


def test_while_the_database_is_away_no_more_wait_than_there_is_room_for(
    caplog: pytest.LogCaptureFixture,
) -> None:
    written, most = Written(), event_writer.MOST_WAITING
    written.fails = StoreUnavailable()
    goes_on = Event()
    writer = EventWriter(written, at_once=False, pause=lambda _: goes_on.wait(timeout=30))
    for number in range(most + 2):
        writer.add(event(number))
    assert [each.getMessage() for each in caplog.records] == [
        f"{most} events wait for the database, 1 are lost"
    ] * 2
    written.fails = None
    goes_on.set()
    writer.close()

    assert len(set(written.numbers)) == most


def test_nobody_hears_of_an_event_that_is_lost() -> None:
    written = Written()
    for at_once in (True, False):
        writer = EventWriter(written, at_once=at_once)
        for failure in (ValueError("no column"), StoreUnavailable()):
            written.fails = failure
            writer.add(event(1))
            writer.flush()
        writer.close()

    assert written.batches == []


def test_events_of_many_threads_are_all_written() -> None:
    written = Written()
    writer = EventWriter(written, at_once=False)

    def add() -> None:
        for number in range(100):
            writer.add(event(number))
            writer.flush()

    assert race(*[add] * 4) == [None] * 4
    writer.close()
    assert sorted(written.numbers) == sorted([*range(100)] * 4)

"""Events: in the transaction of what they tell of, or in none; found, and purged."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from cms.domain.errors import StoreUnavailable, Unknown
from cms.domain.events import (
    BankCall,
    Event,
    EventFilter,
    EventOrigin,
    EventType,
    ReceivedRequest,
)
from cms.domain.ids import id_made_at
from cms.domain.parties import PsuId
from cms.domain.payment import Payment
from cms.domain.statuses import Cause, TransactionStatus
from cms.service.due import DueRows
from cms.service.events import MOST_CHANGES, MOST_READS
from cms.service.payments import NewPayment
from cms.store.queries.events import LATEST_ID
from cms.store.tables import events
from cms.store.unit_of_work import AlreadyThere
from tests.breaking import break_inserts, mend
from tests.houses import NOW
from tests.store.rooms import BODY, FULL_TPP, PSU, TENANT, Rooms

X_REQUEST_ID = "99391c7e-ad88-49ec-a2ad-99ddcb1f7721"
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
CALL = BankCall(NOW, "execute_payment", "Refused", 12.5, ("PAYMENT_FAILED",))
TOLD_CALL = {
    "method": "execute_payment",
    "answer": "Refused",
    "codes": ["PAYMENT_FAILED"],
    "durationMs": 12.5,
}


def received(payment_id: str | None = None, **fields: Any) -> ReceivedRequest:
    facts: dict[str, Any] = {
        "event_type": EventType.GET_TRANSACTION_STATUS,
        "instance_id": TENANT,
        "tpp_authorisation_number": FULL_TPP.authorisation_number,
        "method": "GET",
        "path": "/v1/payments",
        "headers": {"accept": "*/*"},
        "x_request_id": X_REQUEST_ID,
        "payment_id": payment_id,
        **fields,
    }
    return ReceivedRequest(**facts)


def called(rooms: Rooms, payment_id: str | None = None) -> None:
    rooms.events.bank_called(
        CALL, instance_id=TENANT, tpp_authorisation_number="TPP", payment_id=payment_id
    )


def stored(rooms: Rooms, **wanted: Any) -> list[Event]:
    """All events of the tenant that fit, through the service."""
    span = {"instance_id": TENANT, "since": NOW - 1000 * DAY, "until": NOW + 1000 * DAY}
    return rooms.events.page(EventFilter(**{**span, **wanted}), index=0, size=1000)


def timeline(rooms: Rooms, payment: Payment) -> list[Event]:
    return rooms.events.of_payment(payment.payment_id, TENANT).events


def types(rooms: Rooms) -> list[str]:
    return [each.event_type.name for each in stored(rooms)]


def test_a_request_that_changes_something_is_on_record_with_it(rooms: Rooms) -> None:
    payment, _ = rooms.kept()
    with rooms.events.received(received(payment.payment_id)) as request_id:
        called(rooms)
        rooms.payments.report(payment, TransactionStatus.ACSP, Cause.BANK_REPORTED)
        assert types(rooms) == ["GET_TRANSACTION_STATUS", "TRANSACTION_STATUS_CHANGED"]
    asked, moved = stored(rooms)

    assert asked == Event(
        event_id=request_id,
        instance_id=TENANT,
        at=NOW,
        origin=EventOrigin.TPP,
        event_type=EventType.GET_TRANSACTION_STATUS,
        payment_id=payment.payment_id,
        tpp_authorisation_number=FULL_TPP.authorisation_number,
        x_request_id=X_REQUEST_ID,
        internal_request_id=request_id,
        payload={
            "method": "GET",
            "path": "/v1/payments",
            "headers": {"accept": "*/*"},
            "bankCalls": [TOLD_CALL],
        },
        psus=(PSU,),
    )
    assert (moved.origin, moved.from_status, moved.to_status) == (EventOrigin.ASPSP, "RCVD", "ACSP")
    assert moved.cause is Cause.BANK_REPORTED
    assert (moved.x_request_id, moved.internal_request_id) == (X_REQUEST_ID, request_id)
    assert moved.tpp_authorisation_number == FULL_TPP.authorisation_number


def test_an_initiation_is_on_record_with_what_it_made(rooms: Rooms) -> None:
    payment = rooms.full_payment()
    authorisation = rooms.authorisation(payment)
    with rooms.events.received(received(event_type=EventType.PAYMENT_INITIATION)):
        rooms.payments.keep(NewPayment(payment, BODY, authorisation))
        called(rooms)
    made, after = stored(rooms)

    for each in (made, after):
        assert each.payment_id == payment.payment_id
        assert each.authorisation_id == authorisation.authorisation_id
    assert (made.event_type, after.event_type) == (
        EventType.PAYMENT_INITIATION,
        EventType.BANK_CALLED,
    )
    assert "bankCalls" not in (made.payload or {})
    assert after.payload == {"bankCalls": [TOLD_CALL]}
    assert after.internal_request_id == made.event_id


def test_a_start_is_on_record_with_what_it_made(rooms: Rooms) -> None:
    payment, _ = rooms.kept()
    start = received(payment.payment_id, event_type=EventType.START_PAYMENT_AUTHORISATION)
    with rooms.events.received(start):
        new = rooms.start(payment)

    assert stored(rooms)[0].authorisation_id == new.authorisation_id


def test_later_calls_of_the_bank_go_with_the_next_change(rooms: Rooms) -> None:
    payment, _ = rooms.kept()
    with rooms.events.received(received(payment.payment_id)):
        for status in (TransactionStatus.ACTC, TransactionStatus.ACSP):
            called(rooms)
            payment = rooms.payments.report(payment, status, Cause.BANK_REPORTED)
        assert types(rooms)[-2:] == ["TRANSACTION_STATUS_CHANGED", "BANK_CALLED"]
    assert len(stored(rooms)) == 4


@pytest.mark.parametrize("broken", ["NEW.to_status IS NOT NULL", "NEW.to_status IS NULL"])
def test_the_change_and_its_event_are_kept_together_or_not_at_all(
    rooms: Rooms, broken: str
) -> None:
    payment, _ = rooms.kept()
    break_inserts(rooms.database, "events", broken)
    with rooms.events.received(received(payment.payment_id)):
        with pytest.raises(Exception, match=r"broken|database|storage"):
            rooms.payments.report(payment, TransactionStatus.ACSP, Cause.BANK_REPORTED)
        assert stored(rooms) == []
        assert rooms.stored(payment).status is TransactionStatus.RCVD
        mend(rooms.database)
        rooms.payments.report(payment, TransactionStatus.ACTC, Cause.BANK_REPORTED)
    assert types(rooms) == ["GET_TRANSACTION_STATUS", "TRANSACTION_STATUS_CHANGED"]


@pytest.mark.parametrize("table", ["payments", "events"])
def test_the_event_of_an_initiation_is_in_its_transaction(rooms: Rooms, table: str) -> None:
    payment = rooms.payment()
    break_inserts(rooms.database, table)
    with rooms.events.received(received(event_type=EventType.PAYMENT_INITIATION)):
        with pytest.raises((AlreadyThere, StoreUnavailable)):
            rooms.payments.keep(NewPayment(payment, BODY))
        assert stored(rooms) == []
        mend(rooms.database)
    (refused,) = stored(rooms)

    assert (refused.event_type, refused.payment_id) == (EventType.PAYMENT_INITIATION, None)
    assert rooms.rows()["payments"] == 0


def test_what_changes_nothing_is_on_record_too(rooms: Rooms) -> None:
    def refused() -> None:
        with rooms.events.received(received("00000000-0000-4000-8000-000000000000")):
            rooms.events.narrow(EventType.GET_PAYMENT)
            raise Unknown

    with pytest.raises(Unknown):
        refused()
    assert types(rooms) == ["GET_PAYMENT"]


def test_a_request_does_not_fail_by_its_event(rooms: Rooms) -> None:
    break_inserts(rooms.database, "events")
    with rooms.events.received(received()):
        pass
    assert stored(rooms) == []


def test_a_call_of_the_servers_own_accord_is_on_record_by_itself(rooms: Rooms) -> None:
    payment, _ = rooms.kept()
    called(rooms, payment.payment_id)
    (event,) = stored(rooms)

    assert (event.event_type, event.origin) == (EventType.BANK_CALLED, EventOrigin.XS2A_INTERNAL)
    assert (event.payment_id, event.payload) == (payment.payment_id, {"bankCalls": [TOLD_CALL]})
    assert (event.tpp_authorisation_number, event.x_request_id) == ("TPP", None)


def test_who_takes_part_is_read_from_the_payment(rooms: Rooms) -> None:
    payment, authorisation = rooms.kept()
    rooms.payments.report(payment, TransactionStatus.PATC, Cause.BANK_REPORTED)
    rooms.authorisations.name_psu(authorisation.authorisation_id, TENANT, PsuId("marion"))

    assert stored(rooms)[0].psus == (PSU, PsuId("marion"))
    with rooms.database.reads.connect() as connection:
        assert "marion" not in str(connection.execute(sa.select(events)).all())


def test_another_tenant_sees_nothing(rooms: Rooms) -> None:
    payment, _ = rooms.kept()
    with rooms.events.received(received(payment.payment_id, instance_id="other")):
        pass
    (theirs,) = stored(rooms, instance_id="other")

    assert theirs.psus == ()
    assert (stored(rooms), timeline(rooms, payment)) == ([], [])
    assert rooms.events.of_payment(payment.payment_id, "other").events == [theirs]
    with pytest.raises(Unknown):
        stored(rooms, instance_id="other", payment_id=payment.payment_id)


def asked_in_turn(rooms: Rooms, minutes: int) -> None:
    """A request each minute from NOW on; the clock stays where it ends."""
    for _ in range(minutes):
        with rooms.events.received(received()):
            pass
        rooms.clock.advance(MINUTE)


@pytest.mark.parametrize(
    "since, until, found",
    [(0, 4, [0, 1, 2, 3, 4]), (1, 3, [1, 2, 3]), (2, 2, [2]), (3, 1, []), (9, 99, [])],
)
def test_both_ends_of_a_time_belong_to_it(
    rooms: Rooms, since: int, until: int, found: list[int]
) -> None:
    asked_in_turn(rooms, 5)
    events_found = stored(rooms, since=NOW + since * MINUTE, until=NOW + until * MINUTE)

    assert [each.at for each in events_found] == [NOW + minute * MINUTE for minute in found]


def test_a_time_is_exact_to_the_microsecond(rooms: Rooms) -> None:
    rooms.clock.now = NOW + timedelta(microseconds=500)
    asked_in_turn(rooms, 1)
    tick = timedelta(microseconds=1)
    at = NOW + timedelta(microseconds=500)

    assert len(stored(rooms, since=at, until=at)) == 1
    assert stored(rooms, since=at + tick) == stored(rooms, until=at - tick) == []


@pytest.mark.parametrize("since", [FIRST, datetime(1970, 1, 1, tzinfo=UTC), NOW])
@pytest.mark.parametrize("until", [LAST, datetime(2999, 1, 1, tzinfo=UTC), NOW])
def test_any_time_can_be_asked_for(rooms: Rooms, since: datetime, until: datetime) -> None:
    asked_in_turn(rooms, 1)

    assert len(stored(rooms, since=since, until=until)) == 1


def test_a_move_that_had_to_wait_is_found_in_its_time(rooms: Rooms) -> None:
    """Its id is made with the row, later than the moment that it tells of."""
    late = id_made_at(NOW + LATEST_ID - timedelta(seconds=1), 0)
    with rooms.store.writing() as uow:
        uow.events.add_all([waited(late)])

    assert [each.event_id for each in stored(rooms, since=NOW, until=NOW)] == [late]


def waited(event_id: str) -> dict[str, Any]:
    return {
        "instance_id": TENANT,
        "event_id": event_id,
        "at": NOW,
        "origin": "TPP",
        "event_type": EventType.GET_PAYMENT.value,
    }


def test_an_event_that_is_written_twice_is_there_once(rooms: Rooms) -> None:
    """A commit whose answer was lost is tried again."""
    row = waited(id_made_at(NOW, 0))
    for _ in range(2):
        with rooms.store.writing() as uow:
            uow.events.add_all([row])
    assert len(stored(rooms)) == 1


def test_pages_follow_each_other(rooms: Rooms) -> None:
    asked_in_turn(rooms, 5)
    wanted = EventFilter(TENANT, NOW, NOW + DAY)
    pages = [rooms.events.page(wanted, index=index, size=2) for index in range(4)]

    assert [len(page) for page in pages] == [2, 2, 1, 0]
    assert [each for page in pages for each in page] == stored(rooms)


def test_events_are_found_by_type_and_origin(rooms: Rooms) -> None:
    payment, _ = rooms.kept()
    asked_in_turn(rooms, 1)
    rooms.pushed(payment, TransactionStatus.ACSC)
    called(rooms)

    assert len(stored(rooms, event_type=EventType.GET_TRANSACTION_STATUS)) == 1
    assert len(stored(rooms, event_type=EventType.TRANSACTION_STATUS_CHANGED)) == 1
    assert [len(stored(rooms, origin=each)) for each in EventOrigin] == [1, 1, 0, 1]
    assert len(stored(rooms, payment_id=payment.payment_id)) == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_payments_events_are_found_by_its_index(rooms: Rooms) -> None:
    payment, _ = rooms.kept()
    asked: list[tuple[str, Any]] = []
    sa.event.listen(
        rooms.database.reads,
        "before_cursor_execute",
        lambda *execution: asked.append((execution[2], execution[3])),
    )
    rooms.events.of_payment(payment.payment_id, TENANT)
    stored(rooms, payment_id=payment.payment_id)
    queries = [each for each in asked if "FROM events" in each[0]]
    with rooms.database.reads.connect() as connection:
        plans = [
            str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values).all())
            for sql, values in queries
        ]

    assert len(plans) == 3
    assert ["ix_events_payment_id_event_id" in plan for plan in plans] == [True] * 3


def test_a_timeline_is_the_oldest_first(rooms: Rooms) -> None:
    payment, authorisation = rooms.kept()
    with rooms.events.received(received(payment.payment_id)):
        pass
    rooms.clock.advance(MINUTE)
    rooms.payments.report(payment, TransactionStatus.ACTC, Cause.BANK_REPORTED)
    rooms.clock.advance(MINUTE)
    rooms.sca.fail(authorisation, Cause.AUTHORISATION_EXPIRED)
    line = timeline(rooms, payment)

    assert [each.event_type.name for each in line] == [
        "GET_TRANSACTION_STATUS",
        "TRANSACTION_STATUS_CHANGED",
        "SCA_STATUS_CHANGED",
    ]
    assert [each.authorisation_id for each in line] == [None, None, authorisation.authorisation_id]


@pytest.mark.parametrize("over", [0, 1])
def test_what_was_only_asked_takes_no_place_from_what_has_happened(rooms: Rooms, over: int) -> None:
    payment, _ = rooms.kept()
    rooms.payments.report(payment, TransactionStatus.ACTC, Cause.BANK_REPORTED)

    def happened(event_type: EventType, times: int) -> None:
        of_it = {"payment_id": payment.payment_id, "event_type": event_type.value}
        with rooms.store.writing() as uow:
            uow.events.add_all([waited(rooms.new_event_id()) | of_it for _ in range(times)])

    happened(EventType.GET_PAYMENT, MOST_READS + over)
    found = rooms.events.of_payment(payment.payment_id, TENANT)
    assert found.events == [stored(rooms)[0], *stored(rooms)[-MOST_READS:]]
    assert (found.reads_left_out, found.changes_left_out) == (over > 0, False)

    happened(EventType.PAYMENT_CANCELLATION, MOST_CHANGES - 1 + over)
    found = rooms.events.of_payment(payment.payment_id, TENANT)
    assert len(found.events) == MOST_READS + MOST_CHANGES
    assert (found.reads_left_out, found.changes_left_out) == (over > 0, over > 0)


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_what_is_old_is_forgotten_for_every_tenant(rooms: Rooms, limit: int) -> None:
    asked_in_turn(rooms, 3)
    for tenant in ("another", "zz"):
        with rooms.events.received(received(instance_id=tenant)):
            pass

    def forgotten_before(moment: datetime) -> int:
        due = DueRows(rooms.store, lambda: moment)
        return sum(iter(lambda: due.forget_events(timedelta(0), limit), 0))

    young = NOW + 3 * MINUTE
    assert forgotten_before(NOW) == 0
    assert forgotten_before(NOW + MINUTE) == 1
    assert [each.at for each in stored(rooms)] == [NOW + MINUTE, NOW + 2 * MINUTE]
    assert forgotten_before(young) == 2
    assert rooms.rows()["events"] == 2  # of the other tenants
    assert forgotten_before(young + MINUTE) == 2
    assert rooms.rows()["events"] == 0

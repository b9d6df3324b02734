"""What the bank changes beside any status is on record, in the transaction of the change."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
import sqlalchemy as sa

from cms.domain.errors import StoreUnavailable, Unknown
from cms.domain.events import Event, EventFilter, EventOrigin, EventType
from cms.domain.parties import PsuId
from cms.domain.payment import Payment
from cms.service.stop_list import ByWhom
from tests.breaking import break_inserts
from tests.houses import NOW
from tests.store.rooms import BODY, PSU, TENANT, Rooms

NUMBER, MINUTE = "PSDDE-BAFIN-100001", timedelta(minutes=1)
OTHER_ORDER, STATE = b'{"creditorName": "Marion"}', b"recognisable state"
OTHER = PsuId("another.psu")
BY = ByWhom("b.boss", "Complaint 4711")
Deed = Callable[[Rooms, Payment], Any]


def replace(rooms: Rooms, payment: Payment) -> None:
    rooms.payments.replace_body(payment, OTHER_ORDER)


def named(psu: PsuId) -> Deed:
    def name(rooms: Rooms, payment: Payment) -> None:
        (authorisation,) = rooms.authorisations.all_of(payment)
        rooms.authorisations.name_psu(authorisation.authorisation_id, TENANT, psu)

    return name


def block(rooms: Rooms, _: Payment) -> None:
    rooms.stop_list.block(NUMBER, TENANT, period=MINUTE, by=BY)


def block_for_ever(rooms: Rooms, _: Payment) -> None:
    rooms.stop_list.block(NUMBER, TENANT)


def unblock(rooms: Rooms, _: Payment) -> None:
    rooms.stop_list.unblock(NUMBER, TENANT, by=ByWhom("a.admin"))


def write_state(rooms: Rooms, payment: Payment) -> None:
    rooms.bank_states.save(payment.payment_id, TENANT, STATE, on_record=True)


def write_nothing(rooms: Rooms, payment: Payment) -> None:
    rooms.bank_states.save(payment.payment_id, TENANT, None, on_record=True)


def clear_state(rooms: Rooms, payment: Payment) -> None:
    rooms.bank_states.clear(payment.payment_id, TENANT)


def note(rooms: Rooms, payment: Payment) -> None:
    """What the connector does."""
    held = rooms.bank_states.held(payment)
    held.save(STATE)
    held.keep()


def clear_nothing(rooms: Rooms, payment: Payment) -> None:
    with pytest.raises(Unknown):
        clear_state(rooms, payment)


@dataclass(frozen=True)
class Change:
    """A deed, after another one, and what is on record of it."""

    deed: Deed
    event_type: EventType
    payload: dict[str, Any]
    after: Deed | None = None


CHANGES = [
    Change(
        replace,
        EventType.ORDER_REPLACED,
        {
            "sha256Before": sha256(BODY).hexdigest(),
            "sha256After": sha256(OTHER_ORDER).hexdigest(),
            "bytesBefore": len(BODY),
            "bytesAfter": len(OTHER_ORDER),
        },
    ),
    Change(named(PSU), EventType.PSU_NAMED, {"replaced": False, "joined": False}),
    Change(named(OTHER), EventType.PSU_NAMED, {"replaced": False, "joined": True}),
    Change(named(OTHER), EventType.PSU_NAMED, {"replaced": True, "joined": True}, named(PSU)),
    Change(
        block,
        EventType.TPP_BLOCKED,
        {
            "until": (NOW + MINUTE).isoformat(),
            "reason": "Complaint 4711",
            "changedBy": "b.boss",
        },
    ),
    Change(block_for_ever, EventType.TPP_BLOCKED, {}),
    Change(unblock, EventType.TPP_UNBLOCKED, {"changedBy": "a.admin"}, after=block),
    Change(write_state, EventType.BANK_STATE_CHANGED, {"stored": True}),
    Change(write_nothing, EventType.BANK_STATE_CHANGED, {"stored": False}, after=note),
    Change(clear_state, EventType.BANK_STATE_CHANGED, {"stored": False}, after=note),
]


def prepared(rooms: Rooms, after: Deed | None) -> tuple[Payment, list[Event]]:
    payment, _ = rooms.kept()
    if after is not None:
        after(rooms, payment)
    return payment, on_record(rooms)


def on_record(rooms: Rooms) -> list[Event]:
    return rooms.events.page(EventFilter(TENANT, NOW, NOW), index=0, size=9)


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_the_bank_is_on_record(rooms: Rooms, change: Change) -> None:
    payment, before = prepared(rooms, change.after)
    change.deed(rooms, payment)
    *earlier, event = on_record(rooms)

    assert [each.event_id for each in earlier] == [each.event_id for each in before]
    assert (event.event_type, event.at, event.payload) == (change.event_type, NOW, change.payload)
    if change.event_type in {EventType.TPP_BLOCKED, EventType.TPP_UNBLOCKED}:
        assert event.origin is EventOrigin.ASPSP
        assert (event.payment_id, event.tpp_authorisation_number) == (None, NUMBER)
    else:
        assert event.origin is EventOrigin.ASPSP_PSU_INTERFACE
        assert event.payment_id == payment.payment_id
        assert "another" not in repr(event.payload)


@pytest.mark.parametrize("change", CHANGES)
def test_without_its_event_nothing_is_changed(rooms: Rooms, change: Change) -> None:
    payment, _ = prepared(rooms, change.after)

    def kept() -> list[Any]:
        with rooms.database.reads.connect() as connection:
            tables = ["body FROM payments", "* FROM tpp_stop_list", "* FROM bank_states"]
            tables += ["* FROM authorisations", "* FROM payment_psus"]
            return [connection.execute(sa.text(f"SELECT {each}")).all() for each in tables]

    before = kept()
    break_inserts(rooms.database, "events")
    with pytest.raises((StoreUnavailable, sa.exc.DBAPIError)):
        change.deed(rooms, payment)

    assert kept() == before


@pytest.mark.parametrize(
    "after, deed",
    [
        (None, unblock),
        (named(PSU), named(PSU)),
        (None, note),
        (None, write_nothing),
        (note, write_state),
        (None, clear_nothing),
    ],
)
def test_what_changes_nothing_and_what_the_connector_notes_is_not(
    rooms: Rooms, after: Deed | None, deed: Deed
) -> None:
    payment, before = prepared(rooms, after)
    deed(rooms, payment)

    assert on_record(rooms) == before

"""Bank states at rest: sealed, each tenant its own, sealed anew by rotation; on both engines."""

import os
from dataclasses import replace

import pytest
import sqlalchemy as sa

from cms.domain.errors import Malformed, SealedByAnotherKey, Unknown
from cms.service.bank_states import LONGEST_STATE, BankStates
from cms.service.payments import NewPayment
from cms.service.seals import KeysMissing, KeyUse, SealBroken, Seals
from cms.store.queries.bank_states import StoredState
from cms.store.queries.sealed_rows import BANK_STATES, SealedRow
from cms.store.sealing import KeyRing, key_id
from cms.store.tables import bank_states
from cms.store.unit_of_work import AlreadyThere
from tests.store.rooms import BODY, TENANT, Rooms, race

OLD, NEW = b"1" * 32, b"2" * 32  # OLD is that of the rooms
STATE = b"recognisable state"


def ring(*keys: bytes) -> KeyRing:
    return KeyRing(keys, os.urandom)


def with_keys(rooms: Rooms, *keys: bytes) -> BankStates:
    return BankStates(rooms.store, ring(*keys), rooms.clock)


def seals(rooms: Rooms, *keys: bytes) -> Seals:
    return Seals(rooms.store, ring(*keys))


def stored(rooms: Rooms, payment_id: str) -> StoredState | None:
    with rooms.store.reading() as uow:
        return uow.bank_states.find(payment_id, TENANT)


def with_states(rooms: Rooms, number: int) -> list[str]:
    """So many payments with a state, sealed by OLD."""
    ids = [rooms.kept()[0].payment_id for _ in range(number)]
    for each in ids:
        rooms.bank_states.save(each, TENANT, STATE + each.encode())
    return ids


def test_a_state_is_stored_and_forgotten(rooms: Rooms) -> None:
    key = rooms.kept()[0].payment_id
    assert rooms.bank_states.load(key, TENANT) is None
    for state in (STATE, b"another", bytes(LONGEST_STATE)):
        rooms.bank_states.save(key, TENANT, state)
        assert rooms.bank_states.load(key, TENANT) == state
    rooms.bank_states.save(key, TENANT, None)
    assert rooms.bank_states.load(key, TENANT) is None
    assert rooms.rows()["bank_states"] == 0


def test_it_is_not_in_the_database_in_clear(rooms: Rooms) -> None:
    (key,) = with_states(rooms, 1)
    row = stored(rooms, key)

    assert row is not None
    assert STATE not in row.sealed.content
    assert row.sealed.key_id == key_id(OLD)


def test_what_is_stored_already_is_not_written_again(rooms: Rooms) -> None:
    (key,) = with_states(rooms, 1)
    before = stored(rooms, key)
    rooms.bank_states.save(key, TENANT, STATE + key.encode())

    assert stored(rooms, key) == before


def test_it_comes_with_a_new_payment_or_not_at_all(rooms: Rooms) -> None:
    payment = rooms.payment()
    row = rooms.bank_states.new_row(payment, STATE)
    rooms.payments.keep(NewPayment(payment, BODY, bank_state=row))
    assert rooms.bank_states.load(payment.payment_id, TENANT) == STATE

    assert rooms.bank_states.new_row(payment, None) is None
    again = rooms.payment()
    row = rooms.bank_states.new_row(payment, b"of the one before")  # its key is taken
    with pytest.raises(AlreadyThere):
        rooms.payments.keep(NewPayment(again, BODY, bank_state=row))
    with pytest.raises(Unknown):
        rooms.stored(again)
    assert rooms.bank_states.load(payment.payment_id, TENANT) == STATE


def test_a_tenant_never_sees_anothers(rooms: Rooms) -> None:
    (key,) = with_states(rooms, 1)
    before = stored(rooms, key)
    assert rooms.bank_states.load(key, "other") is None
    for state in (b"mine", None):
        with pytest.raises(Unknown):
            rooms.bank_states.save(key, "other", state)
    with pytest.raises(Unknown):
        rooms.bank_states.clear(key, "other")
    assert stored(rooms, key) == before


def test_what_is_not_there_is_unknown(rooms: Rooms) -> None:
    nowhere = rooms.new_id()
    with pytest.raises(Unknown):
        rooms.bank_states.save(nowhere, TENANT, STATE)
    with pytest.raises(Unknown):
        rooms.bank_states.clear(rooms.kept()[0].payment_id, TENANT)
    with pytest.raises(Malformed):
        rooms.bank_states.save(rooms.kept()[0].payment_id, TENANT, bytes(LONGEST_STATE + 1))


def test_rows_cannot_be_swapped(rooms: Rooms) -> None:
    first, second = with_states(rooms, 2)
    of_first = stored(rooms, first)
    assert of_first is not None
    with rooms.store.writing() as uow:
        uow.bank_states.put(replace(of_first, resource_id=second), rooms.clock())

    with pytest.raises(SealedByAnotherKey):
        rooms.bank_states.load(second, TENANT)
    rooms.bank_states.save(second, TENANT, STATE)  # whoever writes anew mends it
    assert rooms.bank_states.load(second, TENANT) == STATE


def test_a_state_of_a_lost_key_can_be_written_anew_and_forgotten(rooms: Rooms) -> None:
    first, second = with_states(rooms, 2)
    others = with_keys(rooms, NEW)
    with pytest.raises(SealedByAnotherKey):
        others.load(first, TENANT)
    others.save(first, TENANT, STATE)
    others.clear(second, TENANT)

    assert others.load(first, TENANT) == STATE
    assert others.load(second, TENANT) is None


def test_of_two_writers_the_last_one_counts(rooms: Rooms) -> None:
    key = rooms.kept()[0].payment_id
    states = [bytes([number]) * 8 for number in range(6)]
    results = race(
        *((lambda state=state: rooms.bank_states.save(key, TENANT, state)) for state in states)
    )

    assert results == [None] * 6
    assert rooms.bank_states.load(key, TENANT) in states
    assert rooms.rows()["bank_states"] == 1


@pytest.mark.parametrize("before", [None, b"first"])
@pytest.mark.parametrize("meanwhile", [None, b"first", b"of the execution"])
@pytest.mark.parametrize("noted", [None, b"of the read"])
@pytest.mark.parametrize("loads", [True, False])
def test_a_note_replaces_only_what_its_writer_has_read(
    rooms: Rooms, before: bytes | None, meanwhile: bytes | None, noted: bytes | None, *, loads: bool
) -> None:
    payment = rooms.kept()[0]
    key = payment.payment_id
    rooms.bank_states.save(key, TENANT, before)
    state = rooms.bank_states.held(payment)
    if loads:
        assert state.load() == before
    state.save(noted)
    rooms.bank_states.save(key, TENANT, meanwhile)
    state.keep()

    stays = loads and (meanwhile != before or noted == before)
    assert rooms.bank_states.load(key, TENANT) == (meanwhile if stays else noted)


@pytest.mark.parametrize("noted", [None, b"of the read"])
def test_a_rotation_in_between_costs_no_note(rooms: Rooms, noted: bytes | None) -> None:
    payment = rooms.kept()[0]
    rooms.bank_states.save(payment.payment_id, TENANT, STATE)
    both = with_keys(rooms, NEW, OLD)
    state = both.held(payment)
    assert state.load() == STATE
    assert sum(seals(rooms, NEW, OLD).renew()) == 1
    state.save(noted)
    state.keep()

    assert both.load(payment.payment_id, TENANT) == noted


@pytest.mark.parametrize("before", [None, STATE])
def test_of_several_who_have_read_the_same_one_is_kept(rooms: Rooms, before: bytes | None) -> None:
    payment = rooms.kept()[0]
    rooms.bank_states.save(payment.payment_id, TENANT, before)
    notes = [bytes([number]) * 8 for number in range(4)]
    results = race(
        *((lambda note=note: rooms.bank_states.replace(payment, before, note)) for note in notes)
    )

    assert sorted(results) == [False, False, False, True]
    assert rooms.bank_states.load(payment.payment_id, TENANT) == notes[results.index(True)]


@pytest.mark.parametrize("batch", [1, 2, 3, 100])
def test_rotation_seals_all_with_the_newest_key(rooms: Rooms, batch: int) -> None:
    keys = with_states(rooms, 5)
    with_keys(rooms, NEW, OLD).save(keys[2], TENANT, b"sealed by the new one")
    both = seals(rooms, NEW, OLD)

    assert sum(both.renew(batch=batch)) == 4
    assert both.uses() == [KeyUse(key_id(NEW), 5, True), KeyUse(key_id(OLD), 0, True)]
    alone = with_keys(rooms, NEW)
    expected = [STATE + key.encode() for key in keys]
    expected[2] = b"sealed by the new one"
    assert [alone.load(key, TENANT) for key in keys] == expected
    assert list(both.renew()) == []


def test_rotation_goes_on_where_it_was_broken_off(rooms: Rooms) -> None:
    with_states(rooms, 5)
    broken_off = seals(rooms, NEW, OLD).renew(batch=2)
    assert next(broken_off) == 2
    del broken_off

    assert sum(seals(rooms, NEW, OLD).renew(batch=2)) == 3


def test_rotation_leaves_alone_what_has_changed_meanwhile(rooms: Rooms) -> None:
    """The server writes between the reading of a batch and its sealing."""
    (key,) = with_states(rooms, 1)
    seen = stored(rooms, key)
    assert seen is not None
    rooms.bank_states.save(key, TENANT, b"newer")
    with rooms.store.writing() as uow:
        row = SealedRow(seen.place, seen.sealed)
        assert not uow.sealed.replace_seal(BANK_STATES, row, ring(NEW).seal(STATE, seen.place))

    assert rooms.bank_states.load(key, TENANT) == b"newer"


def test_rotation_loses_nothing_while_the_server_writes(rooms: Rooms) -> None:
    keys = with_states(rooms, 12)
    server = with_keys(rooms, NEW, OLD)

    def write() -> None:
        for key in keys:
            server.save(key, TENANT, b"newer")

    results = race(write, lambda: list(seals(rooms, NEW, OLD).renew(batch=3)))
    assert not [each for each in results if isinstance(each, Exception)]
    assert {server.load(key, TENANT) for key in keys} == {b"newer"}
    assert with_keys(rooms, NEW).load(keys[0], TENANT) == b"newer"


def test_rotation_without_a_needed_key_changes_nothing_and_names_it(rooms: Rooms) -> None:
    with_states(rooms, 3)
    alone = seals(rooms, NEW)
    assert alone.missing_key() == key_id(OLD)
    assert alone.uses() == [KeyUse(key_id(NEW), 0, True), KeyUse(key_id(OLD), 3, False)]

    with pytest.raises(KeysMissing, match=rf"{key_id(OLD)} \(3 rows\)"):
        list(alone.renew())
    assert seals(rooms, OLD).missing_key() is None


def test_rotation_names_a_row_that_was_tampered_with(rooms: Rooms) -> None:
    (key,) = with_states(rooms, 1)
    with rooms.database.writes.begin() as connection:
        connection.execute(sa.update(bank_states).values(sealed=b"x" * 60))

    with pytest.raises(SealBroken, match=key):
        list(seals(rooms, NEW, OLD).renew())

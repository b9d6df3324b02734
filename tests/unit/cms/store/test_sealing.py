"""What is sealed opens with its key, at its place, unchanged; and nowhere else (C2)."""

import os
from dataclasses import replace
from itertools import count

import pytest

from cms.domain.errors import SealedByAnotherKey
from cms.store.sealing import KEY_BYTES, NONCE_BYTES, KeyRing, Place, Sealed, key_id

OLD, NEW = b"o" * KEY_BYTES, b"n" * KEY_BYTES
PLACE = Place("bank_states", "1", "UNDEFINED")
STATE = b"what the bank has noted"


def ring(*keys: bytes) -> KeyRing:
    return KeyRing(keys, os.urandom)


def test_what_is_sealed_opens_at_its_place() -> None:
    sealed = ring(NEW).seal(STATE, PLACE)

    assert STATE not in sealed.content
    assert ring(NEW).open(sealed, PLACE) == STATE


@pytest.mark.parametrize(
    "elsewhere",
    [
        replace(PLACE, table="payments"),
        replace(PLACE, resource_id="2"),
        replace(PLACE, instance_id="other"),
        Place("bank_states", "", "1UNDEFINED"),
    ],
)
def test_it_opens_nowhere_else(elsewhere: Place) -> None:
    sealed = ring(NEW).seal(STATE, PLACE)

    with pytest.raises(SealedByAnotherKey):
        ring(NEW).open(sealed, elsewhere)


@pytest.mark.parametrize("at", [0, NONCE_BYTES, -1])
def test_a_changed_bit_is_noticed(at: int) -> None:
    sealed = ring(NEW).seal(STATE, PLACE)
    content = bytearray(sealed.content)
    content[at] ^= 1

    with pytest.raises(SealedByAnotherKey):
        ring(NEW).open(replace(sealed, content=bytes(content)), PLACE)


@pytest.mark.parametrize("content", [b"", b"x", b"x" * NONCE_BYTES, b"x" * 27])
def test_what_is_too_short_is_refused(content: bytes) -> None:
    with pytest.raises(SealedByAnotherKey):
        ring(NEW).open(Sealed(key_id(NEW), content), PLACE)


def test_the_newest_key_seals_and_older_ones_open() -> None:
    before = ring(OLD).seal(STATE, PLACE)
    both = ring(NEW, OLD)

    assert both.key_ids == (key_id(NEW), key_id(OLD))
    assert both.seal(STATE, PLACE).key_id == both.newest == key_id(NEW)
    assert both.open(before, PLACE) == STATE
    with pytest.raises(SealedByAnotherKey):
        ring(NEW).open(before, PLACE)


def test_a_key_of_that_id_that_is_another_does_not_open() -> None:
    sealed = replace(ring(OLD).seal(STATE, PLACE), key_id=key_id(NEW))

    with pytest.raises(SealedByAnotherKey):
        ring(NEW).open(sealed, PLACE)


def test_each_value_has_a_nonce_of_its_own() -> None:
    numbers = count()
    asked: list[int] = []

    def random(size: int) -> bytes:
        asked.append(size)
        return next(numbers).to_bytes(size)

    one = KeyRing([NEW], random)
    first, second = (one.seal(STATE, PLACE).content for _ in range(2))

    assert asked == [NONCE_BYTES] * 2
    assert (first[:NONCE_BYTES], second[:NONCE_BYTES]) == (bytes(12), bytes(11) + b"\x01")
    assert first[NONCE_BYTES:] != second[NONCE_BYTES:]


@pytest.mark.parametrize("keys", [[], [b"short"], [NEW, b"x" * 33]])
def test_a_ring_is_made_of_whole_keys(keys: list[bytes]) -> None:
    with pytest.raises(ValueError):
        KeyRing(keys, os.urandom)


def test_nothing_secret_has_a_repr() -> None:
    sealed = ring(NEW).seal(STATE, PLACE)

    for shown in (repr(ring(NEW)), repr(sealed)):
        assert "nnnn" not in shown
        assert repr(sealed.content)[2:10] not in shown


def test_a_keys_id_is_eight_digits_and_its_own() -> None:
    assert key_id(NEW) != key_id(OLD)
    assert len(key_id(NEW)) == 8
    assert int(key_id(NEW), 16) >= 0

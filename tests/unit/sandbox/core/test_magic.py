from decimal import Decimal

import pytest

from sandbox.core.magic import MAGIC, SLOW_FOR, Magic, Misbehaviour, misbehaviour_for


@pytest.mark.parametrize("magic", MAGIC, ids=lambda magic: magic.misbehaviour.name)
def test_an_amount_is_magic_however_it_is_written(magic: Magic) -> None:
    assert misbehaviour_for(magic.amount) is magic.misbehaviour
    assert misbehaviour_for(Decimal(f"{magic.amount}0")) is magic.misbehaviour
    assert magic.meaning


def test_every_misbehaviour_has_its_own_amount() -> None:
    assert sorted(magic.misbehaviour.name for magic in MAGIC) == sorted(
        misbehaviour.name for misbehaviour in Misbehaviour
    )
    assert len({magic.amount for magic in MAGIC}) == len(MAGIC)


@pytest.mark.parametrize("amount", ["666", "666.00", "6.66", "-666.01"])
def test_other_amounts_are_not_magic(amount: str) -> None:
    assert misbehaviour_for(Decimal(amount)) is None


def test_the_table_tells_how_slow_slow_is() -> None:
    slow = next(magic for magic in MAGIC if magic.misbehaviour is Misbehaviour.SLOW)
    assert f"{SLOW_FOR.total_seconds():.0f} seconds" in slow.meaning

"""A bank on a file of its own, with a clock that stands still until it is moved."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.core.bank import Bank
from sandbox.core.storage import Storage
from tests.unit.sandbox.bank_world import Clock, Codes


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[Storage]:
    storage = Storage(f"sqlite:///{tmp_path}/bank.db")
    yield storage
    storage.close()


@pytest.fixture
def bank(storage: Storage, clock: Clock) -> Bank:
    bank = Bank(storage, clock=clock, sleep=clock.slept.append, new_code=Codes())
    bank.set_up()
    return bank

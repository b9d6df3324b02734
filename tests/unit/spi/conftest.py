"""A sandbox bank behind its connector."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.core.bank import Bank
from sandbox.core.storage import Storage
from spi.sandbox import SandboxConnector
from tests.unit.spi.bank_calls import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def bank(tmp_path: Path, clock: Clock) -> Iterator[Bank]:
    storage = Storage(f"sqlite:///{tmp_path / 'bank.sqlite'}")
    made = Bank(storage, clock=clock, sleep=clock.sleep, new_code=lambda: "the code")
    made.set_up()
    yield made
    storage.close()


@pytest.fixture
def connector(bank: Bank) -> SandboxConnector:
    return SandboxConnector(bank)

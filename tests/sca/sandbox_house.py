"""A house with the real sandbox bank behind the plug, on the test's clock, and its PSUs."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from cms.store.tables import metadata
from sandbox.core import storage as books
from sandbox.core.bank import Bank
from sandbox.core.storage import Storage
from spi.answers import Answer, Unknown
from spi.sandbox import SandboxConnector
from tests.contract.berlin_group import BerlinGroup
from tests.houses import World, open_world

NO_BLAME = "lost by the test"


class Line:
    """The line to the bank: a connector whose calls or answers can get lost.

    `fails` makes the next call that moves money, or any when `any_call`, fail: `before` it
    reaches the bank, or `after` the bank has done it. `unknown` counts what stayed unanswered;
    `on_lost` is shown what was sent.
    """

    def __init__(self, connector: SandboxConnector) -> None:
        self._connector = connector
        self.fails: str | None = None
        self.any_call = False
        self.unknown = 0
        self.on_lost: Callable[[tuple[Any, ...]], None] = lambda _sent: None

    def __getattr__(self, name: str) -> Callable[..., Answer[Any]]:
        call: Callable[..., Answer[Any]] = getattr(self._connector, name)

        def asked(*sent: Any) -> Answer[Any]:
            fails = self._takes_fault(name)
            answer = Unknown(NO_BLAME) if fails == "before" else call(*sent)
            if fails is not None:
                answer = Unknown(NO_BLAME)
                self.on_lost(sent)
            self.unknown += isinstance(answer, Unknown)
            return answer

        return asked

    def _takes_fault(self, name: str) -> str | None:
        if self.fails is None or not (
            self.any_call or name in {"execute_payment", "cancel_payment"}
        ):
            return None
        fails, self.fails, self.any_call = self.fails, None, False
        return fails


@dataclass
class SandboxHouse:
    """The house, its bank and the line between them."""

    world: World
    bank: Bank
    line: Line
    storage: Storage

    def ask(self, statement: str) -> list[Any]:
        """Rows of the server's database."""
        with self.world.house.database.reads.connect() as connection:
            return list(connection.execute(sa.text(statement)))

    def ask_bank(self, statement: str) -> list[Any]:
        """Rows of the bank's books."""
        with self.storage.reading() as connection:
            return list(connection.execute(sa.text(statement)))

    def start_anew(self) -> None:
        """No payments, and every account as it was opened."""
        with self.world.house.database.writes.begin() as connection:
            for table in reversed(metadata.sorted_tables):
                if "tpp" not in table.name:  # the process remembers which TPPs it has stored
                    connection.execute(table.delete())
        with self.storage.writing() as connection:
            for table in reversed(books.metadata.sorted_tables):
                connection.execute(table.delete())
        self.bank.set_up()
        self.line.fails, self.line.any_call, self.line.unknown = None, False, 0


@contextmanager
def open_sandbox_house(
    database_url: str,
    books_url: str,
    folder: Path,
    judge: BerlinGroup | None = None,
    *,
    tenants: Mapping[str, Mapping[str, Mapping[str, Any]]] | None = None,
    **profile: Any,
) -> Iterator[SandboxHouse]:
    """Build it; the bank's books are made new."""
    with open_world(database_url, folder, judge, tenants=tenants, **profile) as world:
        storage = Storage(books_url)
        codes = iter(range(1, 1_000_000))
        bank = Bank(
            storage,
            clock=world.clock,
            sleep=lambda _seconds: None,
            new_code=lambda: f"confirm-{next(codes)}",
        )
        bank.set_up()
        line = Line(SandboxConnector(bank))
        parts = replace(world.house.parts, bank=line)
        plugged = World(replace(world.house, parts=parts), world.bank, world.clock, judge)
        try:
            yield SandboxHouse(plugged, bank, line, storage)
        finally:
            storage.close()

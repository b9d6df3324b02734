"""Which key of the ring has sealed what, and its renewal with the newest one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from cms.domain.errors import SealedByAnotherKey
from cms.store.queries.sealed_rows import SEALED, SealedColumns, SealedRow
from cms.store.sealing import KeyRing
from cms.store.unit_of_work import Store

BATCH: Final = 200  # rows of one transaction: short, as on SQLite it keeps all other writers out


class KeysMissing(Exception):
    """Something is sealed by keys that are not in the ring; `rows` has their ids and how much."""

    def __init__(self, rows: Mapping[str, int]) -> None:
        self.rows = rows
        named = ", ".join(f"{key_id} ({count} rows)" for key_id, count in sorted(rows.items()))
        super().__init__(f"these keys have sealed something and are not in the ring: {named}")


class SealBroken(Exception):
    """A row does not open with the key that has sealed it: it was changed, or moved."""


@dataclass(frozen=True, slots=True)
class KeyUse:
    """A key by its id: how many rows it has sealed, and is it in the ring."""

    key_id: str
    rows: int
    in_ring: bool


class Seals:
    """All sealed rows of the database."""

    def __init__(self, store: Store, ring: KeyRing) -> None:
        self._store = store
        self._ring = ring

    def missing_key(self) -> str | None:
        """The id of a key that is needed to open something and not in the ring; else None."""
        with self._store.reading() as uow:
            return uow.sealed.sealed_by_others(self._ring.key_ids)

    def uses(self) -> list[KeyUse]:
        """The keys of the ring, newest first, then those that are missing in it."""
        counts = self._counts()
        ring = self._ring.key_ids
        known = [KeyUse(each, counts.get(each, 0), in_ring=True) for each in ring]
        others = sorted(counts.keys() - set(ring))
        return known + [KeyUse(each, counts[each], in_ring=False) for each in others]

    def renew(self, *, batch: int = BATCH) -> Iterator[int]:
        """Seal with the newest key whatever another one has sealed; the number of each batch.

        Safe while the server runs: a row that has changed meanwhile is left to the next pass.
        What is done is done when it is broken off; started again, it goes on with the rest.
        Raises KeysMissing before anything is changed, and SealBroken.
        """
        self._demand_keys()
        for each in SEALED:
            after = ""
            while rows := self._next(each, after, batch):
                yield self._renewed(each, rows)
                after = rows[-1].place.resource_id

    def _demand_keys(self) -> None:
        missing = {use.key_id: use.rows for use in self.uses() if not use.in_ring}
        if missing:
            raise KeysMissing(missing)

    def _next(self, of: SealedColumns, after: str, most: int) -> list[SealedRow]:
        with self._store.reading() as uow:
            return uow.sealed.batch_of_others(of, self._ring.newest, after=after, most=most)

    def _renewed(self, of: SealedColumns, rows: list[SealedRow]) -> int:
        anew = [(row, self._opened(row)) for row in rows]
        with self._store.writing() as uow:
            return sum(
                uow.sealed.replace_seal(of, row, self._ring.seal(plain, row.place))
                for row, plain in anew
            )

    def _opened(self, row: SealedRow) -> bytes:
        try:
            return self._ring.open(row.sealed, row.place)
        except SealedByAnotherKey as error:
            text = f"{row.place.table}: {row.place.resource_id} was changed outside of the server"
            raise SealBroken(text) from error

    def _counts(self) -> dict[str, int]:
        with self._store.reading() as uow:
            return uow.sealed.count_by_key()

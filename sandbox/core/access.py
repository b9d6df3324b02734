"""A PSU lets a third party in before any payment: log-in and second factor, three tries each."""

from sqlalchemy import Column, select, update

from sandbox.core.people import TAN, TRIES, Person, who_knows
from sandbox.core.sca import WrongCredentials, WrongTan
from sandbox.core.storage import Storage, accesses, insert_new


class AccessClosed(Exception):
    """There were three wrong tries: nothing is granted by this request any more."""


class AccessDesk:
    """Who has logged in for which request for access, and how many tries are left."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def log_in(self, access_id: str, psu_id: str, password: str) -> Person | WrongCredentials:
        """First factor. Raises AccessClosed."""
        person = who_knows(psu_id, password)
        with self._storage.writing() as connection:
            insert_new(
                connection,
                accesses,
                {"access_id": access_id, "psu_id": None, "password_tries": 0, "tan_tries": 0},
            )
        if person is not None:
            self._ensure_open(access_id)
            self._set(access_id, psu_id=psu_id)
            return person
        return WrongCredentials(self._count(access_id, accesses.c.password_tries))

    def confirm(self, access_id: str, person: Person, tan: str) -> WrongTan | None:
        """Second factor, of whoever logged in last; None when it is right, or needs none.

        Raises AccessClosed.
        """
        if self.who(access_id) != person.psu_id:
            raise AccessClosed
        self._ensure_open(access_id)
        if not person.methods or tan == TAN:
            return None
        return WrongTan(self._count(access_id, accesses.c.tan_tries))

    def who(self, access_id: str) -> str | None:
        """Who has logged in for it last."""
        query = select(accesses.c.psu_id).where(accesses.c.access_id == access_id)
        with self._storage.reading() as connection:
            found: str | None = connection.execute(query).scalar()
        return found

    def _ensure_open(self, access_id: str) -> None:
        query = select(accesses).where(accesses.c.access_id == access_id)
        with self._storage.reading() as connection:
            row = connection.execute(query).one()
        if row.password_tries >= TRIES or row.tan_tries >= TRIES:
            raise AccessClosed

    def _count(self, access_id: str, tries: Column[int]) -> int:
        """One more wrong try; answers the tries left. Raises AccessClosed when there were none."""
        statement = (
            update(accesses)
            .where(accesses.c.access_id == access_id, tries < TRIES)
            .values({tries.name: tries + 1})
            .returning(tries)
        )
        with self._storage.writing() as connection:
            made = connection.execute(statement).scalar()
        if made is None:
            raise AccessClosed
        return TRIES - made

    def _set(self, access_id: str, **values: str) -> None:
        with self._storage.writing() as connection:
            connection.execute(
                update(accesses).where(accesses.c.access_id == access_id).values(values)
            )

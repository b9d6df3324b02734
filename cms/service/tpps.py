"""TPPs that call: kept when first seen, and again when their certificate says something new."""

from collections.abc import Callable
from datetime import datetime
from threading import Lock

from cms.domain.errors import Unknown
from cms.domain.parties import ShownCertificate, Tpp
from cms.store.queries.tpps import tpp_id
from cms.store.unit_of_work import Store

Clock = Callable[[], datetime]

REMEMBERED_TPPS = 10_000  # bounds this process's memory of what it has stored already


class Tpps:
    """The CMS's register of TPPs."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._kept: dict[tuple[str, Tpp | str], tuple[str, ShownCertificate | None]] = {}
        self._lock = Lock()

    def find(self, authorisation_number: str, instance_id: str) -> Tpp:
        """The TPP of this number, of whatever authority; of several the one that called last
        with something new. Raises Unknown.
        """
        with self._store.reading() as uow:
            found = uow.tpps.of_number(authorisation_number, instance_id)
        for tpp in found.values():
            return tpp
        raise Unknown

    def register(
        self, tpp: Tpp, instance_id: str, certificate: ShownCertificate | None = None
    ) -> str:
        """Make sure the TPP is on record as its certificate names it; returns its key.

        What this process has stored before is not written again, so this is cheap. Without a
        certificate it is a TPP that the sandbox lends.
        """
        seen = (instance_id, tpp if certificate is None else certificate.thumbprint)
        known = self._kept.get(seen)
        if known is not None and known[1] == certificate:
            return known[0]
        key = tpp_id(tpp, instance_id)
        # Not what the request is about: its event is to go with that.
        with self._store.writing(of_request=False) as uow:
            uow.tpps.keep(tpp, instance_id, at=self._clock())
            if certificate is not None:
                uow.tpps.keep_certificate(key, tpp, certificate)
        with self._lock:
            if len(self._kept) >= REMEMBERED_TPPS:
                self._kept.clear()
            self._kept[seen] = key, certificate
        return key

    def of_number(self, authorisation_number: str, instance_id: str) -> list[Tpp]:
        """The TPPs of this number, one for each authority that has given it."""
        with self._store.reading() as uow:
            return list(uow.tpps.of_number(authorisation_number, instance_id).values())

    def certified(self, authorisation_number: str, instance_id: str) -> dict[str, Tpp]:
        """The same by their keys, the one that called last with something new first; each with the
        roles and domains of all its certificates that have not expired.
        """
        with self._store.reading() as uow:
            found = uow.tpps.of_number(authorisation_number, instance_id)
            return uow.tpps.certified(found, self._clock())

    def listed(self, instance_id: str, *, after: tuple[str, str], most: int) -> list[Tpp]:
        """At most so many of the TPPs that have called, in the order of number and authority:
        those that come after such a pair; after two empty texts come all.
        """
        with self._store.reading() as uow:
            return uow.tpps.of_tenant(instance_id, after=after, most=most)

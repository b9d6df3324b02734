"""First answers to requests with an Idempotency-Key (P14), found by who asked what under it."""

from hashlib import sha256

from cms.domain.kept_answer import KeptAnswer
from cms.store.unit_of_work import Store


class Idempotency:
    """Kept answers. They are written with what the request left behind (`Payments.keep`)."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def find(self, request_key: str) -> KeptAnswer | None:
        """The first answer, or None for a request not seen before."""
        with self._store.reading() as uow:
            return uow.idempotency.find(request_key)


def request_key(tpp_id: str, path: str, key: str) -> str:
    """One key per TPP (which includes its tenant), path and the key the TPP chose."""
    return sha256("\x00".join((tpp_id, path, key)).encode()).hexdigest()


def body_digest(body: bytes) -> str:
    """Tells bodies apart without keeping them twice."""
    return sha256(body).hexdigest()

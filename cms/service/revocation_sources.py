"""Sources of lists of revoked certificates, as the bank's people may tidy them up."""

from collections.abc import Callable
from datetime import datetime

from cms.store.unit_of_work import Store


class ListCounts(Exception):
    """The source has published a list that counts at present: it is not dead."""


class RevocationSources:
    """For the command line; requests and jobs have `Revocations`."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock

    def forget(self, url: str) -> int:
        """Forget the sources with this URL, and with them what their last lists have revoked; how
        many there were. A certificate that names one brings it back. Raises ListCounts.
        """
        now = self._clock()
        with self._store.writing(of_request=False) as uow:
            dead = [each for each in uow.revocations.all() if url in each.point.urls]
            if any(each.is_fresh(now) for each in dead):
                raise ListCounts
            for each in dead:
                uow.revocations.remove(each.point.point_id)
        return len(dead)

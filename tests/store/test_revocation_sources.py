"""A source of lists that is dead can be got rid of; one that lives cannot."""

from datetime import timedelta

import pytest

from cms.domain.revocation import DistributionPoint, Revocable, RevocationList, RevocationState
from cms.service.revocation import Revocations
from cms.service.revocation_sources import ListCounts, RevocationSources
from tests.houses import NOW
from tests.store.rooms import Rooms

HOUR = timedelta(hours=1)
URL = "http://q.example/2"
POINT = DistributionPoint(b"an issuer", "CN=Issuer", ("http://q.example/1", URL))
CERTIFICATE = Revocable(1, (POINT,), NOW + 10 * HOUR)


@pytest.fixture
def known(rooms: Rooms) -> Revocations:
    revocations = Revocations(rooms.store, rooms.clock)
    revocations.expect([CERTIFICATE])
    return revocations


def test_a_dead_one_is_forgotten_until_a_certificate_names_it(
    rooms: Rooms, known: Revocations
) -> None:
    sources = RevocationSources(rooms.store, rooms.clock)
    assert sources.forget("http://q.example/") == 0
    assert sources.forget(URL) == 1
    assert not known.sources()
    assert sources.forget(URL) == 0
    rooms.clock.now += timedelta(seconds=2)
    assert known.state_of(CERTIFICATE) is RevocationState.UNKNOWN
    known.expect([CERTIFICATE])
    assert len(known.sources()) == 1


def test_one_whose_list_counts_is_kept_as_long_as_it_does(rooms: Rooms, known: Revocations) -> None:
    sources = RevocationSources(rooms.store, rooms.clock)
    known.keep(known.sources()[0], RevocationList(NOW, NOW + HOUR, frozenset({1})))
    with pytest.raises(ListCounts):
        sources.forget(URL)
    assert known.state_of(CERTIFICATE) is RevocationState.REVOKED
    rooms.clock.now += HOUR
    assert sources.forget(URL) == 1

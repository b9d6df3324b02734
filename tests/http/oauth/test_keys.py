"""The server's keys may change while a PSU is at the bank (docs/keys.md)."""

import os
import secrets
from base64 import urlsafe_b64decode

import pytest

from cms.domain.errors import Unknown
from cms.service.access import Access
from cms.store.sealing import KeyRing
from tests.houses import ISSUER
from tests.http.oauth.acting import Actors
from xs2a.server_keys import key_ring

NEW = os.urandom(32)


def with_keys(actors: Actors, ring: KeyRing) -> Access:
    house, clock = actors.world.house, actors.world.clock
    return Access(house.store, ring, clock, new_secret=secrets.token_urlsafe, issuer=ISSUER)


def test_a_way_back_outlives_a_change_of_keys(integrated: Actors) -> None:
    made = integrated.tpp.initiated()
    integrated.ask(f"PIS:{made.payment_id}")
    ok, _ = integrated.ways_back(made)
    integrated.authorise(made)
    *_, request_id, proof = ok.split("/")
    settings = integrated.world.house.settings
    only_new = KeyRing([NEW], os.urandom)
    with pytest.raises(Unknown):  # the key that has sealed it is gone
        with_keys(integrated, only_new).approved(request_id, proof, None)

    assert key_ring(settings).newest == proof.partition(".")[0]
    both = KeyRing([NEW, _bytes_of(settings.server_keys[0])], os.urandom)
    uri, agreed = with_keys(integrated, both).approved(request_id, proof, None)
    assert agreed
    assert "code=" in uri


def _bytes_of(key: str) -> bytes:
    return urlsafe_b64decode(f"{key}=")

"""Seals what the database keeps but must not be readable in it: AES-256-GCM under a ring of keys.

A sealed value is bound to its place: opened anywhere else, it does not open. New values are sealed
with the newest key; every key of the ring opens what it has sealed (C2).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from cms.domain.errors import SealedByAnotherKey

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12  # 96 bits; random, so a key is good for 2^32 values (NIST SP 800-38D, 8.3)
_KEY_ID_DIGITS: Final = 8


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sealed value belongs: in which table, for which resource of which tenant."""

    table: str
    resource_id: str
    instance_id: str


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed value: which key has sealed it, and the nonce with what came of it."""

    key_id: str
    content: bytes = field(repr=False)


class KeyRing:
    """The server's keys, newest first. Neither they nor this ring have a repr.

    `random` makes so many random bytes. Raises ValueError without a key, or with one of a wrong
    length.
    """

    def __init__(self, keys: Sequence[bytes], random: Callable[[int], bytes]) -> None:
        if not keys or any(len(key) != KEY_BYTES for key in keys):
            raise ValueError(f"a key ring is made of keys of {KEY_BYTES} bytes")
        self._ciphers = {key_id(key): AESGCM(key) for key in keys}
        self._newest = key_id(keys[0])
        self._random = random

    @property
    def key_ids(self) -> tuple[str, ...]:
        """The ids of the keys, newest first."""
        return tuple(self._ciphers)

    @property
    def newest(self) -> str:
        """The id of the key that new values are sealed with."""
        return self._newest

    def seal(self, plain: bytes, place: Place) -> Sealed:
        """Seal the value for its place."""
        nonce = self._random(NONCE_BYTES)
        cipher = self._ciphers[self._newest]
        return Sealed(self._newest, nonce + cipher.encrypt(nonce, plain, _bound(place)))

    def open(self, sealed: Sealed, place: Place) -> bytes:
        """What was sealed for this place.

        Raises SealedByAnotherKey: its key is not in the ring, or it was sealed for another place,
        or changed since.
        """
        cipher = self._ciphers.get(sealed.key_id)
        if cipher is None:
            raise SealedByAnotherKey
        nonce, content = sealed.content[:NONCE_BYTES], sealed.content[NONCE_BYTES:]
        try:
            return cipher.decrypt(nonce, content, _bound(place))
        except (InvalidTag, ValueError) as error:
            raise SealedByAnotherKey from error


def _bound(place: Place) -> bytes:
    return "\x00".join((place.table, place.resource_id, place.instance_id)).encode()


def key_id(key: bytes) -> str:
    """A key's name: made of it, and telling nothing about it."""
    return sha256(b"xs2a server key\x00" + key).hexdigest()[:_KEY_ID_DIGITS]

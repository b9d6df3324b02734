"""Encrypted passwords (A8): a compact JWE for one of the bank's published keys.

Few algorithms are taken, no compression, and every fault has the same answer: what is wrong with
a token would tell its sender something about the key.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from joserfc import jwe
from joserfc.jwe import JWERegistry
from joserfc.jwk import ECKey, JWKRegistry, Key, RSAKey

from xs2a.checks.values import has_control_characters
from xs2a.errors import EncryptionUnsupported

LONGEST_TOKEN: Final = 4096  # characters; with an RSA key of 4,096 bits some 1,500 are used
LONGEST_PASSWORD: Final = 255  # characters
SMALLEST_RSA_KEY: Final = 2048  # bits
_CURVE: Final = "P-256"
_WANTED: Final = (
    f"A key for passwords is a private JWK: RSA of {SMALLEST_RSA_KEY} bits or more, or {_CURVE}."
)

# Key type -> the algorithms taken for it; the published one first.
ALGORITHMS: Final[Mapping[str, tuple[str, ...]]] = {
    "RSA": ("RSA-OAEP-256",),
    "EC": ("ECDH-ES", "ECDH-ES+A256KW"),
}
CONTENT_ALGORITHMS: Final = ("A256GCM", "A128GCM")
_REGISTRY: Final = JWERegistry(
    algorithms=[*(name for names in ALGORITHMS.values() for name in names), *CONTENT_ALGORITHMS]
)
# What a key may be used for is said here, not by the file that it comes from.
_OF_THE_FILE: Final = frozenset({"alg", "use", "key_ops"})


class PasswordKeys:
    """The bank's private keys for passwords, newest first; there may be none."""

    def __init__(self, keys: Iterable[Mapping[str, Any]] = ()) -> None:
        """`keys` are private JWKs, RSA or P-256. Raises ValueError for any other."""
        self._keys = tuple(_imported(each) for each in keys)

    def __bool__(self) -> bool:
        return bool(self._keys)

    def public(self) -> dict[str, Any]:
        """The public halves, as a JWKS."""
        return {
            "keys": [
                {
                    **key.as_dict(private=False),
                    "use": "enc",
                    "alg": ALGORITHMS[key.key_type][0],
                }
                for key in self._keys
            ]
        }

    def decrypt(self, token: str) -> str:
        """The password. Raises EncryptionUnsupported for whatever is wrong with the token."""
        if len(token) > LONGEST_TOKEN:
            raise EncryptionUnsupported
        try:
            opened = jwe.decrypt_compact(token, self._key_for, registry=_REGISTRY)
            password = (opened.plaintext or b"").decode()
        except Exception as error:
            # A hostile token makes the library raise more than its own errors.
            raise EncryptionUnsupported from error
        fits = password.strip() and len(password) <= LONGEST_PASSWORD
        if not fits or has_control_characters(password):
            raise EncryptionUnsupported
        return password

    def _key_for(self, recipient: Any) -> Key:
        """The key that the token names; without a name, the newest that fits its algorithm."""
        header = recipient.headers()
        for key in self._keys:
            named = header.get("kid") in (None, key.kid)
            if named and header["alg"] in ALGORITHMS[key.key_type]:
                return key
        raise EncryptionUnsupported


def _imported(jwk: Mapping[str, Any]) -> Key:
    try:
        key = JWKRegistry.import_key({k: v for k, v in jwk.items() if k not in _OF_THE_FILE})
    except Exception as error:
        raise ValueError(_WANTED) from error
    strong = (isinstance(key, RSAKey) and key.raw_value.key_size >= SMALLEST_RSA_KEY) or (
        isinstance(key, ECKey) and key.curve_name == _CURVE
    )
    if not strong or not key.is_private:
        raise ValueError(_WANTED)
    key.ensure_kid()
    return key

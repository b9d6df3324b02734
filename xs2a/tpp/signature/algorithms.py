"""Which algorithms a signature may name, and what each means for which kind of key."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512, HashAlgorithm

from xs2a.tpp.keys import SHORTEST_RSA_KEY, is_costly

SealKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey

CURVES: Final = frozenset(
    {
        "secp256r1",
        "secp384r1",
        "secp521r1",
        "brainpoolP256r1",
        "brainpoolP384r1",
        "brainpoolP512r1",
    }
)

_RsaVerify = Callable[[rsa.RSAPublicKey, bytes, bytes], None]


@dataclass(frozen=True, slots=True)
class Algorithm:
    """One row: names, as `_folded` writes them, and how each kind of key verifies; None: never."""

    names: tuple[str, ...]
    by_rsa: _RsaVerify | None
    ec_digest: HashAlgorithm | None


def _pkcs1(digest: HashAlgorithm) -> _RsaVerify:
    return lambda key, signature, signed: key.verify(signature, signed, padding.PKCS1v15(), digest)


def _pss(digest: HashAlgorithm) -> _RsaVerify:
    scheme = padding.PSS(padding.MGF1(digest), padding.PSS.AUTO)
    return lambda key, signature, signed: key.verify(signature, signed, scheme, digest)


# Names of the draft, of Java, of Windows, and of those who name the digest alone.
_ALGORITHMS: Final = (
    Algorithm(("rsasha256", "sha256withrsa", "sha256rsa"), _pkcs1(SHA256()), None),
    Algorithm(("rsasha512", "sha512withrsa", "sha512rsa"), _pkcs1(SHA512()), None),
    Algorithm(("ecdsasha256", "sha256withecdsa", "sha256ecdsa"), None, SHA256()),
    Algorithm(("ecdsasha384", "sha384withecdsa", "sha384ecdsa"), None, SHA384()),
    Algorithm(("ecdsasha512", "sha512withecdsa", "sha512ecdsa"), None, SHA512()),
    Algorithm(("sha256",), _pkcs1(SHA256()), SHA256()),
    Algorithm(("sha512",), _pkcs1(SHA512()), SHA512()),
    # The draft leaves the choice to the key: RSASSA-PSS for RSA, SHA-512 for both.
    Algorithm(("hs2019",), _pss(SHA512()), SHA512()),
)
_BY_NAME: Final = {name: row for row in _ALGORITHMS for name in row.names}


def algorithm_named(name: str) -> Algorithm | None:
    """The row of a name, in any case, with or without hyphens; None for HMAC, SHA-1 and others."""
    return _BY_NAME.get(_folded(name))


def _folded(name: str) -> str:
    return name.lower().replace("-", "").replace("_", "")


def strong_key(key: object) -> SealKey | None:
    """The key, if seals may have it: RSA of 2048 to 8192 bits, or of a listed curve."""
    if isinstance(key, rsa.RSAPublicKey):
        return key if key.key_size >= SHORTEST_RSA_KEY and not is_costly(key) else None
    if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in CURVES:
        return key
    return None


def verifies(algorithm: Algorithm, key: SealKey, signature: bytes, signed: bytes) -> bool:
    """Has the key signed these bytes? Never with an algorithm for another kind of key."""
    try:
        if isinstance(key, rsa.RSAPublicKey):
            if algorithm.by_rsa is None:
                return False
            algorithm.by_rsa(key, signature, signed)
        else:
            if algorithm.ec_digest is None:
                return False
            _verify_ec(key, signature, signed, algorithm.ec_digest)
    except InvalidSignature:
        return False
    return True


def _verify_ec(
    key: ec.EllipticCurvePublicKey, signature: bytes, signed: bytes, digest: HashAlgorithm
) -> None:
    """As DER, or as the two numbers side by side (IEEE P1363). Raises InvalidSignature."""
    scheme = ec.ECDSA(digest)
    size = (key.key_size + 7) // 8
    try:
        key.verify(signature, signed, scheme)
    except InvalidSignature:
        if len(signature) != 2 * size:
            raise
        r, s = (int.from_bytes(half) for half in (signature[:size], signature[size:]))
        key.verify(encode_dss_signature(r, s), signed, scheme)

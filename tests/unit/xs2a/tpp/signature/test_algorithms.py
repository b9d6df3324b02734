"""Which names of algorithms are understood, for which keys."""

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from hypothesis import example, given
from hypothesis import strategies as st

from tests.signing import PrivateKey, Signing, ecdsa, pkcs1
from xs2a.tpp.signature.algorithms import algorithm_named, strong_key, verifies

RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC_KEY = ec.generate_private_key(ec.SECP256R1())
SIGNED = b"digest: SHA-256=...\nx-request-id: 99391c7e-ad88-49ec-a2ad-99ddcb1f7721"


def by_pkcs1(digest: hashes.HashAlgorithm) -> Signing:
    return lambda key, signed: _rsa(key).sign(signed, padding.PKCS1v15(), digest)


def by_pss(digest: hashes.HashAlgorithm, salt: int) -> Signing:
    scheme = padding.PSS(padding.MGF1(digest), salt)
    return lambda key, signed: _rsa(key).sign(signed, scheme, digest)


def by_ecdsa(digest: hashes.HashAlgorithm) -> Signing:
    return lambda key, signed: _ec(key).sign(signed, ec.ECDSA(digest))


def side_by_side(key: PrivateKey, signed: bytes) -> bytes:
    """The two numbers as IEEE P1363 has them."""
    r, s = decode_dss_signature(ecdsa(key, signed))
    size = (_ec(key).key_size + 7) // 8
    return r.to_bytes(size) + s.to_bytes(size)


def _rsa(key: PrivateKey) -> rsa.RSAPrivateKey:
    assert isinstance(key, rsa.RSAPrivateKey)
    return key


def _ec(key: PrivateKey) -> ec.EllipticCurvePrivateKey:
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return key


@pytest.mark.parametrize(
    "name, key, by",
    [
        ("rsa-sha256", RSA_KEY, pkcs1),
        ("RSA-SHA256", RSA_KEY, pkcs1),
        ("SHA256withRSA", RSA_KEY, pkcs1),
        ("sha-256", RSA_KEY, pkcs1),
        ("SHA256", RSA_KEY, pkcs1),
        ("sha256RSA", RSA_KEY, pkcs1),
        ("rsa-sha512", RSA_KEY, by_pkcs1(hashes.SHA512())),
        ("SHA512withRSA", RSA_KEY, by_pkcs1(hashes.SHA512())),
        ("sha-512", RSA_KEY, by_pkcs1(hashes.SHA512())),
        ("hs2019", RSA_KEY, by_pss(hashes.SHA512(), 64)),
        ("hs2019", RSA_KEY, by_pss(hashes.SHA512(), 20)),
        ("ecdsa-sha256", EC_KEY, ecdsa),
        ("SHA256withECDSA", EC_KEY, ecdsa),
        ("sha-256", EC_KEY, ecdsa),
        ("ecdsa-sha256", EC_KEY, side_by_side),
        ("ecdsa-sha384", EC_KEY, by_ecdsa(hashes.SHA384())),
        ("ecdsa-sha512", EC_KEY, by_ecdsa(hashes.SHA512())),
        ("hs2019", EC_KEY, by_ecdsa(hashes.SHA512())),
        ("ecdsa-sha256", ec.generate_private_key(ec.SECP384R1()), ecdsa),
        ("ecdsa-sha256", ec.generate_private_key(ec.SECP521R1()), side_by_side),
        ("ecdsa-sha256", ec.generate_private_key(ec.BrainpoolP256R1()), ecdsa),
    ],
)
def test_what_verifies(name: str, key: PrivateKey, by: Signing) -> None:
    algorithm = algorithm_named(name)
    assert algorithm is not None
    signature = by(key, SIGNED)

    assert verifies(algorithm, key.public_key(), signature, SIGNED)
    assert not verifies(algorithm, key.public_key(), signature, SIGNED + b"\n")
    assert not verifies(algorithm, key.public_key(), signature[:-1], SIGNED)
    assert not verifies(algorithm, key.public_key(), b"", SIGNED)


@pytest.mark.parametrize(
    "name, key, by",
    [
        ("ecdsa-sha256", RSA_KEY, pkcs1),  # of the other kind of key
        ("rsa-sha256", EC_KEY, ecdsa),
        ("rsa-sha512", RSA_KEY, pkcs1),  # another digest than was said
        ("ecdsa-sha512", EC_KEY, ecdsa),
        ("rsa-sha256", RSA_KEY, by_pss(hashes.SHA256(), 32)),
        ("hs2019", RSA_KEY, pkcs1),
    ],
)
def test_what_does_not(name: str, key: PrivateKey, by: Signing) -> None:
    algorithm = algorithm_named(name)
    assert algorithm is not None

    assert not verifies(algorithm, key.public_key(), by(key, SIGNED), SIGNED)


@pytest.mark.parametrize("name", ["", "rsa-sha1", "hmac-sha256", "none", "SHA1withRSA", "rsa", "-"])
def test_names_that_are_not_understood(name: str) -> None:
    assert algorithm_named(name) is None


@example(signature=bytes(64), name="sha-256")
@example(signature=b"\xff" * 64, name="sha-256")
@example(signature=bytes(32) + b"\x01" * 32, name="sha-256")
@given(signature=st.binary(max_size=600), name=st.sampled_from(["sha-256", "sha-512", "hs2019"]))
def test_any_bytes_are_only_no_signature(signature: bytes, name: str) -> None:
    algorithm = algorithm_named(name)
    assert algorithm is not None

    assert not verifies(algorithm, RSA_KEY.public_key(), signature, SIGNED)
    assert not verifies(algorithm, EC_KEY.public_key(), signature, SIGNED)


@pytest.mark.parametrize(
    "key, taken",
    [
        (RSA_KEY.public_key(), True),
        (rsa.generate_private_key(public_exponent=65537, key_size=1024).public_key(), False),
        (EC_KEY.public_key(), True),
        (ec.generate_private_key(ec.SECP256K1()).public_key(), False),
        (ec.generate_private_key(ec.SECP224R1()).public_key(), False),
        (ed25519.Ed25519PrivateKey.generate().public_key(), False),
        (None, False),
    ],
)
def test_keys_that_seals_may_have(key: object, taken: bool) -> None:
    assert strong_key(key) is (key if taken else None)

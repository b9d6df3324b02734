"""Which public keys are worth the time that it takes to check a signature with them."""

from typing import Final

from cryptography.hazmat.primitives.asymmetric import rsa

SHORTEST_RSA_KEY: Final = 2048  # bits; ETSI TS 119 312 knows no shorter ones
LONGEST_RSA_KEY: Final = 8192  # bits; more only costs time
LARGEST_RSA_EXPONENT: Final = 2**32  # all keys in use have 65537; time grows with its length


def is_costly(key: object) -> bool:
    """Would a check take far longer than with the keys in use? Anybody can send certificates, and
    have signatures checked by the keys in them.
    """
    return isinstance(key, rsa.RSAPublicKey) and (
        key.key_size > LONGEST_RSA_KEY or key.public_numbers().e > LARGEST_RSA_EXPONENT
    )

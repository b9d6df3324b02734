"""Which keys are worth a check."""

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.unit.xs2a.tpp.pki import key, rsa_key
from xs2a.tpp.keys import LARGEST_RSA_EXPONENT, LONGEST_RSA_KEY, is_costly


def of_rsa(bits: int, exponent: int) -> rsa.RSAPublicKey:
    """A public key of this size; nobody knows one that signs for it."""
    return rsa.RSAPublicNumbers(exponent, 2 ** (bits - 1) + 1).public_key()


@pytest.mark.parametrize(
    "its, costly",
    [
        (key("TPP").public_key(), False),
        (rsa_key().public_key(), False),
        (of_rsa(3072, 65_537), False),
        (of_rsa(LONGEST_RSA_KEY, 65_537), False),
        (of_rsa(LONGEST_RSA_KEY + 8, 65_537), True),
        (of_rsa(3072, LARGEST_RSA_EXPONENT - 1), False),
        (of_rsa(3072, LARGEST_RSA_EXPONENT + 1), True),
        (of_rsa(3072, 2**3070 + 1), True),
    ],
)
def test_a_check_must_not_take_long(its: object, costly: bool) -> None:
    assert is_costly(its) is costly

"""The header `Digest`."""

import hashlib
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.signing import damaged
from xs2a.tpp.signature.digest import digest_fault, sha_256_digest

BODY = b'{"hello": "world"}'
SHA_256 = "X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE="  # that of the draft's own example
SHA_512 = b64encode(hashlib.sha512(BODY).digest()).decode()
OF_NOTHING = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
WRONG = "is not the digest of the body"
UNKNOWN = "must be a digest by SHA-256 or SHA-512"


@pytest.mark.parametrize(
    "header, body, fault",
    [
        (f"SHA-256={SHA_256}", BODY, None),
        (f"sha-256={SHA_256}", BODY, None),
        (f"SHA-512={SHA_512}", BODY, None),
        (f"SHA-256={OF_NOTHING}", b"", None),
        (f"SHA-256={SHA_256},SHA-512={SHA_512}", BODY, None),
        (f" SHA-512={SHA_512} , SHA-256={SHA_256} ", BODY, None),
        (f"SHA-256={SHA_256}", BODY + b"\n", WRONG),
        (f"SHA-256={SHA_256}", BODY.replace(b" ", b""), WRONG),
        (f"SHA-256={SHA_256}", b"", WRONG),
        (f"SHA-256={SHA_512}", BODY, WRONG),
        (f"SHA-512={SHA_256}", BODY, WRONG),
        (f"SHA-256={SHA_256[:-1]}", BODY, WRONG),
        ("SHA-256=", BODY, WRONG),
        ("SHA-256", BODY, WRONG),
        ("SHA-256=\u00fc", BODY, WRONG),
        (f"SHA-256={SHA_256},SHA-512={SHA_256}", BODY, WRONG),
        (f"SHA-256={SHA_256},SHA-256={SHA_256}", BODY, "has two digests by SHA-256"),
        (f"SHA-256={SHA_256},", BODY, UNKNOWN),
        (f"MD5={SHA_256}", BODY, UNKNOWN),
        (f"SHA={SHA_256}", BODY, UNKNOWN),
        (f"SHA-256={SHA_256},MD5=x", BODY, UNKNOWN),
        (SHA_256, BODY, UNKNOWN),
        ("", BODY, UNKNOWN),
    ],
)
def test_digest(header: str, body: bytes, fault: str | None) -> None:
    assert digest_fault(header, body) == fault


@given(body=st.binary())
def test_what_is_written_is_read(body: bytes) -> None:
    assert digest_fault(sha_256_digest(body), body) is None
    assert digest_fault(sha_256_digest(body), body + b" ") == WRONG


@given(header=st.text() | damaged(f"SHA-256={SHA_256},SHA-512={SHA_512}"))
def test_any_text_is_a_fault_or_none(header: str) -> None:
    digest_fault(header, BODY)

"""The string to sign, and the vectors of draft-cavage-http-signatures-12, appendix C."""

from base64 import b64decode

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from xs2a.tpp.signature.algorithms import algorithm_named, verifies
from xs2a.tpp.signature.digest import digest_fault
from xs2a.tpp.signature.signing_string import HeaderAbsent, SignedRequest, signing_string

# Key, request and signatures are the draft's.
KEY = b"""-----BEGIN PUBLIC KEY-----
MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDCFENGw33yGihy92pDjZQhl0C3
6rPJj+CvfSC8+q28hxA161QFNUd13wuCTUcq0Qd2qsBe/2hFyc2DCJJg0h1L78+6
Z4UMR7EOcpfdUE9Hf3m/hs+FUR45uBJeDK1HSFHD8bHKD6kv8FPGfJTotc+2xjJw
oYi+1hqp1fIekaxsyQIDAQAB
-----END PUBLIC KEY-----"""
REQUEST = SignedRequest(
    "POST",
    "/foo?param=value&pet=dog",
    {
        "host": "example.com",
        "date": "Sun, 05 Jan 2014 21:31:40 GMT",
        "content-type": "application/json",
        "digest": "SHA-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=",
        "content-length": "18",
    },
    b'{"hello": "world"}',
)


@pytest.mark.parametrize(
    "names, signature",
    [
        pytest.param(
            "date",
            "SjWJWbWN7i0wzBvtPl8rbASWz5xQW6mcJmn+ibttBqtifLN7Sazz6m79cNfwwb8DMJ5cou1s7uEGKKCs+FLEEa"
            "DV5lp7q25WqS+lavg7T8hc0GppauB6hbgEKTwblDHYGEtbGmtdHgVCk9SuS13F0hZ8FD0k/5OxEPXe5WozsbM=",
            id="C.1",
        ),
        pytest.param(
            "(request-target) host date",
            "qdx+H7PHHDZgy4y/Ahn9Tny9V3GP6YgBPyUXMmoxWtLbHpUnXS2mg2+SbrQDMCJypxBLSPQR2aAjn7ndmw2iic"
            "w3HMbe8VfEdKFYRqzic+efkb3nndiv/x1xSHDJWeSWkx3ButlYSuBskLu6kd9Fswtemr3lgdDEmn04swr2Os0=",
            id="C.2",
        ),
        pytest.param(
            "(request-target) host date content-type digest content-length",
            "vSdrb+dS3EceC9bcwHSo4MlyKS59iFIrhgYkz8+oVLEEzmYZZvRs8rgOp+63LEM3v+MFHB32NfpB2bEKBIvB1q"
            "52LaEUHFv120V01IL+TAD48XaERZFukWgHoBTLMhYS2Gb51gWxpeIq8knRmPnYePbF5MOkR0Zkly4zKH7s1dE=",
            id="C.3",
        ),
    ],
)
def test_vectors_of_the_draft(names: str, signature: str) -> None:
    key, algorithm = load_pem_public_key(KEY), algorithm_named("rsa-sha256")
    assert isinstance(key, rsa.RSAPublicKey)
    assert algorithm is not None
    signed = signing_string(REQUEST, names.split())

    assert verifies(algorithm, key, b64decode(signature), signed)
    assert not verifies(algorithm, key, b64decode(signature), signed + b" ")
    assert digest_fault(REQUEST.headers.get("digest") or "", REQUEST.body) is None


def test_a_line_per_header_in_the_order_of_the_list() -> None:
    assert signing_string(REQUEST, ("host", "date")).splitlines() == [
        b"host: example.com",
        b"date: Sun, 05 Jan 2014 21:31:40 GMT",
    ]
    assert signing_string(REQUEST, ("date", "host")) != signing_string(REQUEST, ("host", "date"))
    assert signing_string(REQUEST, ()) == b""


def test_blanks_round_a_value_do_not_count_and_bytes_are_as_they_came() -> None:
    request = SignedRequest("GET", "/", {"psu-id": " \t J\u00c3\u00bcrgen \t"}, b"")

    assert signing_string(request, ("psu-id",)) == "psu-id: Jürgen".encode()


def test_what_was_not_sent_cannot_be_signed() -> None:
    with pytest.raises(HeaderAbsent) as error:
        signing_string(REQUEST, ("host", "psu-id"))
    assert error.value.name == "psu-id"

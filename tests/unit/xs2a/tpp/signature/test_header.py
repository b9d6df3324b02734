"""The parser of the header `Signature`."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.signing import damaged
from xs2a.tpp.refusals import SignatureInvalid
from xs2a.tpp.signature.header import SignatureHeader, read_signature_header

GOOD = (
    'keyId="SN=9FA1,CA=CN=A",algorithm="rsa-sha256",headers="digest x-request-id",signature="AQID"'
)
READ = SignatureHeader("SN=9FA1,CA=CN=A", "rsa-sha256", ("digest", "x-request-id"), b"\1\2\3")


@pytest.mark.parametrize(
    "value",
    [
        GOOD,
        GOOD.replace(",", ", ").replace("SN=9FA1, ", "SN=9FA1,"),
        GOOD.replace('",', '"\t ,'),
        GOOD.replace("keyId", "keyid").replace("algorithm", "Algorithm"),
        GOOD.replace('="', ' = "'),
        GOOD.replace("digest x-request-id", "Digest  X-Request-ID"),
        ",".join(reversed(GOOD.replace("9FA1,", "9FA1;").split(","))).replace("9FA1;", "9FA1,"),
    ],
)
def test_what_is_understood(value: str) -> None:
    assert read_signature_header(value) == READ


@pytest.mark.parametrize(
    "value, reason",
    [
        ("", "is no list"),
        ("x", "is no list"),
        (GOOD + ",", "is no list"),
        (GOOD + ' x="y"', "is no list"),
        ("," + GOOD, "is no list"),
        (GOOD.replace(",algorithm", ",,algorithm"), "is no list"),
        ("Signature " + GOOD, "is no list"),
        (GOOD[:-1], "is no list"),
        (GOOD.replace('"rsa-sha256"', "rsa-sha256"), "is no list"),
        (GOOD.replace('CN=A"', 'CN=A\\"'), "is no list"),
        (GOOD + ',keyId="SN=1,CA=CN=B"', "'keyid' twice"),
        (GOOD + ',KEYID="SN=1,CA=CN=B"', "'keyid' twice"),
        (GOOD + ',created="1402170695"', "unknown 'created'"),
        (GOOD + ',expires="1402170695"', "unknown 'expires'"),
        (GOOD.replace("keyId", "key"), "unknown 'key'"),
        (GOOD.replace('algorithm="rsa-sha256",', ""), "no 'algorithm'"),
        (GOOD.replace('headers="digest x-request-id",', ""), "no 'headers'"),
        (GOOD.replace("x-request-id", "digest"), "lists a header twice"),
        (GOOD.replace("x-request-id", "Digest"), "lists a header twice"),
        (GOOD.replace("x-request-id", "(created)"), "which is no header"),
        (GOOD.replace("x-request-id", "x:y"), "which is no header"),
        (GOOD.replace("x-request-id", "\u00fcber"), "which is no header"),
        (GOOD.replace("AQID", "AQI"), "not Base64"),
        (GOOD.replace("AQID", "AQ ID"), "not Base64"),
        (GOOD.replace("AQID", "AQ-_"), "not Base64"),
        (GOOD.replace("AQID", "\u00fc"), "not Base64"),
    ],
)
def test_what_is_refused(value: str, reason: str) -> None:
    with pytest.raises(SignatureInvalid) as refusal:
        read_signature_header(value)
    assert reason in refusal.value.text
    assert refusal.value.path == "signature"


def test_escapes_of_a_key_id_are_kept() -> None:
    """The name of an issuer has backslashes of its own; who compares it tries both readings."""
    header = read_signature_header(GOOD.replace("CN=A", r"O=\"A\, B\"").replace("rsa", r"\rsa"))

    assert header.key_id == r"SN=9FA1,CA=O=\"A\, B\""
    assert header.algorithm == "rsa-sha256"


def test_request_target_is_a_name_of_its_own() -> None:
    value = GOOD.replace("x-request-id", "(request-target)")
    assert read_signature_header(value).headers == ("digest", "(request-target)")


@given(value=st.text() | st.text(alphabet='keyId="\\, \t') | damaged(GOOD))
@example("\\" * 8_192)
@example('keyId="' + "\\" * 8_000)
@example(" " * 8_192)
def test_nothing_but_the_refusal_escapes(value: str) -> None:
    try:
        read = read_signature_header(value)
    except SignatureInvalid:
        return
    assert all(name == name.lower() for name in read.headers)

"""The whole check of a signed request: dialects of TPPs, and whatever else may come in (T5)."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from urllib.parse import quote

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from cms.domain.errors import Refusal
from cms.domain.parties import Tpp
from cms.domain.profile import Profile
from sandbox.certificates import KeyType
from tests.houses import NOW, TPP
from tests.qtsp import the_qtsp
from tests.signing import PrivateKey, Signer, damaged
from tests.unit.xs2a.tpp.tpp_world import DAY, judge
from xs2a.checks.signature import SignatureCheck
from xs2a.errors import RequestFaulty
from xs2a.tpp.refusals import (
    CertificateExpired,
    CertificateInvalid,
    SignatureInvalid,
    SignatureMissing,
)
from xs2a.tpp.signature.seal_certificate import SealCertificates
from xs2a.tpp.signature.signing_string import SignedRequest

CALLER = Tpp(TPP.authorisation_number, TPP.authority_id)
BODY = b'{"instructedAmount": {"currency": "EUR", "amount": "12.50"}}\r\n'
HEADERS = {
    "X-Request-ID": "99391c7e-ad88-49ec-a2ad-99ddcb1f7721",
    "PSU-ID": "PSU-1234",
    "TPP-Redirect-URI": "https://pay.example/ok",
}
NAMED = (
    RequestFaulty,
    SignatureMissing,
    SignatureInvalid,
    CertificateInvalid,
    CertificateExpired,
)


SEALS = SealCertificates(judge(the_qtsp().certificate, now=NOW))
CHECK = SignatureCheck(SEALS, lambda: NOW)


@cache
def signer(key_type: KeyType) -> Signer:
    valid = {"not_before": NOW - DAY, "not_after": NOW + DAY}
    return Signer(the_qtsp().issue_qsealc(TPP, **valid, key_type=key_type))


def check(headers: Mapping[str, str], body: bytes = BODY) -> None:
    sent = {name.lower(): value for name, value in headers.items()}
    CHECK.check(SignedRequest("POST", "/v1/payments", sent, body), CALLER, Profile())


@pytest.mark.parametrize("key_type", KeyType)
@pytest.mark.parametrize(
    "spelt",
    [
        pytest.param(lambda signer: signer.header_value, id="Base64 of the DER"),
        pytest.param(lambda signer: f":{signer.header_value}:", id="RFC 9440"),
        pytest.param(lambda signer: signer.issued.pem.replace("\n", " "), id="PEM in one line"),
        pytest.param(
            lambda signer: signer.issued.pem.replace("\n", ""), id="PEM without line ends"
        ),
        pytest.param(lambda signer: quote(signer.issued.pem), id="percent-encoded PEM"),
    ],
)
def test_spellings_of_the_certificate(key_type: KeyType, spelt: Callable[[Signer], str]) -> None:
    signed = signer(key_type).sign(HEADERS, BODY)

    check(signed | {"TPP-Signature-Certificate": spelt(signer(key_type))})


def sha_512_pss(key: PrivateKey, signed: bytes) -> bytes:
    assert isinstance(key, rsa.RSAPrivateKey)
    scheme = padding.PSS(padding.MGF1(hashes.SHA512()), padding.PSS.DIGEST_LENGTH)
    return key.sign(signed, scheme, hashes.SHA512())


@pytest.mark.parametrize(
    "key_type, how",
    [
        *(
            (KeyType.RSA, {"algorithm": name})
            for name in ("rsa-sha256", "SHA256withRSA", "sha-256", "sha256RSA", "RSA-SHA256")
        ),
        (KeyType.RSA, {"algorithm": "hs2019", "by": sha_512_pss}),
        *(
            (KeyType.EC, {"algorithm": name})
            for name in ("ecdsa-sha256", "SHA256withECDSA", "sha-256")
        ),
        (KeyType.EC, {"key_id": signer(KeyType.EC).key_id.lower()}),
        (KeyType.EC, {"key_id": signer(KeyType.EC).key_id.replace("%20", " ")}),
        (KeyType.EC, {"key_id": quote(signer(KeyType.EC).key_id.replace("%20", " "))}),
        (KeyType.EC, {"key_id": signer(KeyType.EC).key_id.replace(",CA=", ", CA=")}),
        (KeyType.EC, {"names": ("Digest", "X-Request-ID", "PSU-ID", "TPP-Redirect-URI", "Date")}),
        (KeyType.EC, {"names": ("tpp-redirect-uri", "psu-id", "x-request-id", "digest")}),
    ],
)
def test_dialects(key_type: KeyType, how: Mapping[str, object]) -> None:
    check(signer(key_type).sign(HEADERS, BODY, **how))  # type: ignore[arg-type]


def test_of_a_header_that_is_sent_twice_the_joined_value_is_signed() -> None:
    """A server joins the two; who signs one of them has signed something else."""
    twice = {"X-Request-ID": HEADERS["X-Request-ID"], "PSU-ID": "one,two"}
    check(signer(KeyType.EC).sign(twice, BODY))

    signed = signer(KeyType.EC).sign(HEADERS, BODY)
    with pytest.raises(SignatureInvalid):
        check(signed | {"PSU-ID": "PSU-1234,other"})


def test_bytes_beyond_ascii_are_signed_as_they_were_sent() -> None:
    on_the_wire = "J\u00fcrgen".encode().decode("latin-1")
    signed = signer(KeyType.EC).sign(HEADERS | {"PSU-ID": "J\u00fcrgen"}, BODY)

    check(signed | {"PSU-ID": on_the_wire})
    with pytest.raises(SignatureInvalid):
        check(signed | {"PSU-ID": "\u20ac"})  # no header can hold it


SIGNED = signer(KeyType.EC).sign(HEADERS, BODY)
ANY_TEXT = st.text(st.characters(codec="latin-1"), max_size=200)


@settings(max_examples=400)
@given(
    changes=st.dictionaries(
        st.sampled_from(sorted(SIGNED)),
        ANY_TEXT
        | st.sampled_from(sorted(SIGNED)).flatmap(lambda name: damaged(SIGNED[name]))
        | st.datetimes().map(lambda at: at.replace(tzinfo=UTC).strftime("%a, %d %b %Y %X GMT")),
        max_size=3,
    ),
    left_out=st.sets(st.sampled_from(sorted(SIGNED)), max_size=1),
    body=st.just(BODY) | st.binary(max_size=50),
)
def test_whatever_comes_in_only_the_named_refusals_come_out(
    changes: dict[str, str], left_out: set[str], body: bytes
) -> None:
    sent = {name: value for name, value in (SIGNED | changes).items() if name not in left_out}
    try:
        check(sent, body)
    except NAMED:
        return
    except Refusal as refusal:
        pytest.fail(f"refused as {type(refusal)}")
    # What has come in says what was signed; blanks round a value and spellings do not count.
    assert body == BODY
    assert all(
        sent.get(name, "").strip(" \t") == SIGNED[name].strip() for name in (*HEADERS, "Date")
    )


@settings(max_examples=300)
@given(signature=damaged(SIGNED["Signature"]))
def test_a_damaged_signature_header_is_refused_or_says_the_same(signature: str) -> None:
    try:
        check(SIGNED | {"Signature": signature})
    except NAMED:
        return


def test_the_moment_is_the_clocks() -> None:
    late = SignatureCheck(SEALS, lambda: datetime.max.replace(tzinfo=UTC))
    sent = {name.lower(): value for name, value in SIGNED.items()}

    with pytest.raises(RequestFaulty) as refusal:
        late.check(SignedRequest("POST", "/", sent, BODY), CALLER, Profile())
    assert [finding.path for finding in refusal.value.findings] == ["date"]

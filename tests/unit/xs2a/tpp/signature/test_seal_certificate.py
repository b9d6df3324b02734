"""Which certificates are seals that count, and whose."""

from dataclasses import replace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from cms.domain.errors import Refusal
from cms.domain.parties import Tpp
from sandbox.certificates import qc_statements
from sandbox.qc_statements import QC_STATEMENTS, QcType
from tests.unit.xs2a.tpp import pki
from tests.unit.xs2a.tpp.tpp_world import DAY, FACTS, NOW, FakeRevocations, judge
from xs2a.tpp.refusals import CertificateInvalid
from xs2a.tpp.signature.seal_certificate import SealCertificates

TPP = Tpp(FACTS.authorisation_number, FACTS.authority_id, name="What the certificates call it")
INVALID = "CertificateInvalid tpp-signature-certificate"
EXPIRED = "CertificateExpired tpp-signature-certificate"
REVOKED = "CertificateRevoked tpp-signature-certificate"
ANOTHERS = "SignatureInvalid signature"
SEALS = (pki.key_usage("digital_signature", "content_commitment"), True)
WEBSITE = (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)


def header_of(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode().replace("\n", " ")


def of(certificate: x509.Certificate, tpp: Tpp = TPP, *revoked: int) -> str:
    """`seal`, or name and path of the refusal."""
    anchors = pki.the_root().certificate, pki.the_issuing().certificate
    seals = SealCertificates(judge(*anchors, revocations=FakeRevocations(*revoked)))
    try:
        seal = seals.of(tpp, header_of(certificate))
    except Refusal as refusal:
        return f"{type(refusal).__name__} {refusal.path}"
    assert seal.key == certificate.public_key()
    return "seal"


@pytest.mark.parametrize(
    "qc_type, extensions, key, judged",
    [
        (QcType.ESEAL, (SEALS,), pki.key("TPP"), "seal"),
        (QcType.ESEAL, (SEALS,), pki.rsa_key(), "seal"),
        (QcType.ESEAL, ((pki.key_usage("content_commitment"), True),), pki.key("TPP"), "seal"),
        (QcType.ESEAL, ((pki.key_usage("digital_signature"), True),), pki.key("TPP"), "seal"),
        (QcType.ESEAL, (), pki.key("TPP"), "seal"),
        (QcType.WEB, (SEALS,), pki.key("TPP"), INVALID),
        (
            QcType.ESEAL,
            ((pki.key_usage("key_encipherment"), True),),
            pki.key("TPP"),
            INVALID,
        ),
        (QcType.ESEAL, (SEALS,), pki.rsa_key(1024), INVALID),
        (QcType.ESEAL, (SEALS,), pki.key("odd", ec.SECP256K1()), INVALID),
        (QcType.ESEAL, pki.AUTHORITY, pki.key("TPP"), INVALID),
    ],
)
def test_what_is_a_seal(
    qc_type: QcType, extensions: pki.Extensions, key: pki.PrivateKey, *, judged: str
) -> None:
    certificate = pki.tpp_certificate(
        pki.the_issuing(), extensions, qc_type=qc_type, its_key=key
    ).parsed

    assert of(certificate) == judged


@pytest.mark.parametrize("extensions, judged", [((SEALS,), "seal"), ((SEALS, WEBSITE), INVALID)])
def test_without_a_type_it_must_not_be_for_websites(
    extensions: pki.Extensions, judged: str
) -> None:
    """Of two certificates of a TPP one must not do for both."""
    statements = qc_statements(FACTS, QcType.ESEAL)
    untyped = x509.UnrecognizedExtension(QC_STATEMENTS, without_type(statements)), False
    certificate = pki.the_issuing().issues(pki.PSD2_SUBJECT, pki.key("TPP"), (untyped, *extensions))

    assert of(certificate) == judged


def without_type(statements: bytes) -> bytes:
    """QcStatements whose QcType has become a statement that nobody knows."""
    qc_type = bytes.fromhex("060604008e460106")  # 0.4.0.1862.1.6
    assert statements.count(qc_type) == 1
    return statements.replace(qc_type, bytes.fromhex("060604008e46017f"))


def seal(**when: object) -> x509.Certificate:
    return pki.tpp_certificate(
        pki.the_issuing(),
        (SEALS,),
        qc_type=QcType.ESEAL,
        **when,  # type: ignore[arg-type]
    ).parsed


@pytest.mark.parametrize(
    "others, judged",
    [
        ({}, "seal"),
        ({"name": "Another name"}, "seal"),
        ({"authorisation_number": "PSDDE-BAFIN-911912"}, ANOTHERS),
        ({"authorisation_number": FACTS.authorisation_number.lower()}, "seal"),
        ({"authority_id": FACTS.authority_id.replace("BAFIN", "BaFin")}, "seal"),
        ({"authority_id": "AT-FMA"}, ANOTHERS),
    ],
)
def test_a_seal_is_that_of_the_calling_tpp(others: dict[str, str], judged: str) -> None:
    assert of(seal(), replace(TPP, **others)) == judged  # type: ignore[arg-type]


def test_a_seal_counts_as_long_as_it_is_valid_and_not_revoked() -> None:
    assert of(seal(until=NOW - DAY / 2)) == EXPIRED
    assert of(seal(since=NOW + DAY / 2)) == INVALID
    certificate = seal()
    assert of(certificate, TPP, certificate.serial_number) == REVOKED
    assert of(certificate) == "seal"


def test_who_issues_seals_must_be_trusted() -> None:
    stranger = pki.root("Nobody's root")
    certificate = pki.tpp_certificate(stranger, (SEALS,), qc_type=QcType.ESEAL).parsed

    assert of(certificate) == INVALID


@pytest.mark.parametrize("header", ["x", "", ":", "%", "-----BEGIN CERTIFICATE-----", "\u00fc"])
def test_what_is_no_certificate(header: str) -> None:
    with pytest.raises(CertificateInvalid) as refusal:
        SealCertificates(judge(pki.the_root().certificate)).of(TPP, header)
    assert refusal.value.path == "tpp-signature-certificate"

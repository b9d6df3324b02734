"""A QWAC is to call with, a QSealC to sign with; what is neither is refused."""

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from sandbox.certificates import KeyType, SandboxQtsp
from sandbox.qc_statements import QcType
from tests.unit.xs2a.tpp.pki import Extensions, key_usage, rsa_key, the_root, tpp_certificate
from tests.unit.xs2a.tpp.tpp_world import DAY, FACTS, NOW
from xs2a.tpp.certificate import read_certificate
from xs2a.tpp.usage import CertificateKind, usage_fault

QWAC, QSEALC = CertificateKind.QWAC, CertificateKind.QSEALC
AUTHORITY = ((x509.BasicConstraints(ca=True, path_length=None), True),)
NO_AUTHORITY = ((x509.BasicConstraints(ca=False, path_length=None), True),)


def used(*usages: str) -> Extensions:
    return ((key_usage(*usages), True),)


def used_for(*purposes: x509.ObjectIdentifier) -> Extensions:
    return ((x509.ExtendedKeyUsage(purposes), False),)


CLIENT, SERVER, ANY = (
    ExtendedKeyUsageOID.CLIENT_AUTH,
    ExtendedKeyUsageOID.SERVER_AUTH,
    ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,
)
WRONG_USE = "The key usage of the TPP certificate does not allow this use."
NOT_QUALIFIED = "The TPP certificate is no qualified certificate: it has no QcCompliance statement."
OF_AN_AUTHORITY = "The TPP certificate is that of a certification authority."


@pytest.mark.parametrize(
    "kind, qc_type, extensions, fault",
    [
        (QWAC, QcType.WEB, (), None),
        (QWAC, QcType.ESEAL, (), "The TPP certificate is no website certificate (QWAC)."),
        (QSEALC, QcType.ESEAL, (), None),
        (QSEALC, QcType.WEB, (), "The TPP certificate is no seal certificate (QSealC)."),
        (QWAC, QcType.WEB, AUTHORITY, OF_AN_AUTHORITY),
        (QSEALC, QcType.ESEAL, AUTHORITY, OF_AN_AUTHORITY),
        (QWAC, QcType.WEB, NO_AUTHORITY, None),
        (QWAC, QcType.WEB, used("digital_signature"), None),
        (QWAC, QcType.WEB, used("digital_signature", "key_encipherment"), None),
        (QWAC, QcType.WEB, used("key_encipherment"), WRONG_USE),
        (QWAC, QcType.WEB, used("content_commitment"), WRONG_USE),
        (QSEALC, QcType.ESEAL, used("digital_signature"), None),
        (QSEALC, QcType.ESEAL, used("content_commitment"), None),
        (QSEALC, QcType.ESEAL, used("key_agreement"), WRONG_USE),
        (QWAC, QcType.WEB, used_for(CLIENT), None),
        (QWAC, QcType.WEB, used_for(SERVER, CLIENT), None),
        (QWAC, QcType.WEB, used_for(ANY), None),
        (QWAC, QcType.WEB, used_for(SERVER), None),
        (QWAC, QcType.WEB, used_for(ExtendedKeyUsageOID.EMAIL_PROTECTION), WRONG_USE),
        (QSEALC, QcType.ESEAL, used_for(ExtendedKeyUsageOID.EMAIL_PROTECTION), None),
    ],
)
def test_the_use_of_a_certificate(
    kind: CertificateKind, qc_type: QcType, extensions: Extensions, fault: str | None
) -> None:
    made = tpp_certificate(the_root(), extensions, qc_type=qc_type)
    assert made.qc_types == {qc_type.value.dotted_string}
    assert usage_fault(made, kind, qualified_only=True) == fault


@pytest.mark.parametrize(
    "its_key, fault",
    [(rsa_key(2048), None), (rsa_key(1024), "The key of the TPP certificate is too weak.")],
)
def test_a_key_must_not_be_weak(its_key: rsa.RSAPrivateKey, fault: str | None) -> None:
    made = tpp_certificate(the_root(), its_key=its_key)
    assert usage_fault(made, QWAC, qualified_only=True) == fault


@pytest.mark.parametrize("kind, qc_type", [(QWAC, QcType.WEB), (QSEALC, QcType.ESEAL)])
@pytest.mark.parametrize(
    "qualified, qualified_only, refused",
    [(True, True, False), (True, False, False), (False, True, True), (False, False, False)],
)
def test_a_certificate_is_qualified_where_that_is_demanded(
    kind: CertificateKind,
    qc_type: QcType,
    *,
    qualified: bool,
    qualified_only: bool,
    refused: bool,
) -> None:
    made = tpp_certificate(the_root(), qc_type=qc_type, qualified=qualified)
    fault = usage_fault(made, kind, qualified_only=qualified_only)
    assert fault == (NOT_QUALIFIED if refused else None)


@pytest.mark.parametrize("key_type", KeyType)
def test_what_the_sandbox_issues_is_what_it_says(qtsp: SandboxQtsp, key_type: KeyType) -> None:
    for issue, kind in ((qtsp.issue_qwac, QWAC), (qtsp.issue_qsealc, QSEALC)):
        issued = issue(FACTS, not_before=NOW - DAY, not_after=NOW + DAY, key_type=key_type)
        made = read_certificate(issued.header_value)
        faults = {each: usage_fault(made, each, qualified_only=True) for each in CertificateKind}
        assert [each for each, fault in faults.items() if fault is None] == [kind]

"""A PKI of the tests' own: roots, issuing CAs and certificates of every making, good or bad."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from sandbox.certificates import qc_statements
from sandbox.qc_statements import QC_STATEMENTS, QcType
from tests.unit.xs2a.tpp.tpp_world import DAY, FACTS, NOW
from xs2a.tpp.certificate import TppCertificate, read_certificate

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
Extensions = Sequence[tuple[x509.ExtensionType, bool]]
ROOT_URL = "http://qtsp.example/root.crl"
ISSUING_URL = "http://qtsp.example/issuing.crl"


@cache
def key(name: str, curve: ec.EllipticCurve | None = None) -> ec.EllipticCurvePrivateKey:
    """The key of this name; the same each time."""
    return ec.generate_private_key(curve or ec.SECP256R1())


@cache
def rsa_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def name_of(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def key_usage(*usages: str) -> x509.KeyUsage:
    """With these usages, named as in the library."""
    known = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    stated: dict[str, Any] = {usage: usage in usages for usage in known}
    return x509.KeyUsage(**stated)


def published_at(*urls: str, **more: Any) -> x509.CRLDistributionPoints:
    """One distribution point."""
    return published_as(*map(x509.UniformResourceIdentifier, urls), **more)


def published_as(*names: x509.GeneralName, **more: Any) -> x509.CRLDistributionPoints:
    """One distribution point, by names of any kind."""
    how: dict[str, Any] = {"relative_name": None, "reasons": None, "crl_issuer": None, **more}
    return x509.CRLDistributionPoints([x509.DistributionPoint(full_name=list(names), **how)])


AUTHORITY: Extensions = (
    (x509.BasicConstraints(ca=True, path_length=None), True),
    (key_usage("key_cert_sign", "crl_sign"), True),
)


@dataclass(frozen=True)
class Authority:
    """A CA: what it is called, its key, and its certificate."""

    certificate: x509.Certificate
    key: PrivateKey = field(repr=False)

    def issues(
        self,
        subject: x509.Name,
        subject_key: PrivateKey,
        extensions: Extensions = (),
        *,
        since: datetime = NOW - DAY,
        until: datetime = NOW + DAY,
    ) -> x509.Certificate:
        """A certificate of any making."""
        issuer = self.certificate.subject
        return signed(subject, subject_key, issuer, self.key, extensions, since=since, until=until)

    def crl(
        self,
        *serials: int,
        this_update: datetime = NOW,
        next_update: datetime = NOW + DAY,
        extensions: Extensions = (),
        entry_extensions: Extensions = (),
        by: PrivateKey | None = None,
    ) -> bytes:
        """A list of revoked certificates as DER."""
        builder = x509.CertificateRevocationListBuilder(
            self.certificate.subject, this_update, next_update
        )
        for serial in serials:
            entry = x509.RevokedCertificateBuilder(serial, NOW - DAY)
            for extension, critical in entry_extensions:
                entry = entry.add_extension(extension, critical)
            builder = builder.add_revoked_certificate(entry.build())
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical)
        return builder.sign(by or self.key, SHA256()).public_bytes(Encoding.DER)


def signed(
    subject: x509.Name,
    subject_key: PrivateKey,
    issuer: x509.Name,
    issuer_key: PrivateKey,
    extensions: Extensions,
    *,
    since: datetime,
    until: datetime,
) -> x509.Certificate:
    """A certificate in every detail."""
    builder = x509.CertificateBuilder(
        issuer, subject, subject_key.public_key(), x509.random_serial_number(), since, until
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder.sign(issuer_key, SHA256())


def root(name: str = "Root", extensions: Extensions = AUTHORITY) -> Authority:
    """A root that has signed itself."""
    its, named = key(name), name_of(name)
    years = {"since": NOW - 1000 * DAY, "until": NOW + 1000 * DAY}
    return Authority(signed(named, its, named, its, extensions, **years), its)


def issuing(
    by: Authority, name: str = "Issuing CA", extensions: Extensions = AUTHORITY, **when: datetime
) -> Authority:
    """A CA below another one."""
    its = key(name)
    years = {"since": NOW - 500 * DAY, "until": NOW + 500 * DAY}
    return Authority(by.issues(name_of(name), its, extensions, **(years | when)), its)


@cache
def the_root() -> Authority:
    return root()


@cache
def the_issuing() -> Authority:
    return issuing(the_root(), extensions=(*AUTHORITY, (published_at(ROOT_URL), False)))


@cache
def the_unreadable() -> Authority:
    """An issuing CA whose certificate the library cannot read: it wants at least one purpose."""
    no_purpose = x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.37"), b"\x30\x00")
    return issuing(the_root(), "Odd", (*AUTHORITY, (no_purpose, False)))


PSD2_SUBJECT = x509.Name(
    [
        x509.NameAttribute(NameOID.ORGANIZATION_IDENTIFIER, FACTS.authorisation_number),
        x509.NameAttribute(NameOID.COMMON_NAME, FACTS.name),
    ]
)


def psd2(
    qc_type: QcType = QcType.WEB, *, qualified: bool = True
) -> tuple[x509.ExtensionType, bool]:
    """The QcStatements of a TPP; without `qualified` one that nobody knows is in the place of the
    QcCompliance.
    """
    statements = qc_statements(FACTS, qc_type)
    compliance, unknown = (bytes.fromhex(f"060604008e4601{end}") for end in ("01", "7f"))
    assert statements.count(compliance) == 1
    if not qualified:
        statements = statements.replace(compliance, unknown)
    return x509.UnrecognizedExtension(QC_STATEMENTS, statements), False


def tpp_certificate(
    by: Authority,
    extensions: Extensions = (),
    *,
    qc_type: QcType = QcType.WEB,
    qualified: bool = True,
    its_key: PrivateKey | None = None,
    **when: datetime,
) -> TppCertificate:
    """A PSD2 certificate, as it was read."""
    stated = psd2(qc_type, qualified=qualified)
    made = by.issues(PSD2_SUBJECT, its_key or key("TPP"), (stated, *extensions), **when)
    return read_certificate(made.public_bytes(Encoding.PEM).decode())

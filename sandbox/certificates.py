"""The sandbox's own QTSP: makes PSD2 certificates to try the server with.

They look like real QWACs and QSealCs (ETSI TS 119 495) and are worth nothing: the keys lie beside
them. Each bears a mark, by which a server in production mode knows them under whatever name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Final
from urllib.parse import quote

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import ObjectIdentifier
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from sandbox.files import alone_in, write_file
from sandbox.qc_statements import QC_STATEMENTS, QcType, psd2_statements

CA_VALID_FOR: Final = timedelta(days=3650)
CA_RENEWED_BEFORE: Final = timedelta(days=365)
CLOCK_SKEW: Final = timedelta(hours=1)  # valid since then, for machines whose clocks are behind
CRL_VALID_FOR: Final = timedelta(minutes=2)  # short, so that a revocation is soon known

# In all certificates of sandboxes, and in no other: a UUID of ours as an object identifier (X.667).
SANDBOX_MARK: Final = ObjectIdentifier("2.25.28404049560187256686271697817071144351")
_NULL: Final = b"\x05\x00"
_CA_NAME: Final = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Sandbox QTSP")])


class KeyType(StrEnum):
    """The kinds of keys that TPPs come with."""

    EC = "ec"
    RSA = "rsa"


@dataclass(frozen=True, slots=True)
class TppFacts:
    """What a certificate says of its TPP. `roles` are such as `PSP_PI`."""

    authorisation_number: str
    name: str
    authority_id: str
    authority_name: str
    country: str = "DE"
    roles: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()


SANDBOX_TPP: Final = TppFacts(
    authorisation_number="PSDDE-FAKENCA-SANDBOX1",
    name="Sandbox TPP",
    authority_id="DE-FAKENCA",
    authority_name="Authority of the Sandbox",
    roles=("PSP_PI", "PSP_AI", "PSP_IC"),
    domains=("tpp.example",),
)


@dataclass(frozen=True, slots=True)
class IssuedCertificate:
    """A certificate with its key, both as PEM."""

    pem: str
    key_pem: str = field(repr=False)

    @property
    def header_value(self) -> str:
        """The PEM in one line, percent-encoded as nginx hands it to what stands behind it."""
        return quote(self.pem, safe="")


@dataclass(frozen=True, slots=True)
class Usage:
    """What a key may be used for; `extended` is left out of the certificate where it is empty."""

    key_usage: x509.KeyUsage
    extended: tuple[ObjectIdentifier, ...] = ()


def _key_usage(
    *, signature: bool = False, commitment: bool = False, authority: bool = False
) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=signature,
        content_commitment=commitment,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


WEBSITE: Final = Usage(
    _key_usage(signature=True), (ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH)
)
SEAL: Final = Usage(_key_usage(signature=True, commitment=True))


class SandboxQtsp:
    """A certification authority of one key. `crl_url` is where it publishes whom it has revoked;
    without one its certificates do not say.
    """

    def __init__(
        self,
        certificate: x509.Certificate,
        key: ec.EllipticCurvePrivateKey,
        crl_url: str | None = None,
    ) -> None:
        self.certificate = certificate
        self._key = key
        self._crl_url = crl_url

    @classmethod
    def open(cls, folder: Path, now: datetime, crl_url: str | None = None) -> "SandboxQtsp":
        """The QTSP of `ca.pem` and `ca.key` in the folder; made anew if they are not there, do
        not fit together or are about to expire.
        """
        with alone_in(folder):
            return open_qtsp(folder, now, crl_url)

    def issue_qwac(
        self,
        facts: TppFacts,
        *,
        not_before: datetime,
        not_after: datetime,
        key_type: KeyType = KeyType.EC,
    ) -> IssuedCertificate:
        """A website certificate for a TPP. Raises ValueError for an unknown role."""
        return self.issue(
            _subject(facts),
            not_before=not_before,
            not_after=not_after,
            key_type=key_type,
            domains=facts.domains,
            qc_statements=qc_statements(facts),
        )

    def issue_qsealc(
        self,
        facts: TppFacts,
        *,
        not_before: datetime,
        not_after: datetime,
        key_type: KeyType = KeyType.EC,
    ) -> IssuedCertificate:
        """A seal certificate for a TPP, to sign requests with. Raises ValueError for an unknown
        role.
        """
        return self.issue(
            _subject(facts),
            not_before=not_before,
            not_after=not_after,
            key_type=key_type,
            qc_statements=qc_statements(facts, QcType.ESEAL),
            usage=SEAL,
        )

    def issue(
        self,
        subject: x509.Name,
        *,
        not_before: datetime,
        not_after: datetime,
        key_type: KeyType = KeyType.EC,
        domains: tuple[str, ...] = (),
        qc_statements: bytes | None = None,
        usage: Usage = WEBSITE,
    ) -> IssuedCertificate:
        """A certificate of any making; `qc_statements` is the extension's DER, None for none."""
        key = _new_key(key_type)
        builder = _builder(subject, key, not_before, not_after)
        builder = builder.issuer_name(self.certificate.subject)
        builder = builder.add_extension(usage.key_usage, critical=True)
        for extension in self._extensions(usage, domains, qc_statements):
            builder = builder.add_extension(extension, critical=False)
        return IssuedCertificate(_pem(builder.sign(self._key, SHA256())), _key_pem(key))

    def _extensions(
        self, usage: Usage, domains: tuple[str, ...], qc_statements: bytes | None
    ) -> list[x509.ExtensionType]:
        found: list[x509.ExtensionType] = [
            x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        ]
        if usage.extended:
            found.append(x509.ExtendedKeyUsage(usage.extended))
        if domains:
            found.append(x509.SubjectAlternativeName([x509.DNSName(each) for each in domains]))
        if qc_statements is not None:
            found.append(x509.UnrecognizedExtension(QC_STATEMENTS, qc_statements))
        if self._crl_url is not None:
            found.append(_published_at(self._crl_url))
        return found

    def crl(self, revoked: Mapping[int, datetime], now: datetime) -> bytes:
        """The list of revoked certificates, by serial number and moment, as DER."""
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.certificate.subject)
            .last_update(now)
            .next_update(now + CRL_VALID_FOR)
        )
        for serial, moment in revoked.items():
            entry = x509.RevokedCertificateBuilder().serial_number(serial)
            builder = builder.add_revoked_certificate(entry.revocation_date(moment).build())
        # RFC 5280, 5.2.3: growing, and growing with time is enough.
        number = x509.CRLNumber(int(now.timestamp()))
        signed = builder.add_extension(number, critical=False).sign(self._key, SHA256())
        return signed.public_bytes(serialization.Encoding.DER)


def qc_statements(facts: TppFacts, qc_type: QcType = QcType.WEB) -> bytes:
    """The DER of a certificate's QcStatements extension. Raises ValueError for an unknown role."""
    return psd2_statements(facts.roles, facts.authority_name, facts.authority_id, qc_type=qc_type)


def _subject(facts: TppFacts) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, facts.country),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, facts.name),
            x509.NameAttribute(NameOID.ORGANIZATION_IDENTIFIER, facts.authorisation_number),
            x509.NameAttribute(NameOID.COMMON_NAME, facts.name),
        ]
    )


def _new_key(key_type: KeyType) -> ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey:
    if key_type is KeyType.RSA:
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return ec.generate_private_key(ec.SECP256R1())


def _builder(
    subject: x509.Name,
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey,
    not_before: datetime,
    not_after: datetime,
) -> x509.CertificateBuilder:
    mark = x509.UnrecognizedExtension(SANDBOX_MARK, _NULL)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(not_before)
        .not_valid_after(not_after)
        .add_extension(mark, critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _published_at(url: str) -> x509.CRLDistributionPoints:
    name = x509.UniformResourceIdentifier(url)
    point = x509.DistributionPoint(
        full_name=[name], relative_name=None, reasons=None, crl_issuer=None
    )
    return x509.CRLDistributionPoints([point])


def open_qtsp(folder: Path, now: datetime, crl_url: str | None) -> SandboxQtsp:
    """As `SandboxQtsp.open`, for whoever is alone in the folder already."""
    try:
        certificate = x509.load_pem_x509_certificate((folder / "ca.pem").read_bytes())
        key = read_key(folder / "ca.key")
    except (FileNotFoundError, ValueError, TypeError):
        return _new_qtsp(folder, now, crl_url)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        return _new_qtsp(folder, now, crl_url)
    fits = key.public_key() == certificate.public_key() and _is_marked(certificate)
    if not fits or not is_valid(certificate, now, CA_RENEWED_BEFORE):
        return _new_qtsp(folder, now, crl_url)
    return SandboxQtsp(certificate, key, crl_url)


def _new_qtsp(folder: Path, now: datetime, crl_url: str | None) -> SandboxQtsp:
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = (
        _builder(_CA_NAME, key, now - CLOCK_SKEW, now + CA_VALID_FOR)
        .issuer_name(_CA_NAME)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(authority=True), critical=True)
        .sign(key, SHA256())
    )
    write_file(folder / "ca.key", _key_pem(key), secret=True)
    write_file(folder / "ca.pem", _pem(certificate))
    return SandboxQtsp(certificate, key, crl_url)


def _is_marked(certificate: x509.Certificate) -> bool:
    return any(extension.oid == SANDBOX_MARK for extension in certificate.extensions)


def is_valid(certificate: x509.Certificate, now: datetime, left: timedelta) -> bool:
    """Is it valid now, and will be for so long?"""
    return certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc - left


def read_key(path: Path) -> PrivateKeyTypes:
    """The private key of a PEM file. Raises FileNotFoundError, ValueError or TypeError."""
    return serialization.load_pem_private_key(path.read_bytes(), password=None)


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _key_pem(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()

"""The sandbox's own QTSP: makes PSD2 certificates to try the server with.

They look like real QWACs (ETSI TS 119 495) and are worth nothing: the keys lie beside them.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Final
from urllib.parse import quote

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat import asn1
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import ObjectIdentifier
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

CA_VALID_FOR: Final = timedelta(days=3650)
CA_RENEWED_BEFORE: Final = timedelta(days=365)
TPP_VALID_FOR: Final = timedelta(days=90)
TPP_RENEWED_BEFORE: Final = timedelta(days=10)
CLOCK_SKEW: Final = timedelta(hours=1)  # valid since then, for machines whose clocks are behind

ROLE_OIDS: Final = {
    "PSP_AS": ObjectIdentifier("0.4.0.19495.1.1"),
    "PSP_PI": ObjectIdentifier("0.4.0.19495.1.2"),
    "PSP_AI": ObjectIdentifier("0.4.0.19495.1.3"),
    "PSP_IC": ObjectIdentifier("0.4.0.19495.1.4"),
}
QC_STATEMENTS: Final = ObjectIdentifier("1.3.6.1.5.5.7.1.3")
_PSD2_STATEMENT: Final = ObjectIdentifier("0.4.0.19495.2")
_QC_COMPLIANCE: Final = ObjectIdentifier("0.4.0.1862.1.1")
_QC_TYPE: Final = ObjectIdentifier("0.4.0.1862.1.6")
_QC_TYPE_WEB: Final = ObjectIdentifier("0.4.0.1862.1.6.3")
_CA_NAME: Final = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Sandbox QTSP")])


class KeyType(StrEnum):
    """The kinds of keys that TPPs come with."""

    EC = "ec"
    RSA = "rsa"


@dataclass(frozen=True, slots=True)
class TppFacts:
    """What a certificate says of its TPP. `roles` are keys of `ROLE_OIDS`."""

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


class SandboxQtsp:
    """A certification authority of one key."""

    def __init__(self, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> None:
        self.certificate = certificate
        self._key = key

    @classmethod
    def open(cls, folder: Path, now: datetime) -> "SandboxQtsp":
        """The QTSP of `ca.pem` and `ca.key` in the folder; made anew if they are not there, do
        not fit together or are about to expire.
        """
        with _alone_in(folder):
            return _open_qtsp(folder, now)

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

    def issue(
        self,
        subject: x509.Name,
        *,
        not_before: datetime,
        not_after: datetime,
        key_type: KeyType = KeyType.EC,
        domains: tuple[str, ...] = (),
        qc_statements: bytes | None = None,
    ) -> IssuedCertificate:
        """A certificate of any making; `qc_statements` is the extension's DER, None for none."""
        key = _new_key(key_type)
        builder = _builder(subject, key, not_before, not_after).issuer_name(
            self.certificate.subject
        )
        usages = [ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH]
        builder = builder.add_extension(x509.ExtendedKeyUsage(usages), critical=False)
        if domains:
            names = x509.SubjectAlternativeName([x509.DNSName(domain) for domain in domains])
            builder = builder.add_extension(names, critical=False)
        if qc_statements is not None:
            statements = x509.UnrecognizedExtension(QC_STATEMENTS, qc_statements)
            builder = builder.add_extension(statements, critical=False)
        return IssuedCertificate(_pem(builder.sign(self._key, SHA256())), _key_pem(key))


def ensure_tpp_certificate(folder: Path, now: datetime) -> Path:
    """See to it that the folder holds a good certificate of the sandbox TPP.

    Writes `ca.pem`, `tpp-qwac.pem`, `tpp-qwac.key` and `tpp-qwac.header` (one line, the value of
    `TPP-QWAC-Certificate`), unless they are there, fit together and are good for ten days more.
    Returns the path of the last.
    """
    header = folder / "tpp-qwac.header"
    with _alone_in(folder):
        qtsp = _open_qtsp(folder, now)
        if not _tpp_certificate_is_good(folder, qtsp, now):
            issued = qtsp.issue_qwac(
                SANDBOX_TPP, not_before=now - CLOCK_SKEW, not_after=now + TPP_VALID_FOR
            )
            _write(folder / "tpp-qwac.key", issued.key_pem, secret=True)
            _write(folder / "tpp-qwac.pem", issued.pem)
            _write(header, issued.header_value + "\n")
    return header


@asn1.sequence
class _RoleOfPsp:
    oid: ObjectIdentifier
    name: str


@asn1.sequence
class _Psd2:
    roles: list[_RoleOfPsp]
    authority_name: str
    authority_id: str


@asn1.sequence
class _Compliance:
    oid: ObjectIdentifier


@asn1.sequence
class _Type:
    oid: ObjectIdentifier
    types: list[ObjectIdentifier]


@asn1.sequence
class _Psd2Statement:
    oid: ObjectIdentifier
    psd2: _Psd2


@asn1.sequence
class _QcStatements:
    compliance: _Compliance
    type: _Type
    psd2: _Psd2Statement


def qc_statements(facts: TppFacts) -> bytes:
    """The DER of a QWAC's QcStatements extension. Raises ValueError for an unknown role."""
    unknown = set(facts.roles) - ROLE_OIDS.keys()
    if unknown:
        raise ValueError(f"no PSD2 roles: {', '.join(sorted(unknown))}")
    psd2 = _Psd2(
        roles=[_RoleOfPsp(oid=ROLE_OIDS[role], name=role) for role in facts.roles],
        authority_name=facts.authority_name,
        authority_id=facts.authority_id,
    )
    return asn1.encode_der(
        _QcStatements(
            compliance=_Compliance(oid=_QC_COMPLIANCE),
            type=_Type(oid=_QC_TYPE, types=[_QC_TYPE_WEB]),
            psd2=_Psd2Statement(oid=_PSD2_STATEMENT, psd2=psd2),
        )
    )


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
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(not_before)
        .not_valid_after(not_after)
    )


def _open_qtsp(folder: Path, now: datetime) -> SandboxQtsp:
    try:
        certificate = x509.load_pem_x509_certificate((folder / "ca.pem").read_bytes())
        key = _read_key(folder / "ca.key")
    except (FileNotFoundError, ValueError, TypeError):
        return _new_qtsp(folder, now)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        return _new_qtsp(folder, now)
    fits = key.public_key() == certificate.public_key()
    if not fits or not _is_valid(certificate, now, CA_RENEWED_BEFORE):
        return _new_qtsp(folder, now)
    return SandboxQtsp(certificate, key)


def _new_qtsp(folder: Path, now: datetime) -> SandboxQtsp:
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = (
        _builder(_CA_NAME, key, now - CLOCK_SKEW, now + CA_VALID_FOR)
        .issuer_name(_CA_NAME)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, SHA256())
    )
    _write(folder / "ca.key", _key_pem(key), secret=True)
    _write(folder / "ca.pem", _pem(certificate))
    return SandboxQtsp(certificate, key)


def _tpp_certificate_is_good(folder: Path, qtsp: SandboxQtsp, now: datetime) -> bool:
    try:
        pem = (folder / "tpp-qwac.pem").read_text()
        header = (folder / "tpp-qwac.header").read_text().strip()
        key = _read_key(folder / "tpp-qwac.key")
        certificate = x509.load_pem_x509_certificate(pem.encode())
        certificate.verify_directly_issued_by(qtsp.certificate)
    except (FileNotFoundError, ValueError, TypeError, InvalidSignature):
        return False
    fits = header == quote(pem, safe="") and key.public_key() == certificate.public_key()
    return fits and _is_valid(certificate, now, TPP_RENEWED_BEFORE)


def _is_valid(certificate: x509.Certificate, now: datetime, left: timedelta) -> bool:
    """Is it valid now, and will be for so long?"""
    return certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc - left


def _read_key(path: Path) -> PrivateKeyTypes:
    return serialization.load_pem_private_key(path.read_bytes(), password=None)


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _key_pem(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def _write(path: Path, text: str, *, secret: bool = False) -> None:
    """Replace the file at once, so that nobody reads half of it."""
    unfinished = path.with_name(path.name + ".new")
    unfinished.unlink(missing_ok=True)  # what a crash left behind may have other permissions
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    with os.fdopen(os.open(unfinished, flags, 0o600 if secret else 0o644), "w") as file:
        file.write(text)
    unfinished.replace(path)


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Keep other processes from writing here meanwhile."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield

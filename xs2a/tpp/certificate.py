"""A TPP's certificate as it comes in a header: the QWAC by the TLS-terminating proxy (T1), or a
QSealC with a signature.
"""

import re
from base64 import b64decode
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Final
from urllib.parse import unquote, unquote_plus

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from cms.domain.parties import Tpp
from xs2a.tpp.qc_statements import QC_STATEMENTS, Statements, read_statements

LONGEST_HEADER: Final = 16_384  # characters; a QWAC with an RSA-4096 key takes about 5,000
REMEMBERED_CERTIFICATES: Final = 512  # each costs a few kilobytes of every process

_BEGIN: Final = "-----BEGIN CERTIFICATE-----"
_END: Final = "-----END CERTIFICATE-----"
_DOMAIN: Final = re.compile(
    r"(?:\*\.)?(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]",
    re.IGNORECASE,
)
_LONGEST_DOMAIN: Final = 253  # RFC 1035


LONGEST_FACT: Final = 256  # characters of one fact of a certificate; X.520 allows fewer


class CertificateUnreadable(Exception):
    """The header holds no PSD2 certificate. The message says why, in words of ours only."""


@dataclass(frozen=True, slots=True)
class TppCertificate:
    """What the server takes from a certificate; `thumbprint` is SHA-256 in hex. `qc_types` are the
    kinds of qualified certificate that it says it is, as OIDs, `qualified` whether it says that it
    is one. `parsed` is all of it, its public key and extensions known to be readable.
    """

    tpp: Tpp
    not_before: datetime
    not_after: datetime
    issuer_cn: str | None
    serial: int
    thumbprint: str
    qc_types: frozenset[str]
    qualified: bool
    parsed: x509.Certificate = field(repr=False)

    @property
    def domains(self) -> tuple[str, ...]:
        """The DNS names, in lower case, wildcards included."""
        return self.tpp.domains


@lru_cache(maxsize=REMEMBERED_CERTIFICATES)
def read_certificate(header_value: str) -> TppCertificate:
    """Read the certificate in a header's value; one seen before comes from memory.

    Takes PEM, PEM in one line with blanks or percent-encoded (nginx, Apache), the Base64 of the
    DER alone, and RFC 9440's `:Base64:`. Whether it counts is not judged here. Raises
    CertificateUnreadable, and nothing else whatever comes in.
    """
    if len(header_value) > LONGEST_HEADER:
        raise CertificateUnreadable("The TPP certificate is too long.")
    try:
        certificate = x509.load_der_x509_certificate(_der(header_value))
        certificate.public_key()  # one of a kind that nobody can use raises here
        return _tpp_certificate(certificate, _statements(certificate))
    except CertificateUnreadable:
        raise
    # A parser of bytes from outside may fail in ways nobody listed; all of them mean the same.
    except Exception as error:
        raise CertificateUnreadable("The TPP certificate cannot be read.") from error


def _der(header_value: str) -> bytes:
    text = header_value.strip()
    if text.startswith(":") and text.endswith(":"):
        text = text[1:-1]
    elif "%" in text:
        # Form encoding writes blanks as "+", which in Base64 is a digit.
        text = (unquote_plus if "BEGIN+CERTIFICATE" in text else unquote)(text).strip()
    # A second certificate is not skipped but refused: where a proxy adds its header to one that
    # the client sent, nobody could tell whose is whose.
    body = text.removeprefix(_BEGIN).removesuffix(_END)
    return b64decode("".join(body.split()), validate=True)


def _statements(certificate: x509.Certificate) -> Statements:
    try:
        extension = certificate.extensions.get_extension_for_oid(QC_STATEMENTS).value
    except x509.ExtensionNotFound as error:
        raise CertificateUnreadable("The TPP certificate has no QcStatements.") from error
    if not isinstance(extension, x509.UnrecognizedExtension):
        raise TypeError(type(extension))
    try:
        return read_statements(extension.value)
    except ValueError as error:
        raise CertificateUnreadable(
            "The TPP certificate has no readable PSD2 statement."
        ) from error


def _tpp_certificate(certificate: x509.Certificate, statements: Statements) -> TppCertificate:
    subject, statement = certificate.subject, statements.psd2
    tpp = Tpp(
        authorisation_number=_authorisation_number(subject),
        authority_id=_identifier(statement.authority_id),
        name=_name(subject, NameOID.COMMON_NAME),
        authority_name=_readable(statement.authority_name),
        country=_name(subject, NameOID.COUNTRY_NAME),
        organisation=_name(subject, NameOID.ORGANIZATION_NAME),
        organisation_unit=_name(subject, NameOID.ORGANIZATIONAL_UNIT_NAME),
        city=_name(subject, NameOID.LOCALITY_NAME),
        state=_name(subject, NameOID.STATE_OR_PROVINCE_NAME),
        roles=statement.roles,
        domains=_domains(certificate),
    )
    return TppCertificate(
        tpp=tpp,
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        issuer_cn=_name(certificate.issuer, NameOID.COMMON_NAME),
        serial=certificate.serial_number,
        thumbprint=certificate.fingerprint(SHA256()).hex(),
        qc_types=statements.qc_types,
        qualified=statements.qualified,
        parsed=certificate,
    )


def _authorisation_number(subject: x509.Name) -> str:
    """The only one, or of several (a VAT number beside it) the only one for PSD2 (TS 119 495,
    5.2.1).
    """
    numbers = {each.strip() for each in _texts(subject, NameOID.ORGANIZATION_IDENTIFIER)}
    if len(numbers) > 1:
        numbers = {each for each in numbers if each.startswith("PSD")}
    if len(numbers) != 1:
        raise CertificateUnreadable("The TPP certificate has no authorisation number.")
    return _identifier(numbers.pop())


def _domains(certificate: x509.Certificate) -> tuple[str, ...]:
    """The DNS names: SAN, and the common name if it is one."""
    names = _texts(certificate.subject, NameOID.COMMON_NAME)
    try:
        alternatives = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        names += alternatives.value.get_values_for_type(x509.DNSName)
    except x509.ExtensionNotFound:
        pass  # a certificate without alternative names has the common name alone
    domains = (name.lower() for name in names if is_domain(name))
    return tuple(dict.fromkeys(domains))


def is_domain(name: str) -> bool:
    """Is it a DNS name as certificates have them: in ASCII, perhaps with a wildcard before it?"""
    return len(name) <= _LONGEST_DOMAIN and _DOMAIN.fullmatch(name) is not None


def _texts(name: x509.Name, attribute: x509.ObjectIdentifier) -> list[str]:
    values = (each.value for each in name.get_attributes_for_oid(attribute))
    return [value for value in values if isinstance(value, str)]


def _name(name: x509.Name, attribute: x509.ObjectIdentifier) -> str | None:
    """The first value of an attribute, fit to be shown; None if it is absent or blank."""
    return next(filter(None, map(_readable, _texts(name, attribute))), None)


def _readable(text: str) -> str | None:
    """A name in one line. What does not print (controls, marks that turn the direction of
    writing) would deceive the PSU who reads it on the bank's page, so blanks stand for it.
    """
    printable = "".join(each if each.isprintable() else " " for each in text)
    return " ".join(printable.split())[:LONGEST_FACT] or None


def _identifier(text: str) -> str:
    """An identifier to compare by: taken as it stands or not at all."""
    trimmed = text.strip()
    if not trimmed or not trimmed.isprintable() or len(trimmed) > LONGEST_FACT:
        raise CertificateUnreadable("The TPP certificate does not identify the TPP.")
    return trimmed

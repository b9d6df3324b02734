"""A certificate's QcStatements: the PSD2 statement (ETSI TS 119 495, clause 5.1), the QcType, and
whether it is a qualified certificate.
"""

from dataclasses import dataclass
from typing import Final

from cryptography.hazmat import asn1
from cryptography.x509 import ObjectIdentifier

from cms.domain.parties import Role

QC_STATEMENTS: Final = ObjectIdentifier("1.3.6.1.5.5.7.1.3")  # RFC 3739, 3.2.6
PSD2_STATEMENT: Final = ObjectIdentifier("0.4.0.19495.2")
QC_COMPLIANCE: Final = ObjectIdentifier("0.4.0.1862.1.1")  # ETSI EN 319 412-5, 4.2.1
QC_TYPE: Final = ObjectIdentifier("0.4.0.1862.1.6")  # ETSI EN 319 412-5, 4.2.3

_OBJECT_IDENTIFIER_TAG: Final = b"\x06"
# The kinds of string that issuers use where the standard has UTF8String (X.680, 41; X.690, 8.21).
_CODEC_OF_STRING: Final = {
    b"\x0c": "utf-8",  # UTF8String
    b"\x13": "ascii",  # PrintableString
    b"\x14": "latin-1",  # TeletexString, as it is used
    b"\x16": "ascii",  # IA5String
    b"\x1e": "utf-16-be",  # BMPString
}
_ROLE_OF_OID: Final = {role.oid: role for role in Role}


@dataclass(frozen=True, slots=True)
class Psd2Statement:
    """What a supervisor's register says of a TPP, as the certificate repeats it."""

    roles: frozenset[Role]
    authority_name: str
    authority_id: str


@dataclass(frozen=True, slots=True)
class Statements:
    """What is taken of all statements. `qc_types` are OIDs; none if there is no such statement.
    `qualified`: the issuer states that it is an EU qualified certificate.
    """

    psd2: Psd2Statement
    qc_types: frozenset[str]
    qualified: bool


def read_statements(extension: bytes) -> Statements:
    """The statements of a QcStatements extension (DER).

    Roles go by their OID: the name beside it is the issuer's free text. An OID that is no PSD2
    role gives no role. Raises ValueError if there is not exactly one readable PSD2 statement, or
    if a QcType cannot be read.
    """
    elements = _elements(extension)
    statements = [each for each in map(_statement, elements) if each is not None]
    found = [each.content for each in statements if each.statement_id == PSD2_STATEMENT]
    if len(found) != 1:
        raise ValueError(f"{len(found)} PSD2 statements")
    return Statements(
        psd2=_psd2_statement(found[0].parse(_Psd2QcType)),
        qc_types=frozenset(
            oid.dotted_string
            for each in statements
            if each.statement_id == QC_TYPE
            for oid in _oids(each.content)
        ),
        qualified=any(map(_says_qualified, elements)),
    )


def _psd2_statement(psd2: "_Psd2QcType") -> Psd2Statement:
    oids = (role.role_oid.dotted_string for role in psd2.roles)
    return Psd2Statement(
        roles=frozenset(_ROLE_OF_OID[oid] for oid in oids if oid in _ROLE_OF_OID),
        authority_name=_text(psd2.authority_name),
        authority_id=_text(psd2.authority_id),
    )


@asn1.sequence
class _Anything:
    element: asn1.TLV


@asn1.sequence
class _Elements:
    elements: list[asn1.TLV]


@asn1.sequence
class _Oids:
    oids: list[ObjectIdentifier]


@asn1.sequence
class _Statement:
    statement_id: ObjectIdentifier
    content: asn1.TLV


@asn1.sequence
class _Bare:
    statement_id: ObjectIdentifier


@asn1.sequence
class _RoleOfPsp:
    role_oid: ObjectIdentifier
    role_name: asn1.TLV  # a string of whatever kind: not looked at


@asn1.sequence
class _Psd2QcType:
    roles: list[_RoleOfPsp]
    authority_name: asn1.TLV  # strings, of one of several kinds
    authority_id: asn1.TLV


def _text(string: asn1.TLV) -> str:
    codec = _CODEC_OF_STRING.get(bytes(string.tag_bytes))
    if codec is None:
        raise ValueError("no string")
    return bytes(string.data).decode(codec)


def _elements(extension: bytes) -> list[asn1.TLV]:
    """The statements, not yet read."""
    outer = asn1.decode_der(asn1.TLV, extension)
    # The decoder takes a SEQUENCE OF only inside a SEQUENCE: put one around it.
    wrapped = asn1.encode_der(_Anything(element=outer))
    elements = asn1.decode_der(_Elements, wrapped).elements
    # Some issuers leave the list out and put their only statement in its place.
    if elements and elements[0].tag_bytes == _OBJECT_IDENTIFIER_TAG:
        return [outer]
    return elements


def _oids(content: asn1.TLV) -> list[ObjectIdentifier]:
    wrapped = asn1.encode_der(_Anything(element=content))  # as above
    return asn1.decode_der(_Oids, wrapped).oids


def _statement(element: asn1.TLV) -> _Statement | None:
    """The statement, or None for one without content (such as QcCompliance)."""
    try:
        statement: _Statement = element.parse(_Statement)
    except ValueError:
        return None
    return statement


def _says_qualified(element: asn1.TLV) -> bool:
    """Is it the QcCompliance, a statement without content?"""
    try:
        bare: _Bare = element.parse(_Bare)
    except ValueError:
        return False
    return bare.statement_id == QC_COMPLIANCE

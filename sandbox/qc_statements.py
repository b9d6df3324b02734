"""The QcStatements of PSD2 certificates, to be written (ETSI EN 319 412-5, TS 119 495)."""

from collections.abc import Sequence
from enum import Enum
from typing import Final

from cryptography.hazmat import asn1
from cryptography.x509 import ObjectIdentifier

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


class QcType(Enum):
    """What a qualified certificate is for (EN 319 412-5, 4.2.3)."""

    ESEAL = ObjectIdentifier("0.4.0.1862.1.6.2")
    WEB = ObjectIdentifier("0.4.0.1862.1.6.3")


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


def psd2_statements(
    roles: Sequence[str], authority_name: str, authority_id: str, *, qc_type: QcType = QcType.WEB
) -> bytes:
    """The DER of the QcStatements extension. Raises ValueError for an unknown role."""
    unknown = set(roles) - ROLE_OIDS.keys()
    if unknown:
        raise ValueError(f"no PSD2 roles: {', '.join(sorted(unknown))}")
    psd2 = _Psd2(
        roles=[_RoleOfPsp(oid=ROLE_OIDS[role], name=role) for role in roles],
        authority_name=authority_name,
        authority_id=authority_id,
    )
    return asn1.encode_der(
        _QcStatements(
            compliance=_Compliance(oid=_QC_COMPLIANCE),
            type=_Type(oid=_QC_TYPE, types=[qc_type.value]),
            psd2=_Psd2Statement(oid=_PSD2_STATEMENT, psd2=psd2),
        )
    )

"""What a certificate may be used for: a QWAC to call with, a QSealC to sign with."""

from dataclasses import dataclass
from enum import Enum

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import dsa, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from xs2a.tpp.certificate import TppCertificate
from xs2a.tpp.keys import SHORTEST_RSA_KEY


@dataclass(frozen=True, slots=True)
class Demands:
    """What a kind of certificate has to be. Of what the certificate does not state nothing is
    demanded; `key_usages` and `extended`: one of them is enough.
    """

    name: str
    qc_type: str
    key_usages: tuple[str, ...]
    extended: tuple[x509.ObjectIdentifier, ...] = ()


class CertificateKind(Enum):
    """The two kinds of TS 119 495, and what makes them fit for their purpose."""

    # In the handshake the TPP signs (RFC 8446, 4.4.3). Website certificates are for servers in the
    # first place; the programmes of browsers forbid their QTSPs to put clients beside them.
    QWAC = Demands(
        name="website certificate (QWAC)",
        qc_type="0.4.0.1862.1.6.3",
        key_usages=("digital_signature",),
        extended=(
            ExtendedKeyUsageOID.CLIENT_AUTH,
            ExtendedKeyUsageOID.SERVER_AUTH,
            ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,
        ),
    )
    # EN 319 412-2, 4.3.2: a seal's key signs, commits, or both.
    QSEALC = Demands(
        name="seal certificate (QSealC)",
        qc_type="0.4.0.1862.1.6.2",
        key_usages=("digital_signature", "content_commitment"),
    )


def usage_fault(
    certificate: TppCertificate, kind: CertificateKind, *, qualified_only: bool
) -> str | None:
    """Why the certificate is not of this kind, in words for the TPP; None if it is. With
    `qualified_only` it has to say that it is a qualified one, as all have to be that TPPs identify
    themselves with (Delegated Regulation (EU) 2018/389, Art. 34).
    """
    demands = kind.value
    if qualified_only and not certificate.qualified:
        return "The TPP certificate is no qualified certificate: it has no QcCompliance statement."
    if certificate.qc_types and demands.qc_type not in certificate.qc_types:
        return f"The TPP certificate is no {demands.name}."
    extensions = certificate.parsed.extensions
    if _is_authority(extensions):
        return "The TPP certificate is that of a certification authority."
    if not (_is_for(extensions, demands) and _is_for_extended(extensions, demands)):
        return "The key usage of the TPP certificate does not allow this use."
    if _is_weak(certificate.parsed):
        return "The key of the TPP certificate is too weak."
    return None


def _is_authority(extensions: x509.Extensions) -> bool:
    try:
        return extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def _is_for(extensions: x509.Extensions, demands: Demands) -> bool:
    try:
        stated = extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return True
    return any(getattr(stated, usage) for usage in demands.key_usages)


def _is_for_extended(extensions: x509.Extensions, demands: Demands) -> bool:
    try:
        stated = extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return True
    return not demands.extended or not set(demands.extended).isdisjoint(stated)


def _is_weak(certificate: x509.Certificate) -> bool:
    key = certificate.public_key()
    short = isinstance(key, rsa.RSAPublicKey) and key.key_size < SHORTEST_RSA_KEY
    return short or isinstance(key, dsa.DSAPublicKey)

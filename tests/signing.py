"""A TPP that signs its requests: written anew for the tests, not with the server's own code."""

import hashlib
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from hypothesis import strategies as st

from sandbox.certificates import IssuedCertificate

DATE = "Mon, 02 Mar 2026 10:30:00 GMT"  # NOW of the tests' houses
SIGNED = ("digest", "x-request-id", "psu-id", "psu-corporate-id", "tpp-redirect-uri", "date")

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
Signing = Callable[[PrivateKey, bytes], bytes]


def pkcs1(key: PrivateKey, signed: bytes) -> bytes:
    assert isinstance(key, rsa.RSAPrivateKey)
    return key.sign(signed, padding.PKCS1v15(), hashes.SHA256())


def ecdsa(key: PrivateKey, signed: bytes) -> bytes:
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return key.sign(signed, ec.ECDSA(hashes.SHA256()))


def as_always(key: PrivateKey, signed: bytes) -> bytes:
    """By SHA-256, as the kind of the key has it."""
    return (pkcs1 if isinstance(key, rsa.RSAPrivateKey) else ecdsa)(key, signed)


@dataclass(frozen=True)
class Signer:
    """Somebody with a certificate and its key."""

    issued: IssuedCertificate

    @property
    def key(self) -> PrivateKey:
        key = serialization.load_pem_private_key(self.issued.key_pem.encode(), password=None)
        assert isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey)
        return key

    @property
    def certificate(self) -> x509.Certificate:
        return x509.load_pem_x509_certificate(self.issued.pem.encode())

    @property
    def header_value(self) -> str:
        """The Base64 of the DER, as the standard has it."""
        return b64encode(self.certificate.public_bytes(serialization.Encoding.DER)).decode()

    @property
    def key_id(self) -> str:
        certificate = self.certificate
        issuer = certificate.issuer.rfc4514_string().replace(" ", "%20")
        return f"SN={certificate.serial_number:X},CA={issuer}"

    @property
    def algorithm(self) -> str:
        return "rsa-sha256" if isinstance(self.key, rsa.RSAPrivateKey) else "ecdsa-sha256"

    def sign(
        self,
        headers: Mapping[str, str],
        body: bytes = b"",
        *,
        names: Iterable[str] = SIGNED,
        date: str = DATE,
        key_id: str | None = None,
        algorithm: str | None = None,
        by: Signing = as_always,
        target: str = "",
    ) -> dict[str, str]:
        """The headers of a request, and those that sign it. `names` that it does not have are
        left out; `target` is method and address, for `(request-target)`.
        """
        sent = {**headers, "Digest": sha_256(body), "Date": date}
        values = {name.lower(): value for name, value in sent.items()}
        if target:
            values["(request-target)"] = target
        covered = [name for name in names if name.lower() in values]
        lines = [f"{name.lower()}: {values[name.lower()]}" for name in covered]
        signature = by(self.key, "\n".join(lines).encode())
        sent["TPP-Signature-Certificate"] = self.header_value
        sent["Signature"] = signature_header(
            keyId=key_id or self.key_id,
            algorithm=algorithm or self.algorithm,
            headers=" ".join(covered),
            signature=b64encode(signature).decode(),
        )
        return sent


def signature_header(**parameters: str) -> str:
    return ",".join(f'{name}="{value}"' for name, value in parameters.items())


def sha_256(body: bytes) -> str:
    return f"SHA-256={b64encode(hashlib.sha256(body).digest()).decode()}"


@st.composite
def damaged(draw: st.DrawFn, text: str) -> str:
    """A text with something inserted, taken out, doubled or replaced, up to three times."""
    for _ in range(draw(st.integers(1, 3))):
        at, end = sorted(draw(st.integers(0, len(text))) for _ in "be")
        put = draw(st.sampled_from(["", '"', ",", "=", "\\", " ", text[at:end]]) | st.text())
        text = text[:at] + put + text[end:]
    return text

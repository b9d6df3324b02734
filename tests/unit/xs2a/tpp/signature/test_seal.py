"""Which certificates are seals, and whose."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from cms.domain.parties import Tpp
from sandbox.certificates import SEAL, WEBSITE, SandboxQtsp, qc_statements
from sandbox.qc_statements import QcType
from tests.unit.xs2a.tpp.tpp_world import DAY, FACTS, NOW
from xs2a.tpp.certificate import CertificateUnreadable
from xs2a.tpp.refusals import (
    CertificateExpired,
    CertificateInvalid,
    SignatureInvalid,
)
from xs2a.tpp.signature.seal import Seals, read_seal

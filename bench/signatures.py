"""What it costs to find a request signed: the whole check, in one process on one core."""

import json
import statistics
import time
from dataclasses import dataclass
from typing import Final

from bench.payment import HEADERS, PAYMENT
from cms.domain.parties import Tpp
from cms.domain.profile import Profile
from sandbox.certificates import KeyType
from tests.houses import NOW, TPP
from tests.qtsp import the_qtsp
from tests.signing import Signer
from tests.unit.xs2a.tpp.tpp_world import DAY, judge
from xs2a.checks.signature import SignatureCheck
from xs2a.tpp.signature.seal_certificate import SealCertificates
from xs2a.tpp.signature.signing_string import SignedRequest

LONGEST_MS: Final = 1.0
"""In which the check of a small request must be done, in the median."""
_CALLER: Final = Tpp(TPP.authorisation_number, TPP.authority_id)
_PAYMENT: Final = json.dumps(PAYMENT).encode()
_BODIES: Final = {"a payment": _PAYMENT, "2 MiB": _PAYMENT.ljust(2 * 1024 * 1024)}
_SMALL: Final = "a payment"


@dataclass(frozen=True, slots=True)
class SignatureMeasured:
    """One kind of key and body; milliseconds of the first check, and of each later one."""

    key: str
    body: str
    first_ms: float
    later_ms: list[float]

    @property
    def median_ms(self) -> float:
        return statistics.median(self.later_ms)


def measure(tries: int) -> list[SignatureMeasured]:
    """Each kind of key with each body. At the first check the certificate is not known yet."""
    return [
        _measured(key_type, name, body, tries * 20)
        for key_type in KeyType
        for name, body in _BODIES.items()
    ]


def _measured(key_type: KeyType, name: str, body: bytes, tries: int) -> SignatureMeasured:
    issued = the_qtsp().issue_qsealc(
        TPP, not_before=NOW - DAY, not_after=NOW + DAY, key_type=key_type
    )
    request_id = {"X-Request-ID": "99391c7e-ad88-49ec-a2ad-99ddcb1f7721"}
    signed = Signer(issued).sign(HEADERS | request_id, body)
    headers = {header.lower(): value for header, value in signed.items()}
    request = SignedRequest("POST", "/v1/payments/sepa-credit-transfers", headers, body)
    check = SignatureCheck(SealCertificates(judge(the_qtsp().certificate, now=NOW)), lambda: NOW)
    profile, taken = Profile(), []
    for _ in range(1 + tries):
        started = time.perf_counter()
        check.check(request, _CALLER, profile)
        taken.append((time.perf_counter() - started) * 1e3)
    key = "RSA-2048" if key_type is KeyType.RSA else "EC P-256"
    return SignatureMeasured(key, name, taken[0], taken[1:])


def slow(measured: list[SignatureMeasured]) -> list[str]:
    """Keys whose signatures take too long."""
    return [
        f"{each.key}: {each.median_ms:.1f} ms"
        for each in measured
        if each.body == _SMALL and each.median_ms > LONGEST_MS
    ]

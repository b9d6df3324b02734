"""A TPP with facts of its own, and the moment the tests live in."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

from cryptography import x509

from cms.domain.revocation import Revocable, RevocationPolicy, RevocationState
from sandbox.certificates import IssuedCertificate, KeyType, SandboxQtsp, TppFacts
from xs2a.tpp.judging import CertificateJudge
from xs2a.tpp.trust import TrustAnchors

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)

FACTS = TppFacts(
    authorisation_number="PSDDE-BAFIN-911911",
    name="Example Pay",
    authority_id="DE-BAFIN",
    authority_name="Federal Financial Supervisory Authority",
    roles=("PSP_PI",),
    domains=("pay.example", "*.pay.example"),
)


def qwac(
    qtsp: SandboxQtsp, facts: TppFacts = FACTS, key_type: KeyType = KeyType.EC
) -> IssuedCertificate:
    """A certificate that is valid now."""
    return qtsp.issue_qwac(facts, not_before=NOW - DAY, not_after=NOW + DAY, key_type=key_type)


def certificate_of(
    qtsp: SandboxQtsp, subject: x509.Name, statements: bytes | None
) -> IssuedCertificate:
    """A certificate with any subject and any QcStatements."""
    return qtsp.issue(subject, not_before=NOW - DAY, not_after=NOW + DAY, qc_statements=statements)


class FakeRevocations:
    """Knows what the test says: nothing, if it says nothing."""

    def __init__(self, *revoked: int, unknown: bool = False) -> None:
        self.revoked = set(revoked)
        self.unknown = unknown
        self.expected: list[Revocable] = []

    def expect(self, certificates: Iterable[Revocable], /) -> None:
        self.expected += certificates

    def state_of(self, certificate: Revocable, /) -> RevocationState:
        if certificate.serial in self.revoked:
            return RevocationState.REVOKED
        return RevocationState.UNKNOWN if self.unknown else RevocationState.GOOD


def judge(
    *anchors: x509.Certificate,
    now: datetime | Callable[[], datetime] = NOW,
    revocations: FakeRevocations | None = None,
    policy: RevocationPolicy = RevocationPolicy.HARD,
    sandbox: bool = True,
    any_chain: bool = False,
) -> CertificateJudge:
    """A judge that trusts these."""
    return CertificateJudge(
        TrustAnchors(anchors, sandbox=sandbox),
        revocations or FakeRevocations(),
        now if callable(now) else lambda: now,
        policy=policy,
        qualified_only=not sandbox,
        any_chain=any_chain,
    )

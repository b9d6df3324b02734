"""A TPP with facts of its own, and the moment the tests live in."""

from datetime import UTC, datetime, timedelta

from cryptography import x509

from sandbox.certificates import IssuedCertificate, KeyType, SandboxQtsp, TppFacts

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

"""What it costs to know who calls: certificates seen before, and new ones, in process."""

import time
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from bench.load import Outcome
from cms.domain.revocation import RevocationList, RevocationPolicy
from cms.service.revocation import Revocations
from cms.store.database import Database
from cms.store.unit_of_work import Store
from sandbox.certificates import SANDBOX_TPP, KeyType, SandboxQtsp
from tests.databases import migrate
from xs2a.tpp.identity import TppIdentification
from xs2a.tpp.judging import CertificateJudge
from xs2a.tpp.trust import TrustAnchors

LONGEST_MS: Final = 0.3
"""For a certificate that this process has seen before, in the median."""
REVOKED: Final = 20_000  # serial numbers on the QTSP's list
NEW: Final = 50
KNOWN: Final = 2_000
PROXY: Final = "127.0.0.1"
HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Identified:
    """Certificates with one kind of key, seen before or not, and how long each took."""

    key_type: KeyType
    known: bool
    outcome: Outcome

    @property
    def median_ms(self) -> float:
        return self.outcome.percentile_ms(0.5)


def measure(folder: Path) -> list[Identified]:
    """New certificates one after the other, and then the last of them again and again; each is
    read, and its time, use, chain and revocation are judged.
    """
    url = f"sqlite:///{folder}/identifying.db"
    migrate(url)
    now = datetime.now(UTC)
    qtsp = SandboxQtsp.open(folder / "identifying", now, "http://qtsp.example/list.crl")
    with closing(Database(url, pool_size=1)) as database:
        knows = Revocations(Store(database, lambda: ""), lambda: datetime.now(UTC))
        identification = _identification(qtsp, knows)
        _see([_header(qtsp, KeyType.EC, now)], identification)  # the list is expected from now on
        (source,) = knows.sources()
        serials = frozenset(range(1, REVOKED + 1))
        knows.keep(source, RevocationList(now, now + HOUR, serials))
        measured = []
        for key_type in KeyType:
            headers = [_header(qtsp, key_type, now) for _ in range(NEW)]
            measured.append(Identified(key_type, False, _see(headers, identification)))
            again = _see(headers[-1:] * KNOWN, identification)
            measured.append(Identified(key_type, True, again))
    return measured


def _identification(qtsp: SandboxQtsp, knows: Revocations) -> TppIdentification:
    judge = CertificateJudge(
        TrustAnchors([qtsp.certificate], sandbox=True),
        knows,
        lambda: datetime.now(UTC),
        policy=RevocationPolicy.SOFT,
        qualified_only=False,
    )
    return TppIdentification([PROXY], None, judge)


def _header(qtsp: SandboxQtsp, key_type: KeyType, now: datetime) -> str:
    issued = qtsp.issue_qwac(
        SANDBOX_TPP, not_before=now - HOUR / 2, not_after=now + HOUR, key_type=key_type
    )
    return issued.header_value


def _see(headers: Iterable[str], identification: TppIdentification) -> Outcome:
    taken, begun = [], time.perf_counter()
    for header in headers:
        sent = {"tpp-qwac-certificate": header}
        started = time.perf_counter()
        identification.identify(PROXY, sent)
        taken.append(time.perf_counter() - started)
    return Outcome(time.perf_counter() - begun, taken)


def slow(measured: Iterable[Identified]) -> list[str]:
    """Kinds of certificates that cost more than promised, though they were seen before."""
    return [
        f"{each.key_type.value}: {each.median_ms:.2f} ms"
        for each in measured
        if each.known and each.median_ms > LONGEST_MS
    ]

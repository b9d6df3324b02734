"""Whether a TPP's certificate counts: its time, its use, who has issued it, and whether the issuer
has taken it back (T1).
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol, TypeVar

from cryptography import x509

from cms import metrics
from cms.domain.revocation import Revocable, RevocationPolicy, RevocationState
from xs2a.tpp.certificate import TppCertificate
from xs2a.tpp.certificate_chain import Chain
from xs2a.tpp.crl import revocable
from xs2a.tpp.refusals import CertificateExpired, CertificateInvalid, CertificateRevoked
from xs2a.tpp.trust import NotTrusted, TrustAnchors, links_of
from xs2a.tpp.usage import CertificateKind, usage_fault

log = logging.getLogger(__name__)

REMEMBERED_CHAINS: Final = 1_024  # bounds the memory; forgetting means to build the chain anew
UNTRUSTED_FOR: Final = timedelta(minutes=1)  # so long no chain is looked for again where none was

_Key = tuple[str, CertificateKind, Chain]
_Known = TypeVar("_Known")


@dataclass(frozen=True, slots=True)
class _Vetted:
    """A certificate whose chain was found good, from when to when that holds, and what of it may
    be revoked: `must_be_known` below the anchor, `anchors` the anchor itself.
    """

    not_before: datetime
    not_after: datetime
    must_be_known: tuple[Revocable, ...] = ()
    anchors: tuple[Revocable, ...] = ()


class KnowsRevoked(Protocol):
    """Who knows what is revoked: the CMS."""

    def expect(self, certificates: Iterable[Revocable], /) -> None:
        """See to it that lists for these certificates are fetched from now on."""

    def state_of(self, certificate: Revocable, /) -> RevocationState:
        """What is known of the certificate."""


class CertificateJudge:
    """Judges certificates of TPPs, at every request.

    With `any_chain`, for the sandbox only, it does not matter who has issued a certificate; with
    `qualified_only` it has to be a qualified one. Chains are remembered; time and revocation are
    looked at each time. `clock` gives the time now, aware.
    """

    def __init__(
        self,
        anchors: TrustAnchors,
        revocations: KnowsRevoked,
        clock: Callable[[], datetime],
        *,
        policy: RevocationPolicy,
        qualified_only: bool,
        any_chain: bool = False,
    ) -> None:
        self._anchors = anchors
        self._revocations = revocations
        self._clock = clock
        self._policy = policy
        self._qualified_only = qualified_only
        self._any_chain = any_chain
        self._vetted: dict[_Key, _Vetted] = {}
        self._untrusted_at: dict[_Key, datetime] = {}

    def judge(self, certificate: TppCertificate, kind: CertificateKind, sent: Chain = ()) -> None:
        """Let the certificate count, or not; `sent` are those of issuers that came along.

        Raises CertificateExpired, CertificateInvalid or CertificateRevoked.
        """
        now = self._clock()
        _check_validity(certificate, now)
        key = (certificate.thumbprint, kind, sent)
        vetted = self._vetted.get(key)
        if vetted is None or not vetted.not_before <= now <= vetted.not_after:
            vetted = self._vet(certificate, key, now)
            _remember(self._vetted, key, vetted)
        if self._policy is not RevocationPolicy.OFF:
            self._check_revocation(vetted)

    def _vet(self, certificate: TppCertificate, key: _Key, now: datetime) -> _Vetted:
        _, kind, _ = key
        fault = usage_fault(certificate, kind, qualified_only=self._qualified_only)
        if fault is not None:
            metrics.count_certificate("wrong_usage")
            raise CertificateInvalid(fault)
        try:
            chain = self._chain(certificate, key, now)
        except NotTrusted as reason:
            if self._any_chain:
                return _Vetted(certificate.not_before, certificate.not_after)
            metrics.count_certificate("untrusted")
            raise CertificateInvalid(
                "The TPP certificate was not issued by a QTSP that the bank trusts."
            ) from reason
        vetted = self._with_lists(chain)
        if self._policy is not RevocationPolicy.OFF:
            self._revocations.expect(vetted.must_be_known + vetted.anchors)
        return vetted

    def _chain(
        self, certificate: TppCertificate, key: _Key, now: datetime
    ) -> tuple[x509.Certificate, ...]:
        """Raises NotTrusted; for a while at once, as looking for a chain costs time."""
        before = self._untrusted_at.get(key)
        if before is not None and abs(now - before) < UNTRUSTED_FOR:
            raise NotTrusted("it was not a moment ago")
        _, _, sent = key
        try:
            return self._anchors.chain(certificate.parsed, sent, now)
        except NotTrusted as reason:
            _remember(self._untrusted_at, key, now)
            if not self._any_chain:
                text = "the certificate %s by %r is not trusted: %s"
                log.warning(text, certificate.thumbprint, certificate.issuer_cn, reason)
            raise

    def _with_lists(self, chain: tuple[x509.Certificate, ...]) -> _Vetted:
        anchor = chain[-1]
        above = (link for link in self._anchors.links_between if link.certificate == anchor)
        return _Vetted(
            not_before=max(each.not_valid_before_utc for each in chain),
            not_after=min(each.not_valid_after_utc for each in chain),
            must_be_known=tuple(map(revocable, links_of(chain))),
            anchors=tuple(map(revocable, above)),
        )

    def _check_revocation(self, vetted: _Vetted) -> None:
        """The bank trusts an anchor by its own decision: only a list that names it counts."""
        states = [self._revocations.state_of(each) for each in vetted.must_be_known]
        of_anchors = [self._revocations.state_of(each) for each in vetted.anchors]
        if RevocationState.REVOKED in (*states, *of_anchors):
            metrics.count_certificate("revoked")
            raise CertificateRevoked
        if RevocationState.UNKNOWN not in states:
            return
        # There was no room for more lists when the chain was built, or the source was forgotten.
        self._revocations.expect(vetted.must_be_known + vetted.anchors)
        if self._policy is RevocationPolicy.SOFT:
            metrics.count_certificate("let_in_without_list")
            return
        metrics.count_certificate("refused_without_list")
        if not all(each.points for each in vetted.must_be_known):
            raise CertificateInvalid(
                "The TPP certificate or that of its issuer names no list of the revoked by HTTP."
            )
        raise CertificateInvalid(
            "Whether the TPP certificate is revoked cannot be told at present; try again later."
        )


def _remember(known: dict[_Key, _Known], key: _Key, what: _Known) -> None:
    if len(known) >= REMEMBERED_CHAINS:
        known.clear()
    known[key] = what


def _check_validity(certificate: TppCertificate, now: datetime) -> None:
    """Both ends of the validity belong to it (RFC 5280, 4.1.2.5)."""
    if now > certificate.not_after:
        metrics.count_certificate("expired")
        raise CertificateExpired
    if now < certificate.not_before:
        metrics.count_certificate("not_yet_valid")
        raise CertificateInvalid("The TPP certificate is not valid yet.")

"""When a TPP's certificate counts, and what is said when it does not."""

from datetime import timedelta

import pytest

from cms.domain.errors import Refusal
from cms.domain.revocation import Revocable, RevocationPolicy, RevocationState
from sandbox.certificates import SandboxQtsp
from sandbox.qc_statements import QcType
from tests.houses import Clock
from tests.unit.xs2a.tpp.pki import (
    AUTHORITY,
    ISSUING_URL,
    ROOT_URL,
    issuing,
    published_at,
    root,
    the_issuing,
    the_root,
    tpp_certificate,
)
from tests.unit.xs2a.tpp.tpp_world import DAY, NOW, FakeRevocations, judge, qwac
from xs2a.tpp.certificate import read_certificate
from xs2a.tpp.judging import UNTRUSTED_FOR
from xs2a.tpp.refusals import CertificateExpired, CertificateInvalid, CertificateRevoked
from xs2a.tpp.usage import CertificateKind

QWAC, QSEALC = CertificateKind.QWAC, CertificateKind.QSEALC
HARD, SOFT, OFF = RevocationPolicy.HARD, RevocationPolicy.SOFT, RevocationPolicy.OFF
ROOT, ISSUING = the_root().certificate, the_issuing().certificate
TPP = tpp_certificate(the_issuing(), ((published_at(ISSUING_URL), False),))
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


def test_a_good_certificate_counts_and_its_lists_are_asked_for() -> None:
    known = FakeRevocations()
    judge(ROOT, revocations=known).judge(TPP, QWAC, (ISSUING,))
    assert [
        (each.serial, [point.urls for point in each.points], each.expires_at)
        for each in known.expected
    ] == [
        (TPP.serial, [(ISSUING_URL,)], TPP.not_after),
        (ISSUING.serial_number, [(ROOT_URL,)], ISSUING.not_valid_after_utc),
    ]


@pytest.mark.parametrize(
    "since, until, refusal",
    [
        (-2, -1, CertificateExpired),
        (1, 2, CertificateInvalid),
        (-1, 1, None),
    ],
)
def test_its_time(since: int, until: int, refusal: type[Refusal] | None) -> None:
    made = tpp_certificate(the_root(), since=NOW + since * DAY, until=NOW + until * DAY)
    if refusal is None:
        judge(ROOT).judge(made, QWAC)
    else:
        with pytest.raises(refusal):
            judge(ROOT).judge(made, QWAC)


def test_its_time_is_judged_each_time_also_of_its_issuers() -> None:
    clock = Clock(NOW)
    short = issuing(the_root(), "Short", until=NOW + HOUR)
    made = tpp_certificate(short, until=NOW + 2 * HOUR)
    judging = judge(ROOT, now=clock)
    judging.judge(made, QWAC, (short.certificate,))
    clock.advance(HOUR + timedelta(seconds=1))
    with pytest.raises(CertificateInvalid, match="was not issued by a QTSP that the bank trusts"):
        judging.judge(made, QWAC, (short.certificate,))
    clock.advance(HOUR)
    with pytest.raises(CertificateExpired):
        judging.judge(made, QWAC, (short.certificate,))


def test_its_use() -> None:
    seal = tpp_certificate(the_root(), qc_type=QcType.ESEAL)
    judge(ROOT).judge(seal, QSEALC)
    with pytest.raises(CertificateInvalid, match="no website certificate"):
        judge(ROOT).judge(seal, QWAC)


def test_its_issuer() -> None:
    with pytest.raises(CertificateInvalid, match="was not issued by a QTSP that the bank trusts"):
        judge(ROOT).judge(TPP, QWAC)  # the issuing CA did not come along
    with pytest.raises(CertificateInvalid):
        judge(root("Another").certificate).judge(TPP, QWAC, (ISSUING,))


def test_any_issuer_will_do_where_that_is_wished_but_nothing_else() -> None:
    judging = judge(any_chain=True)
    judging.judge(TPP, QWAC)
    with pytest.raises(CertificateInvalid):
        judging.judge(tpp_certificate(the_root(), qc_type=QcType.ESEAL), QWAC)
    with pytest.raises(CertificateExpired):
        judging.judge(tpp_certificate(the_root(), since=NOW - 2 * DAY, until=NOW - DAY), QWAC)


@pytest.mark.parametrize("policy", [HARD, SOFT])
@pytest.mark.parametrize("revoked", [TPP.serial, ISSUING.serial_number], ids=["its own", "issuer"])
def test_a_revoked_certificate_is_refused_from_then_on(
    policy: RevocationPolicy, revoked: int
) -> None:
    known = FakeRevocations()
    judging = judge(ROOT, revocations=known, policy=policy)
    judging.judge(TPP, QWAC, (ISSUING,))
    known.revoked.add(revoked)
    with pytest.raises(CertificateRevoked):
        judging.judge(TPP, QWAC, (ISSUING,))


def test_an_anchor_may_be_revoked_by_another_one() -> None:
    known = FakeRevocations(ISSUING.serial_number)
    with pytest.raises(CertificateRevoked):
        judge(ROOT, ISSUING, revocations=known).judge(TPP, QWAC)
    assert [each.serial for each in known.expected] == [TPP.serial, ISSUING.serial_number]


def test_a_certificate_that_names_no_list_is_not_told_to_try_again() -> None:
    judging = judge(ISSUING, revocations=FakeRevocations(unknown=True), policy=HARD)
    with pytest.raises(CertificateInvalid, match="names no list of the revoked by HTTP"):
        judging.judge(tpp_certificate(the_issuing()), QWAC)


@pytest.mark.parametrize("policy, refused", [(HARD, True), (SOFT, False), (OFF, False)])
def test_without_a_fresh_list_the_policy_decides(policy: RevocationPolicy, refused: bool) -> None:
    judging = judge(ISSUING, revocations=FakeRevocations(unknown=True), policy=policy)
    if refused:
        with pytest.raises(CertificateInvalid, match="cannot be told at present"):
            judging.judge(TPP, QWAC)
    else:
        judging.judge(TPP, QWAC)


def test_a_list_that_is_still_missing_is_asked_for_again() -> None:
    """There may have been no room for its source."""
    known = FakeRevocations(unknown=True)
    judging = judge(ISSUING, revocations=known, policy=SOFT)
    for _ in range(2):
        known.expected.clear()
        judging.judge(TPP, QWAC)
        assert TPP.serial in {each.serial for each in known.expected}


def test_nobody_has_to_vouch_for_an_anchor() -> None:
    """Its own list may be missing; that of the certificates below it may not."""

    class KnowsTheTppOnly(FakeRevocations):
        def state_of(self, certificate: Revocable, /) -> RevocationState:
            self.unknown = certificate.serial != TPP.serial
            return super().state_of(certificate)

    judge(ROOT, ISSUING, revocations=KnowsTheTppOnly()).judge(TPP, QWAC)


def test_where_revocation_is_off_no_list_is_asked_for() -> None:
    known = FakeRevocations(TPP.serial)
    judge(ISSUING, revocations=known, policy=OFF).judge(TPP, QWAC)
    assert not known.expected


def test_a_certificate_of_the_sandbox_is_worth_nothing_in_production(qtsp: SandboxQtsp) -> None:
    made = read_certificate(qwac(qtsp).header_value)
    judge(qtsp.certificate).judge(made, QWAC)
    with pytest.raises(CertificateInvalid):
        judge(ROOT, sandbox=False).judge(made, QWAC, (qtsp.certificate,))


def test_a_chain_that_did_not_hold_may_hold_later() -> None:
    clock = Clock(NOW)
    late = issuing(the_root(), "Late", AUTHORITY, since=NOW + HOUR)
    made = tpp_certificate(late)
    judging = judge(ROOT, now=clock)
    with pytest.raises(CertificateInvalid):
        judging.judge(made, QWAC, (late.certificate,))
    clock.advance(2 * HOUR)
    judging.judge(made, QWAC, (late.certificate,))


def test_who_was_not_trusted_is_not_for_a_minute() -> None:
    """Looking for a chain costs time, and anybody may have it done."""
    clock = Clock(NOW)
    late = issuing(the_root(), "A little late", AUTHORITY, since=NOW + SECOND)
    made = tpp_certificate(late)
    judging = judge(ROOT, now=clock)
    for wait in (timedelta(0), UNTRUSTED_FOR - SECOND):
        clock.advance(wait)
        with pytest.raises(CertificateInvalid, match="was not issued by a QTSP"):
            judging.judge(made, QWAC, (late.certificate,))
    clock.advance(SECOND)
    judging.judge(made, QWAC, (late.certificate,))

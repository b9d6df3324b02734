"""Which chains lead to a trust anchor, and which anchors there may be."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count
from math import gcd
from typing import NamedTuple

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from sandbox.certificates import SANDBOX_MARK as MARK_OF_THE_SANDBOX
from sandbox.certificates import SandboxQtsp
from tests.unit.xs2a.tpp.pki import (
    AUTHORITY,
    Authority,
    issuing,
    key,
    key_usage,
    name_of,
    root,
    rsa_key,
    signed,
    the_issuing,
    the_root,
    tpp_certificate,
)
from tests.unit.xs2a.tpp.tpp_world import DAY, NOW, qwac
from xs2a.tpp.certificate import read_certificate
from xs2a.tpp.trust import MOST_BETWEEN, SANDBOX_MARK, NotTrusted, TrustAnchors, links_of

ROOT, ISSUING = the_root(), the_issuing()
STRANGER = root("Stranger")
BELOW = issuing(ISSUING, "Below")
SECOND = timedelta(seconds=1)


def certificates(*authorities: Authority) -> list[x509.Certificate]:
    return [each.certificate for each in authorities]


def chain_of(
    by: Authority, sent: Sequence[Authority], anchors: Sequence[Authority], now: datetime = NOW
) -> list[x509.Certificate]:
    """The issuers that were found for a certificate by this one."""
    made = tpp_certificate(by, since=NOW - 900 * DAY, until=NOW + 900 * DAY)
    trusted = TrustAnchors(certificates(*anchors), sandbox=False)
    return list(trusted.chain(made.parsed, certificates(*sent), now))[1:]


class Leads(NamedTuple):
    by: Authority
    sent: Sequence[Authority]
    anchors: Sequence[Authority]
    chain: Sequence[Authority]


@pytest.mark.parametrize(
    "leads",
    [
        Leads(ROOT, [], [ROOT], [ROOT]),
        Leads(ISSUING, [ISSUING], [ROOT], [ISSUING, ROOT]),
        Leads(ISSUING, [], [ISSUING], [ISSUING]),
        Leads(ISSUING, [], [ROOT, ISSUING], [ISSUING]),
        Leads(ISSUING, [STRANGER, ISSUING], [STRANGER, ROOT], [ISSUING, ROOT]),
        Leads(BELOW, [BELOW, ISSUING], [ROOT], [BELOW, ISSUING, ROOT]),
        Leads(BELOW, [ISSUING, BELOW], [ROOT], [BELOW, ISSUING, ROOT]),
        Leads(BELOW, [BELOW], [ISSUING], [BELOW, ISSUING]),
    ],
    ids=lambda leads: "+".join(each.certificate.subject.rfc4514_string() for each in leads.chain),
)
def test_a_chain_leads_to_an_anchor(leads: Leads) -> None:
    assert chain_of(leads.by, leads.sent, leads.anchors) == certificates(*leads.chain)


NO_AUTHORITY = ((x509.BasicConstraints(ca=False, path_length=None), True),)
NO_ISSUERS = (
    (x509.BasicConstraints(ca=True, path_length=None), True),
    (key_usage("crl_sign"), True),
)
NONE_BELOW = ((x509.BasicConstraints(ca=True, path_length=0), True),)
NOT_UNDERSTOOD = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3"), b"\x05\x00")
UNKNOWN = (*AUTHORITY, (NOT_UNDERSTOOD, True))
WEAK = Authority(ROOT.issues(name_of("Weak"), rsa_key(1024), AUTHORITY), rsa_key(1024))
FORGED = Authority(ISSUING.certificate, key("somebody else's"))


@pytest.mark.parametrize(
    "by, sent, anchors",
    [
        (ROOT, [], []),
        (ROOT, [], [STRANGER]),
        (ISSUING, [], [ROOT]),
        (ISSUING, [STRANGER], [ROOT]),
        (BELOW, [BELOW], [ROOT]),
        (STRANGER, [STRANGER], [ROOT]),
        (FORGED, [ISSUING], [ROOT]),
        (made := issuing(ROOT, "No CA", NO_AUTHORITY), [made], [ROOT]),
        (made := issuing(ROOT, "Nothing said", ()), [made], [ROOT]),
        (made := issuing(ROOT, "Signs no certificates", NO_ISSUERS), [made], [ROOT]),
        (made := issuing(ROOT, "Unknown", UNKNOWN), [made], [ROOT]),
        (made := issuing(ROOT, "Over", until=NOW - SECOND), [made], [ROOT]),
        (made := issuing(ROOT, "Not yet", since=NOW + SECOND), [made], [ROOT]),
        (made := issuing(issuing(ROOT, "None below", NONE_BELOW), "Below it"), [made], [ROOT]),
        (WEAK, [WEAK], [ROOT]),
    ],
    ids=[
        "no anchors",
        "another anchor",
        "the issuer did not come along",
        "another issuer came along",
        "a gap",
        "the TPP's own root",
        "the name of an issuer, but not its key",
        "an issuer that is no CA",
        "an issuer of which nothing is said",
        "an issuer that must not sign certificates",
        "an issuer with something critical that is not understood",
        "an issuer whose time is over",
        "an issuer whose time has not come",
        "an issuer below one that must have none below it",
        "an issuer with a weak key",
    ],
)
def test_no_chain_no_trust(
    by: Authority, sent: Sequence[Authority], anchors: Sequence[Authority]
) -> None:
    with pytest.raises(NotTrusted):
        chain_of(by, sent, anchors)


def twin(name: str, issuer: str | None = None) -> Authority:
    """One more certificate for the key of this name, by itself or by another one."""
    its, by = key(name), issuer or name
    years = {"since": NOW - DAY, "until": NOW + DAY}
    return Authority(signed(name_of(name), its, name_of(by), key(by), AUTHORITY, **years), its)


def test_twins_do_not_make_the_ways_to_try_double() -> None:
    """The library would give up after a great many checks of signatures."""
    with pytest.raises(NotTrusted) as refused:
        chain_of(STRANGER, [twin("Stranger") for _ in range(4)], [ROOT])
    assert "signature check limit" not in str(refused.value)


@pytest.mark.parametrize("order", [1, -1])
def test_of_twins_the_one_that_an_anchor_has_issued_counts(order: int) -> None:
    below = issuing(ROOT, "Crossed")
    sent = [twin("Crossed", "Stranger"), below][::order]
    assert chain_of(below, sent, [ROOT]) == certificates(below, ROOT)


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize("since, until", [(-9 * DAY, -DAY), (DAY, 9 * DAY)])
def test_of_twins_the_one_that_is_valid_counts(
    since: timedelta, until: timedelta, order: int
) -> None:
    renewed = issuing(ROOT, "Renewed")
    other = issuing(ROOT, "Renewed", since=NOW + since, until=NOW + until)
    sent = [other, renewed][::order]
    assert chain_of(renewed, sent, [ROOT]) == certificates(renewed, ROOT)


def test_few_issuers_may_come_along() -> None:
    others = [root(f"Root {number}") for number in range(MOST_BETWEEN)]
    assert chain_of(ISSUING, [ISSUING, *others[1:], ROOT, ISSUING], [ROOT])
    with pytest.raises(NotTrusted, match="too many issuers"):
        chain_of(ISSUING, [ISSUING, *others], [ROOT])


def test_an_issuer_whose_signatures_take_long_to_check_does_not_count() -> None:
    its = with_large_exponent(rsa_key())
    costly = Authority(ROOT.issues(name_of("Costly"), its, AUTHORITY), its)
    with pytest.raises(NotTrusted):
        chain_of(costly, [costly], [ROOT])


def with_large_exponent(usual: rsa.RSAPrivateKey) -> rsa.RSAPrivateKey:
    """The same modulus with an exponent of 33 bits in the place of 65537."""
    numbers = usual.private_numbers()
    p, q = numbers.p, numbers.q
    exponent = next(e for e in count(2**32 + 15, 2) if gcd(e, (p - 1) * (q - 1)) == 1)
    private = pow(exponent, -1, (p - 1) * (q - 1))
    parts = private % (p - 1), private % (q - 1), rsa.rsa_crt_iqmp(p, q)
    public = rsa.RSAPublicNumbers(exponent, p * q)
    return rsa.RSAPrivateNumbers(p, q, private, *parts, public).private_key()


@pytest.mark.parametrize(
    "now, trusted",
    [(NOW + 501 * DAY, False), (NOW + 499 * DAY, True), (NOW - 501 * DAY, False)],
)
def test_an_anchor_counts_in_its_time(now: datetime, trusted: bool) -> None:
    if trusted:
        assert chain_of(ISSUING, [], [ISSUING], now)
    else:
        with pytest.raises(NotTrusted):
            chain_of(ISSUING, [], [ISSUING], now)


@pytest.mark.parametrize(
    "its_key",
    [key("P-256"), key("P-384", ec.SECP384R1()), key("Brainpool", ec.BrainpoolP256R1()), rsa_key()],
    ids=["P-256", "P-384", "Brainpool", "RSA"],
)
def test_a_tpp_may_have_any_kind_of_key(its_key: ec.EllipticCurvePrivateKey) -> None:
    made = tpp_certificate(ROOT, its_key=its_key)
    assert TrustAnchors(certificates(ROOT), sandbox=False).chain(made.parsed, (), NOW)


def test_an_issuer_may_have_an_rsa_key() -> None:
    years = {"since": NOW - DAY, "until": NOW + DAY}
    named = name_of("RSA root")
    by = Authority(signed(named, rsa_key(), named, rsa_key(), AUTHORITY, **years), rsa_key())
    assert TrustAnchors(certificates(by), sandbox=False).chain(tpp_certificate(by).parsed, (), NOW)


def test_an_anchor_must_be_an_authority() -> None:
    for made in (tpp_certificate(ROOT).parsed, issuing(ROOT, "No", NO_AUTHORITY).certificate):
        with pytest.raises(ValueError, match="is not the certificate of a certification authority"):
            TrustAnchors([made], sandbox=False)


def test_the_sandbox_and_we_mean_the_same_mark() -> None:
    assert SANDBOX_MARK == MARK_OF_THE_SANDBOX


def test_a_sandbox_is_no_anchor_in_production(qtsp: SandboxQtsp) -> None:
    with pytest.raises(ValueError, match="is the certificate of a sandbox"):
        TrustAnchors([ROOT.certificate, qtsp.certificate], sandbox=False)
    assert TrustAnchors([qtsp.certificate], sandbox=True).certificates == (qtsp.certificate,)


def test_a_sandbox_is_known_under_another_name_too(qtsp: SandboxQtsp) -> None:
    """Somebody makes a new certificate for the key of a sandbox, without the mark."""
    years = {"since": NOW - DAY, "until": NOW + DAY}
    its_key = qtsp._key
    anew = signed(qtsp.certificate.subject, its_key, name_of("New"), its_key, AUTHORITY, **years)
    made = read_certificate(qwac(qtsp).pem)
    with pytest.raises(NotTrusted, match="sandbox"):
        TrustAnchors([anew], sandbox=False).chain(made.parsed, (), NOW)
    assert TrustAnchors([anew], sandbox=True).chain(made.parsed, (), NOW)


def test_the_links_of_a_chain_are_those_below_the_anchor() -> None:
    made = tpp_certificate(ISSUING)
    chain = (made.parsed, ISSUING.certificate, ROOT.certificate)
    found = [(link.certificate, link.issuer) for link in links_of(chain)]
    assert found == [(chain[0], chain[1]), (chain[1], chain[2])]


def test_anchors_may_be_linked_among_each_other() -> None:
    forged = Authority(STRANGER.issues(name_of("Forged"), key("Forged"), AUTHORITY), key("Forged"))
    namesake = issuing(Authority(ROOT.certificate, key("not the root's")), "Namesake")
    anchors = TrustAnchors(certificates(ROOT, ISSUING, namesake, forged), sandbox=False)
    assert [(link.certificate, link.issuer) for link in anchors.links_between] == [
        (ISSUING.certificate, ROOT.certificate)
    ]

"""Lists of revoked certificates: where they are, which ones count, and what they say."""

from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st

from cms.domain.revocation import DistributionPoint
from tests.unit.xs2a.tpp.pki import (
    AUTHORITY,
    ISSUING_URL,
    Authority,
    Extensions,
    issuing,
    key,
    key_usage,
    name_of,
    published_as,
    published_at,
    root,
    rsa_key,
    the_issuing,
    the_root,
    tpp_certificate,
)
from tests.unit.xs2a.tpp.tpp_world import DAY, NOW
from xs2a.tpp.crl import CLOCK_SKEW, CrlUnusable, read_crl, revocable
from xs2a.tpp.trust import Link

SECOND = timedelta(seconds=1)
ISSUER = the_issuing()
OTHER_URL = "https://qtsp.example/other.crl"


def points_of(points: x509.CRLDistributionPoints | None) -> list[tuple[str, ...]]:
    """The URLs of what is found in a certificate."""
    extensions: Extensions = () if points is None else ((points, False),)
    made = tpp_certificate(ISSUER, extensions)
    found = revocable(Link(made.parsed, ISSUER.certificate))
    assert (found.serial, found.expires_at) == (made.serial, made.not_after)
    return [point.urls for point in found.points]


REASONS = frozenset({x509.ReasonFlags.key_compromise})
LDAP = "ldap://qtsp.example/cn=list"


@pytest.mark.parametrize(
    "points, urls",
    [
        (None, []),
        (published_at(ISSUING_URL), [(ISSUING_URL,)]),
        (published_at(ISSUING_URL, OTHER_URL), [(ISSUING_URL, OTHER_URL)]),
        (published_at(LDAP, ISSUING_URL), [(ISSUING_URL,)]),
        (published_at(LDAP, LDAP, LDAP, LDAP, ISSUING_URL), [(ISSUING_URL,)]),
        (published_at(LDAP), []),
        (published_at("file:///etc/passwd"), []),
        (published_at("http://"), []),
        (published_at("http://user:password@qtsp.example/"), []),
        (published_at("http://qtsp.example:99999/"), []),
        (published_at("http://qtsp.example/" + "x" * 500), []),
        (published_at("http://qtsp.example/a b"), []),
        (published_at(ISSUING_URL, reasons=REASONS), []),
        (published_at(ISSUING_URL, crl_issuer=[x509.DirectoryName(name_of("Else"))]), []),
    ],
)
def test_where_the_list_is(
    points: x509.CRLDistributionPoints | None, urls: list[tuple[str, ...]]
) -> None:
    assert points_of(points) == urls


def test_there_may_be_several_points() -> None:
    both = x509.CRLDistributionPoints([*published_at(ISSUING_URL), *published_at(OTHER_URL)])
    assert points_of(both) == [(ISSUING_URL,), (OTHER_URL,)]


def test_lists_for_authorities_and_for_others_are_told_apart() -> None:
    points = (published_at(ISSUING_URL), False)
    by = the_root()
    authority = issuing(by, "Below", (*AUTHORITY, points)).certificate
    other = by.issues(name_of("Other"), key("Other"), (points,))
    found = [revocable(Link(made, by.certificate)).points[0] for made in (authority, other)]
    assert [each.for_authorities for each in found] == [True, False]
    assert found[0].point_id != found[1].point_id


def point(
    *urls: str, issuer: x509.Certificate = ISSUER.certificate, for_authorities: bool = False
) -> DistributionPoint:
    der = issuer.public_bytes(Encoding.DER)
    return DistributionPoint(
        der, "CN=Issuing CA", urls or (ISSUING_URL,), for_authorities=for_authorities
    )


@pytest.mark.parametrize("serials", [set(), {1}, {1, 7, 2**159}])
def test_a_list_says_what_is_revoked(serials: set[int]) -> None:
    crl = ISSUER.crl(*serials)
    read = read_crl(crl, point(), NOW)
    assert read.serials == serials
    assert (read.this_update, read.next_update) == (NOW, NOW + DAY)
    pem = x509.load_der_x509_crl(crl).public_bytes(Encoding.PEM)
    assert read_crl(pem, point(), NOW) == read


def test_a_list_may_be_signed_by_an_rsa_key() -> None:
    by = the_root()
    its = by.issues(name_of("RSA"), rsa_key(), ((key_usage("crl_sign"), True),))
    builder = x509.CertificateRevocationListBuilder(its.subject, NOW, NOW + DAY)
    crl = builder.sign(rsa_key(), SHA256()).public_bytes(Encoding.DER)
    assert not read_crl(crl, point(issuer=its), NOW).serials


@pytest.mark.parametrize(
    "this_update, next_update, counts",
    [
        (NOW, NOW + SECOND, True),
        (NOW - DAY, NOW, False),
        (NOW - DAY, NOW - SECOND, False),
        (NOW + CLOCK_SKEW, NOW + DAY, True),
        (NOW + CLOCK_SKEW + SECOND, NOW + DAY, False),
    ],
)
def test_a_list_counts_in_its_time(
    this_update: datetime, next_update: datetime, counts: bool
) -> None:
    crl = ISSUER.crl(this_update=this_update, next_update=next_update)
    if counts:
        read_crl(crl, point(), NOW)
    else:
        with pytest.raises(CrlUnusable):
            read_crl(crl, point(), NOW)


def scope(*urls: str, **more: object) -> Extensions:
    """An issuing distribution point."""
    how: dict[str, object] = {
        "relative_name": None,
        "only_contains_user_certs": False,
        "only_contains_ca_certs": False,
        "only_some_reasons": None,
        "indirect_crl": False,
        "only_contains_attribute_certs": False,
        **more,
    }
    how.setdefault("full_name", [x509.UniformResourceIdentifier(url) for url in urls] or None)
    return ((x509.IssuingDistributionPoint(**how), True),)  # type: ignore[arg-type]


PART_2 = name_of("Part 2")
UNKNOWN = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3"), b"\x05\x00")


@pytest.mark.parametrize(
    "extensions",
    [
        ((x509.CRLNumber(7), False),),
        ((UNKNOWN, False),),
        scope(ISSUING_URL),
        scope(OTHER_URL, ISSUING_URL),
        scope(only_contains_user_certs=True),
        ((x509.FreshestCRL(list(published_at(OTHER_URL))), False),),
    ],
)
def test_what_does_not_limit_a_list(extensions: Extensions) -> None:
    assert read_crl(ISSUER.crl(1, extensions=extensions), point(), NOW).serials == {1}


@pytest.mark.parametrize(
    "extensions, said",
    [
        (scope(OTHER_URL), "another distribution point"),
        (scope(full_name=[x509.DirectoryName(PART_2)]), "another distribution point"),
        (scope(relative_name=PART_2.rdns[0]), "another distribution point"),
        (scope(indirect_crl=True), "indirect"),
        (scope(only_some_reasons=REASONS), "not for all reasons"),
        (scope(only_contains_attribute_certs=True), "not for all reasons"),
        (((x509.DeltaCRLIndicator(7), True),), "changes only"),
        (((UNKNOWN, True),), "1.2.3"),
    ],
)
def test_an_incomplete_list_is_refused(extensions: Extensions, said: str) -> None:
    with pytest.raises(CrlUnusable, match=said):
        read_crl(ISSUER.crl(1, extensions=extensions), point(), NOW)


URL = x509.UniformResourceIdentifier(ISSUING_URL)
IN_LDAP = x509.UniformResourceIdentifier(LDAP)
LONG = x509.UniformResourceIdentifier("ldap://qtsp.example/" + "x" * 5_000)
IN_A_DIRECTORY = x509.DirectoryName(PART_2)


@pytest.mark.parametrize(
    "of_certificate, of_list, counts",
    [
        ([IN_LDAP, URL], [IN_LDAP], True),
        ([URL, IN_LDAP], [IN_LDAP, URL], True),
        ([URL, LONG], [LONG], True),
        ([IN_A_DIRECTORY, URL], [IN_A_DIRECTORY], True),
        ([URL], [IN_A_DIRECTORY, URL], True),
        ([URL, IN_LDAP], [IN_A_DIRECTORY], False),
        ([URL, IN_A_DIRECTORY], [x509.DirectoryName(name_of("Part 3"))], False),
        ([URL], [IN_LDAP], False),
        ([URL, IN_LDAP], [x509.DNSName("qtsp.example")], False),
    ],
)
def test_list_and_certificate_have_one_name_of_the_point_in_common(
    of_certificate: list[x509.GeneralName], of_list: list[x509.GeneralName], *, counts: bool
) -> None:
    """RFC 5280, 6.3.3 (b) (2) (i)."""
    made = tpp_certificate(ISSUER, ((published_as(*of_certificate), False),))
    (wanted,) = revocable(Link(made.parsed, ISSUER.certificate)).points
    crl = ISSUER.crl(1, extensions=scope(full_name=of_list))
    if counts:
        assert read_crl(crl, wanted, NOW).serials == {1}
    else:
        with pytest.raises(CrlUnusable, match="another distribution point"):
            read_crl(crl, wanted, NOW)


@pytest.mark.parametrize("for_authorities", [True, False])
@pytest.mark.parametrize(
    "only, of_authorities",
    [("only_contains_ca_certs", True), ("only_contains_user_certs", False)],
)
def test_a_list_is_for_certificates_of_authorities_or_of_others(
    only: str, of_authorities: bool, for_authorities: bool
) -> None:
    """RFC 5280, 6.3.3 (b) (2) (ii) and (iii)."""
    crl, wanted = (
        ISSUER.crl(extensions=scope(**{only: True})),
        point(for_authorities=for_authorities),
    )
    if of_authorities == for_authorities:
        assert not read_crl(crl, wanted, NOW).serials
    else:
        with pytest.raises(CrlUnusable, match="for other certificates"):
            read_crl(crl, wanted, NOW)


@pytest.mark.parametrize(
    "extension, critical, counts",
    [
        (x509.CRLReason(x509.ReasonFlags.key_compromise), False, True),
        (x509.CRLReason(x509.ReasonFlags.certificate_hold), True, True),
        (x509.InvalidityDate(NOW), False, True),
        (UNKNOWN, False, True),
        (UNKNOWN, True, False),
        (x509.CertificateIssuer([x509.DirectoryName(name_of("Another"))]), True, False),
    ],
)
def test_what_an_entry_may_say(extension: x509.ExtensionType, critical: bool, counts: bool) -> None:
    crl = ISSUER.crl(1, entry_extensions=((extension, critical),))
    if counts:
        assert read_crl(crl, point(), NOW).serials == {1}
    else:
        with pytest.raises(CrlUnusable):
            read_crl(crl, point(), NOW)


@pytest.mark.parametrize(
    "crl, issuer, said",
    [
        (ISSUER.crl(by=key("somebody else's")), ISSUER, "signature"),
        (ISSUER.crl(by=rsa_key()), ISSUER, "signature|cannot be read"),
        (root("Another").crl(), ISSUER, "another issuer"),
        (
            (no := issuing(the_root(), "No", ((key_usage("key_cert_sign"), True),))).crl(),
            no,
            "must not sign lists",
        ),
        (b"", ISSUER, "cannot be read"),
        (b"<html>", ISSUER, "cannot be read"),
        (ISSUER.crl(1)[:-1], ISSUER, "cannot be read"),
        (b"-----BEGIN X509 CRL-----\n", ISSUER, "cannot be read"),
    ],
    ids=[
        "another key",
        "a key of another kind",
        "another issuer",
        "no right to",
        "nothing",
        "a page",
        "cut",
        "no PEM",
    ],
)
def test_what_is_not_the_issuers_list_is_refused(crl: bytes, issuer: Authority, said: str) -> None:
    with pytest.raises(CrlUnusable, match=said):
        read_crl(crl, point(issuer=issuer.certificate), NOW)


@given(st.binary(max_size=200))
@settings(max_examples=300, deadline=None)
def test_whatever_was_fetched_it_is_refused(content: bytes) -> None:
    with pytest.raises(CrlUnusable):
        read_crl(content, point(), NOW)


WHOLE = ISSUER.crl(1, 2, 3, extensions=((x509.CRLNumber(7), False), *scope(ISSUING_URL)))


@given(
    st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), min_size=1),
    st.integers(0, len(WHOLE)),
)
@settings(max_examples=300, deadline=None)
@pytest.mark.filterwarnings("ignore")
def test_a_damaged_list_is_refused_or_the_same(edits: list[tuple[int, int]], cut: int) -> None:
    damaged = bytearray(WHOLE)
    for place, byte in edits:
        damaged[place] = byte
    for content in (bytes(damaged), WHOLE[:cut]):
        with suppress(CrlUnusable):
            assert read_crl(content, point(), NOW) == read_crl(WHOLE, point(), NOW)

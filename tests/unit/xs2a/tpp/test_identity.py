"""Who is believed, which certificate counts, and when it does not."""

import base64
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from werkzeug.datastructures import Headers

from cms.domain.errors import Refusal
from cms.domain.parties import Role, Tpp
from sandbox.certificates import SandboxQtsp
from tests.unit.xs2a.tpp.tpp_world import DAY, FACTS, NOW, judge, qwac
from xs2a.tpp.identity import TppIdentification
from xs2a.tpp.refusals import CertificateExpired, CertificateInvalid, CertificateMissing

PROXY = "127.0.0.1"
QWAC, CLIENT_CERT, ROLES = "TPP-QWAC-Certificate", "Client-Cert", "TPP-Roles-Allowed"
DEFAULT = Tpp("PSDDE-FAKENCA-DEFAULT", "DE-FAKENCA", roles=frozenset({Role.PSP_PI}))


Identification = Callable[..., TppIdentification]


@pytest.fixture(scope="module")
def identification(qtsp: SandboxQtsp) -> Identification:
    def made(
        trusted: Iterable[str] = (PROXY,), default: Tpp | None = None, now: datetime = NOW
    ) -> TppIdentification:
        return TppIdentification(trusted, default, judge(qtsp.certificate, now=now))

    return made


@pytest.fixture(scope="module")
def header(qtsp: SandboxQtsp) -> str:
    return qwac(qtsp).header_value


@pytest.fixture(scope="module")
def other_header(qtsp: SandboxQtsp) -> str:
    """Of the same TPP, but another certificate."""
    return qwac(qtsp).header_value


@pytest.fixture(scope="module")
def client_cert(qtsp: SandboxQtsp, header: str) -> str:
    """The same certificate as RFC 9440 writes it."""
    pem = header.replace("%0A", "\n").replace("%20", " ").replace("%2B", "+")
    pem = pem.replace("%2F", "/").replace("%3D", "=")
    certificate = x509.load_pem_x509_certificate(pem.encode())
    return f":{base64.b64encode(certificate.public_bytes(Encoding.DER)).decode()}:"


@pytest.mark.parametrize("name", [QWAC, QWAC.lower(), QWAC.upper()])
def test_the_tpp_is_that_of_the_certificate(
    identification: Identification, header: str, name: str
) -> None:
    caller = identification().identify(PROXY, Headers({name: header}))
    assert caller.tpp.authorisation_number == FACTS.authorisation_number
    assert caller.certificate is not None
    assert caller.certificate.tpp == caller.tpp
    assert caller.allowed_roles is None


def test_rfc_9440_says_the_same(
    identification: Identification, header: str, client_cert: str
) -> None:
    expected = identification().identify(PROXY, Headers({QWAC: header}))
    assert identification().identify(PROXY, Headers({CLIENT_CERT: client_cert})) == expected


@pytest.mark.parametrize(
    "trusted, remote, believed",
    [
        (["127.0.0.1"], "127.0.0.1", True),
        (["127.0.0.1"], "127.0.0.2", False),
        (["10.0.0.0/8"], "10.20.30.40", True),
        (["10.0.0.0/8"], "11.0.0.1", False),
        (["10.0.0.0/8", "192.0.2.7"], "192.0.2.7", True),
        (["192.0.2.7"], "::ffff:192.0.2.7", True),
        (["192.0.2.7"], "::ffff:192.0.2.8", False),
        (["::1"], "::1", True),
        (["2001:db8::/32"], "2001:db8::7", True),
        (["2001:db8::/32"], "2001:db9::7", False),
        (["0.0.0.0/0"], "::1", False),
        (["0.0.0.0/0"], "", False),
        (["0.0.0.0/0"], "proxy.example", False),
        ([], "127.0.0.1", False),
    ],
)
def test_only_trusted_proxies_are_believed(
    identification: Identification, header: str, trusted: list[str], remote: str, believed: bool
) -> None:
    headers = Headers({QWAC: header, ROLES: "ASPSP"})
    caller = identification(trusted, DEFAULT).identify(remote, headers)
    if believed:
        assert caller.tpp.authorisation_number == FACTS.authorisation_number
        assert caller.allowed_roles == frozenset({Role.PSP_AS})
    else:
        assert caller.tpp == DEFAULT
        assert (caller.certificate, caller.allowed_roles) == (None, None)


@pytest.mark.parametrize("trusted", ["proxy.example", "10.0.0.1/8", "10.0.0.0/33", ""])
def test_a_proxy_that_is_no_address_is_refused_at_the_start(
    identification: Identification, trusted: str
) -> None:
    with pytest.raises(ValueError):
        identification([trusted])


@pytest.mark.parametrize("name", [QWAC, CLIENT_CERT])
def test_a_certificate_from_a_stranger_counts_as_not_sent(
    identification: Identification, header: str, name: str
) -> None:
    with pytest.raises(CertificateMissing):
        identification().identify("192.0.2.7", Headers({name: header}))


def test_garbage_from_a_stranger_counts_as_not_sent(identification: Identification) -> None:
    with pytest.raises(CertificateMissing):
        identification().identify("192.0.2.7", Headers({QWAC: "garbage"}))


@pytest.mark.parametrize("headers", [{}, {QWAC: ""}, {QWAC: "  ", CLIENT_CERT: ""}])
def test_without_a_certificate_the_default_tpp_calls_or_nobody(
    identification: Identification, headers: dict[str, str]
) -> None:
    assert identification(default=DEFAULT).identify(PROXY, Headers(headers)).tpp == DEFAULT
    with pytest.raises(CertificateMissing):
        identification().identify(PROXY, Headers(headers))


@pytest.mark.parametrize("default", [None, DEFAULT], ids=["no default TPP", "default TPP"])
@pytest.mark.parametrize("name", [QWAC, CLIENT_CERT])
def test_an_unreadable_certificate_is_invalid_and_never_the_default(
    identification: Identification, name: str, default: Tpp | None
) -> None:
    with pytest.raises(CertificateInvalid, match="cannot be read"):
        identification(default=default).identify(PROXY, Headers({name: "garbage"}))


SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    "now, refusal",
    [
        (NOW - DAY - SECOND, CertificateInvalid),
        (NOW - DAY, None),
        (NOW, None),
        (NOW + DAY, None),
        (NOW + DAY + SECOND, CertificateExpired),
    ],
)
@pytest.mark.parametrize("default", [None, DEFAULT], ids=["no default TPP", "default TPP"])
def test_a_certificate_counts_in_its_time(
    identification: Identification,
    header: str,
    now: datetime,
    refusal: type[Refusal] | None,
    default: Tpp | None,
) -> None:
    sought = identification(default=default, now=now)
    if refusal is None:
        caller = sought.identify(PROXY, Headers({QWAC: header}))
        assert caller.tpp.authorisation_number == FACTS.authorisation_number
    else:
        with pytest.raises(refusal):
            sought.identify(PROXY, Headers({QWAC: header}))


def test_two_headers_must_hold_the_same_certificate(
    identification: Identification, header: str, other_header: str, client_cert: str
) -> None:
    same = Headers({QWAC: header, CLIENT_CERT: client_cert})
    assert identification().identify(PROXY, same).certificate is not None
    for smuggled in (other_header, "garbage"):
        with pytest.raises(CertificateInvalid):
            identification().identify(PROXY, Headers({QWAC: smuggled, CLIENT_CERT: client_cert}))


def test_a_header_sent_twice_is_invalid(
    identification: Identification, header: str, other_header: str
) -> None:
    joined = Headers({QWAC: f"{header},{other_header}"})  # as WSGI hands over both
    with pytest.raises(CertificateInvalid):
        identification().identify(PROXY, joined)


@pytest.mark.parametrize(
    "sent, roles",
    [
        (None, None),
        ("AISP, PISP", {Role.PSP_AI, Role.PSP_PI}),
        ("FOO", set()),
        (",", set()),
        ("", None),
        (" ", None),
    ],
)
@pytest.mark.parametrize("certificate_sent", [True, False])
def test_the_proxy_may_grant_roles(
    identification: Identification,
    header: str,
    sent: str | None,
    roles: set[Role] | None,
    certificate_sent: bool,
) -> None:
    headers = Headers({QWAC: header} if certificate_sent else {})
    if sent is not None:
        headers[ROLES] = sent
    caller = identification(default=DEFAULT).identify(PROXY, headers)
    assert caller.allowed_roles == roles


def test_a_tpp_without_roles_is_identified_all_the_same(
    identification: Identification, qtsp: SandboxQtsp
) -> None:
    issued = qwac(qtsp, replace(FACTS, roles=()))
    caller = identification().identify(PROXY, Headers({QWAC: issued.header_value}))
    assert caller.tpp.roles == set()

"""The certificate in the header: every form it comes in, what is taken from it, what is refused."""

import base64
import textwrap
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import quote, quote_plus

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import NameOID

from cms.domain.parties import Role
from sandbox.certificates import KeyType, SandboxQtsp, qc_statements
from tests.unit.xs2a.tpp.tpp_world import DAY, FACTS, NOW, certificate_of, qwac
from xs2a.tpp.certificate import LONGEST_HEADER, CertificateUnreadable, read_certificate

NUMBER = x509.NameAttribute(NameOID.ORGANIZATION_IDENTIFIER, FACTS.authorisation_number)
STATEMENTS = qc_statements(FACTS)


def der_base64(pem: str) -> str:
    der = x509.load_pem_x509_certificate(pem.encode()).public_bytes(Encoding.DER)
    return base64.b64encode(der).decode()


def other_number(value: str) -> x509.NameAttribute[str]:
    return x509.NameAttribute(NameOID.ORGANIZATION_IDENTIFIER, value)


@pytest.mark.parametrize(
    "numbers",
    [
        [NUMBER],
        [NUMBER, NUMBER],
        [NUMBER, other_number("VATDE-1")],
        [other_number("VATDE-1"), other_number("VATDE-2"), NUMBER],
    ],
)
def test_of_several_numbers_the_one_for_psd2_counts(
    qtsp: SandboxQtsp, numbers: list[x509.NameAttribute[str]]
) -> None:
    read = read_certificate(certificate_of(qtsp, x509.Name(numbers), STATEMENTS).pem)
    assert read.tpp.authorisation_number == FACTS.authorisation_number


FORMS: dict[str, Callable[[str], str]] = {
    "PEM": lambda pem: pem,
    "PEM with Windows line ends": lambda pem: pem.replace("\n", "\r\n"),
    "PEM with folded lines": lambda pem: pem.strip().replace("\n", "\n\t"),
    "PEM in one line with blanks": lambda pem: pem.replace("\n", " "),
    "PEM in one line without anything": lambda pem: pem.replace("\n", ""),
    "percent-encoded PEM": lambda pem: quote(pem, safe=""),
    "percent-encoded PEM, slashes left": quote,
    "form-encoded PEM": quote_plus,
    "Base64 of the DER": der_base64,
    "Base64 of the DER, wrapped": lambda pem: "\n".join(textwrap.wrap(der_base64(pem), 64)),
    "percent-encoded Base64 of the DER": lambda pem: quote(der_base64(pem), safe=""),
    "RFC 9440": lambda pem: f":{der_base64(pem)}:",
    "blanks around it": lambda pem: f"  {quote(pem)}  ",
}


@pytest.mark.parametrize("form", FORMS.values(), ids=list(FORMS))
@pytest.mark.parametrize("key_type", KeyType)
def test_the_certificate_is_read_in_every_form(
    qtsp: SandboxQtsp, form: Callable[[str], str], key_type: KeyType
) -> None:
    pem = qwac(qtsp, key_type=key_type).pem
    expected = x509.load_pem_x509_certificate(pem.encode())
    read = read_certificate(form(pem))
    assert read.thumbprint == expected.fingerprint(SHA256()).hex()
    assert read.tpp.authorisation_number == FACTS.authorisation_number


def test_the_facts_of_the_certificate_are_taken(qtsp: SandboxQtsp) -> None:
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "DE"),
            x509.NameAttribute(NameOID.STATE_OR_PROVINCE_NAME, "Bayern"),
            x509.NameAttribute(NameOID.LOCALITY_NAME, "Nürnberg"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Example Pay GmbH"),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "Payments"),
            NUMBER,
            x509.NameAttribute(NameOID.COMMON_NAME, "Example Pay"),
        ]
    )
    issued = certificate_of(qtsp, subject, STATEMENTS)
    original = x509.load_pem_x509_certificate(issued.pem.encode())
    read = read_certificate(issued.header_value)
    tpp = read.tpp
    assert tpp.authorisation_number == "PSDDE-BAFIN-911911"
    assert (tpp.authority_id, tpp.authority_name) == (FACTS.authority_id, FACTS.authority_name)
    assert (tpp.name, tpp.organisation, tpp.organisation_unit) == (
        "Example Pay",
        "Example Pay GmbH",
        "Payments",
    )
    assert (tpp.country, tpp.state, tpp.city) == ("DE", "Bayern", "Nürnberg")
    assert tpp.roles == {Role.PSP_PI}
    assert (read.not_before, read.not_after) == (NOW - DAY, NOW + DAY)
    assert (read.serial, read.issuer_cn) == (original.serial_number, "Sandbox QTSP")


@pytest.mark.parametrize(
    "roles",
    [(), ("PSP_AS",), ("PSP_PI",), ("PSP_AI",), ("PSP_IC",), tuple(Role)],
    ids=lambda roles: "+".join(roles) or "none",
)
def test_the_roles_are_those_of_the_statement(qtsp: SandboxQtsp, roles: tuple[str, ...]) -> None:
    issued = qwac(qtsp, replace(FACTS, roles=roles))
    assert read_certificate(issued.header_value).tpp.roles == set(roles)


@pytest.mark.parametrize("kind", [_ASN1Type.BMPString, _ASN1Type.UTF8String], ids=lambda k: k.name)
@pytest.mark.parametrize("name", ["Grüße & Söhne", "Ελληνική Τράπεζα", "銀行"])
def test_names_come_in_several_string_types(qtsp: SandboxQtsp, kind: _ASN1Type, name: str) -> None:
    subject = x509.Name([NUMBER, x509.NameAttribute(NameOID.COMMON_NAME, name, kind)])
    issued = certificate_of(qtsp, subject, STATEMENTS)
    assert read_certificate(issued.header_value).tpp.name == name


@pytest.mark.parametrize(
    "written, shown",
    [
        ("  Example   Pay ", "Example Pay"),
        ("Example\nPay\t", "Example Pay"),
        ("Example\u00a0Pay", "Example Pay"),
        ("Pay\u202egnp.exe", "Pay gnp.exe"),
        ("Example\x00Pay", "Example Pay"),
        ("\u200b", None),
    ],
)
def test_a_name_is_shown_without_what_does_not_print(
    qtsp: SandboxQtsp, written: str, shown: str | None
) -> None:
    subject = x509.Name([NUMBER, x509.NameAttribute(NameOID.COMMON_NAME, written)])
    issued = certificate_of(qtsp, subject, STATEMENTS)
    assert read_certificate(issued.header_value).tpp.name == shown


@pytest.mark.filterwarnings("ignore:Attribute's length")
def test_a_name_longer_than_the_standard_allows_is_taken(qtsp: SandboxQtsp) -> None:
    name = x509.NameAttribute(NameOID.COMMON_NAME, "x" * 200, _validate=False)
    issued = certificate_of(qtsp, x509.Name([NUMBER, name]), STATEMENTS)
    assert read_certificate(issued.header_value).tpp.name == "x" * 200


@pytest.mark.parametrize(
    "common_name, alternatives, domains",
    [
        ("pay.example", (), ("pay.example",)),
        ("Example Pay", ("pay.example", "*.pay.example"), ("pay.example", "*.pay.example")),
        ("PAY.example", ("pay.example", "other.example"), ("pay.example", "other.example")),
        ("*.pay.example", (), ("*.pay.example",)),
        ("xn--mnchen-3ya.example", (), ("xn--mnchen-3ya.example",)),
        ("Example Pay", (), ()),
        ("localhost", (), ()),
        ("192.0.2.7", (), ()),
        ("-pay.example", (), ()),
        ("pay..example", (), ()),
    ],
)
def test_the_domains_are_the_dns_names_and_a_common_name_that_is_one(
    qtsp: SandboxQtsp,
    common_name: str,
    alternatives: tuple[str, ...],
    domains: tuple[str, ...],
) -> None:
    issued = qwac(qtsp, replace(FACTS, name=common_name, domains=alternatives))
    assert read_certificate(issued.header_value).domains == domains


@pytest.mark.parametrize(
    "header_value",
    [
        "",
        "   ",
        ":",
        "::",
        "garbage",
        "%",
        "%FF%FE",
        "\udcff",
        "MIIB",
        "-----BEGIN CERTIFICATE-----",
        "-----BEGIN CERTIFICATE----- !!! -----END CERTIFICATE-----",
        "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----",
        "A" * (LONGEST_HEADER + 1),
    ],
    ids=lambda value: value[:30].encode("unicode_escape").decode() or "empty",
)
def test_what_is_no_certificate_is_unreadable(header_value: str) -> None:
    with pytest.raises(CertificateUnreadable):
        read_certificate(header_value)


@pytest.mark.parametrize("form", FORMS.values(), ids=list(FORMS))
@pytest.mark.parametrize("between", [",", ", ", "\n", ""], ids=repr)
def test_two_certificates_in_one_header_are_unreadable(
    qtsp: SandboxQtsp, form: Callable[[str], str], between: str
) -> None:
    first, second = (form(qwac(qtsp).pem) for _ in range(2))
    with pytest.raises(CertificateUnreadable):
        read_certificate(f"{first}{between}{second}")


def test_a_truncated_certificate_is_unreadable(qtsp: SandboxQtsp) -> None:
    with pytest.raises(CertificateUnreadable):
        read_certificate(qwac(qtsp).header_value[:-200])


@pytest.mark.parametrize(
    "attributes, statements, why",
    [
        ([NUMBER], None, "no QcStatements"),
        ([NUMBER], b"", "no readable PSD2 statement"),
        ([NUMBER], b"\x05\x00", "no readable PSD2 statement"),
        ([], STATEMENTS, "no authorisation number"),
        ([NUMBER, other_number("PSDDE-BAFIN-2")], STATEMENTS, "no authorisation number"),
        ([other_number("VATDE-1"), other_number("VATDE-2")], STATEMENTS, "no authorisation number"),
        ([NUMBER], qc_statements(replace(FACTS, authority_id=" ")), "identify"),
        ([NUMBER], qc_statements(replace(FACTS, authority_id="DE\x00BAFIN")), "identify"),
        ([NUMBER], qc_statements(replace(FACTS, authority_id="DE-\u202eBAFIN")), "identify"),
    ],
)
def test_a_certificate_that_identifies_no_tpp_is_unreadable(
    qtsp: SandboxQtsp,
    attributes: list[x509.NameAttribute[str]],
    statements: bytes | None,
    why: str,
) -> None:
    issued = certificate_of(qtsp, x509.Name(attributes), statements)
    with pytest.raises(CertificateUnreadable, match=why):
        read_certificate(issued.header_value)


def test_a_known_certificate_is_not_read_again(qtsp: SandboxQtsp) -> None:
    header = qwac(qtsp).header_value
    copy = "".join(list(header))
    assert copy is not header
    assert read_certificate(header) is read_certificate(copy)


def test_certificates_of_one_tpp_are_told_apart(qtsp: SandboxQtsp) -> None:
    first, second = (read_certificate(qwac(qtsp).header_value) for _ in range(2))
    assert first.tpp == second.tpp
    assert first.thumbprint != second.thumbprint

"""The many spellings of a keyId (T5)."""

from string import printable
from urllib.parse import quote, quote_plus

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID
from hypothesis import example, given
from hypothesis import strategies as st

from tests.signing import damaged
from xs2a.tpp.signature.key_id import key_id_of, names_certificate


def name(*attributes: tuple[x509.ObjectIdentifier, str]) -> x509.Name:
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in attributes])


# As a certificate has it: the country first.
D_TRUST = name(
    (NameOID.COUNTRY_NAME, "DE"),
    (NameOID.ORGANIZATION_NAME, "D-Trust GmbH"),
    (NameOID.COMMON_NAME, "D-TRUST CA 2-1 2015"),
)
# With what needs escapes, and with an attribute that not all libraries know.
AWKWARD = name(
    (NameOID.COUNTRY_NAME, "ES"),
    (NameOID.ORGANIZATION_NAME, 'Müller, "Seals" + Söhne'),
    (NameOID.ORGANIZATION_IDENTIFIER, "VATES-A82743287"),
    (NameOID.COMMON_NAME, "CA"),
)
REST = 'O=Müller\\, \\"Seals\\" \\+ Söhne,C=ES'
SERIAL = 0x9FA1
STANDARD = "SN=9FA1,CA=CN=D-TRUST%20CA%202-1%202015,O=D-Trust%20GmbH,C=DE"
PLAIN = "CN=D-TRUST CA 2-1 2015,O=D-Trust GmbH,C=DE"


@pytest.mark.parametrize(
    "key_id",
    [
        STANDARD,
        f"SN=9FA1,CA={PLAIN}",
        f"SN=9fa1,CA={PLAIN}",
        f"sn=9fA1,ca={PLAIN}",
        f"SN=009FA1,CA={PLAIN}",
        f"SN=9FA1, CA={PLAIN}",
        "SN=9FA1,CA=CN=D-TRUST CA 2-1 2015, O=D-Trust GmbH, C=DE",
        "SN=9FA1,CA=CN = D-TRUST CA 2-1 2015 , O = D-Trust GmbH , C = DE",
        "SN=9FA1,CA=C=DE,O=D-Trust GmbH,CN=D-TRUST CA 2-1 2015",
        "SN=9FA1,CA=C=DE, O=D-Trust GmbH, CN=D-TRUST CA 2-1 2015",
        "SN=9FA1,CA=cn=d-trust ca 2-1 2015,o=D-TRUST GMBH,c=de",
        'SN=9FA1,CA=CN="D-TRUST CA 2-1 2015",O="D-Trust GmbH",C=DE',
        "SN=9FA1,CA=2.5.4.3=D-TRUST CA 2-1 2015,OID.2.5.4.10=D-Trust GmbH,C=DE",
        f"SN=9FA1,CA={quote(PLAIN)}",
        f"SN=9FA1,CA={quote_plus(PLAIN)}",
        quote(f"SN=9FA1,CA={PLAIN}", safe=""),
        quote_plus(f"SN=9FA1,CA={PLAIN}"),
    ],
)
def test_spellings_of_a_plain_name(key_id: str) -> None:
    assert names_certificate(key_id, SERIAL, D_TRUST)


@pytest.mark.parametrize(
    "written",
    [
        AWKWARD.rfc4514_string(),
        AWKWARD.rfc4514_string().replace("\\", "\\\\").replace('"', '\\"'),  # as HTTP quotes it
        AWKWARD.rfc4514_string().replace('"', '"'),
        quote(AWKWARD.rfc4514_string()),
        "CN=CA,2.5.4.97=VATES-A82743287,O=Müller\\, \\22Seals\\22 \\2B S\\C3\\B6hne,C=ES",
        'CN=CA,organizationIdentifier=VATES-A82743287,O="Müller, \\"Seals\\" + Söhne",C=ES',
        'CN=CA,2.5.4.97=#0c0f56415445532d413832373433323837,O=Müller\\, \\"Seals\\" \\+ Söhne,C=ES',
        "CN=CA,2.5.4.97=#0C810F56415445532D413832373433323837," + REST,
    ],
)
def test_spellings_of_an_awkward_name(written: str) -> None:
    """As it travels, what is not ASCII percent-encoded: as it stands no server would hand it on."""
    written = quote(written, safe=printable)
    assert names_certificate(f"SN=9FA1,CA={written}", SERIAL, AWKWARD)


@pytest.mark.parametrize(
    "key_id",
    [
        "",
        "SN=9FA1",
        "SN=9FA1,CA=",
        "9FA1",
        STANDARD.replace("9FA1", "9FA2"),
        STANDARD.replace("9FA1", "40865"),  # the serial number in decimal could be another one
        STANDARD.replace("9FA1", "0x9FA1"),
        STANDARD.replace("SN=", "KID="),
        STANDARD.replace("C=DE", "C=AT"),
        STANDARD.replace(",C=DE", ""),
        STANDARD + ",C=DE",
        STANDARD + ",",
        STANDARD.replace("O=D-Trust%20GmbH", "OU=D-Trust%20GmbH"),
        "SN=9FA1,CA=O=D-Trust GmbH,CN=D-TRUST CA 2-1 2015,C=DE",
        "CA=CN=D-TRUST CA 2-1 2015,O=D-Trust GmbH,C=DE,SN=9FA1",
        "SN=9FA1,CA=CN=" + " " * 8_000 + '"',
        "SN=9FA1,CA=CN=#zz,O=#,C=#0c",
    ],
)
def test_what_names_another_certificate_or_none(key_id: str) -> None:
    assert not names_certificate(key_id, SERIAL, D_TRUST)


# Two attributes in one place (X.501: an RDN is a set).
TOGETHER = x509.Name(
    [
        *name((NameOID.COUNTRY_NAME, "IT"), (NameOID.ORGANIZATION_NAME, "Q")).rdns,
        x509.RelativeDistinguishedName(
            [*name((NameOID.COMMON_NAME, "CA"), (NameOID.SERIAL_NUMBER, "1"))]
        ),
    ]
)


@pytest.mark.parametrize(
    "written, names",
    [
        (TOGETHER.rfc4514_string(), True),
        ("CN=CA+serialNumber=1,O=Q,C=IT", True),
        ("serialNumber=1+CN=CA,O=Q,C=IT", True),
        ("C=IT, O=Q, CN=CA + 2.5.4.5=1", True),
        ("C=IT,O=Q,serialNumber=1+CN=CA", True),
        ("C=IT,O=Q,CN=CA,serialNumber=1", True),
        ("serialNumber=1,CN=CA,O=Q,C=IT", True),
        ("CN=CA+serialNumber=2,O=Q,C=IT", False),
        ("CN=CA+O=Q,serialNumber=1,C=IT", False),
        ("CN=CA,O=Q,C=IT", False),
        ("CN=CA+serialNumber=1+O=Q,C=IT", False),
    ],
)
def test_what_stands_together_has_no_order(written: str, names: bool) -> None:
    assert names_certificate(f"SN=5,CA={written}", 5, TOGETHER) == names


@given(
    issuer=st.lists(
        st.dictionaries(
            st.sampled_from(
                [NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME, NameOID.LOCALITY_NAME]
            ),
            st.text(
                st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1, max_size=16
            ),
            min_size=1,
        ),
        min_size=1,
        max_size=4,
    ),
    serial=st.integers(1, 2**159),
)
def test_what_the_server_would_write_it_understands(
    issuer: list[dict[x509.ObjectIdentifier, str]], serial: int
) -> None:
    named = x509.Name(
        [x509.RelativeDistinguishedName([*name(*together.items())]) for together in issuer]
    )
    assert names_certificate(key_id_of(serial, named), serial, named)


@given(key_id=st.text() | damaged(STANDARD) | damaged('SN=9FA1,CA=O=\\C3\\,"x\\""+CN=#0c0141'))
@example("SN=1,CA=CN=\\")
@example("SN=" + "F" * 8_000)
def test_any_text_names_it_or_not(key_id: str) -> None:
    names_certificate(key_id, SERIAL, D_TRUST)

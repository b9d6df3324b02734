"""The PSD2 statement: found among others, read by OID, refused when it is not there once."""

from dataclasses import replace

import pytest
from cryptography.hazmat import asn1
from cryptography.x509 import ObjectIdentifier

from cms.domain.parties import Role
from sandbox.certificates import qc_statements
from sandbox.qc_statements import ROLE_OIDS
from tests.unit.xs2a.tpp.tpp_world import FACTS
from xs2a.tpp.qc_statements import Psd2Statement, read_statements

PSD2 = ObjectIdentifier("0.4.0.19495.2")
OTHER = ObjectIdentifier("0.4.0.1862.1.1")  # QcCompliance


@asn1.sequence
class NamedRole:
    oid: ObjectIdentifier
    name: str | asn1.PrintableString


@asn1.sequence
class Content:
    roles: list[NamedRole]
    authority_name: str
    authority_id: str


@asn1.sequence
class Statement:
    oid: ObjectIdentifier
    content: Content | None


@asn1.sequence
class One:
    first: Statement


@asn1.sequence
class Two:
    first: Statement
    second: Statement


def content(*roles: tuple[str, str | asn1.PrintableString]) -> Content:
    named = [NamedRole(oid=ObjectIdentifier(oid), name=name) for oid, name in roles]
    return Content(roles=named, authority_name="BaFin", authority_id="DE-BAFIN")


PISP = content(("0.4.0.19495.1.2", "PSP_PI"))
READ = Psd2Statement(frozenset({Role.PSP_PI}), "BaFin", "DE-BAFIN")


@pytest.mark.parametrize(
    "extension",
    [
        One(first=Statement(oid=PSD2, content=PISP)),
        Two(
            first=Statement(oid=OTHER, content=None),
            second=Statement(oid=PSD2, content=PISP),
        ),
        Two(
            first=Statement(oid=PSD2, content=PISP),
            second=Statement(oid=OTHER, content=content()),
        ),
        Statement(oid=PSD2, content=PISP),
    ],
    ids=["alone", "after one without content", "before another", "without the list around it"],
)
def test_the_statement_is_found(extension: object) -> None:
    assert read_statements(asn1.encode_der(extension)).psd2 == READ


@pytest.mark.parametrize(
    "extension, qualified",
    [
        (One(first=Statement(oid=PSD2, content=PISP)), False),
        (
            Two(
                first=Statement(oid=OTHER, content=None),
                second=Statement(oid=PSD2, content=PISP),
            ),
            True,
        ),
        (
            Two(
                first=Statement(oid=PSD2, content=PISP),
                second=Statement(oid=ObjectIdentifier("0.4.0.1862.1.4"), content=None),
            ),
            False,
        ),
        (Statement(oid=PSD2, content=PISP), False),
    ],
    ids=["alone", "with QcCompliance", "with QcSSCD", "without the list around it"],
)
def test_it_says_whether_it_is_qualified(extension: object, *, qualified: bool) -> None:
    assert read_statements(asn1.encode_der(extension)).qualified == qualified


@pytest.mark.parametrize(
    "named, roles",
    [
        ([("0.4.0.19495.1.2", "PSP_PI")], {Role.PSP_PI}),
        ([("0.4.0.19495.1.2", "PSP_AS")], {Role.PSP_PI}),
        ([("0.4.0.19495.1.3", "")], {Role.PSP_AI}),
        ([("0.4.0.19495.1.4", asn1.PrintableString("PSP IC"))], {Role.PSP_IC}),
        ([("0.4.0.19495.1.5", "PSP_PI")], set()),
        ([("1.2.3", "PSP_AS"), ("0.4.0.19495.1.3", "PSP_AI")], {Role.PSP_AI}),
        ([("0.4.0.19495.1.2", "PSP_PI")] * 2, {Role.PSP_PI}),
        ([], set()),
    ],
)
def test_a_role_is_its_oid_never_its_name(
    named: list[tuple[str, str | asn1.PrintableString]], roles: set[Role]
) -> None:
    extension = One(first=Statement(oid=PSD2, content=content(*named)))
    assert read_statements(asn1.encode_der(extension)).psd2.roles == roles


@pytest.mark.parametrize(
    "extension",
    [
        b"",
        b"\x30\x00",
        b"\x05\x00",
        b"\x30\x80\x00\x00",
        asn1.encode_der(One(first=Statement(oid=OTHER, content=PISP))),
        asn1.encode_der(One(first=Statement(oid=PSD2, content=None))),
        asn1.encode_der(Statement(oid=OTHER, content=PISP)),
        asn1.encode_der(
            Two(
                first=Statement(oid=PSD2, content=PISP),
                second=Statement(oid=PSD2, content=content(("0.4.0.19495.1.1", "PSP_AS"))),
            )
        ),
        asn1.encode_der(One(first=Statement(oid=PSD2, content=PISP))) + b"\x00",
    ],
    ids=[
        "nothing",
        "empty list",
        "not a list",
        "endless length",
        "another statement",
        "PSD2 statement without content",
        "another statement without the list",
        "two PSD2 statements",
        "something after it",
    ],
)
def test_without_exactly_one_statement_there_is_none(extension: bytes) -> None:
    with pytest.raises(ValueError):
        read_statements(extension)


@pytest.mark.parametrize(
    "tag, written, authority_id",
    [
        (b"\x0c", "DE-BÄFI".encode(), "DE-BÄFI"),
        (b"\x13", b"DE-BAFIN", "DE-BAFIN"),
        (b"\x14", "DE-BÄFIN".encode("latin-1"), "DE-BÄFIN"),
        (b"\x16", b"DE-BAFIN", "DE-BAFIN"),
        (b"\x1e", "DE-B".encode("utf-16-be"), "DE-B"),
        (b"\x04", b"DE-BAFIN", None),
        (b"\x0c", b"DE-BAFI\xff", None),
        (b"\x13", b"DE-BAFI\xff", None),
        (b"\x1e", b"DE-BAF\xd8\x00", None),
    ],
)
def test_texts_may_be_of_any_kind_of_string(
    tag: bytes, written: bytes, authority_id: str | None
) -> None:
    encoded = asn1.encode_der(One(first=Statement(oid=PSD2, content=PISP)))
    assert encoded.count(b"\x0c\x08DE-BAFIN") == 1
    extension = encoded.replace(b"\x0c\x08DE-BAFIN", tag + b"\x08" + written)
    if authority_id is None:
        with pytest.raises(ValueError):
            read_statements(extension)
    else:
        assert read_statements(extension).psd2.authority_id == authority_id


def test_every_role_has_the_same_oid_on_both_sides() -> None:
    oids = {name: oid.dotted_string for name, oid in ROLE_OIDS.items()}
    assert oids == {role.value: role.oid for role in Role}


def test_what_the_sandbox_writes_is_read() -> None:
    read = read_statements(qc_statements(replace(FACTS, roles=("PSP_AI", "PSP_IC")))).psd2
    assert read.roles == {Role.PSP_AI, Role.PSP_IC}
    assert (read.authority_id, read.authority_name) == (FACTS.authority_id, FACTS.authority_name)

"""Bodies that are made to hurt: each with the statuses that a clear answer may have."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import orjson

from cms.domain.payment_service import PaymentService
from tests.fuzz.payment_bodies import (
    BULK,
    FORM,
    JSON_PRODUCT,
    NAMESPACES,
    SINGLE,
    XML_PRODUCT,
    form,
    form_parts,
    pain001,
)

MEGABYTE = 1024 * 1024
LONG_AGO, FAR_AWAY = "2020-01-02", "2999-01-02"
JSON, XML = "application/json", "application/xml"
SINGLES, BULKS, PERIODICS = PaymentService


@dataclass(frozen=True)
class Hostile:
    """A body, where it is sent, and the status it is refused with.

    One of `full_size` is within all limits, so that every bit of it is read.
    """

    name: str
    service: PaymentService
    product: str
    content_type: str
    body: bytes = field(repr=False)
    status: int = 400
    full_size: bool = False

    @property
    def path(self) -> str:
        return f"/v1/{self.service}/{self.product}"

    def __str__(self) -> str:
        return self.name


def in_json(name: str, body: bytes, status: int = 400) -> Hostile:
    return Hostile(name, SINGLES, JSON_PRODUCT, JSON, body, status)


def in_xml(name: str, body: bytes, status: int = 400) -> Hostile:
    return Hostile(name, SINGLES, XML_PRODUCT, XML, body, status)


def in_a_form(name: str, body: bytes, content_type: str = FORM, status: int = 400) -> Hostile:
    return Hostile(name, PERIODICS, XML_PRODUCT, content_type, body, status)


def with_document_type(declared: str, used: str = "") -> bytes:
    """A pain.001 with a document type; `used` stands where the creditor's name does."""
    body = pain001().replace(
        b"<Document", f"<!DOCTYPE Document {declared}>".encode() + b"<Document"
    )
    return body.replace(b"Marion Mueller", used.encode())


def laughs() -> bytes:
    """Each entity ten of the one before: a gigabyte when it is written out."""
    steps = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))
    return with_document_type(f'[<!ENTITY l0 "lol">{steps}]', "&l9;")


def quadratic() -> bytes:
    """One long entity, used very often."""
    return with_document_type(f'[<!ENTITY a "{"a" * 50_000}">]', "&a;" * 50_000)


def deep_xml(depth: int) -> bytes:
    opened = f'<Document xmlns="{NAMESPACES[0]}">' + "<a>" * depth
    return (opened + "</a>" * depth + "</Document>").encode()


def bombs() -> Iterator[Hostile]:
    """Small bodies that grow, or reach out, when they are read carelessly."""
    yield in_xml("a billion laughs", laughs())
    yield in_xml("a quadratic blow-up", quadratic())
    yield in_xml(
        "a parameter entity", with_document_type("[<!ENTITY % a \"<!ENTITY b 'c'>\"> %a;]", "&b;")
    )
    yield in_xml(
        "an entity of the file system",
        with_document_type('[<!ENTITY a SYSTEM "file:///etc/passwd">]', "&a;"),
    )
    yield in_xml(
        "an entity of the network",
        with_document_type('[<!ENTITY a SYSTEM "http://127.0.0.1:1/">]', "&a;"),
    )
    yield in_xml("an external document type", with_document_type('SYSTEM "http://127.0.0.1:1/"'))
    yield in_xml("XML of 100,000 levels", deep_xml(100_000))
    yield in_xml("XML of 1,000 levels", deep_xml(1_000))
    yield in_xml("100,000 attributes", many_attributes(100_000))
    yield in_xml("40,000 namespaces", many_namespaces(40_000))
    yield in_xml("one text of 1.5 MB", pain001().replace(b"Marion", b"M" * (3 * MEGABYTE // 2)))
    yield in_xml(
        "250,000 empty elements", pain001().replace(b"<GrpHdr>", b"<GrpHdr>" + b"<a/>" * 250_000)
    )
    yield in_json("JSON of 500,000 levels", b"[" * 500_000 + b"]" * 500_000)
    yield in_json("JSON objects of 100,000 levels", b'{"a":' * 100_000 + b"1" + b"}" * 100_000)
    yield in_json("100,000 unknown members", orjson.dumps({f"m{n}": n for n in range(100_000)}))
    yield in_json("a number of a million digits", b'{"creditorName":' + b"9" * MEGABYTE + b"}")
    yield in_json("one text of 1.5 MB", orjson.dumps(SINGLE | {"creditorName": "x" * 1_500_000}))


def below_the_limits() -> Iterator[Hostile]:
    """As much as the readers take, to be executed on a day that is over or with other faults."""
    past = pain001(day=LONG_AGO)
    header = b"<GrpHdr>"
    yield in_xml("99,000 empty elements", past.replace(header, header + b"<a/>" * 99_000))
    yield in_xml("19,000 attributes", many_attributes(19_000))
    yield in_xml("19,000 namespaces", many_namespaces(19_000))
    levels = b"<a>" * 200 + b"</a>" * 200
    yield in_xml("400 times 200 levels", past.replace(header, header + levels * 400))
    yield Hostile("3,000 wrong transactions", BULKS, XML_PRODUCT, XML, wrong_transactions(3_000))
    yield Hostile("2,000 wrong blocks", BULKS, XML_PRODUCT, XML, wrong_blocks(2_000))
    for name, content in misplaced():
        yield in_xml(name, supplemented(content))
    entries = [{"creditorName": ""}] * 80_000
    body = orjson.dumps(BULK | {"payments": entries})
    yield Hostile("80,000 wrong entries", BULKS, JSON_PRODUCT, JSON, body)
    unknown = [{f"m{number}": number for number in range(25)}] * 5_000
    body = orjson.dumps(BULK | {"payments": unknown})
    yield Hostile("5,000 entries of unknown members", BULKS, JSON_PRODUCT, JSON, body)


def misplaced() -> Iterator[tuple[str, bytes]]:
    """Supplementary data with elements that must not be there, few or many, and where they are."""
    few, many = b"<PmtInf/>" * 5, b"<PmtInf/>" * 95_000
    # The name of a namespace is copied for each element that is in it.
    for length, count in ((300_000, 6_000), (1_000_000, 95_000)):
        content = b'<Envlp xmlns:x="%s">' % (b"u" * length) + b"<x:b/>" * count + b"</Envlp>"
        yield f"{count:,} elements of a namespace of {length // 1000} kB", content
    yield "95,000 misplaced elements", deep(many)
    yield "a few misplaced elements behind 95,000", deep(b"<a/>" * 95_000 + few)
    yield "95,000 misplaced levels and elements", deep(b"<a><PmtInf/></a>" * 47_000)
    others = b'<b xmlns="">' + deep(b"<a/>" * 95_000) + b"</b>"
    yield "95,000 elements of no namespace", others
    yield "a few misplaced elements behind an envelope", b"<Envlp>" + others + b"</Envlp>" + few
    yield "19,000 elements that are nil", deep(b'<a i:nil="true"/>' * 19_000)
    yield "9,400 that are of a type and not nil", deep(b'<a i:type="b" i:nil="0"/>' * 9_400)


def deep(content: bytes) -> bytes:
    """The content below almost as many levels as there may be."""
    return b"<a>" * 240 + content + b"</a>" * 240


def supplemented(content: bytes) -> bytes:
    """A message whose facts are all in order, so that the rest of it is looked at."""
    instance = b' xmlns:i="http://www.w3.org/2001/XMLSchema-instance">'
    end = b"</CstmrCdtTrfInitn>"
    sent = pain001(day=FAR_AWAY).replace(b"<CstmrCdtTrfInitn>", b"<CstmrCdtTrfInitn" + instance)
    return sent.replace(end, b"<SplmtryData>" + content + b"</SplmtryData>" + end)


def wrong_transactions(count: int) -> bytes:
    """Each amount has too many decimals, each IBAN wrong check digits, each element a stranger."""
    wrong = pain001(count, day=LONG_AGO).replace(b">12.50</InstdAmt>", b">12.505</InstdAmt>")
    return wrong.replace(b"DE69760", b"DE00760").replace(b"<RmtInf>", b"<Odd/><RmtInf>")


def wrong_blocks(count: int) -> bytes:
    """Each payment information block says another sum than its transactions have."""
    before, _, rest = pain001().partition(b"<PmtInf>")
    block, _, after = rest.partition(b"</PmtInf>")
    wrong = block.replace(b"12.50</CtrlSum>", b"13.50</CtrlSum>")
    return before + (b"<PmtInf>" + wrong + b"</PmtInf>") * count + after


def many_attributes(count: int) -> bytes:
    listed = " ".join(f'a{number}="1"' for number in range(count))
    return pain001(day=LONG_AGO).replace(b"<GrpHdr>", f"<GrpHdr {listed}>".encode())


def many_namespaces(count: int) -> bytes:
    listed = " ".join(f'xmlns:n{number}="urn:{number}"' for number in range(count))
    return pain001(day=LONG_AGO).replace(b"<GrpHdr>", f"<GrpHdr {listed}>".encode())


def wrongly_encoded() -> Iterator[Hostile]:
    """Bytes that are not what they are said to be."""
    text = pain001().decode()
    yield in_json("JSON in UTF-16", orjson.dumps(SINGLE).decode().encode("utf-16"))
    yield in_json("JSON in Latin-1", b'{"creditorName": "M\xfcller"}')
    yield in_json("JSON with a lone surrogate", rb'{"creditorName": "\ud800"}')
    yield in_json("nothing", b"")
    yield in_json("zeroes", b"\0" * 100_000)
    yield in_xml("UTF-16 that says UTF-8", text.encode("utf-16"))
    yield in_xml("UTF-8 that says UTF-16", text.replace("UTF-8", "UTF-16").encode())
    yield in_xml("Latin-1 that says UTF-8", text.replace("Marion", "M\xe4rion").encode("latin-1"))
    yield in_xml("an unknown encoding", text.replace("UTF-8", "x-unknown").encode())
    yield in_xml("UTF-7", text.replace("UTF-8", "UTF-7").encode("utf-7"))
    yield in_xml("zeroes in XML", b"\0" * 100_000)
    yield in_xml("JSON where XML is due", orjson.dumps(SINGLE))


def broken_forms() -> Iterator[Hostile]:
    """Multipart bodies whose boundaries, parts or headers do not hold."""
    whole = form(form_parts())
    part = form_parts()[0]
    yield in_a_form("another boundary", form(form_parts(), b"Other"))
    yield in_a_form("no closing boundary", whole.removesuffix(b"--AaaBbbCcc--\r\n"))
    yield in_a_form("cut in a part", whole[: len(whole) // 2])
    yield in_a_form("an empty form", b"--AaaBbbCcc--\r\n")
    yield in_a_form("one part only", form(form_parts()[:1]))
    yield in_a_form("a part twice", form([part, *form_parts()]))
    yield in_a_form("1,000 parts", form([part] * 1_000 + form_parts()))
    yield in_a_form("150,000 boundaries", b"--AaaBbbCcc\r\n" * 150_000)
    yield in_a_form(
        "100,000 part headers",
        whole.replace(b"Content-Type", b"X: 1\r\n" * 100_000 + b"Content-Type", 1),
    )
    yield in_a_form(
        "a part header of 1 MB",
        whole.replace(b"Content-Type", b"X: " + b"x" * MEGABYTE + b"\r\nContent-Type", 1),
    )
    yield in_a_form("a boundary of 10,000", whole, "multipart/form-data; boundary=" + "x" * 10_000)
    yield in_a_form("almost boundaries", b"\r\n--AaaBbbCc" * 150_000)
    yield in_a_form("a form in XML", pain001())


def too_large() -> Iterator[Hostile]:
    """10 MB; nobody reads them to the end."""
    ten = b"x" * (10 * MEGABYTE)
    yield in_json("10 MB of JSON", b'{"creditorName": "' + ten + b'"}', 413)
    yield in_xml("10 MB of XML", pain001().replace(b"Marion", ten), 413)
    yield in_a_form("10 MB in a form", form(form_parts()).replace(b"Marion", ten), status=413)


def hostile_bodies() -> list[Hostile]:
    """All of them."""
    full_size = [replace(each, full_size=True) for each in below_the_limits()]
    return [*bombs(), *full_size, *wrongly_encoded(), *broken_forms(), *too_large()]

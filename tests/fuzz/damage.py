"""Hypothesis strategies that damage proper bodies, a little or beyond all recognition."""

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

from hypothesis import strategies as st
from lxml import etree

from cms.domain.payment_service import PaymentService
from tests.fuzz.payment_bodies import (
    BOUNDARY,
    FORM,
    JSON_BODIES,
    JSON_PRODUCT,
    NAMESPACES,
    OWN_PRODUCT,
    STANDING,
    XML_PRODUCT,
    Part,
    Sent,
    form,
    form_parts,
    pain001,
)

Draw = Callable[[st.SearchStrategy[Any]], Any]

texts = st.text(max_size=80)
NEAR_MISSES = (
    *("", " ", "EUR", "eur", "XXX", "DE", "12.50", "-1", "0", "0.001", "1e5", "NaN", "31", "01"),
    *("2026-03-05", "2026-02-30", "2020-01-01", "0000-00-00", "2026-03-05T10:00:00Z"),
    *("DE69760700240340283600", "DE00760700240340283600", "de69760700240340283600", "9" * 40),
    *("AAAADEBBXXX", "true", "MonthlyVariable", "Daily", "preceding", "١٢", "x" * 300),
)
near_misses = st.sampled_from((*NEAR_MISSES, "\x00", "\ud800"))
scalars = (
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | texts | near_misses
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)


def places(node: Any) -> Iterator[tuple[Any, Any]]:
    """Every member of a JSON value at any depth: its container, its key or index there."""
    keys = node.keys() if isinstance(node, dict) else range(len(node))
    for key in list(keys):
        yield node, key
        if isinstance(node[key], dict | list):
            yield from places(node[key])


@st.composite
def damaged_json(draw: Draw, base: dict[str, Any]) -> Any:
    """The base with some members replaced, taken out, added, doubled or moved."""
    body = deepcopy(base)
    for _ in range(draw(st.integers(0, 4))):
        found = list(places(body))
        if not found:
            break
        container, key = found[draw(st.integers(0, len(found) - 1))]
        deed = draw(st.sampled_from(["replace", "replace", "remove", "add", "double", "move"]))
        if deed == "replace":
            container[key] = draw(values)
        elif deed == "remove":
            del container[key]
        elif deed == "move":
            body[draw(texts)] = container.pop(key)
        elif isinstance(container, list):
            container.insert(key, draw(values) if deed == "add" else deepcopy(container[key]))
        elif deed == "add":
            container[draw(texts)] = draw(values)
        else:
            container[key] = [container[key], container[key]]
    return body


@st.composite
def scrambled(draw: Draw, body: bytes) -> bytes:
    """Bytes with something inserted, cut off or taken out, or in another encoding."""
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, len(body)))
        deed = draw(st.sampled_from(["insert", "cut", "take out", "repeat", "encode"]))
        if deed == "insert":
            body = body[:at] + draw(st.binary(min_size=1, max_size=20)) + body[at:]
        elif deed == "cut":
            body = body[:at]
        elif deed == "take out":
            body = body[:at] + body[at + draw(st.integers(1, 20)) :]
        elif deed == "repeat":
            body += body[at:]
        else:
            codec = draw(st.sampled_from(["utf-16", "utf-32", "utf-8-sig", "cp037", "utf-7"]))
            body = body.decode("latin-1").encode(codec, "replace")
    return body


def rarely(draw: Draw) -> bool:
    return bool(draw(st.integers(0, 3)) == 0)


@st.composite
def json_text(draw: Draw, value: st.SearchStrategy[Any]) -> bytes:
    """A JSON value as bytes; what Python writes beyond JSON (NaN, lone surrogates) is welcome."""
    text = json.dumps(draw(value), ensure_ascii=draw(st.booleans()))
    body = text.encode("utf-8", "surrogatepass")
    return draw(scrambled(body)) if rarely(draw) else body


@st.composite
def json_sent(draw: Draw) -> Sent:
    """A damaged JSON body."""
    service = draw(st.sampled_from(PaymentService))
    product = OWN_PRODUCT if rarely(draw) else JSON_PRODUCT
    whole = values if rarely(draw) else damaged_json(JSON_BODIES[service])
    return Sent(service, product, "application/json", draw(json_text(whole)))


# What lxml lets into a tree.
xml_texts = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=60
) | st.sampled_from(NEAR_MISSES)
xml_names = st.sampled_from(
    (
        *("IBAN", "Othr", "Id", "Nm", "BIC", "BICFI", "Dt", "DtTm", "Ccy", "x"),
        *("CtrlSum", "NbOfTxs", "PmtInf", "CdtTrfTxInf", "ReqdExctnDt", "Document"),
        *("Ustrd", "Strd", "Amt", "InstdAmt", "EqvtAmt"),
    )
)


ALWAYS = ("text", "text", "attribute", "rename", "insert", "comment", "strip")
BESIDE_OTHERS = ("remove", "double", "reorder", "foreign")


def spoil(draw: Draw, element: Any) -> None:
    """One thing goes wrong at or below this element."""
    above = element.getparent()
    inside = above is not None
    deed = draw(st.sampled_from(ALWAYS + BESIDE_OTHERS if inside else ALWAYS))
    if deed == "text":
        element.text = draw(xml_texts)
    elif deed == "attribute":
        element.set(draw(xml_names), draw(xml_texts))
    elif deed == "rename":
        element.tag = etree.QName(etree.QName(element).namespace, draw(xml_names)).text
    elif deed == "insert":
        child = etree.SubElement(element, etree.QName(NAMESPACES[0], draw(xml_names)))
        child.text = draw(xml_texts)
    elif deed == "comment":
        element.insert(0, etree.Comment("between"))
        element[0].tail = draw(xml_texts)
    elif deed == "strip":
        element.attrib.clear()
    elif deed == "remove":
        above.remove(element)
    elif deed == "double":
        above.append(deepcopy(element))
    elif deed == "reorder":
        above.insert(0, element)
    else:
        element.tag = etree.QName("urn:somebody-else", etree.QName(element).localname).text


DOCUMENT_TYPES = (
    b'<!DOCTYPE Document [<!ENTITY a "b">]>',
    b'<!DOCTYPE Document SYSTEM "file:///etc/passwd">',
    b'<!DOCTYPE Document [<!ENTITY % a SYSTEM "http://127.0.0.1:1/"> %a;]>',
    b"<!DOCTYPE Document>",
)
ENCODINGS = ("UTF-8", "UTF-16", "ISO-8859-1", "US-ASCII", "windows-1252")


@st.composite
def damaged_xml(draw: Draw, base: bytes) -> bytes:
    """The base with elements spoilt, in any encoding, perhaps with a document type."""
    root = etree.fromstring(base)
    for _ in range(draw(st.integers(0, 4))):
        elements = list(root.iter(etree.Element))
        spoil(draw, elements[draw(st.integers(0, len(elements) - 1))])
    body = etree.tostring(root, encoding=draw(st.sampled_from(ENCODINGS)), xml_declaration=True)
    if rarely(draw):
        start = body.find(b"<Document")
        body = body[:start] + draw(st.sampled_from(DOCUMENT_TYPES)) + body[start:]
    return draw(scrambled(body)) if rarely(draw) else body


@st.composite
def xml_sent(draw: Draw) -> Sent:
    """A damaged XML body of a product that takes XML."""
    own = rarely(draw)
    service = draw(st.sampled_from([PaymentService.PAYMENTS, PaymentService.BULK_PAYMENTS]))
    transfers = draw(st.integers(1, 3)) if service is PaymentService.BULK_PAYMENTS else 1
    base = pain001(transfers, draw(st.sampled_from(NAMESPACES)))
    product = OWN_PRODUCT if own else XML_PRODUCT
    return Sent(service, product, "application/xml", draw(damaged_xml(base)))


part_names = st.sampled_from([b"xml_sct", b"json_standingorderType", b"x", b"", b'"', b"a\r\nb"])
boundaries = st.sampled_from(
    [BOUNDARY, b"--" + BOUNDARY, b"", b"x" * 70, b"x" * 300, b"a b", b"a\r\nb", b"'()+_,-./:=?"]
)
content_types = st.sampled_from(
    [
        FORM,
        FORM,
        "multipart/form-data",
        "multipart/form-data; boundary=",
        f'multipart/form-data; boundary="{BOUNDARY.decode()}"',
        f"multipart/form-data; boundary=--{BOUNDARY.decode()}",
        f"Multipart/Form-Data;charset=utf-8;BOUNDARY={BOUNDARY.decode()}",
        "multipart/form-data; boundary=other",
        "multipart/form-data; boundary=" + "x" * 300,
        "multipart/form-data; boundary=\xe4",
    ]
)


@st.composite
def damaged_part(draw: Draw, part: Part) -> Part:
    """A part with another name, type or body."""
    deed = draw(st.sampled_from(["body", "body", "name", "type"]))
    if deed == "name":
        return Part(draw(part_names), part.media_type, part.body)
    if deed == "type":
        return Part(part.name, draw(st.binary(max_size=30)), part.body)
    if part.name == b"xml_sct":
        return Part(part.name, part.media_type, draw(damaged_xml(pain001())))
    return Part(part.name, part.media_type, draw(json_text(damaged_json(STANDING))))


@st.composite
def form_sent(draw: Draw) -> Sent:
    """A damaged multipart body of a periodic payment."""
    parts = form_parts()
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, max(len(parts) - 1, 0)))
        deed = draw(st.sampled_from(["damage", "damage", "remove", "double", "swap"]))
        if deed == "damage":
            parts[at : at + 1] = [draw(damaged_part(part)) for part in parts[at : at + 1]]
        elif deed == "remove":
            del parts[at : at + 1]
        elif deed == "double":
            parts += parts[at : at + 1]
        else:
            parts.reverse()
    body = form(parts, draw(boundaries) if rarely(draw) else BOUNDARY)
    if rarely(draw):
        body = body.replace(b"\r\n", draw(st.sampled_from([b"\n", b"\r", b"", b"\r\n\r\n"])))
    if rarely(draw):
        body = draw(st.binary(max_size=20)) + body + draw(st.binary(max_size=20))
    body = draw(scrambled(body)) if rarely(draw) else body
    product = OWN_PRODUCT if rarely(draw) else XML_PRODUCT
    return Sent(PaymentService.PERIODIC_PAYMENTS, product, draw(content_types), body)


@st.composite
def misplaced(draw: Draw) -> Sent:
    """A body of any format, sent to any product under any name."""
    sent = draw(json_sent() | xml_sent() | form_sent())
    return Sent(
        draw(st.sampled_from(PaymentService)),
        draw(st.sampled_from([JSON_PRODUCT, XML_PRODUCT, OWN_PRODUCT])),
        draw(st.sampled_from(["application/json", "application/xml"]) | content_types),
        sent.body,
    )

"""XML of strangers: what is refused, and what is read without harm."""

import re

import pytest
from lxml import etree

from xs2a.bodies.xml import MOST_ATTRIBUTES, MOST_ELEMENTS, XmlRefused, parse

LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
DECLARED = '<?xml version="1.0" encoding="{}"?><a>x</a>'

REFUSED = {
    "nothing": b"",
    "white space": b" \n",
    "no XML": b'{"a": 1}',
    "text": b"hello",
    "two roots": b"<a/><b/>",
    "not closed": b"<a>",
    "not opened": b"</a>",
    "an attribute twice": b'<a b="1" b="2"/>',
    "a prefix that is not bound": b"<p:a/>",
    "an entity that is not declared": b"<a>&b;</a>",
    "billion laughs": f'<!DOCTYPE a [<!ENTITY l0 "lol">{LAUGHS}]><a>&l9;</a>'.encode(),
    "billion laughs in an attribute": (
        f'<!DOCTYPE a [<!ENTITY l0 "l">{LAUGHS}]><a b="&l9;"/>'.encode()
    ),
    "quadratic blow-up": b'<!DOCTYPE a [<!ENTITY e "%s">]><a>%s</a>'
    % (b"x" * 50_000, b"&e;" * 9000),
    "external entity": b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>',
    "entity over the network": b'<!DOCTYPE a [<!ENTITY e SYSTEM "http://127.0.0.1:9/">]><a>&e;</a>',
    "parameter entity": b'<!DOCTYPE a [<!ENTITY % p SYSTEM "http://127.0.0.1:9/"> %p;]><a/>',
    "external DTD": b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd"><a/>',
    "public DTD": b'<!DOCTYPE a PUBLIC "-//X//Y" "file:///etc/passwd"><a/>',
    "empty DTD": b"<!DOCTYPE a><a/>",
    "DTD in small letters": b"<!doctype a><a/>",
    "DTD after a comment": b"<!-- x --><!DOCTYPE a []><a/>",
    "DTD in UTF-16": '<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>'.encode("utf-16"),
    "deep": b"<a>" * 300 + b"</a>" * 300,
    "very deep": b"<a>" * 500_000,
    "many elements": b"<a>" + b"<b/>" * MOST_ELEMENTS + b"</a>",
    "many attributes": b"<a %s/>" % b" ".join(b'a%d=""' % n for n in range(MOST_ATTRIBUTES + 1)),
    "many namespaces": b"<a %s/>"
    % b" ".join(b'xmlns:a%d="u"' % n for n in range(MOST_ATTRIBUTES + 1)),
    "a long name": b"<" + b"a" * 200_000 + b"/>",
    "NUL": b"<a>\0</a>",
    "NUL at the end": b"<a/>\0",
    "a control character": b"<a>\x01</a>",
    "a reference to one": b"<a>&#1;</a>",
    "a reference to NUL": b"<a>&#0;</a>",
    "a reference to half a character": b"<a>&#xD800;</a>",
    "half a character": b"<a>\xed\xa0\x80</a>",
    "no character": "<a>\uffff</a>".encode(),
    "invalid UTF-8": b"<a>\xff</a>",
    "UTF-8 cut off": b"<a>\xc3</a>",
    "an overlong form": b"<a>\xc0\xbc</a>",
    "Latin-1 without saying so": "<a>ä</a>".encode("latin-1"),
    "Latin-1": DECLARED.format("ISO-8859-1").encode("latin-1"),
    "UTF-16": DECLARED.format("UTF-16").encode("utf-16"),
    "UTF-16 without a mark": "<a/>".encode("utf-16-le"),
    "UTF-32": "<a/>".encode("utf-32"),
    "UTF-7": b"+ADw-a/+AD4-",
    "UTF-7 as declared": DECLARED.format("UTF-7").encode(),
    "ASCII with a letter beyond": DECLARED.format("US-ASCII").replace(">x", ">\xe4").encode(),
    "ASCII by its other name": DECLARED.format("ascii").replace(">x", ">\xe4").encode(),
    "EBCDIC": "<a/>".encode("cp500"),
    "UTF-16 declared, UTF-8 sent": DECLARED.format("UTF-16").encode(),
    "an unknown encoding": DECLARED.format("klingon").encode(),
    "an empty encoding": DECLARED.format("").encode(),
    "single quotes": b"<?xml version='1.0' encoding='UTF-16'?><a/>",
    "two byte order marks": b"\xef\xbb\xbf\xef\xbb\xbf<a/>",
    "a byte order mark of UTF-16": b"\xff\xfe<a/>",
    "white space before the declaration": b" " + DECLARED.format("UTF-8").encode(),
}

READ = {
    "plain": b"<a>x</a>",
    "declared": DECLARED.format("UTF-8").encode(),
    "declared in small letters": DECLARED.format("utf-8").encode(),
    "ASCII": DECLARED.format("US-ASCII").encode(),
    "with the byte order mark of UTF-8": b"\xef\xbb\xbf" + DECLARED.format("utf-8").encode(),
    "character references": b"<a>&#120;</a>",
    "CDATA": b"<a><![CDATA[x]]></a>",
    "comments": b"<!-- a --><a><!-- b -->x<!-- c --></a><!-- d -->",
    "processing instructions": b'<?xml-stylesheet href="http://127.0.0.1:9/"?><a><?php x ?>x</a>',
    "no schema is fetched": (
        b'<a xmlns:i="http://www.w3.org/2001/XMLSchema-instance"'
        b' i:noNamespaceSchemaLocation="http://127.0.0.1:9/">x</a>'
    ),
}


@pytest.mark.parametrize("body", REFUSED.values(), ids=list(REFUSED))
def test_refused(body: bytes) -> None:
    with pytest.raises(XmlRefused) as refused:
        parse(body)

    assert 0 < len(refused.value.text) < 500
    assert refused.value.text.startswith("The XML")


@pytest.mark.parametrize(
    "body, text",
    [
        (b"<a>" * 300 + b"</a>" * 300, "The XML is nested too deeply."),
        (b"<depth><b></depth>", "mismatch: b line 1 and depth, line 1, column 19."),
        (b"<a>\0</a>", "Char 0x0 out of allowed range, line 1, column 4."),
        (b"<a>&#1;</a>", "The XML cannot be read: invalid xmlChar value 1, line 1, column 8."),
        (b"<a>\n&;</a>", "The XML cannot be read: no name, line 2, column 2."),
        (b"<a %s></a>" % (b"b" * 40_000), f"{'b' * 100}, line 1, column 40004."),
        (b"<a><![CDATA[\n\n</a>", "The XML cannot be read: CData section not finished"),
    ],
)
def test_what_is_wrong_is_told_in_one_line_for_a_tpp(body: bytes, text: str) -> None:
    """Without names of C functions, advice to use other options, or files that there are not."""
    with pytest.raises(XmlRefused) as refused:
        parse(body)

    assert text in refused.value.text
    assert not re.search(r"\n|<string>|xmlParse|XML_PARSE", refused.value.text)


@pytest.mark.parametrize("body", READ.values(), ids=list(READ))
def test_read(body: bytes) -> None:
    assert parse(body).text == "x"


def test_a_text_is_read_as_a_whole_whatever_interrupts_it() -> None:
    root = parse(b"<a>DE<!-- - -->87<![CDATA[2]]><?x?>0&#48;</a>")

    assert root.text == "DE87200"
    assert len(root) == 0


def test_nothing_is_included() -> None:
    root = parse(
        b'<a xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="file:///etc/passwd"/></a>'
    )

    assert [child.tag for child in root] == ["{http://www.w3.org/2001/XInclude}include"]
    assert b"root:" not in etree.tostring(root)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"<a>%s</a>" % (b"x" * 2_000_000), id="a long text"),
        pytest.param(b'<a b="%s"/>' % (b"x" * 300), id="a long attribute"),
        pytest.param(b"<a>b=%s</a>" % (b"x" * 2_000_000), id="what looks like an attribute"),
        pytest.param(b"<a>%s</a>" % (b"&#120;" * 300_000), id="references"),
        pytest.param(b"<a>%s</a>" % (b"<b/>" * 90_000), id="siblings"),
        pytest.param(
            b"<a %s/>" % b" ".join(b'xmlns:a%d="u%d"' % (n, n) for n in range(15_000)),
            id="namespaces",
        ),
    ],
)
def test_what_is_just_large_is_read(body: bytes) -> None:
    assert parse(body).tag == "a"

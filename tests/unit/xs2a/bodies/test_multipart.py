"""The multipart body of a periodic payment: what is understood, and what is told of the rest."""

import pytest

from cms.domain.payment_order import Document
from tests.forms import BOUNDARY, JSON_PART, XML_PART, Part, content_type, form, typed, uploaded
from xs2a.bodies.multipart import MultipartRefused, Parts, completed, split

XML = b"<Document>\r\n--AaaBbbCc\r\n\n--AaaBbbCcc\r\n</Document>\r\n"  # no line is a boundary
JSON = b'{"startDate": "2026-04-01"}'
BOTH = (typed(XML_PART, XML, "application/xml"), typed(JSON_PART, JSON, "application/json"))
BARE = (Part(XML_PART, XML), Part(JSON_PART, JSON))
MISSING = [
    (XML_PART, "'xml_sct' is missing."),
    (JSON_PART, "'json_standingorderType' is missing."),
]
DISPOSITION = f"Content-Disposition: form-data; name={XML_PART}"
NO_LINE = [(None, "The body has no line '--AaaBbbCcc' that ends with CR LF.")]
NO_END = [(None, "The body has no line '--AaaBbbCcc--' after CR LF.")]
NO_NAME = (None, "A part has no header Content-Disposition 'form-data' with a name.")
NO_BOUNDARY = [
    ("content-type", "The boundary must be 1 to 70 of the characters that RFC 2046, 5.1.1 allows.")
]


def told(body: bytes, header: str = content_type()) -> list[tuple[str | None, str]]:
    """Path and text of each finding."""
    with pytest.raises(MultipartRefused) as refused:
        split(Document(header, body))
    assert {each.message.code for each in refused.value.findings} == {"FORMAT_ERROR"}
    return [(each.path, each.text) for each in refused.value.findings]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(form(BOTH), id="the standard's sample"),
        pytest.param(form(reversed(BOTH)), id="the other order"),
        pytest.param(form(BARE), id="no Content-Type of the parts"),
        pytest.param(form((uploaded(XML_PART, XML), uploaded(JSON_PART, JSON))), id="curl -F"),
        pytest.param(form(BOTH, before=b"This is\r\na preamble\r\n"), id="preamble"),
        pytest.param(form(BOTH, before=b"\r\n"), id="an empty line before"),
        pytest.param(form(BOTH, after=b"\r\nepilogue\r\n--AaaBbbCcc\r\n"), id="epilogue"),
        pytest.param(form(BOTH, after=b""), id="nothing after the last boundary"),
        pytest.param(form(BOTH, padding=b" \t "), id="blanks after each boundary"),
        pytest.param(
            form((Part(XML_PART, XML, (DISPOSITION,)), BOTH[1])), id="a name without quotes"
        ),
        pytest.param(
            form(
                (Part(XML_PART, XML, (DISPOSITION.upper().replace("XML_SCT", XML_PART),)), BOTH[1])
            ).replace(b"FORM-DATA; NAME", b"Form-Data; Name"),
            id="headers in other case",
        ),
        *(
            pytest.param(
                form((uploaded(XML_PART, XML, f"content-transfer-encoding: {encoding}"), BOTH[1])),
                id=f"{encoding} content",
            )
            for encoding in ("7bit", "8BIT", "binary")
        ),
        *(
            pytest.param(
                form(
                    (
                        typed(XML_PART, XML, f"application/xml; charset={charset}"),
                        typed(JSON_PART, JSON, f"application/json; charset={charset}"),
                    )
                ),
                id=f"charset {charset}",
            )
            for charset in ("UTF-8", '"utf8"', "us-ascii")
        ),
    ],
)
def test_the_two_parts_are_taken_apart(body: bytes) -> None:
    assert split(Document(content_type(), body)) == Parts(XML, JSON)


@pytest.mark.parametrize(
    "header, boundary",
    [
        ("multipart/form-data", "AaaBbbCcc"),
        ("multipart/form-data; charset=utf-8", "AaaBbbCcc"),
        ("Multipart/Form-Data; BOUNDARY=AaaBbbCcc", "AaaBbbCcc"),
        ('multipart/form-data; boundary="AaaBbbCcc"', "AaaBbbCcc"),
        ('multipart/form-data; boundary="a b:c/d=?"; charset=utf-8', "a b:c/d=?"),
        ("multipart/form-data; boundary=a:b", "a:b"),  # must have quotes, but is sent without
        (f"multipart/form-data; boundary={'b' * 70}", "b" * 70),
        ("multipart/form-data; boundary=--AaaBbbCcc", "AaaBbbCcc"),  # with the dashes of the body
        ("multipart/form-data; boundary=--AaaBbbCcc", "--AaaBbbCcc"),
        ("multipart/form-data; boundary=--", "--"),
        ("multipart/form-data; boundary=----WebKitFormBoundary7MA", "----WebKitFormBoundary7MA"),
    ],
)
def test_the_boundary_is_the_one_of_the_header(header: str, boundary: str) -> None:
    assert split(Document(header, form(BARE, boundary))) == Parts(XML, JSON)


@pytest.mark.parametrize(
    "named",
    ["", '""', "a" * 71, '"a "', "a*b", "a\x00b", "\xe4", "a@b", '"a\\"b"', '"a\nb"'],
)
def test_a_boundary_is_made_of_allowed_characters(named: str) -> None:
    assert told(form(BARE), f"multipart/form-data; boundary={named}") == NO_BOUNDARY


@pytest.mark.parametrize(
    "sent, kept",
    [
        ("multipart/form-data", "multipart/form-data; boundary=AaaBbbCcc"),
        ("multipart/form-data;", "multipart/form-data; boundary=AaaBbbCcc"),
        ("Multipart/Form-Data; x=1 ", "Multipart/Form-Data; x=1; boundary=AaaBbbCcc"),
        ("multipart/form-data; boundary=x", "multipart/form-data; boundary=x"),
        ("multipart/form-data;Boundary=--x", "multipart/form-data;Boundary=--x"),
        ("application/xml", "application/xml"),
        ("application/json;charset=utf-8", "application/json;charset=utf-8"),
    ],
)
def test_the_kept_content_type_names_the_boundary(sent: str, kept: str) -> None:
    assert completed(sent) == kept
    assert completed(kept) == kept


@pytest.mark.parametrize(
    "body, findings",
    [
        (b"", NO_LINE),
        (b"\r\n", NO_LINE),
        (XML, NO_LINE),
        (form(BARE, "other"), NO_LINE),
        (form(BARE, end=b"\n"), NO_LINE),
        (form(BARE, end=b"\r"), NO_LINE),
        (b"--AaaBbbCcc", NO_LINE),
        (form(BARE, closed=False), NO_END),
        (form(BARE, after=b"")[:-1], NO_END),
        (form(BARE, after=b"")[:-2], NO_END),
        (b"--AaaBbbCcc\r\n", NO_END),
        (f"--AaaBbbCcc\r\n{DISPOSITION}\r\n".encode(), NO_END),
        (form(()), MISSING),
        (form(BARE[:1]), MISSING[1:]),
        (form(BARE[1:]), MISSING[:1]),
        (form((*BARE, BARE[0])), [(XML_PART, "'xml_sct' is there more than once.")]),
        (
            form((Part("note", b"x"), *BARE)),
            [("note", "'note' is not a part of this body.")],
        ),
        (
            form((Part("XML_SCT", XML), BARE[1])),
            [("XML_SCT", "'XML_SCT' is not a part of this body."), MISSING[0]],
        ),
        (
            form((Part("n" * 500, b""), *BARE)),
            [("n" * 60, f"'{'n' * 60}' is not a part of this body.")],
        ),
        (form((Part("", XML, ()), *BARE)), [NO_NAME]),
        (form((Part("", XML), *BARE)), [NO_NAME]),
        (form((Part("", XML, ("Content-Disposition: form-data",)), *BARE)), [NO_NAME]),
        (form([*BARE, *[Part("", b"", ())] * 8]), [NO_NAME] * 8),
        (form((Part("", b"", (f"Content-Disposition: file; name={XML_PART}",)), *BARE)), [NO_NAME]),
        (
            form([*BARE, *[Part("", b"", ())] * 9]),
            [(None, "The body has more than 10 lines that begin with '--AaaBbbCcc'.")],
        ),
        *(
            (
                form((uploaded(XML_PART, XML, f"Content-Transfer-Encoding: {encoding}"), BARE[1])),
                [
                    (
                        XML_PART,
                        "'xml_sct' must be sent as it is, in no Content-Transfer-Encoding.",
                    )
                ],
            )
            for encoding in ("base64", "quoted-printable", "")
        ),
        (
            form((BARE[0], Part(JSON_PART, b" " * (16 * 1024 + 1)))),
            [(JSON_PART, "'json_standingorderType' is longer than 16384 bytes.")],
        ),
        *(
            (
                form((typed(XML_PART, XML, f"application/xml; {charset}"), BARE[1])),
                [(XML_PART, "'xml_sct' must be sent in UTF-8.")],
            )
            for charset in ("charset=iso-8859-1", "charset=utf-8;charset=utf-7", "charset*=x''y")
        ),
        (
            form((BARE[0], typed(JSON_PART, JSON, "application/json; charset=utf-16"))),
            [(JSON_PART, "'json_standingorderType' must be sent in UTF-8.")],
        ),
        (
            form((typed(XML_PART, "<a>\xe4</a>".encode(), "text/xml; charset=US-ASCII"), BARE[1])),
            [(XML_PART, "'xml_sct' is not in US-ASCII, as its Content-Type says.")],
        ),
    ],
)
def test_other_bodies_are_refused(body: bytes, findings: list[tuple[str | None, str]]) -> None:
    assert told(body) == findings


@pytest.mark.parametrize(
    "header, finding",
    [
        ("X Y: 1", "The multipart body cannot be read from its byte 14 on."),
        (" folded", "The multipart body cannot be read from its byte 13 on."),
        (": 1", "The multipart body cannot be read from its byte 13 on."),
        ("no colon", "The multipart body cannot be read from its byte 15 on."),
        (f"X: {'1' * 3000}", "The multipart body cannot be read from its byte 16 on."),
        (
            "\r\n".join(f"X-{count}: 1" for count in range(9)),
            "The multipart body cannot be read from its byte 77 on.",
        ),
        (f"{DISPOSITION}\r\n{DISPOSITION}", "'content-disposition' twice"),
        (f"{DISPOSITION}\nX: 1", "'content-disposition' twice, or with control characters."),
        (f"{DISPOSITION}\x00", "'content-disposition' twice, or with control characters."),
        (f"{'X' * 500}: 1\r\n{'X' * 500}: 1", f"the header '{'x' * 60}' twice"),
    ],
)
def test_broken_headers_of_a_part_are_refused(header: str, finding: str) -> None:
    [(path, text)] = told(form((Part(XML_PART, XML, (header,)), BARE[1])))

    assert path is None
    assert finding in text


@pytest.mark.parametrize("shift", range(-8, 24))
def test_a_boundary_may_lie_anywhere_in_a_long_body(shift: int) -> None:
    """The body is read in chunks, and a boundary may be cut by them; so may what looks like one."""
    chunk = 64 * 1024
    like_one = b"\r\n--AaaBbbCc\r\n--AaaBbbCcc-x"
    start = len(form((Part(XML_PART, b""),), closed=False)) - 2
    xml = b"x" * (chunk - start - shift) + like_one + b"y" * (chunk - len(like_one))

    assert split(Document(content_type(), form((Part(XML_PART, xml), BARE[1])))) == Parts(xml, JSON)


def test_a_refused_body_leaves_nothing_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    told(form((Part(XML_PART, XML, ("X Y: 1",)),)))
    told(form(BARE, BOUNDARY)[:40])

    assert not caplog.records

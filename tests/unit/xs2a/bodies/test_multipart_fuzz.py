"""Whatever is sent as a multipart body: both parts exactly as sent, or findings."""

from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from cms.domain.payment_order import Document
from tests.forms import JSON_PART, XML_PART, Part, content_type, form, periodic
from xs2a.bodies.multipart import MultipartRefused, Parts, split

BOUNDARIES = st.from_regex(r"[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]", fullmatch=True)
PIECES = st.sampled_from(
    [b"\r\n", b"\r", b"\n", b"--", b"-", b"AaaBbbCcc", b"--AaaBbbCcc", b"\x00", b":", b"x" * 70]
)
CONTENTS = st.lists(PIECES | st.binary(max_size=20), max_size=12).map(b"".join)


@given(boundary=BOUNDARIES, xml=CONTENTS, json=CONTENTS, reverse=st.booleans())
def test_what_was_sent_is_what_is_read(
    boundary: str, xml: bytes, json: bytes, reverse: bool
) -> None:
    line = b"\r\n--" + boundary.encode()
    contents = [each.replace(line, b"") for each in (xml, json)]
    if any(line in b"\r\n" + each + b"\r\n" for each in contents):
        return  # RFC 2046 5.1: no line of a part may begin like this
    parts = [Part(XML_PART, contents[0]), Part(JSON_PART, contents[1])]
    body = form(reversed(parts) if reverse else parts, boundary)

    read = split(Document(f'multipart/form-data; boundary="{boundary}"', body))

    assert read == Parts(*contents)


@given(body=CONTENTS | st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    with suppress(MultipartRefused):
        split(Document(content_type(), body))


@given(data=st.data(), piece=PIECES | st.binary(max_size=3))
def test_a_damaged_body_is_read_or_refused(data: st.DataObject, piece: bytes) -> None:
    whole = periodic(b"<Document/>", b"{}")
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, min(start + 20, len(whole))))

    with suppress(MultipartRefused):
        split(Document(content_type(), whole[:start] + piece + whole[end:]))


@given(header=st.text(st.characters(max_codepoint=255), max_size=80))
def test_any_content_type_is_read_or_refused(header: str) -> None:
    with suppress(MultipartRefused):
        split(Document(f"multipart/form-data; {header}", periodic(b"<Document/>", b"{}")))

"""Takes the multipart body of a periodic payment apart (P11; RFC 7578, RFC 2046 5.1)."""

import logging
import re
from dataclasses import dataclass, replace
from typing import Final

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from cms.domain.payment_order import Document
from xs2a.bodies import charsets
from xs2a.bodies.faults import LONGEST_NAME, Fault, finding
from xs2a.errors import Finding
from xs2a.spec.media_types import MULTIPART
from xs2a.spec.messages import Message

XML_PART: Final = "xml_sct"
STANDING_ORDER_PART: Final = "json_standingorderType"
DEFAULT_BOUNDARY: Final = "AaaBbbCcc"

_PARTS: Final = (XML_PART, STANDING_ORDER_PART)
_LONGEST_STANDING_ORDER: Final = 16 * 1024  # bytes; what the whole body may have is for the XML
_MOST_BOUNDARIES: Final = 10  # a periodic payment has three
_MOST_HEADERS: Final = 8  # of a part
_LONGEST_HEADER: Final = 2048
_CHUNK: Final = 64 * 1024

_BOUNDARY: Final = re.compile(rb"[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]")
_CONTROL: Final = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_AS_IT_IS: Final = frozenset({b"7bit", b"8bit", b"binary"})  # of Content-Transfer-Encoding

# What is wrong with a body is told to the TPP that sent it; it must not fill the bank's log.
_SILENT: Final = logging.getLogger(f"{__name__}.parser")
_SILENT.disabled = True


class MultipartRefused(Exception):
    """The body cannot be taken apart, or into other parts than a periodic payment has."""

    def __init__(self, *findings: Finding) -> None:
        super().__init__(findings)
        self.findings = findings


@dataclass(frozen=True, slots=True)
class Parts:
    """The contents of the two parts of a periodic payment."""

    xml: bytes
    standing_order: bytes


def completed(content_type: str) -> str:
    """The Content-Type to keep: as sent; where it tells no boundary, with the default one.

    The stored body goes back to the TPP below this header, and has to be readable by it.
    """
    media_type, parameters = parse_options_header(content_type)
    if media_type != MULTIPART.encode() or b"boundary" in parameters:
        return content_type
    return f"{content_type.rstrip(' ;')}; boundary={DEFAULT_BOUNDARY}"


def as_kept(document: Document) -> Document:
    """The document with the Content-Type to keep."""
    return replace(document, content_type=completed(document.content_type))


def split(document: Document) -> Parts:
    """The two parts, whatever their order. Raises MultipartRefused."""
    boundary = _boundary(document)
    # Lines that only begin like a boundary are not allowed either (RFC 2046 5.1.1), and cost time.
    if document.body.count(b"\r\n--" + boundary) > _MOST_BOUNDARIES:
        lines = f"{_MOST_BOUNDARIES} lines that begin with '--{boundary.decode()}'"
        raise MultipartRefused(_fault(f"The body has more than {lines}."))
    collector = _Collector()
    parser = collector.listening(boundary)
    # The library knows no preamble (RFC 2046 5.1.1): to it, that is one more part before all.
    parser.write(b"--%b\r\n\r\n\r\n" % boundary)
    for start in range(0, len(document.body), _CHUNK):
        try:
            parser.write(document.body[start : start + _CHUNK])
        except FormParserError as error:
            byte = start + max(getattr(error, "offset", 0), 0)
            broken = _fault(f"The multipart body cannot be read from its byte {byte} on.")
            raise MultipartRefused(*collector.findings, broken) from None
    return collector.parts(boundary.decode())


def _boundary(document: Document) -> bytes:
    """What the lines between the parts have after their two dashes.

    Some TPPs name it together with these dashes, as they stand in the body.
    """
    _, parameters = parse_options_header(document.content_type)
    named = parameters.get(b"boundary", DEFAULT_BOUNDARY.encode())
    if not _BOUNDARY.fullmatch(named):
        text = "The boundary must be 1 to 70 of the characters that RFC 2046, 5.1.1 allows."
        raise MultipartRefused(_fault(text, "content-type"))
    bare = named.removeprefix(b"--")
    if bare and bare != named and b"\n--" + named not in b"\n" + document.body:
        return bare
    return named


def _fault(text: str, path: str | None = None) -> Finding:
    return Finding(Message.FORMAT_ERROR, text, path)


class _Collector:
    """Hears from the parser what it meets, and keeps the contents of the two parts."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self._contents: dict[str, bytearray] = {}
        self._charsets: dict[str, bytes] = {}
        self._met = -1  # parts, without the preamble
        self._ended = False
        self._headers: dict[bytes, bytes] = {}
        self._field = bytearray()
        self._value = bytearray()
        self._name = ""
        self._content: bytearray | None = None  # of the part at hand; None: it is not kept

    def listening(self, boundary: bytes) -> MultipartParser:
        """A parser that tells this collector."""
        parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin_part,
                "on_header_field": self._add_to_field,
                "on_header_value": self._add_to_value,
                "on_header_end": self._end_header,
                "on_headers_finished": self._end_headers,
                "on_part_data": self._add_content,
                "on_end": self._end,
            },
            max_header_count=_MOST_HEADERS,
            max_header_size=_LONGEST_HEADER,
        )
        parser.logger = _SILENT
        return parser

    def parts(self, boundary: str) -> Parts:
        """What was collected, when the body is over."""
        if self._ended:
            missing = [name for name in _PARTS if name not in self._contents]
            self.findings += [finding(name, Fault("is missing")) for name in missing]
            self.findings += [
                finding(name, Fault("is not in US-ASCII, as its Content-Type says"))
                for name, content in self._contents.items()
                if not charsets.fits(self._charsets[name], content)
            ]
        elif self._met < 1:
            text = f"The body has no line '--{boundary}' that ends with CR LF."
            self.findings.append(_fault(text))
        else:
            text = f"The body has no line '--{boundary}--' after CR LF."
            self.findings.append(_fault(text))
        if self.findings:
            raise MultipartRefused(*self.findings)
        return Parts(bytes(self._contents[XML_PART]), bytes(self._contents[STANDING_ORDER_PART]))

    def _begin_part(self) -> None:
        self._met += 1
        self._headers.clear()
        self._content = None

    def _add_to_field(self, chunk: bytes, start: int, end: int) -> None:
        self._field += chunk[start:end]

    def _add_to_value(self, chunk: bytes, start: int, end: int) -> None:
        self._value += chunk[start:end]

    def _end_header(self) -> None:
        field, value = bytes(self._field).lower(), bytes(self._value).strip()
        self._field.clear()
        self._value.clear()
        if field in self._headers or _CONTROL.search(value):
            named = field.decode()[:LONGEST_NAME]
            text = f"A part has the header '{named}' twice, or with control characters."
            raise MultipartRefused(*self.findings, _fault(text))
        self._headers[field] = value

    def _end_headers(self) -> None:
        """All headers of a part are there: is it one of the two, and not yet met?"""
        if self._met < 1:
            return
        disposition, parameters = parse_options_header(self._headers.get(b"content-disposition"))
        name = parameters.get(b"name", b"").decode(errors="replace")[:LONGEST_NAME]
        if disposition != b"form-data" or not name:
            text = "A part has no header Content-Disposition 'form-data' with a name."
            self.findings.append(_fault(text))
        elif name not in _PARTS:
            self.findings.append(finding(name, Fault("is not a part of this body")))
        elif name in self._contents:
            self.findings.append(finding(name, Fault("is there more than once")))
        else:
            self._name = name
            self._content = self._contents[name] = bytearray()
            self._check_encoding(name)

    def _check_encoding(self, name: str) -> None:
        """Is the part at hand in an encoding that is taken, as far as its headers say it?"""
        if self._headers.get(b"content-transfer-encoding", b"binary").lower() not in _AS_IT_IS:
            encoded = Fault("must be sent as it is, in no Content-Transfer-Encoding")
            self.findings.append(finding(name, encoded))
        charset = charsets.charset_of(self._headers.get(b"content-type", b""))
        if not charsets.is_taken(charset):
            self.findings.append(finding(name, Fault("must be sent in UTF-8")))
        self._charsets[name] = charset

    def _add_content(self, chunk: bytes, start: int, end: int) -> None:
        if self._content is None:
            return
        is_xml = self._name == XML_PART
        if not is_xml and len(self._content) + end - start > _LONGEST_STANDING_ORDER:
            long = Fault(f"is longer than {_LONGEST_STANDING_ORDER} bytes")
            raise MultipartRefused(*self.findings, finding(self._name, long))
        self._content += chunk[start:end]

    def _end(self) -> None:
        self._ended = True

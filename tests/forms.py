"""Multipart bodies as TPPs send them, in every variant (RFC 7578, RFC 2046 5.1)."""

from collections.abc import Iterable
from dataclasses import dataclass

XML_PART = "xml_sct"
JSON_PART = "json_standingorderType"
BOUNDARY = "AaaBbbCcc"


@dataclass(frozen=True)
class Part:
    """One part; without `headers` it has those that a form has."""

    name: str
    content: bytes
    headers: tuple[str, ...] | None = None

    def lines(self, end: bytes) -> bytes:
        """Its headers, the empty line and its content."""
        of_form = (f'Content-Disposition: form-data; name="{self.name}"',)
        headers = of_form if self.headers is None else self.headers
        return b"".join(line.encode() + end for line in headers) + end + self.content


def typed(name: str, content: bytes, media_type: str) -> Part:
    """A part with a Content-Type of its own, as in the standard's sample."""
    disposition = f'Content-Disposition: form-data; name="{name}"'
    return Part(name, content, (disposition, f"Content-Type: {media_type}"))


def uploaded(name: str, content: bytes, more: str = "") -> Part:
    """A part as `curl -F name=@file` sends it."""
    disposition = f'Content-Disposition: form-data; name="{name}"; filename="{name}.file"'
    headers = (disposition, "Content-Type: application/octet-stream", *([more] if more else []))
    return Part(name, content, headers)


def form(
    parts: Iterable[Part],
    boundary: str = BOUNDARY,
    *,
    end: bytes = b"\r\n",
    before: bytes = b"",
    after: bytes = b"\r\n",
    padding: bytes = b"",
    closed: bool = True,
) -> bytes:
    """The body of these parts. `end` ends its lines; `padding` stands after each boundary."""
    delimiter = b"--" + boundary.encode()
    opened = b"".join(delimiter + padding + end + part.lines(end) + end for part in parts)
    return before + opened + (delimiter + b"--" + padding + after if closed else b"")


def periodic(xml: bytes, standing_order: bytes, boundary: str = BOUNDARY) -> bytes:
    """A periodic payment as the standard's sample has it."""
    parts = (
        typed(XML_PART, xml, "application/xml"),
        typed(JSON_PART, standing_order, "application/json"),
    )
    return form(parts, boundary)


def content_type(boundary: str = BOUNDARY) -> str:
    """The header above such a body."""
    return f"multipart/form-data; boundary={boundary}"

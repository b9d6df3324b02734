"""Reads XML of a TPP, trusting none of it: no entities, no other file, bounded work."""

import re
from typing import Final

from lxml import etree
from lxml.etree import _Element as Element

from xs2a.bodies import charsets

# A bulk of the largest body allowed (2 MiB) has some 70,000 elements with 6,000 attributes. What
# is far above that was made to cost us time; libxml2 itself stops at a depth of 256.
MOST_ELEMENTS: Final = 100_000
MOST_ATTRIBUTES: Final = 20_000

# The name of a namespace is one, and is copied for each element in it.
LONGEST_ATTRIBUTE: Final = 300

# What follows an equals sign in a text may look like one; no text that a payment has is so long.
_LONG_ATTRIBUTE: Final = re.compile(
    rb"""=[ \t\r\n]*("[^"<]{%d}|'[^'<]{%d})""" % (LONGEST_ATTRIBUTE + 1, LONGEST_ATTRIBUTE + 1)
)
_LONGEST_TEXT: Final = 300
_FUNCTION: Final = re.compile(r"^xml[A-Z]\w*: ")
_DECLARED: Final = re.compile(
    rb"""(?:\xef\xbb\xbf)?<\?xml[^>]*?\sencoding\s*=\s*["']([^"']*)["']"""
)


class XmlRefused(Exception):
    """The body is no XML, or no XML that we take. `text` is for the TPP."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


def parse(body: bytes) -> Element:
    """The root element. Comments and processing instructions are gone. Raises XmlRefused.

    Only UTF-8 is read: ISO 20022 knows no other encoding, and with just one of them the scan
    for what is dangerous sees what the parser will see.
    """
    _check_encoding(body)
    if b"<!DOCTYPE" in body:
        raise XmlRefused("The XML must not have a document type declaration.")
    if body.count(b"<") - body.count(b"</") > MOST_ELEMENTS:
        raise XmlRefused(f"The XML has more than {MOST_ELEMENTS} elements.")
    if body.count(b"=") > MOST_ATTRIBUTES:
        raise XmlRefused(f"The XML has more than {MOST_ATTRIBUTES} attributes.")
    if _LONG_ATTRIBUTE.search(body):
        raise XmlRefused(f"The XML has an attribute of more than {LONGEST_ATTRIBUTE} characters.")
    try:
        root = etree.fromstring(body, _parser())
    except (etree.LxmlError, ValueError) as error:
        raise XmlRefused(_why(error)) from None
    found = root.getroottree().docinfo
    if found.internalDTD is not None or found.externalDTD is not None:
        raise XmlRefused("The XML must not have a document type declaration.")
    return root


def _why(error: Exception) -> str:
    """What libxml2 has to say about it, but not how to change its options and functions."""
    told = error.msg if isinstance(error, etree.XMLSyntaxError) else ""
    if told.startswith("Excessive depth"):
        return "The XML is nested too deeply."
    what, _, where = _FUNCTION.sub("", told).rpartition(", line ")
    if not what or "XML_PARSE_" in what:
        return "The XML cannot be read."
    return f"The XML cannot be read: {' '.join(what[:_LONGEST_TEXT].split())}, line {where}."


def _check_encoding(body: bytes) -> None:
    declared = _DECLARED.match(body)
    encoding = declared.group(1) if declared else b"utf-8"
    if not charsets.is_taken(encoding):
        raise XmlRefused("The XML must be encoded in UTF-8.")
    if not charsets.fits(encoding, body):
        raise XmlRefused("The XML is not encoded in US-ASCII, as it says.")
    try:
        body.decode()
    except UnicodeDecodeError:
        raise XmlRefused("The XML must be encoded in UTF-8.") from None


def _parser() -> etree.XMLParser:
    """A parser for one document; one for all would make the threads wait for each other.

    A text that a comment interrupts is one text: the parser drops comments, so that nobody
    reads just the part before one.
    """
    return etree.XMLParser(
        encoding="utf-8",
        attribute_defaults=False,
        dtd_validation=False,
        load_dtd=False,
        no_network=True,
        resolve_entities=False,
        huge_tree=False,
        recover=False,
        collect_ids=False,
        remove_comments=True,
        remove_pis=True,
    )

"""The encoding that bodies are taken in: UTF-8, of which US-ASCII is a part.

Whoever read a body by another charset that it names would read other texts than we do.
"""

import re
from typing import Final

from python_multipart.multipart import parse_options_header

_ASCII: Final = frozenset({b"us-ascii", b"ascii"})
_TAKEN: Final = frozenset({b"utf-8", b"utf8"}) | _ASCII
_NAMED: Final = re.compile(rb";\s*charset\*?", re.IGNORECASE)


def charset_of(content_type: bytes) -> bytes:
    """The charset that a Content-Type names; UTF-8 where it names none.

    Of two of them, or one in the extended notation of RFC 8187, readers make what they like: that
    is b"", which is not taken.
    """
    named = _NAMED.findall(content_type)
    _, parameters = parse_options_header(content_type)
    if len(named) > 1 or any(each.endswith(b"*") for each in named):
        return b""
    return parameters.get(b"charset", b"utf-8").lower()


def is_taken(charset: bytes) -> bool:
    """May a body name this charset?"""
    return charset.lower() in _TAKEN


def fits(charset: bytes, content: bytes | bytearray) -> bool:
    """Is the content in the charset, one that is taken? UTF-8 is left to who decodes it."""
    return content.isascii() if charset.lower() in _ASCII else True

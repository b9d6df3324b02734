"""The headers that were sent, read from the WSGI environment once per request.

The framework's own header objects rebuild each name at every look-up; a request looks up some
forty, which took a third of the time of an initiation.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from flask import current_app, request
from werkzeug.exceptions import RequestEntityTooLarge


@lru_cache(maxsize=1024)  # the same few names come again and again
def _label(name: str) -> str:
    return name[5:].replace("_", "-").lower()


_LENGTH: Final = re.compile(r"[0-9]{1,9}", re.ASCII)
_OWN_ADDRESS: Final = "xs2a.own_address"  # found once for a request, and put beside it


SentHeaders = Mapping[str, str]
"""Header values by lower-case name."""


def sent_headers() -> SentHeaders:
    """The headers of the request that is being answered."""
    return headers_in(request.environ)


def headers_in(environ: Mapping[str, object]) -> SentHeaders:
    """The headers in a WSGI environment."""
    return {
        _label(name): value
        for name, value in environ.items()
        if name.startswith("HTTP_") and isinstance(value, str)
    }


def sent_body() -> bytes:
    """The body of the request. Raises 413 through the framework when it is too large.

    One of a known, admissible length is read at once, past the framework's counting streams.
    """
    environ = request.environ
    sent, limit = environ.get("CONTENT_LENGTH", ""), current_app.config["MAX_CONTENT_LENGTH"]
    if not _LENGTH.fullmatch(sent) or int(sent) > limit:
        body = request.get_data(cache=False)
        if len(body) >= limit:  # the framework cuts a chunked body there without a word
            raise RequestEntityTooLarge
        return body
    whole: bytes = environ["wsgi.input"].read(int(sent))
    return whole


def own_address() -> str:
    """Scheme, host and port under which the TPP reached us, without a slash at the end."""
    environ = request.environ
    known: str | None = environ.get(_OWN_ADDRESS)
    if known is None:
        known = environ[_OWN_ADDRESS] = f"{request.scheme}://{request.host}"
    return known

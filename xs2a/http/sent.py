"""The headers that were sent, read from the WSGI environment once per request.

The framework's own header objects rebuild each name at every look-up; a request looks up some
forty, which took a third of the time of an initiation.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final
from urllib.parse import quote

from flask import current_app, request
from werkzeug.exceptions import RequestEntityTooLarge


@lru_cache(maxsize=1024)  # the same few names come again and again
def _label(name: str) -> str:
    return name[5:].replace("_", "-").lower()


_LENGTH: Final = re.compile(r"[0-9]{1,9}", re.ASCII)
_OWN_ADDRESS: Final = "xs2a.own_address"  # found once for a request, and put beside it
_IN_A_PATH: Final = "/:@!$&'()*+,;=~"  # RFC 3986, 3.3
_BODY: Final = "xs2a.body"  # likewise
# The two headers that WSGI names otherwise.
_NAMED_OTHERWISE: Final = (
    ("content-type", "CONTENT_TYPE"),
    ("content-length", "CONTENT_LENGTH"),
)


SentHeaders = Mapping[str, str]
"""Header values by lower-case name."""


def sent_headers() -> SentHeaders:
    """The headers of the request that is being answered."""
    return headers_in(request.environ)


def headers_in(environ: Mapping[str, object]) -> SentHeaders:
    """The headers in a WSGI environment."""
    sent = {
        _label(name): value
        for name, value in environ.items()
        if name.startswith("HTTP_") and isinstance(value, str)
    }
    for name, variable in _NAMED_OTHERWISE:
        if value := environ.get(variable):
            sent[name] = str(value)
    return sent


def sent_body() -> bytes:
    """The body of the request. Raises 413 through the framework when it is too large.

    It is read once for a request: what was signed is what is read later. One of a known,
    admissible length is read at once, past the framework's counting streams.
    """
    environ = request.environ
    body: bytes | None = environ.get(_BODY)
    if body is None:
        body = environ[_BODY] = _read_body(environ)
    return body


def _read_body(environ: dict[str, Any]) -> bytes:
    sent, limit = environ.get("CONTENT_LENGTH", ""), current_app.config["MAX_CONTENT_LENGTH"]
    if not _LENGTH.fullmatch(sent) or int(sent) > limit:
        body = request.get_data(cache=False)
        if len(body) >= limit:  # the framework cuts a chunked body there without a word
            raise RequestEntityTooLarge
        return body
    whole: bytes = environ["wsgi.input"].read(int(sent))
    return whole


def sent_target() -> str:
    """Path and query, as the TPP has sent them; of a path, what WSGI leaves of it."""
    environ = request.environ
    path = quote(environ["PATH_INFO"].encode("latin1"), safe=_IN_A_PATH)
    query = environ.get("QUERY_STRING", "")
    return f"{path}?{query}" if query else path


def own_address() -> str:
    """Scheme, host and port under which the TPP reached us, without a slash at the end."""
    environ = request.environ
    known: str | None = environ.get(_OWN_ADDRESS)
    if known is None:
        known = environ[_OWN_ADDRESS] = f"{request.scheme}://{request.host}"
    return known

"""The headers that were sent, read from the WSGI environment once per request.

The framework's own header objects rebuild each name at every look-up; a request looks up some
forty, which took a third of the time of an initiation.
"""

from collections.abc import Mapping

from flask import request
from werkzeug.exceptions import RequestEntityTooLarge


class SentHeaders:
    """Header values by lower-case name."""

    def __init__(self, environ: Mapping[str, object]) -> None:
        self._values = {
            name[5:].replace("_", "-").lower(): value
            for name, value in environ.items()
            if name.startswith("HTTP_") and isinstance(value, str)
        }

    def get(self, name: str, /) -> str | None:
        """The header's value, or None. The name is written in lower case."""
        return self._values.get(name)


def sent_headers() -> SentHeaders:
    """The headers of the request that is being answered."""
    return SentHeaders(request.environ)


def sent_body() -> bytes:
    """The body of the request. Raises 413 through the framework when it is too large.

    One of a known, admissible length is read at once, past the framework's counting streams.
    """
    length = request.content_length
    limit = request.max_content_length or 0
    if length is None or length > limit:
        body = request.get_data(cache=False)
        if len(body) >= limit:  # the framework cuts a chunked body there without a word
            raise RequestEntityTooLarge
        return body
    whole: bytes = request.environ["wsgi.input"].read(length)
    return whole


def own_address() -> str:
    """Scheme, host and port under which the TPP reached us, without a slash at the end."""
    return f"{request.scheme}://{request.host}"

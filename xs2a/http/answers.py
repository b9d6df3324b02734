"""Bodies and headers of the answers. JSON leaves absent members out."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import orjson
from flask import Response, request
from werkzeug.datastructures import Headers

from spi.types import TppNote
from xs2a.spec.media_types import JSON

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_ECHOED: Final = re.compile(r"[\x21-\x7e]{1,100}")


class _Answer(Response):
    """A response whose headers are on the wire what they are here.

    The framework's would quote the Location anew for each answer; ours is made of plain ASCII.
    """

    def get_wsgi_headers(self, environ: "WSGIEnvironment") -> Headers:
        """The headers as they are, with the length of the body."""
        headers = self.headers
        if self.status_code != 204:  # RFC 9110, 8.6
            headers["Content-Length"] = str(len(self.response[0]))  # type: ignore[index]
        return headers


def json_response(
    body: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """An answer with a JSON body; members that are None are left out."""
    present = {key: value for key, value in body.items() if value is not None}
    return answer(orjson.dumps(present), status, {"Content-Type": JSON, **(headers or {})})


def answer(body: bytes, status: int, headers: Mapping[str, str]) -> Response:
    """Every answer of this side, errors of the gate included: with the request's id (E4), and
    not to be kept by anybody on the way.
    """
    sent = {**headers, "Cache-Control": "no-store"}
    x_request_id = request.environ.get("HTTP_X_REQUEST_ID")
    if x_request_id is not None and _ECHOED.fullmatch(x_request_id):
        sent["X-Request-ID"] = x_request_id
    return _Answer(body, status, sent)


def no_content() -> Response:
    """204: done, and nothing to tell."""
    done = answer(b"", 204, {})
    del done.headers["Content-Type"], done.headers["Content-Length"]
    return done


def psu_message(text: str | None) -> str | None:
    """The bank's words for the PSU, no longer than the standard allows."""
    return text[:500] if text else None


def notes(tpp_notes: tuple[TppNote, ...]) -> list[dict[str, str]] | None:
    """The bank's notes as `tppMessages` of a successful answer: always warnings."""
    if not tpp_notes:
        return None
    return [
        {"category": "WARNING", "code": "WARNING", "text": note.text[:500]}
        | ({"path": note.path} if note.path else {})
        for note in tpp_notes
    ]

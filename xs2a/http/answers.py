"""Bodies and headers of the answers. JSON leaves absent members out."""

from collections.abc import Mapping
from typing import Any, Final

import orjson
from flask import Response

from spi.types import TppNote

JSON: Final = "application/json"
PROBLEM_JSON: Final = "application/problem+json"


def json_response(
    body: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """An answer with a JSON body; members that are None are left out."""
    present = {key: value for key, value in body.items() if value is not None}
    return Response(orjson.dumps(present), status, headers, content_type=JSON)


def notes(tpp_notes: tuple[TppNote, ...]) -> list[dict[str, str]] | None:
    """The bank's notes as `tppMessages` of a successful answer: always warnings."""
    if not tpp_notes:
        return None
    return [
        {"category": "WARNING", "code": "WARNING", "text": note.text[:500]}
        | ({"path": note.path} if note.path else {})
        for note in tpp_notes
    ]

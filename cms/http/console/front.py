"""The front door, the style sheet, and whatever is at none of the other addresses."""

from pathlib import Path
from typing import Final

from flask import Blueprint, Response, redirect, send_from_directory, url_for
from werkzeug.wrappers import Response as AnyResponse

from cms.domain.errors import Unknown
from cms.domain.operator import OperatorRole
from cms.http.console.gate import demands, open_to_all

STATIC: Final = Path(__file__).parent / "static"

front = Blueprint("front", __name__)


@front.get("")
@front.get("/")
@demands(OperatorRole.READ)
def index() -> AnyResponse:
    """What operators do most."""
    return redirect(url_for("console.payments.search"), 303)


@front.get("/static/<any('console.css', 'mark.svg'):name>")
@open_to_all
def static(name: str) -> Response:
    """What the pages look like."""
    return send_from_directory(STATIC, name)


@front.route("/<path:_path>", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
@demands(OperatorRole.READ)
def nowhere(_path: str) -> Response:
    """The console's own page for an unknown address, and for a method that an address has not."""
    raise Unknown

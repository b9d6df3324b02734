"""The TPP-facing side as one web app."""

import re
from typing import Final

from flask import Blueprint, Flask, Response, request
from flask_smorest import Api

from xs2a.http.errors import register_error_handlers
from xs2a.http.gate import Door
from xs2a.http.payments import payments

MAX_BODY_BYTES: Final = 10 * 1024 * 1024

_ECHOED = re.compile(r"[\x21-\x7e]{1,100}")


def create_app(door: Door, *, published: Blueprint, openapi: dict[str, str]) -> Flask:
    """Put the routes together. `published` and `openapi` come from the wiring: health, docs."""
    app = Flask(__name__, static_folder=None)
    app.config.update(openapi, API_TITLE="XS2A", MAX_CONTENT_LENGTH=MAX_BODY_BYTES)
    app.extensions["xs2a"] = door
    api = Api(app)
    register_error_handlers(app)
    api.register_blueprint(payments)
    app.register_blueprint(published)
    app.after_request(_finish)
    return app


def _finish(response: Response) -> Response:
    """On every answer, errors of the gate included: the request's id, and no caching (E4)."""
    x_request_id = request.environ.get("HTTP_X_REQUEST_ID")
    if x_request_id is not None and _ECHOED.fullmatch(x_request_id):
        response.headers["X-Request-ID"] = x_request_id
    if request.path.startswith("/v1/"):
        response.headers["Cache-Control"] = "no-store"
    return response

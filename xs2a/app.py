"""The TPP-facing side as one web app."""

from typing import Final

from flask import Blueprint, Flask
from flask_smorest import Api

from xs2a.http.errors import register_error_handlers
from xs2a.http.gate import Door
from xs2a.http.password_keys import password_keys
from xs2a.http.payments import payments

MAX_BODY_BYTES: Final = 2 * 1024 * 1024  # a bulk of 1,000 transfers has some 400,000, as XML twice


def create_app(door: Door, *, published: Blueprint, openapi: dict[str, str]) -> Flask:
    """Put the routes together. `published` and `openapi` come from the wiring: health, docs."""
    app = Flask(__name__, static_folder=None)
    app.url_map.merge_slashes = False  # the redirect would be an HTML page of the framework's
    app.config.update(
        openapi,
        API_TITLE="XS2A",
        MAX_CONTENT_LENGTH=MAX_BODY_BYTES,
        PROVIDE_AUTOMATIC_OPTIONS=False,  # they would pass by the gate
    )
    app.extensions["xs2a"] = door
    api = Api(app)
    register_error_handlers(app)
    api.register_blueprint(payments)
    app.register_blueprint(password_keys)
    app.register_blueprint(published)
    return app

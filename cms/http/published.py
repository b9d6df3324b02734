"""What every face shows to everybody: health, its OpenAPI document, and documentation to read."""

from collections.abc import Callable
from typing import Any, Final

from flask import Blueprint, Flask, Response, jsonify, send_from_directory
from swagger_ui_bundle import swagger_ui_path

OPENAPI_SETTINGS: Final[dict[str, Any]] = {
    "API_VERSION": "1.0",
    "OPENAPI_VERSION": "3.0.3",
    "OPENAPI_URL_PREFIX": "/",
    "OPENAPI_JSON_PATH": "openapi.json",
    "OPENAPI_SWAGGER_UI_PATH": "/docs",
    "OPENAPI_SWAGGER_UI_URL": "/docs/assets/",
}


def health_and_docs(answers: Callable[[], bool]) -> Blueprint:
    """`/health/live`, `/health/ready` and the assets of `/docs`, from the installed package.

    `answers` tells whether the database does.
    """
    blueprint = Blueprint("published", __name__)

    def live() -> Response:
        return jsonify({"status": "live"})

    def ready() -> Response:
        up = answers()
        response = jsonify({"status": "ready" if up else "database does not answer"})
        response.status_code = 200 if up else 503
        return response

    def asset(name: str) -> Response:
        return send_from_directory(swagger_ui_path, name)

    blueprint.add_url_rule("/health/live", view_func=live)
    blueprint.add_url_rule("/health/ready", view_func=ready)
    blueprint.add_url_rule("/docs/assets/<path:name>", view_func=asset)
    return blueprint


def openapi_settings(app: Flask, title: str) -> None:
    """Tell flask-smorest where the face's document and documentation are."""
    app.config.update(OPENAPI_SETTINGS, API_TITLE=title)

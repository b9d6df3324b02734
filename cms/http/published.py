"""What every face shows to everybody: health, its OpenAPI document, and documentation to read."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Final

from flask import Blueprint, Flask, Response, jsonify, request, send_from_directory
from flask_smorest import Api
from flask_smorest import Blueprint as DescribedBlueprint
from swagger_ui_bundle import swagger_ui_path
from werkzeug import Response as AnyResponse

DOCUMENT: Final = "/openapi.json"
DOCS: Final = "/docs"

_OPENAPI_SETTINGS: Final[dict[str, Any]] = {
    "API_VERSION": "1.0",
    "OPENAPI_VERSION": "3.0.3",
    "OPENAPI_URL_PREFIX": "/",
    "OPENAPI_JSON_PATH": DOCUMENT.removeprefix("/"),
    "OPENAPI_SWAGGER_UI_PATH": DOCS,
    "OPENAPI_SWAGGER_UI_URL": f"{DOCS}/assets/",
}


def health_and_docs(
    answers: Callable[[], bool],
    *,
    title: str,
    described: Sequence[DescribedBlueprint],
    security: Mapping[str, Mapping[str, str]] | None = None,
) -> Blueprint:
    """`/health/live`, `/health/ready`, the document of the `described` routes, `/docs` with its
    assets from the installed package.

    `answers` tells whether the database does; `security` are the document's security schemes.
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

    @cache  # when somebody first asks: it takes longer than all else that a face needs to start
    def describing() -> Flask:
        return _describing_app(title, described, security or {})

    def described_there() -> AnyResponse:
        return AnyResponse.from_app(describing(), request.environ.copy())

    blueprint.add_url_rule("/health/live", view_func=live)
    blueprint.add_url_rule("/health/ready", view_func=ready)
    blueprint.add_url_rule(DOCUMENT, view_func=described_there)
    blueprint.add_url_rule(DOCS, view_func=described_there)
    blueprint.add_url_rule(f"{DOCS}/assets/<path:name>", view_func=asset)
    return blueprint


def _describing_app(
    title: str,
    described: Sequence[DescribedBlueprint],
    security: Mapping[str, Mapping[str, str]],
) -> Flask:
    """An app that answers with the document of these routes and with its page; it has the routes
    themselves only because flask-smorest reads them there.
    """
    app = Flask(__name__, static_folder=None)
    app.config.update(_OPENAPI_SETTINGS, API_TITLE=title)
    api = Api(app)
    for name, scheme in security.items():
        api.spec.components.security_scheme(name, dict(scheme))
    for blueprint in described:
        api.register_blueprint(blueprint)
    return app

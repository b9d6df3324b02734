"""The TPP-facing side as one web app."""

from collections.abc import Callable
from typing import Any, Final

from flask import Blueprint, Flask, Request, Response
from flask.sessions import NullSession, SessionInterface, SessionMixin
from flask_smorest import Blueprint as DescribedBlueprint
from werkzeug.routing import MapAdapter

from xs2a.http.errors import register_error_handlers
from xs2a.http.gate import Door
from xs2a.http.oauth.routes import oauth
from xs2a.http.password_keys import password_keys
from xs2a.http.payments import payments

MAX_BODY_BYTES: Final = 2 * 1024 * 1024  # a bulk of 1,000 transfers has some 400,000, as XML twice


class _NoSessions(SessionInterface):
    """TPPs have none."""

    def __init__(self) -> None:
        self._none = NullSession()

    def open_session(self, app: Flask, request: Request) -> SessionMixin:
        """None, in the framework's words."""
        return self._none

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """There is none."""


class _Xs2a(Flask):
    """The framework's app, with a shorter way to the routes: it has no sessions, and no route
    depends on the host, which the framework would translate anew for each request.
    """

    session_interface = _NoSessions()

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function as it is: no route is a coroutine, so none has to be looked at."""
        return func

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """What finds the route of a request."""
        if request is None:
            return super().create_url_adapter(None)
        environ = request.environ
        return MapAdapter(
            self.url_map,
            server_name="",
            script_name=environ.get("SCRIPT_NAME") or "/",
            subdomain="",
            url_scheme=environ["wsgi.url_scheme"],
            # A server hands over the bytes of the path as Latin-1 (PEP 3333).
            path_info=environ["PATH_INFO"].encode("latin1").decode(errors="replace"),
            default_method=environ["REQUEST_METHOD"],
            query_args=environ.get("QUERY_STRING", ""),
        )


DESCRIBED: Final[tuple[DescribedBlueprint, ...]] = (payments, oauth)
"""The routes that the face's OpenAPI document tells of."""


def create_app(door: Door, *, published: Blueprint) -> Flask:
    """Put the routes together. `published` comes from the wiring: health, docs."""
    app = _Xs2a(__name__, static_folder=None)
    app.url_map.merge_slashes = False  # the redirect would be an HTML page of the framework's
    app.config.update(
        MAX_CONTENT_LENGTH=MAX_BODY_BYTES,
        PROVIDE_AUTOMATIC_OPTIONS=False,  # they would pass by the gate
    )
    app.extensions["xs2a"] = door
    register_error_handlers(app)
    for blueprint in DESCRIBED:
        app.register_blueprint(blueprint)
    app.register_blueprint(password_keys)
    app.register_blueprint(published)
    return app

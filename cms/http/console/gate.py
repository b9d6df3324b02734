"""Who may see a page, or act: every route of the console declares it, and it is checked here."""

import hmac
from collections.abc import Callable
from hashlib import sha256
from typing import Any, Final, TypeVar

from flask import Response, current_app, g, request

from cms.domain.operator import OperatorRole, OperatorSession
from cms.http.console.rooms import console_rooms

SESSION_COOKIE: Final = "console_session"
# Of a browser that nobody has logged in with yet: the log-in form is bound to it.
VISITOR_COOKIE: Final = "console_visitor"
CSRF_FIELD: Final = "csrf_token"
COOKIE_PATH: Final = "/console"

_CSRF_PURPOSE: Final = b"a form of the console"

View = TypeVar("View", bound=Callable[..., Any])


class NotLoggedIn(Exception):
    """There is no session; `ended` tells whether there was one."""

    def __init__(self, *, ended: bool) -> None:
        self.ended = ended
        super().__init__("not logged in")


class RoleTooSmall(Exception):
    """The operator may look, but not do this."""


class FormRefused(Exception):
    """The form does not come from a page that this browser was given (CSRF)."""


def demands(role: OperatorRole) -> Callable[[View], View]:
    """Declare the role that a route demands."""
    return lambda view: _declared(view, role)


def open_to_all(view: View) -> View:
    """Declare that a route is for everybody: the log-in, and what its page looks like."""
    return _declared(view, None)


def _declared(view: View, role: OperatorRole | None) -> View:
    view.__demands__ = role  # type: ignore[attr-defined]  # a mark of ours on the function
    return view


def demand_of(view: Callable[..., Any]) -> OperatorRole | None:
    """What the route has declared; None: for everybody. Raises AttributeError without a mark."""
    role: OperatorRole | None = view.__demands__  # type: ignore[attr-defined]
    return role


def check_request() -> None:
    """Before each request: session, role, and for whatever changes something the form's token.

    Raises NotLoggedIn, RoleTooSmall, FormRefused; AttributeError for a route without a mark.
    """
    role = demand_of(current_app.view_functions[request.endpoint or ""])
    g.session = None
    cookie = VISITOR_COOKIE
    if role is not None:
        cookie = SESSION_COOKIE
        token = request.cookies.get(SESSION_COOKIE, "")
        g.session = console_rooms().sessions.find(token) if token else None
        if g.session is None:
            raise NotLoggedIn(ended=bool(token))
        if not g.session.role.covers(role):
            raise RoleTooSmall
    if request.method not in {"GET", "HEAD", "OPTIONS"}:
        _check_form(request.cookies.get(cookie, ""))


def _check_form(token: str) -> None:
    sent = request.form.get(CSRF_FIELD, "").encode("utf-8", "surrogateescape")
    if not token or not hmac.compare_digest(sent, csrf_token_for(token).encode()):
        raise FormRefused


def csrf_token_for(token: str) -> str:
    """What a form must carry that was made for the browser with this cookie.

    It follows from the cookie, which no other site can read or guess, and does not give it away.
    """
    key = token.encode("utf-8", "surrogateescape")
    return hmac.new(key, _CSRF_PURPOSE, sha256).hexdigest()


def csrf_token() -> str:
    """The same for the browser that is answered."""
    return csrf_token_for(g.get("visitor") or request.cookies.get(SESSION_COOKIE, ""))


def session_now() -> OperatorSession:
    """The session of a route that demands a role."""
    session: OperatorSession = g.session
    return session


def keep_in_browser(response: Response, name: str, token: str) -> None:
    """Hand the browser a token: for this console only, hidden from scripts and other sites."""
    response.set_cookie(
        name,
        token,
        path=COOKIE_PATH,
        secure=console_rooms().secure_cookie,
        httponly=True,
        samesite="Strict",
    )


def forget_in_browser(response: Response, name: str) -> None:
    """Take the token back."""
    response.delete_cookie(
        name,
        path=COOKIE_PATH,
        secure=console_rooms().secure_cookie,
        httponly=True,
        samesite="Strict",
    )


def secure(response: Response) -> Response:
    """No scripts, no framing, nothing from elsewhere, no traces in caches or referrers."""
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; img-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["X-Frame-Options"] = "DENY"
    return response

"""Log in, log out, and one's own sessions."""

from flask import Blueprint, Response, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from cms.domain.operator import LogInBusy, LogInRefused, OperatorRole
from cms.http.console.gate import (
    SESSION_COOKIE,
    VISITOR_COOKIE,
    demands,
    forget_in_browser,
    keep_in_browser,
    open_to_all,
    session_now,
)
from cms.http.console.rooms import console_rooms
from cms.service.operators import LogIn

log_in = Blueprint("log_in", __name__)


@log_in.get("/log-in")
@open_to_all
def page() -> Response:
    """The form."""
    return _form()


@log_in.post("/log-in")
@open_to_all
def enter() -> AnyResponse:
    """Log in. The session's token is a new one: what the browser brought along counts for
    nothing, so nobody can hand somebody a session of his own.
    """
    name = request.form.get("name", "")
    try:
        token = console_rooms().sessions.log_in(LogIn(name, request.form.get("password", "")))
    except LogInRefused as refusal:
        return _form(error=refusal.text, name=name, http_status=422)
    except LogInBusy as refusal:
        return _form(error=refusal.text, name=name, http_status=429)
    response = redirect(url_for("console.payments.search"), 303)
    assert isinstance(response, Response)  # noqa: S101  as Flask's redirect makes it
    keep_in_browser(response, SESSION_COOKIE, token)
    forget_in_browser(response, VISITOR_COOKIE)
    return response


@log_in.post("/log-out")
@demands(OperatorRole.READ)
def leave() -> AnyResponse:
    """End this session."""
    console_rooms().sessions.log_out(session_now())
    response = redirect(url_for("console.log_in.page"), 303)
    assert isinstance(response, Response)  # noqa: S101  as above
    forget_in_browser(response, SESSION_COOKIE)
    return response


@log_in.get("/sessions")
@demands(OperatorRole.READ)
def sessions() -> str:
    """Where one is logged in, and what one has done lately."""
    rooms, session = console_rooms(), session_now()
    return render_template(
        "sessions.html",
        sessions=rooms.sessions.of_operator(session.operator),
        actions=rooms.trail.newest(10, operator=session.operator),
    )


@log_in.post("/sessions/end-others")
@demands(OperatorRole.READ)
def end_others() -> AnyResponse:
    """End all sessions of one's own but this one: every role may."""
    console_rooms().sessions.end_others(session_now())
    return redirect(url_for("console.log_in.sessions"), 303)


def _form(error: str = "", name: str = "", http_status: int = 200) -> Response:
    known = request.cookies.get(VISITOR_COOKIE, "")
    g.visitor = known or console_rooms().sessions.new_token()
    page = render_template("log_in.html", error=error, name=name)
    response = make_response(page, http_status)
    if not known:
        keep_in_browser(response, VISITOR_COOKIE, g.visitor)
    return response

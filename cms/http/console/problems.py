"""Pages that say what is wrong, in the console's own design; never a framework's or a JSON body."""

import logging
from http import HTTPStatus

from flask import Blueprint, Response, make_response, redirect, render_template, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from cms.domain.errors import Malformed, Refusal, StoreUnavailable, Unknown
from cms.http.console.gate import (
    SESSION_COOKIE,
    FormRefused,
    NotLoggedIn,
    RoleTooSmall,
    forget_in_browser,
)

log = logging.getLogger(__name__)


def register_problem_pages(pages: Blueprint) -> None:
    """One page for each thing that may go wrong."""
    pages.register_error_handler(NotLoggedIn, _not_logged_in)
    pages.register_error_handler(RoleTooSmall, _role_too_small)
    pages.register_error_handler(FormRefused, _form_refused)
    pages.register_error_handler(Unknown, _unknown)
    pages.register_error_handler(Malformed, _malformed)
    pages.register_error_handler(StoreUnavailable, _unavailable)
    pages.register_error_handler(HTTPException, _http_error)
    pages.register_error_handler(Refusal, _refused)
    pages.register_error_handler(Exception, _unexpected)


def problem_page(title: str, text: str, http_status: int) -> Response:
    """A page that says one thing, with a way back to the front page."""
    return make_response(render_template("problem.html", title=title, text=text), http_status)


def _not_logged_in(error: NotLoggedIn) -> AnyResponse:
    if not error.ended:
        return redirect(url_for("console.log_in.page"), 303)
    response = make_response(render_template("session_ended.html"), 401)
    forget_in_browser(response, SESSION_COOKIE)
    return response


def _role_too_small(_error: RoleTooSmall) -> Response:
    text = "Your role is to look. This needs the role operate; whoever runs the server gives it."
    return problem_page("You may not do this", text, 403)


def _form_refused(_error: FormRefused) -> Response:
    text = (
        "The page was open for too long, or is not from here. Nothing was done. Please go back, "
        "load it again and repeat."
    )
    return problem_page("This form is out of date", text, 400)


def _unknown(_error: Unknown) -> Response:
    text = "There is nothing at this address: it was cut off, or belongs to another tenant."
    return problem_page("Not found", text, 404)


def _malformed(refusal: Malformed) -> Response:
    return problem_page("We cannot make sense of this", refusal.text, 400)


def _refused(refusal: Refusal) -> Response:
    return problem_page("This was not done", refusal.text, 409)


def _unavailable(_error: StoreUnavailable) -> Response:
    response = problem_page("Not available", "The database does not answer. Try again soon.", 503)
    response.headers["Retry-After"] = "5"
    return response


def _http_error(error: HTTPException) -> Response:
    code = error.code or 500
    if code == 404:
        return _unknown(Unknown())
    return problem_page(HTTPStatus(code).phrase, "We could not make sense of this.", code)


def _unexpected(error: Exception) -> Response:
    log.error("unexpected error", exc_info=error)
    return problem_page("The server failed", "It is in the server's log.", 500)

"""Pages that say one thing and offer one way on: endings and errors."""

from dataclasses import dataclass, field
from enum import StrEnum

from flask import (
    Flask,
    Response,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from sandbox.core.orders import BankUnavailable
from sandbox.core.sca import OutOfTurn
from sandbox.online_banking.cms_port import CmsUnavailable, LinkExpired, LinkUnknown
from sandbox.online_banking.ways_back import safe_way_back


class Mood(StrEnum):
    """How the page looks."""

    GOOD = "good"
    CALM = "calm"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Message:
    """What one such page says; `way_on` is where its button leads.

    `code` is for the PSU's eyes only.
    """

    title: str
    text: str
    mood: Mood = Mood.CALM
    way_on: str | None = None
    button: str = ""
    code: str = field(default="", repr=False)


def message_page(message: Message, http_status: int = 200) -> Response:
    """The page for a message."""
    return make_response(render_template("message.html", message=message), http_status)


def expired_page(nok_uri: str | None) -> Response:
    """The link was too old; nothing has happened."""
    return message_page(
        Message(
            "This link has expired",
            "For your safety it is valid for a short time only. We have done nothing. Please "
            "start again where you came from.",
            Mood.BAD,
            safe_way_back(nok_uri),
            "Back to where you came from",
        ),
        410,
    )


def register_error_pages(app: Flask) -> None:
    """One page for each thing that may go wrong, in place of a framework's page."""
    app.register_error_handler(LinkUnknown, _unknown)
    app.register_error_handler(LinkExpired, lambda error: expired_page(error.nok_uri))
    app.register_error_handler(CmsUnavailable, _unavailable)
    app.register_error_handler(BankUnavailable, _unavailable)
    app.register_error_handler(OutOfTurn, _out_of_turn)
    app.register_error_handler(CSRFError, _page_too_old)
    app.register_error_handler(HTTPException, _http_error)


def _start_again() -> str:
    if request.blueprint == "phone":
        return url_for("phone.screen")
    link_id = (request.view_args or {}).get("link_id")
    return url_for(".arrive", link_id=link_id) if link_id else url_for("home.index")


def _unknown(_error: LinkUnknown) -> Response:
    return message_page(
        Message(
            "We do not know this link",
            "Perhaps it was cut off when it was copied. We have done nothing. Please go back to "
            "where you came from and start again.",
            Mood.BAD,
        ),
        404,
    )


def _unavailable(_error: Exception) -> Response:
    response = message_page(
        Message(
            "We cannot go on just now",
            "A part of our systems does not answer. Nothing is lost: what you have confirmed "
            "stays confirmed and is never carried out twice. Please try again in a moment.",
            Mood.BAD,
            _start_again(),
            "Try again",
        ),
        503,
    )
    response.headers["Retry-After"] = "5"
    return response


def _out_of_turn(_error: OutOfTurn) -> Response:
    return message_page(
        Message(
            "Please look at this payment again",
            "It is not as it was when you logged in, or you have logged in again elsewhere. "
            "We have done nothing so far.",
            Mood.BAD,
            _start_again(),
            "Start again",
        ),
        409,
    )


def _page_too_old(_error: CSRFError) -> Response:
    return message_page(
        Message(
            "This page was open for too long",
            "For your safety we have ended the session. We have done nothing.",
            Mood.BAD,
            _start_again(),
            "Start again",
        ),
        400,
    )


def _http_error(error: HTTPException) -> AnyResponse:
    page = _page_with_the_form() if error.code == 405 and request.method == "GET" else None
    if page is not None:
        return redirect(page, 303)
    response = message_page(
        Message(
            error.name,
            "There is no such page here."
            if error.code == 404
            else "We could not make sense of this.",
            Mood.BAD,
            url_for("home.index"),
            "To the front page",
        ),
        error.code or 500,
    )
    allowed = error.get_response().headers.get("Allow")
    if allowed:
        response.headers["Allow"] = allowed
    return response


def _page_with_the_form() -> str | None:
    """Somebody opens anew the address that a form was sent to: the page is a step above it."""
    adapter = current_app.create_url_adapter(request)
    above = request.path.rstrip("/")
    while above and adapter is not None:
        above = above.rpartition("/")[0]
        if adapter.test(above or "/", "GET"):
            return above or "/"
    return None

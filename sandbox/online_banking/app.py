"""Puts the online banking together."""

from collections.abc import Iterable
from datetime import timedelta

from flask import Blueprint, Flask
from flask_wtf.csrf import CSRFProtect

from sandbox.core.bank import Bank
from sandbox.core.people import PASSWORD, TAN
from sandbox.core.purposes import Purpose
from sandbox.online_banking.accesses import Accesses
from sandbox.online_banking.approvals import Approvals
from sandbox.online_banking.cms_port import CmsClient
from sandbox.online_banking.formats import register_formats
from sandbox.online_banking.headers import register_headers
from sandbox.online_banking.home import Home
from sandbox.online_banking.order_words import register_order_words
from sandbox.online_banking.pages import register_error_pages
from sandbox.online_banking.phone import Phone

SESSION_FOR = timedelta(minutes=10)
LARGEST_FORM = 16 * 1024  # bytes


def create_online_banking(
    bank: Bank,
    cms: CmsClient,
    secret_key: str | bytes,
    bank_name: str = "Sandbox Bank",
    *,
    secure_cookie: bool = False,
    more: Iterable[Blueprint] = (),
) -> Flask:
    """The online banking as a WSGI application.

    `secret_key` signs the session cookies and must be the same in all processes; the cookie is
    limited to https with `secure_cookie`. `more` is published beside it.
    """
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY=secret_key,
        MAX_CONTENT_LENGTH=LARGEST_FORM,
        PERMANENT_SESSION_LIFETIME=SESSION_FOR,
        SESSION_COOKIE_NAME="online_banking",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=secure_cookie,
        WTF_CSRF_TIME_LIMIT=None,  # a token lives as long as the session it is tied to
        WTF_CSRF_SSL_STRICT=False,  # we ask browsers for no referrer, so there is none to check
    )
    CSRFProtect(app)
    register_headers(app)
    register_formats(app)
    register_order_words(app)
    register_error_pages(app)
    app.register_blueprint(Home(bank).blueprint())
    app.register_blueprint(Approvals(bank, cms, Purpose.PAY).blueprint("/pis"))
    app.register_blueprint(Approvals(bank, cms, Purpose.CANCEL).blueprint("/pis/cancellation"))
    app.register_blueprint(Accesses(bank.access, cms).blueprint())
    app.register_blueprint(Phone(bank, cms).blueprint())
    for pages in more:
        app.register_blueprint(pages)
    app.context_processor(
        lambda: {"bank_name": bank_name, "sandbox_password": PASSWORD, "sandbox_tan": TAN}
    )
    return app

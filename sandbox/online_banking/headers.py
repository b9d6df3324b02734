"""Security headers of every page."""

from flask import Flask, Response, g

from sandbox.online_banking.ways_back import csp_source


def allow_ways_back(*uris: str | None) -> None:
    """Let the forms of the page now being made end at these URIs.

    Browsers apply `form-action` to the redirect that answers a form, too.
    """
    g.form_targets = sorted({source for uri in uris if (source := csp_source(uri))})


def secure(response: Response) -> Response:
    """No scripts, no framing, nothing from elsewhere, no traces in caches or referrers."""
    targets = " ".join(["'self'", *g.get("form_targets", [])])
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; img-src 'self'; "
        f"form-action {targets}; base-uri 'none'; frame-ancestors 'none'"
    )
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["X-Frame-Options"] = "DENY"
    return response


def register_headers(app: Flask) -> None:
    """Put them on every answer, errors and static files included."""
    app.after_request(secure)

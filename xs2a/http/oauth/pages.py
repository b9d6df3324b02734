"""The pages of the authorization server: a stop, and a way on to the TPP."""

from base64 import b64encode
from hashlib import sha256
from typing import Final

from flask import Response
from markupsafe import escape

from xs2a.http.answers import answer

_STYLE: Final = """
body { font: 1.1rem/1.5 system-ui, sans-serif; margin: 15vh auto; max-width: 34rem;
       padding: 0 1.25rem; }
a { color: LinkText; }
"""
_STYLE_HASH: Final = b64encode(sha256(_STYLE.encode()).digest()).decode()
# Nothing from elsewhere, no framing, no trace of an address with a code in it.
_HEADERS: Final = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; img-src data:; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_PAGE: Final = """<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  {head}
  <title>{title}</title>
  <link rel="icon" href="data:,">
  <style>{style}</style>
</head>
<body>
  <h1>{title}</h1>
  <p>{text}</p>
</body>
</html>
"""
_STOPS: Final = {
    404: (
        "We do not know this address",
        "We have done nothing. Please start again where you came from.",
    ),
    409: (
        "You have begun to authorise",
        "Please go back to your bank's page, and go on there or decline there.",
    ),
    410: (
        "This has ended",
        "It was decided before, or took too long. Please go back to where you came from.",
    ),
    503: ("We cannot go on just now", "We have done nothing. Please try again in a moment."),
}
_BROKEN: Final = (
    "We cannot send you back",
    "Whoever has sent you here gave an address that we do not trust. We have done nothing.",
)


def stop_page(http_status: int) -> Response:
    """The browser goes nowhere; the words tell nothing of what it came with."""
    title, text = _STOPS.get(http_status, _BROKEN)
    return answer(_page(title, text).encode(), http_status, _HEADERS)


def way_on(uri: str) -> Response:
    """The browser goes on to the TPP, by a page of ours: the bank's own page has sent it here by a
    form, and need not know all addresses to which that leads (CSP, `form-action`).
    """
    address = escape(uri)
    page = _page(
        "Back to where you came from",
        f'<a href="{address}" rel="noreferrer">Go on</a> if nothing happens.',
        head=f'<meta http-equiv="refresh" content="0; url={address}">',
    )
    return answer(page.encode(), 200, _HEADERS)


def nothing_told() -> Response:
    """There is an answer here, for who asks for it."""
    return answer(b"", 200, _HEADERS)


def see_other(uri: str) -> Response:
    """The browser goes there at once."""
    return answer(b"", 303, {**_HEADERS, "Location": uri})


def _page(title: str, text: str, head: str = "") -> str:
    return _PAGE.format(title=title, text=text, head=head, style=_STYLE)

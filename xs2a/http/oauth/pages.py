"""The pages of the authorization server: a stop, and a way on to the TPP."""

from base64 import b64encode
from hashlib import sha256
from typing import Final
from urllib.parse import urlsplit

from flask import Response
from markupsafe import escape

from xs2a.http.answers import answer
from xs2a.oauth.beginning import Strange

# The look of the sandbox bank, small enough to be in the page.
_STYLE: Final = """
:root {
  --ground: #f3f6f6; --card: #ffffff; --ink: #13262b; --soft: #4b5f66; --line: #d5dfe0;
  --accent: #0b5953; --focus: #1d4ed8;
  font: 17px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
  color: var(--ink); background: var(--ground);
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0e1719; --card: #172427; --ink: #e8f0f0; --soft: #a9bbbf; --line: #2c3f43;
    --accent: #99f6e4; --focus: #93c5fd;
  }
}
body { margin: 12vh auto 0; max-width: 35rem; padding: 0 1rem; text-align: center; }
main { background: var(--card); border: 1px solid var(--line); border-radius: 16px;
       padding: clamp(1.25rem, 4vw, 2rem); }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 0.75rem; }
p { margin: 0.75rem 0 0; overflow-wrap: anywhere; }
.small { color: var(--soft); font-size: 0.88rem; }
a { color: var(--accent); text-underline-offset: 0.15em; }
a:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; border-radius: 6px; }
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
  <main>
    <h1>{title}</h1>
    {text}
  </main>
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
# The second line is for whoever runs the TPP: the PSU can do nothing about it.
_HINTS: Final = {
    Strange.CHARACTERS: "a parameter has characters that none may have.",
    Strange.CLIENT: "the client_id is not known here.",
    Strange.ADDRESS: "the redirect_uri is not one of this client_id.",
}


def stop_page(http_status: int, reason: Strange | None = None) -> Response:
    """The browser goes nowhere; the words tell nothing of what it came with."""
    title, text = _STOPS.get(http_status, _BROKEN)
    if reason is Strange.CLIENT:
        title, text = (
            "We do not know who has sent you",
            "They have not told us a name that we know. We have done nothing.",
        )
    words = f"<p>{text}</p>"
    if reason is not None:
        words += f'<p class="small">For those who have sent you: {_HINTS[reason]}</p>'
    return answer(_page(title, words).encode(), http_status, _HEADERS)


def way_on(uri: str, *, agreed: bool) -> Response:
    """The browser goes on to the TPP, by a page of ours: the bank's own page has sent it here by a
    form, and need not know all addresses to which that leads (CSP, `form-action`).
    """
    address, host = escape(uri), escape(urlsplit(uri).hostname or "")
    page = _page(
        "You have agreed" if agreed else "Going back",
        f"<p>{'' if agreed else 'It was not authorised, or cannot be done. '}"
        f"We are taking you back to <strong>{host}</strong>.</p>"
        f'<p><a href="{address}" rel="noreferrer">Go on</a> if nothing happens.</p>',
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

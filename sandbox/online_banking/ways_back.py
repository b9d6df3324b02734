"""Ways back to the TPP: which URIs a browser is sent to, and what lets it follow."""

import re
from urllib.parse import quote, urlsplit

_HOST = re.compile(r"[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]")
_APP_SCHEME = re.compile(r"[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+")


def csp_source(uri: str | None) -> str | None:
    """The source for `form-action` that lets a form's answer redirect to the URI.

    None for a URI a browser is not sent to: only http, https and an app's own scheme, which
    has a dot in it (RFC 8252, 7.1), are followed; so no URI can smuggle in a script.
    """
    if uri is None or not uri.isascii() or not uri.isprintable():
        return None
    try:
        parts = urlsplit(uri)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return None
    if parts.scheme in {"http", "https"}:
        host = f"[{host}]" if ":" in host else host
        if not _HOST.fullmatch(host):
            return None
        return f"{parts.scheme}://{host}" + (f":{port}" if port is not None else "")
    return f"{parts.scheme}:" if _APP_SCHEME.fullmatch(parts.scheme) else None


def safe_way_back(uri: str | None) -> str | None:
    """The URI, if a browser may be sent there."""
    return uri if csp_source(uri) else None


def with_confirmation_code(uri: str, code: str) -> str:
    """The URI with `confirmationCode` in its query, as the Berlin Group has the TPP find it.

    What the TPP has put into its query and fragment stays as it is, to the letter.
    """
    address, mark, fragment = uri.partition("#")
    joint = "&" if "?" in address else "?"
    return f"{address}{joint}confirmationCode={quote(code, safe='')}{mark}{fragment}"

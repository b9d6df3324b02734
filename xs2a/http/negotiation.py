"""Which of the media types that we offer the caller would like best (RFC 9110, 12.5.1)."""

from collections.abc import Sequence

from flask import request
from werkzeug.datastructures import MIMEAccept


def preferred(offered: Sequence[str]) -> str | None:
    """The one with the highest weight, the first of several; None if none is acceptable.

    Parameters such as a charset narrow nothing here: the types we offer come in one form only.
    A header that names nothing readable wishes for nothing.
    """
    accept = request.accept_mimetypes
    named = [(name.partition(";")[0].strip(), weight) for name, weight in accept if "/" in name]
    return MIMEAccept(named).best_match(offered) if named else offered[0]

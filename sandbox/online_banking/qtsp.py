"""Where the sandbox QTSP publishes whom it has revoked. It is no part of a bank; but here is a
server that answers, and it takes one less.
"""

from collections.abc import Callable

from flask import Blueprint, Response


def qtsp_pages(path: str, revoked: Callable[[], bytes]) -> Blueprint:
    """The list, at this path; `revoked` makes it."""
    pages = Blueprint("qtsp", __name__)

    @pages.get(path)
    def revoked_list() -> Response:
        """RFC 2585, 4.2."""
        return Response(revoked(), content_type="application/pkix-crl")

    return pages

"""Status codes in the bank's paths, and the answer to a told status."""

from typing import TypeVar

from flask import Response

from cms.domain.errors import Malformed
from cms.domain.statuses import FinalisableStatus

S = TypeVar("S", bound=FinalisableStatus)


def status_named(statuses: type[S], name: str) -> S:
    """The status of that code or name, in any case (`psuIdentified`, `PSUIDENTIFIED`).

    Raises Malformed.
    """
    wanted = name.strip().casefold()
    for status in statuses:
        if status.value.casefold() == wanted:
            return status
    raise Malformed("This status is unknown.", path="status")


def done() -> Response:
    """200 without a body, as the specification has it."""
    response = Response(status=200)
    del response.headers["Content-Type"]
    return response

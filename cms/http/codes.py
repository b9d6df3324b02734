"""Status codes in the bank's paths."""

from typing import TypeVar

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

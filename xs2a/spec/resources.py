"""Where authorisations are: one row per kind of thing that is authorised.

Routes and links are made from the rows, so a further parent is a further row.
"""

from dataclasses import dataclass
from typing import Final

from cms.domain.authorisation import AuthorisationKind


@dataclass(frozen=True, slots=True)
class Authorisations:
    """A collection below a parent: its path segment, and what its members authorise.

    `name` is for the OpenAPI document.
    """

    kind: AuthorisationKind
    segment: str
    name: str


OF_PAYMENTS: Final = (
    Authorisations(AuthorisationKind.PIS_CREATION, "authorisations", "payment"),
    Authorisations(
        AuthorisationKind.PIS_CANCELLATION, "cancellation-authorisations", "cancellation"
    ),
)

SEGMENTS: Final = {row.kind: row.segment for row in OF_PAYMENTS}

"""Where authorisations are: one row per kind of thing that is authorised.

Routes and links are made from the rows, so a further parent is a further row.
"""

from dataclasses import dataclass
from typing import Final

from cms.domain.authorisation import AuthorisationKind
from cms.domain.events import EventType


@dataclass(frozen=True, slots=True)
class Authorisations:
    """A collection below a parent: its path segment, and what its members authorise.

    `name` is for the OpenAPI document; what follows are the events of its requests, that of the
    update without the kind.
    """

    kind: AuthorisationKind
    segment: str
    name: str
    start_event: EventType
    list_event: EventType
    read_event: EventType
    update_event: EventType


OF_PAYMENTS: Final = (
    Authorisations(
        AuthorisationKind.PIS_CREATION,
        "authorisations",
        "payment",
        start_event=EventType.START_PAYMENT_AUTHORISATION,
        list_event=EventType.GET_PAYMENT_AUTHORISATION,
        read_event=EventType.GET_PAYMENT_SCA_STATUS,
        update_event=EventType.UPDATE_PAYMENT,
    ),
    Authorisations(
        AuthorisationKind.PIS_CANCELLATION,
        "cancellation-authorisations",
        "cancellation",
        start_event=EventType.START_CANCELLATION_AUTHORISATION,
        list_event=EventType.GET_CANCELLATION_AUTHORISATION,
        read_event=EventType.GET_CANCELLATION_SCA_STATUS,
        update_event=EventType.UPDATE_CANCELLATION,
    ),
)

SEGMENTS: Final = {row.kind: row.segment for row in OF_PAYMENTS}

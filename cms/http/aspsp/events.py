"""aspsp-api for events: what happened in a time, for the bank's evaluations (spec 2.7)."""

import re
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from flask import Response, jsonify
from flask_smorest import Blueprint

from cms.domain.errors import Malformed
from cms.domain.events import Event, EventFilter, EventOrigin, EventType
from cms.http.bodies import psu_body
from cms.http.caller import named, tenant
from cms.http.members import present
from cms.http.paging import ITEMS_PER_PAGE, whole_number
from cms.http.rooms import rooms

N = TypeVar("N", EventOrigin, EventType)

MOST_ON_A_PAGE: Final = 1_000
_WITH_OFFSET: Final = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)", re.ASCII
)

aspsp_events = Blueprint(
    "aspsp-api: events",
    __name__,
    url_prefix="/aspsp-api/v1/events",
    description="What happened: requests of TPPs, moves of statuses, calls of the bank",
)

_PARAMETERS: Final = [
    *(
        {
            "in": "header",
            "name": name,
            "required": True,
            "schema": {"type": "string", "format": "date-time"},
            "description": f"{meaning}, with an offset or Z; the moment itself included",
        }
        for name, meaning in (("start-date", "From when"), ("end-date", "Until when"))
    ),
    *(
        {"in": "query", "name": name, "schema": {"type": "integer"}, "description": meaning}
        for name, meaning in (
            ("pageIndex", "Which page, counted from 0; 0 by default"),
            ("itemsPerPage", f"How many on a page; 20 by default, {MOST_ON_A_PAGE} at most"),
        )
    ),
]
_MALFORMED: Final = {"400": {"description": "Malformed"}}


@aspsp_events.route("/", methods=["GET"], strict_slashes=False)
@aspsp_events.doc(parameters=_PARAMETERS, responses=_MALFORMED)
def all_events() -> Response:
    """The events of a time, the oldest first."""
    return _page()


@aspsp_events.route("/payment/<string:payment_id>", methods=["GET"])
@aspsp_events.doc(
    parameters=_PARAMETERS, responses={**_MALFORMED, "404": {"description": "Unknown"}}
)
def events_of_payment(payment_id: str) -> Response:
    """Those of a payment, with its authorisations."""
    return _page(payment_id=payment_id)


@aspsp_events.route("/type/<string:event_type>", methods=["GET"])
@aspsp_events.doc(parameters=_PARAMETERS, responses=_MALFORMED)
def events_of_type(event_type: str) -> Response:
    """Those of a type."""
    return _page(event_type=_named(EventType, event_type, "event-type"))


@aspsp_events.route("/origin/<string:event_origin>", methods=["GET"])
@aspsp_events.doc(parameters=_PARAMETERS, responses=_MALFORMED)
def events_of_origin(event_origin: str) -> Response:
    """Those that somebody has brought about: TPP, ASPSP, its online banking, or the server."""
    return _page(origin=_named(EventOrigin, event_origin, "event-origin"))


def _page(**fields: Any) -> Response:
    wanted = EventFilter(
        instance_id=tenant(), since=_moment("start-date"), until=_moment("end-date"), **fields
    )
    index = whole_number("pageIndex", default=0, least=0)
    size = whole_number("itemsPerPage", default=ITEMS_PER_PAGE, least=1, most=MOST_ON_A_PAGE)
    return jsonify([_body(event) for event in rooms().events.page(wanted, index=index, size=size)])


def _moment(header: str) -> datetime:
    """The moment that the header names. Raises Malformed."""
    sent = named(header) or ""
    malformed = Malformed(
        "Must be a date and time with an offset, such as 2026-03-02T10:30:00Z.", path=header
    )
    if not _WITH_OFFSET.fullmatch(sent):
        raise malformed
    try:
        return datetime.fromisoformat(sent).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise malformed from error


def _named(names: type[N], sent: str, path: str) -> N:
    """The type or origin of that name, in any case. Raises Malformed."""
    try:
        return names(sent.upper())
    except ValueError as error:
        raise Malformed("There is no such name.", path=path) from error


def _body(event: Event) -> dict[str, Any]:
    members = {
        "timestamp": event.at.isoformat().replace("+00:00", "Z"),
        "paymentId": event.payment_id,
        "authorisationId": event.authorisation_id,
        "eventOrigin": event.origin.value,
        "eventType": event.event_type.value,
        "instanceId": event.instance_id,
        "psuIdData": [psu_body(psu) for psu in event.psus],
        "tppAuthorisationNumber": event.tpp_authorisation_number,
        "xRequestId": event.x_request_id,
        "InR-ID": event.internal_request_id,
        "fromStatus": event.from_status,
        "toStatus": event.to_status,
        "cause": event.cause and event.cause.value,
        "payload": event.payload,
    }
    return present(members)

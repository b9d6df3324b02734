"""What has happened to a payment, by time: requests, moves, authorisations, calls of the bank."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from cms.domain.authorisation import Authorisation, AuthorisationKind
from cms.domain.events import Event, EventOrigin, EventType
from cms.domain.intent import BankIntent
from cms.domain.payment import Payment

# Within one moment.
_ORDER: Final = ("request", "bank", "payment", "authorisation", "status")
_WHO: Final = {
    EventOrigin.TPP: "the TPP",
    EventOrigin.ASPSP: "the bank",
    EventOrigin.ASPSP_PSU_INTERFACE: "the online banking",
    EventOrigin.XS2A_INTERNAL: "the server",
}

# Of the bank, without a move.
_CHANGES: Final = {
    EventType.PSU_NAMED,
    EventType.ORDER_REPLACED,
    EventType.BANK_STATE_CHANGED,
    EventType.ACCESS_GRANTED,
    EventType.ACCESS_DECLINED,
    EventType.ACCESS_REVOKED,
    EventType.ACCESS_VOIDED,
}


@dataclass(frozen=True, slots=True)
class Happening:
    """One line: when, what kind of thing, what, and more about it. `status` is where it led to."""

    at: datetime
    kind: str
    text: str
    more: tuple[str, ...] = ()
    status: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """All that is stored of a payment's past."""

    payment: Payment
    authorisations: Sequence[Authorisation]
    intent: BankIntent | None
    events: Sequence[Event]


def timeline(known: Known) -> list[Happening]:
    """Everything, the oldest first; of one moment, causes before what came of them."""
    found = [*_of_resources(known)]
    for event in known.events:
        found += _of_event(event)
    return sorted(found, key=lambda each: (each.at, _ORDER.index(each.kind)))


def _of_resources(known: Known) -> Iterator[Happening]:
    yield Happening(known.payment.created_at, "payment", "Payment stored")
    for each in known.authorisations:
        of = (
            "the cancellation" if each.kind is AuthorisationKind.PIS_CANCELLATION else "the payment"
        )
        text = f"Authorisation of {of} started: {each.sca_approach.lower()}"
        yield Happening(each.created_at, "authorisation", text, (each.authorisation_id,))
    if known.intent is not None:
        text = f"About to ask the bank to {known.intent.deed}; its answer is not known yet"
        yield Happening(known.intent.created_at, "bank", text, (known.intent.intent_id,))


def _of_event(event: Event) -> Iterator[Happening]:
    """A move, or a request; the calls of the bank that it led to are lines of their own."""
    payload = event.payload or {}
    if event.to_status is not None:
        yield Happening(event.at, "status", *_move(event))
    elif event.event_type in _CHANGES:
        told = [f"{name}: {value}" for name, value in payload.items()]
        more = (f"by {_WHO[event.origin]}", ", ".join(told))
        yield Happening(event.at, "bank", _words(event.event_type), more)
    elif event.event_type is EventType.DEED_CONTRADICTED:
        text = f"Asked to {payload['deed']}, the bank says {payload['bankStatus']}"
        yield Happening(event.at, "bank", text, ("what is stored denies it, and stays",))
    elif event.event_type is not EventType.BANK_CALLED:
        yield Happening(event.at, "request", _words(event.event_type), _request(event, payload))
    for call in payload.get("bankCalls", ()):
        yield Happening(event.at, "bank", f"Bank: {_words(call['method'])}", (_answer(call),))


def _move(event: Event) -> tuple[str, tuple[str, ...], str]:
    what = "SCA status" if event.event_type is EventType.SCA_STATUS_CHANGED else "Payment"
    cause = f"{_words(event.cause)}, by {_WHO[event.origin]}" if event.cause else ""
    more = tuple(part for part in (cause, event.authorisation_id or "") if part)
    return f"{what}: {event.from_status} to", more, event.to_status or ""


def _request(event: Event, payload: Mapping[str, Any]) -> tuple[str, ...]:
    """The request itself, and the ids by which both sides find it."""
    line = f"{payload.get('method', '')} {payload.get('path', '')}".strip()
    asked = f"X-Request-ID {event.x_request_id}" if event.x_request_id else ""
    ours = f"our id {event.internal_request_id}" if event.internal_request_id else ""
    return tuple(part for part in (line, ", ".join(filter(None, (asked, ours)))) if part)


def _answer(call: Mapping[str, Any]) -> str:
    codes = f" ({', '.join(call['codes'])})" if call.get("codes") else ""
    return f"{call['answer']}{codes}, {call['durationMs']} ms"


def _words(name: str) -> str:
    """`GET_PAYMENT_REQUEST_RECEIVED` as a person would say it."""
    said = name.removesuffix("_REQUEST_RECEIVED").replace("_", " ")
    return said.capitalize() if said.isupper() else said

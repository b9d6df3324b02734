"""The TPP's request in hand, and what of it is still to be put on record.

Its event goes with the first transaction that the request commits, later calls of the bank with
the next one. If that transaction fails, both stay pending; what is pending at the end of the
request is written by itself (`event_writer.py`).
"""

from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar, Token
from datetime import datetime
from typing import Any, Final

import orjson

from cms import log_lines
from cms.domain.events import BankCall, EventOrigin, EventType, ReceivedRequest
from cms.domain.intent import BankIntent
from cms.domain.statuses import TransactionStatus

EventRow = Mapping[str, Any]
"""Columns of the table `events` and their values."""


_TPP: Final = EventOrigin.TPP.value


class RequestInHand:
    """A TPP's request while it is answered, by one thread."""

    def __init__(self, received: ReceivedRequest, *, at: datetime, request_id: str) -> None:
        """`request_id` is our own id of the request, and of its event."""
        self.received = received
        self.at = at
        self.request_id = request_id
        self.event_type = received.event_type
        self.payment_id = received.payment_id
        self.authorisation_id = received.authorisation_id
        self.calls: list[BankCall] = []
        self._stored = False

    def pending(
        self,
        new_id: Callable[[], str],
        *,
        payment_id: str | None = None,
        authorisation_id: str | None = None,
    ) -> EventRow | None:
        """What is to be stored next. The ids are those of what has just been made, if anything."""
        if self._stored and not self.calls:
            return None
        received = self.received
        ids = {
            "payment_id": payment_id or self.payment_id,
            "authorisation_id": authorisation_id or self.authorisation_id,
            **self.stamp(),
        }
        if self._stored:
            return bank_called_row(self.calls, received.instance_id, new_id()) | ids
        return {
            "instance_id": received.instance_id,
            "event_id": self.request_id,
            "at": self.at,
            "origin": _TPP,
            "event_type": self.event_type.value,
            "payload": self._payload(),
            **ids,
        }

    def stored(self, row: EventRow) -> None:
        """The row is committed."""
        self.payment_id = row["payment_id"]
        self.authorisation_id = row["authorisation_id"]
        self.calls = []
        self._stored = True

    def stamp(self) -> dict[str, str | None]:
        """By what the events of this request are found together."""
        return {
            "tpp_authorisation_number": self.received.tpp_authorisation_number,
            "x_request_id": self.received.x_request_id,
            "internal_request_id": self.request_id,
        }

    def _payload(self) -> str:
        received = self.received
        described: dict[str, Any] = {
            "method": received.method,
            "path": received.path,
            "headers": received.headers,
        }
        if self.calls:
            described["bankCalls"] = _told(self.calls)
        return orjson.dumps(described).decode()


_IN_HAND: Final[ContextVar[RequestInHand | None]] = ContextVar("request_in_hand", default=None)


def in_hand() -> RequestInHand | None:
    """The TPP's request that is being answered here, if it is one."""
    return _IN_HAND.get()


def take_in_hand(request: RequestInHand) -> Token[RequestInHand | None]:
    """All that is stored from now on belongs to this request."""
    return _IN_HAND.set(request)


def put_down(token: Token[RequestInHand | None]) -> None:
    """The request is answered."""
    _IN_HAND.reset(token)


def stamp() -> dict[str, str | None]:
    """By what the events of the request that is being answered here are found together: a TPP's, or
    one of the bank's own systems, which may have given it an id too.
    """
    request = in_hand()
    return request.stamp() if request else {"x_request_id": log_lines.uuid_of_request()}


def bank_called_row(calls: Sequence[BankCall], instance_id: str, event_id: str) -> dict[str, Any]:
    """The event of calls of the bank that no request's event tells of."""
    return {
        "instance_id": instance_id,
        "event_id": event_id,
        "at": calls[0].at,
        "origin": EventOrigin.XS2A_INTERNAL.value,
        "event_type": EventType.BANK_CALLED.value,
        "payload": orjson.dumps({"bankCalls": _told(calls)}).decode(),
    }


# Changes that move no status and that no TPP asked for, and by whom.
_CHANGED_BY: Final = {
    EventType.PSU_NAMED: EventOrigin.ASPSP_PSU_INTERFACE,
    EventType.ORDER_REPLACED: EventOrigin.ASPSP_PSU_INTERFACE,
    EventType.BANK_STATE_CHANGED: EventOrigin.ASPSP_PSU_INTERFACE,
    EventType.TPP_BLOCKED: EventOrigin.ASPSP,
    EventType.TPP_UNBLOCKED: EventOrigin.ASPSP,
    EventType.ACCESS_GRANTED: EventOrigin.ASPSP_PSU_INTERFACE,
    EventType.ACCESS_DECLINED: EventOrigin.ASPSP_PSU_INTERFACE,
    EventType.ACCESS_REVOKED: EventOrigin.ASPSP_PSU_INTERFACE,
    EventType.ACCESS_VOIDED: EventOrigin.XS2A_INTERNAL,
}


def changed_row(
    event_type: EventType, at: datetime, payload: Mapping[str, Any], **columns: str
) -> dict[str, Any]:
    """The event of a change that moves no status. `columns` are the others: the
    tenant, the id of the event, and what has changed.
    """
    return {
        "at": at,
        "origin": _CHANGED_BY[event_type].value,
        "event_type": event_type.value,
        "payload": orjson.dumps(payload).decode(),
        "x_request_id": log_lines.uuid_of_request(),
        **columns,
    }


def deed_contradicted_row(
    intent: BankIntent, told: TransactionStatus, *, at: datetime, event_id: str
) -> EventRow:
    """The event of a deed of which the bank says what the payment's status denies."""
    payload = {"deed": intent.deed.value, "bankStatus": told.value}
    return {
        "instance_id": intent.instance_id,
        "event_id": event_id,
        "at": at,
        "origin": EventOrigin.ASPSP.value,
        "event_type": EventType.DEED_CONTRADICTED.value,
        "payment_id": intent.payment_id,
        "authorisation_id": intent.authorisation_id,
        "payload": orjson.dumps(payload).decode(),
    } | stamp()


def _told(calls: Sequence[BankCall]) -> list[dict[str, Any]]:
    return [
        {
            "method": call.method,
            "answer": call.answer,
            **({"codes": call.codes} if call.codes else {}),
            "durationMs": call.duration_ms,
        }
        for call in calls
    ]

"""What is put on record: every request of a TPP, every move of a status, every call of the bank.

The names of origins and types are those of the field, so that a bank's evaluations fit; the types
without `_REQUEST_RECEIVED` are ours.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from cms.domain.parties import PsuId

if TYPE_CHECKING:
    from cms.domain.statuses import Cause


class EventOrigin(StrEnum):
    """Who brought an event about."""

    TPP = "TPP"
    ASPSP = "ASPSP"  # the bank: its core system through the connector, its back office
    ASPSP_PSU_INTERFACE = "ASPSP_PSU_INTERFACE"  # the bank's online banking
    XS2A_INTERNAL = "XS2A_INTERNAL"  # the server: what ran out, and what follows from that


class UpdateKind(StrEnum):
    """What an update of an authorisation is about; of several, the first one here names it."""

    CONFIRMATION_CODE = "CONFIRMATION_CODE"
    TAN = "TAN"
    SELECT_AUTHENTICATION_METHOD = "SELECT_AUTHENTICATION_METHOD"
    AUTHENTICATION = "AUTHENTICATION"
    IDENTIFICATION = "IDENTIFICATION"


class EventType(StrEnum):
    """What has happened (spec 5.2). An update without a kind is one that could not be read."""

    PAYMENT_INITIATION = "PAYMENT_INITIATION_REQUEST_RECEIVED"
    GET_PAYMENT = "GET_PAYMENT_REQUEST_RECEIVED"
    GET_TRANSACTION_STATUS = "GET_TRANSACTION_STATUS_REQUEST_RECEIVED"
    PAYMENT_CANCELLATION = "PAYMENT_CANCELLATION_REQUEST_RECEIVED"

    START_PAYMENT_AUTHORISATION = "START_PAYMENT_AUTHORISATION_REQUEST_RECEIVED"
    GET_PAYMENT_AUTHORISATION = "GET_PAYMENT_AUTHORISATION_REQUEST_RECEIVED"
    GET_PAYMENT_SCA_STATUS = "GET_PAYMENT_SCA_STATUS_REQUEST_RECEIVED"
    UPDATE_PAYMENT = "UPDATE_PAYMENT_AUTHORISATION_PSU_DATA_REQUEST_RECEIVED"
    UPDATE_PAYMENT_CONFIRMATION_CODE = (
        "UPDATE_PAYMENT_AUTHORISATION_PSU_DATA_CONFIRMATION_CODE_REQUEST_RECEIVED"
    )
    UPDATE_PAYMENT_TAN = "UPDATE_PAYMENT_AUTHORISATION_PSU_DATA_TAN_REQUEST_RECEIVED"
    UPDATE_PAYMENT_SELECT_AUTHENTICATION_METHOD = (
        "UPDATE_PAYMENT_AUTHORISATION_PSU_DATA_SELECT_AUTHENTICATION_METHOD_REQUEST_RECEIVED"
    )
    UPDATE_PAYMENT_AUTHENTICATION = (
        "UPDATE_PAYMENT_AUTHORISATION_PSU_DATA_AUTHENTICATION_REQUEST_RECEIVED"
    )
    UPDATE_PAYMENT_IDENTIFICATION = (
        "UPDATE_PAYMENT_AUTHORISATION_PSU_DATA_IDENTIFICATION_REQUEST_RECEIVED"
    )

    START_CANCELLATION_AUTHORISATION = "START_PAYMENT_CANCELLATION_AUTHORISATION_REQUEST_RECEIVED"
    GET_CANCELLATION_AUTHORISATION = "GET_PAYMENT_CANCELLATION_AUTHORISATION_REQUEST_RECEIVED"
    GET_CANCELLATION_SCA_STATUS = "GET_PAYMENT_CANCELLATION_SCA_STATUS_REQUEST_RECEIVED"
    UPDATE_CANCELLATION = "UPDATE_PAYMENT_CANCELLATION_PSU_DATA_REQUEST_RECEIVED"
    UPDATE_CANCELLATION_CONFIRMATION_CODE = (
        "UPDATE_PAYMENT_CANCELLATION_PSU_DATA_CONFIRMATION_CODE_REQUEST_RECEIVED"
    )
    UPDATE_CANCELLATION_TAN = "UPDATE_PAYMENT_CANCELLATION_PSU_DATA_TAN_REQUEST_RECEIVED"
    UPDATE_CANCELLATION_SELECT_AUTHENTICATION_METHOD = (
        "UPDATE_PAYMENT_CANCELLATION_PSU_DATA_SELECT_AUTHENTICATION_METHOD_REQUEST_RECEIVED"
    )
    UPDATE_CANCELLATION_AUTHENTICATION = (
        "UPDATE_PAYMENT_CANCELLATION_PSU_DATA_AUTHENTICATION_REQUEST_RECEIVED"
    )
    UPDATE_CANCELLATION_IDENTIFICATION = (
        "UPDATE_PAYMENT_CANCELLATION_PSU_DATA_IDENTIFICATION_REQUEST_RECEIVED"
    )

    OAUTH_TOKEN = "OAUTH_TOKEN_REQUEST_RECEIVED"  # noqa: S105  the name of an event
    OAUTH_REVOCATION = "OAUTH_REVOCATION_REQUEST_RECEIVED"
    OAUTH_INTROSPECTION = "GET_OAUTH_INTROSPECTION_REQUEST_RECEIVED"

    TRANSACTION_STATUS_CHANGED = "TRANSACTION_STATUS_CHANGED"
    SCA_STATUS_CHANGED = "SCA_STATUS_CHANGED"
    BANK_CALLED = "BANK_CALLED"
    DEED_CONTRADICTED = "DEED_CONTRADICTED"

    PSU_NAMED = "PSU_NAMED"
    ORDER_REPLACED = "ORDER_REPLACED"
    BANK_STATE_CHANGED = "BANK_STATE_CHANGED"
    TPP_BLOCKED = "TPP_BLOCKED"
    TPP_UNBLOCKED = "TPP_UNBLOCKED"
    ACCESS_GRANTED = "ACCESS_GRANTED"
    ACCESS_DECLINED = "ACCESS_DECLINED"
    ACCESS_REVOKED = "ACCESS_REVOKED"
    ACCESS_VOIDED = "ACCESS_VOIDED"

    @property
    def is_read(self) -> bool:
        """A request that only asks; of those there may be any number."""
        return self.value.startswith("GET_")

    def of_kind(self, kind: UpdateKind) -> "EventType":
        """The type of an update of that kind; `self` is the one without a kind."""
        return EventType(self.value.replace("_REQUEST_", f"_{kind.value}_REQUEST_"))


@dataclass(frozen=True, slots=True)
class Event:
    """An event as it is stored.

    `from_status`, `to_status` and `cause` are those of a move. `psus` are the payment's at the time
    of reading: an event itself names no PSU.
    """

    event_id: str
    instance_id: str
    at: datetime
    origin: EventOrigin
    event_type: EventType
    payment_id: str | None = None
    authorisation_id: str | None = None
    from_status: str | None = None
    to_status: str | None = None
    cause: "Cause | None" = None
    tpp_authorisation_number: str | None = None
    x_request_id: str | None = None
    internal_request_id: str | None = None
    payload: Mapping[str, Any] | None = None
    psus: tuple[PsuId, ...] = ()


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events of a tenant are looked for, both ends of the time included; what is None does
    not matter.
    """

    instance_id: str
    since: datetime
    until: datetime
    payment_id: str | None = None
    event_type: EventType | None = None
    origin: EventOrigin | None = None


@dataclass(frozen=True, slots=True)
class ReceivedRequest:
    """What is put on record of a TPP's request: never its body, nothing of the PSU, no secret.

    The ids are those that the path names, where they can be ids of ours.
    """

    event_type: EventType
    instance_id: str
    tpp_authorisation_number: str
    method: str
    path: str
    headers: Mapping[str, str]
    x_request_id: str | None = None
    payment_id: str | None = None
    authorisation_id: str | None = None


class BankCall(NamedTuple):
    """A call of the bank: when, which, how it answered (with codes, where it refused), how long."""

    at: datetime
    method: str
    answer: str
    duration_ms: float
    codes: tuple[str, ...] = ()

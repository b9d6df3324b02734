"""Names of events are those of the field; every cause tells who brought a move about."""

from typing import Any

import pytest

from cms.domain.events import EventOrigin, EventType, UpdateKind
from cms.domain.statuses import Cause
from xs2a.spec.resources import OF_PAYMENTS

TPP, ASPSP, PAGES, SERVER = (
    EventOrigin.TPP,
    EventOrigin.ASPSP,
    EventOrigin.ASPSP_PSU_INTERFACE,
    EventOrigin.XS2A_INTERNAL,
)
# Spec 5.2, without the suffix.
OF_THE_FIELD = {
    "PAYMENT_INITIATION",
    "GET_PAYMENT",
    "GET_TRANSACTION_STATUS",
    "PAYMENT_CANCELLATION",
    "START_PAYMENT_AUTHORISATION",
    "GET_PAYMENT_AUTHORISATION",
    "GET_PAYMENT_SCA_STATUS",
    "UPDATE_PAYMENT_AUTHORISATION_PSU_DATA",
    "UPDATE_PAYMENT_AUTHORISATION_PSU_DATA_CONFIRMATION_CODE",
    "UPDATE_PAYMENT_AUTHORISATION_PSU_DATA_TAN",
    "UPDATE_PAYMENT_AUTHORISATION_PSU_DATA_SELECT_AUTHENTICATION_METHOD",
    "UPDATE_PAYMENT_AUTHORISATION_PSU_DATA_AUTHENTICATION",
    "UPDATE_PAYMENT_AUTHORISATION_PSU_DATA_IDENTIFICATION",
    "START_PAYMENT_CANCELLATION_AUTHORISATION",
    "GET_PAYMENT_CANCELLATION_AUTHORISATION",
    "GET_PAYMENT_CANCELLATION_SCA_STATUS",
    "UPDATE_PAYMENT_CANCELLATION_PSU_DATA",
    "UPDATE_PAYMENT_CANCELLATION_PSU_DATA_CONFIRMATION_CODE",
    "UPDATE_PAYMENT_CANCELLATION_PSU_DATA_TAN",
    "UPDATE_PAYMENT_CANCELLATION_PSU_DATA_SELECT_AUTHENTICATION_METHOD",
    "UPDATE_PAYMENT_CANCELLATION_PSU_DATA_AUTHENTICATION",
    "UPDATE_PAYMENT_CANCELLATION_PSU_DATA_IDENTIFICATION",
}
OURS = {
    "TRANSACTION_STATUS_CHANGED",
    "SCA_STATUS_CHANGED",
    "BANK_CALLED",
    "DEED_CONTRADICTED",
    "PSU_NAMED",
    "ORDER_REPLACED",
    "BANK_STATE_CHANGED",
    "TPP_BLOCKED",
    "TPP_UNBLOCKED",
    "ACCESS_GRANTED",
    "ACCESS_DECLINED",
    "ACCESS_REVOKED",
    "ACCESS_VOIDED",
    "OAUTH_TOKEN_REQUEST_RECEIVED",
    "OAUTH_REVOCATION_REQUEST_RECEIVED",
    "GET_OAUTH_INTROSPECTION_REQUEST_RECEIVED",
}


def test_types_are_called_as_in_the_field() -> None:
    assert {each.value for each in EventType} == OURS | {
        f"{name}_REQUEST_RECEIVED" for name in OF_THE_FIELD
    }


def test_an_update_of_every_kind_has_a_type_of_its_own() -> None:
    types = {row.update_event.of_kind(kind) for row in OF_PAYMENTS for kind in UpdateKind}

    assert len(types) == len(OF_PAYMENTS) * len(UpdateKind)
    for row in OF_PAYMENTS:
        for kind in UpdateKind:
            words = f"PSU_DATA_{kind.value}_REQUEST_RECEIVED"
            assert row.update_event.of_kind(kind).value.endswith(words)


@pytest.mark.parametrize(
    "origin, causes",
    [
        (
            TPP,
            {
                Cause.INITIATED,
                Cause.STARTED,
                Cause.PSU_NAMED,
                Cause.SCA_STEP,
                Cause.SCA_REFUSED,
                Cause.CODE_WRONG,
                Cause.PSU_AUTHORISED,
                Cause.CANCELLED,
            },
        ),
        (ASPSP, {Cause.BANK_REPORTED, Cause.BANK_FAILED, Cause.ASPSP_PUSHED}),
        (PAGES, {Cause.ONLINE_BANKING_REPORTED, Cause.ACCESS_DECLINED}),
        (
            SERVER,
            {
                Cause.SUPERSEDED,
                Cause.PARENT_CLOSED,
                Cause.TIME_RAN_OUT,
                Cause.PARENT_EXPIRED,
                Cause.AUTHORISATION_EXPIRED,
                Cause.REDIRECT_EXPIRED,
            },
        ),
    ],
)
def test_a_cause_tells_its_origin(origin: EventOrigin, causes: set[Cause]) -> None:
    assert {each for each in Cause if each.origin is origin} == causes


def test_a_cause_without_an_origin_is_no_cause() -> None:
    new_member: Any = Cause.__dict__["_new_member_"]  # what Python makes members with

    with pytest.raises(TypeError):
        new_member(Cause, "nameless")

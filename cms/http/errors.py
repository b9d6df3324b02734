"""Refusals as the bank's systems get them: 404, 400 with a reason, 408 with the NOK URI (C3)."""

import logging
from collections.abc import Mapping
from typing import Final

from flask import Flask, Response, jsonify
from werkzeug.exceptions import HTTPException

from cms.domain.access import AccessEnded, BeingDecided, GrantedByPayment
from cms.domain.errors import (
    AlreadyFinalised,
    BeingCarriedOut,
    CancellationNotRequested,
    CancellationOfFinalised,
    ChangedMeanwhile,
    ConfirmationOverdue,
    IllegalMove,
    LinkExpired,
    Malformed,
    NothingToAuthorise,
    OrderBeingAuthorised,
    PsuHasAuthorised,
    PsuMismatch,
    Refusal,
    SealedByAnotherKey,
    StoreUnavailable,
    TooManyAuthorisations,
    Unknown,
)
from cms.domain.profile import UnknownTenant

log = logging.getLogger(__name__)

HTTP_STATUS_FOR_REFUSAL: Final[dict[type[Refusal], int]] = {
    Unknown: 404,
    UnknownTenant: 404,
    AlreadyFinalised: 400,
    IllegalMove: 400,
    Malformed: 400,
    PsuMismatch: 400,
    PsuHasAuthorised: 400,
    NothingToAuthorise: 400,
    OrderBeingAuthorised: 400,
    ConfirmationOverdue: 400,
    CancellationOfFinalised: 400,
    CancellationNotRequested: 400,
    GrantedByPayment: 400,
    AccessEnded: 409,
    BeingDecided: 409,
    LinkExpired: 408,
    BeingCarriedOut: 409,
    TooManyAuthorisations: 400,
    ChangedMeanwhile: 409,
    SealedByAnotherKey: 503,
    StoreUnavailable: 503,
}


def register_error_handlers(app: Flask) -> None:
    """Let no error leave the CMS in a body of the framework's."""

    def refused(refusal: Refusal) -> Response:
        status = HTTP_STATUS_FOR_REFUSAL.get(type(refusal), 500)
        if isinstance(refusal, LinkExpired):
            nok = {"tppNokRedirectUri": refusal.nok_uri} if refusal.nok_uri else {}
            return _answer(nok, status)
        return _answer({"message": refusal.text, "path": refusal.path}, status)

    def framework_error(error: HTTPException) -> Response:
        response = _answer({"message": error.description or error.name}, error.code or 500)
        for name, value in error.get_headers():
            if name.lower() == "allow":  # RFC 9110 15.5.6
                response.headers[name] = value
        return response

    def unexpected(error: Exception) -> Response:
        log.error("unexpected error", exc_info=error)
        return _answer({"message": "The server failed."}, 500)

    app.register_error_handler(Refusal, refused)
    app.register_error_handler(HTTPException, framework_error)
    app.register_error_handler(Exception, unexpected)


def _answer(body: Mapping[str, str | None], status: int) -> Response:
    response = jsonify({key: value for key, value in body.items() if value is not None})
    response.status_code = status
    return response

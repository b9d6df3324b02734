"""Every no of the server in the standard's two error bodies (E1). Refusals are translated here
and nowhere else.
"""

import logging
from collections.abc import Sequence
from typing import Any, Final

import orjson
from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from cms import log_lines
from cms.domain.errors import (
    AlreadyFinalised,
    BeingCarriedOut,
    CancellationNotRequested,
    CancellationOfFinalised,
    ChangedMeanwhile,
    ConfirmationOverdue,
    IllegalMove,
    Malformed,
    NothingToAuthorise,
    PsuHasAuthorised,
    PsuMismatch,
    Refusal,
    SealedByAnotherKey,
    StoreUnavailable,
    TooManyAuthorisations,
    Unknown,
)
from cms.domain.profile import BlankTenant, UnknownTenant
from spi.answers import BankCode, BankError
from xs2a.errors import (
    ApproachClosed,
    BankRefused,
    BankUnavailable,
    CodeNotAccepted,
    EncryptionUnsupported,
    Finding,
    IntrospectionUnavailable,
    OtherPsu,
    PsuNotNamed,
    RequestFaulty,
    StatusAllowsNoUpdate,
    TokenExpired,
    TokenInvalid,
    TokenMissing,
    TokenNeededToRead,
    TokenNotTaken,
    TokenUnknown,
    WrongPaymentProduct,
    WrongPaymentService,
    WrongStage,
)
from xs2a.http.answers import answer
from xs2a.http.negotiation import preferred
from xs2a.spec.media_types import JSON, PROBLEM_JSON
from xs2a.spec.messages import Message
from xs2a.tpp.refusals import (
    CertificateBlocked,
    CertificateExpired,
    CertificateInvalid,
    CertificateMissing,
    CertificateRevoked,
    RoleInvalid,
    SignatureInvalid,
    SignatureMissing,
)

log = logging.getLogger(__name__)

MESSAGE_FOR_REFUSAL: Final[dict[type[Refusal], Message]] = {
    Unknown: Message.RESOURCE_UNKNOWN,
    WrongPaymentService: Message.SERVICE_INVALID,
    WrongPaymentProduct: Message.PRODUCT_INVALID,
    AlreadyFinalised: Message.STATUS_INVALID,
    IllegalMove: Message.STATUS_INVALID,
    ChangedMeanwhile: Message.STATUS_INVALID,
    ConfirmationOverdue: Message.RESOURCE_EXPIRED,
    NothingToAuthorise: Message.STATUS_INVALID,
    PsuHasAuthorised: Message.STATUS_INVALID,
    BeingCarriedOut: Message.STATUS_INVALID,
    TooManyAuthorisations: Message.STATUS_INVALID,
    CancellationOfFinalised: Message.FORMAT_ERROR,
    CancellationNotRequested: Message.FORBIDDEN,
    ApproachClosed: Message.SERVICE_BLOCKED,
    StatusAllowsNoUpdate: Message.STATUS_INVALID,
    WrongStage: Message.WRONG_STAGE,
    CodeNotAccepted: Message.SCA_INVALID,
    PsuNotNamed: Message.FORMAT_ERROR,
    OtherPsu: Message.PSU_CREDENTIALS_INVALID,
    PsuMismatch: Message.PSU_CREDENTIALS_INVALID,
    EncryptionUnsupported: Message.FORMAT_ERROR,
    TokenMissing: Message.TOKEN_MISSING,
    TokenUnknown: Message.TOKEN_UNKNOWN,
    TokenExpired: Message.TOKEN_EXPIRED,
    TokenInvalid: Message.TOKEN_INVALID,
    IntrospectionUnavailable: Message.SERVICE_UNAVAILABLE,
    TokenNotTaken: Message.FORBIDDEN,
    TokenNeededToRead: Message.FORBIDDEN,
    Malformed: Message.FORMAT_ERROR,
    BlankTenant: Message.FORMAT_ERROR,
    UnknownTenant: Message.RESOURCE_UNKNOWN,
    CertificateMissing: Message.CERTIFICATE_MISSING,
    CertificateInvalid: Message.CERTIFICATE_INVALID,
    CertificateExpired: Message.CERTIFICATE_EXPIRED,
    CertificateRevoked: Message.CERTIFICATE_REVOKED,
    CertificateBlocked: Message.CERTIFICATE_BLOCKED,
    RoleInvalid: Message.ROLE_INVALID,
    SignatureMissing: Message.SIGNATURE_MISSING,
    SignatureInvalid: Message.SIGNATURE_INVALID,
    BankUnavailable: Message.SERVICE_UNAVAILABLE,
    SealedByAnotherKey: Message.SERVICE_UNAVAILABLE,
    StoreUnavailable: Message.SERVICE_UNAVAILABLE,
}

MESSAGE_FOR_BANK_CODE: Final[dict[BankCode, Message]] = {
    code: Message[code.value] for code in BankCode
}

# What Flask itself answers, by HTTP status; every other 4xx of it is a format error.
MESSAGE_FOR_HTTP_STATUS: Final[dict[int, Message]] = {
    404: Message.RESOURCE_UNKNOWN,
    405: Message.METHOD_INVALID,
    406: Message.REQUESTED_FORMATS_INVALID,
    413: Message.BODY_TOO_LARGE,
    415: Message.UNSUPPORTED_MEDIA_TYPE,
    500: Message.INTERNAL_SERVER_ERROR,
    503: Message.SERVICE_UNAVAILABLE,
}

# What an access token lacks is also told in the words of OAuth (RFC 6750, 3).
_CHALLENGE_FOR_MESSAGE: Final[dict[Message, str]] = {
    Message.TOKEN_MISSING: "Bearer",
    Message.TOKEN_UNKNOWN: 'Bearer error="invalid_token"',
    Message.TOKEN_INVALID: 'Bearer error="invalid_token"',
    Message.TOKEN_EXPIRED: 'Bearer error="invalid_token"',
}


def findings_of(refusal: Refusal) -> Sequence[Finding]:
    """The refusal as findings; the first one decides the HTTP status."""
    if isinstance(refusal, RequestFaulty):
        return refusal.findings
    if isinstance(refusal, BankRefused):
        told = [_bank_finding(error) for error in refusal.errors]
        # The standard ties codes to a status: what does not go with the first one cannot be told.
        return [each for each in told if each.message.http_status == told[0].message.http_status]
    message = MESSAGE_FOR_REFUSAL.get(type(refusal), Message.INTERNAL_SERVER_ERROR)
    return [Finding(message, refusal.text, refusal.path)]


def _bank_finding(error: BankError) -> Finding:
    message = MESSAGE_FOR_BANK_CODE[error.code]
    return Finding(message, error.text or message.text, error.path)


def error_response(findings: Sequence[Finding]) -> Response:
    """The findings, in the body that the `Accept` header prefers (E1). The log gets the code of
    the first.
    """
    log_lines.know(code=findings[0].message.code)
    status = findings[0].message.http_status
    challenge = _CHALLENGE_FOR_MESSAGE.get(findings[0].message)
    headers = {"WWW-Authenticate": challenge} if challenge is not None else {}
    if _prefers_problem_json():
        problem = orjson.dumps(_problem(findings))
        return answer(problem, status, {**headers, "Content-Type": PROBLEM_JSON})
    body = {"tppMessages": [_tpp_message(finding) for finding in findings]}
    return answer(orjson.dumps(body), status, {**headers, "Content-Type": JSON})


def register_error_handlers(app: Flask) -> None:
    """Let no error leave the app in a body of the framework's."""

    def refused(refusal: Refusal) -> Response:
        return error_response(findings_of(refusal))

    def framework_error(error: HTTPException) -> Response:
        message = MESSAGE_FOR_HTTP_STATUS.get(error.code or 500, Message.FORMAT_ERROR)
        response = error_response([Finding(message, message.text)])
        for name, value in error.get_headers():
            if name.lower() == "allow":  # RFC 9110 15.5.6
                response.headers[name] = value
        return response

    def unexpected(error: Exception) -> Response:
        log.error("unexpected error", exc_info=error)
        message = Message.INTERNAL_SERVER_ERROR
        return error_response([Finding(message, message.text)])

    app.register_error_handler(Refusal, refused)
    app.register_error_handler(HTTPException, framework_error)
    app.register_error_handler(Exception, unexpected)


def _prefers_problem_json() -> bool:
    if "problem+json" not in request.headers.get("Accept", "").lower():
        return False
    return preferred((JSON, PROBLEM_JSON)) == PROBLEM_JSON


def _tpp_message(finding: Finding) -> dict[str, str]:
    body = {"category": "ERROR", "code": finding.message.code, "text": finding.text[:500]}
    if finding.path:
        body["path"] = finding.path
    return body


def _problem(findings: Sequence[Finding]) -> dict[str, Any]:
    first, *others = findings
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": first.message.text[:70],
        "detail": first.text[:500],
        "code": first.message.code,
    }
    if others:
        body["additionalErrors"] = [
            {
                "title": other.message.text[:70],
                "detail": other.text[:500],
                "code": other.message.code,
            }
            for other in others
        ]
    return body

"""Message codes and the HTTP status each rides on: one member per row of the standard.

A code may ride on several statuses, so the member's name says which row is meant. The default
text is for people; TPPs act on the code.
"""

from enum import Enum, unique


@unique
class Message(Enum):
    """`NAME = code, HTTP status, default text`."""

    # 400
    FORMAT_ERROR = "FORMAT_ERROR", 400, "The request does not match the expected format."
    PARAMETER_NOT_SUPPORTED = (
        "PARAMETER_NOT_SUPPORTED",
        400,
        "This payment service is not offered.",
    )
    EXECUTION_DATE_INVALID = (
        "EXECUTION_DATE_INVALID",
        400,
        "The requested execution date is not possible.",
    )
    TIMESTAMP_INVALID = (
        "TIMESTAMP_INVALID",
        400,
        "The request's date is too far from the time now.",
    )
    PERIOD_INVALID = "PERIOD_INVALID", 400, "The period ends before it starts."
    PAYMENT_FAILED = "PAYMENT_FAILED", 400, "The payment failed in its first processing."
    SCA_METHOD_UNKNOWN = "SCA_METHOD_UNKNOWN", 400, "The PSU does not have this SCA method."
    SCA_INVALID = "SCA_INVALID", 400, "The SCA or its confirmation failed."
    WRONG_STAGE = (
        "SERVICE_INVALID",
        400,
        "What was sent does not fit the status of the authorisation.",
    )
    # 401
    CERTIFICATE_MISSING = "CERTIFICATE_MISSING", 401, "No TPP certificate was presented."
    CERTIFICATE_INVALID = "CERTIFICATE_INVALID", 401, "The TPP certificate is not valid for PSD2."
    CERTIFICATE_EXPIRED = "CERTIFICATE_EXPIRED", 401, "The TPP certificate has expired."
    # So the OpenAPI spells it; the guidelines' prose has CERTIFICATE_REVOKED.
    CERTIFICATE_REVOKED = "CERTIFICATE_REVOKE", 401, "The TPP certificate has been revoked."
    CERTIFICATE_BLOCKED = "CERTIFICATE_BLOCKED", 401, "The bank has blocked this TPP."
    ROLE_INVALID = "ROLE_INVALID", 401, "The TPP does not have the role this service needs."
    SIGNATURE_MISSING = "SIGNATURE_MISSING", 401, "The request is not signed."
    SIGNATURE_INVALID = "SIGNATURE_INVALID", 401, "The signature does not fit the request."
    PSU_CREDENTIALS_INVALID = (
        "PSU_CREDENTIALS_INVALID",
        401,
        "The PSU is not known, is blocked, or the credentials are wrong.",
    )
    CORPORATE_ID_INVALID = "CORPORATE_ID_INVALID", 401, "The PSU-Corporate-ID is not known."
    TOKEN_UNKNOWN = "TOKEN_UNKNOWN", 401, "The access token is unknown."
    TOKEN_INVALID = (
        "TOKEN_INVALID",
        401,
        "The access token is revoked, or not of this TPP, its certificate, this payment or PSU.",
    )
    TOKEN_EXPIRED = "TOKEN_EXPIRED", 401, "The access token has expired."
    TOKEN_MISSING = "UNAUTHORIZED", 401, "An access token is needed."
    # 403
    FORBIDDEN = "FORBIDDEN", 403, "This is not allowed for the resource as it is now."
    RESOURCE_EXPIRED = "RESOURCE_EXPIRED", 403, "The addressed resource has expired."
    SERVICE_BLOCKED = "SERVICE_BLOCKED", 403, "This service is blocked for this PSU."
    PRODUCT_INVALID = (
        "PRODUCT_INVALID",
        403,
        "The addressed payment is of another payment product.",
    )
    # 404
    RESOURCE_UNKNOWN = "RESOURCE_UNKNOWN", 404, "The addressed resource is unknown."
    PRODUCT_UNKNOWN = "PRODUCT_UNKNOWN", 404, "This payment product is not offered."
    # 405
    SERVICE_INVALID = (
        "SERVICE_INVALID",
        405,
        "The addressed resource is of another payment service.",
    )
    METHOD_INVALID = "SERVICE_INVALID", 405, "This HTTP method is not offered here."
    CANCELLATION_INVALID = "CANCELLATION_INVALID", 405, "The payment cannot be cancelled."
    # 406
    REQUESTED_FORMATS_INVALID = (
        "REQUESTED_FORMATS_INVALID",
        406,
        "None of the requested formats is offered.",
    )
    SERVICE_NOT_SUPPORTED = (
        "SERVICE_NOT_SUPPORTED",
        406,
        "The bank does not offer this service.",
    )
    # 409
    STATUS_INVALID = "STATUS_INVALID", 409, "The status of the resource does not allow this."
    # 413, 415
    BODY_TOO_LARGE = "FORMAT_ERROR", 413, "The request body is too large."
    UNSUPPORTED_MEDIA_TYPE = (
        "UNSUPPORTED_MEDIA_TYPE",
        415,
        "The Content-Type of the request is not accepted here.",
    )
    # 5xx
    INTERNAL_SERVER_ERROR = "INTERNAL_SERVER_ERROR", 500, "The server failed."
    SERVICE_UNAVAILABLE = (
        "SERVICE_UNAVAILABLE",
        503,
        "The bank's systems do not answer at present.",
    )

    def __init__(self, code: str, http_status: int, text: str) -> None:
        self.code = code
        self.http_status = http_status
        self.text = text

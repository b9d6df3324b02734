"""Describes the routes for the OpenAPI document; changes nothing about how they work."""

from collections.abc import Callable, Iterable
from typing import Any, Final

from flask_smorest import Blueprint
from marshmallow import Schema

from xs2a.http.answers import JSON, PROBLEM_JSON
from xs2a.http.schemas.answers import (
    AuthorisationsSchema,
    InitiationSchema,
    PaymentStatusSchema,
    ProblemSchema,
    ScaStatusSchema,
    TppMessagesSchema,
)
from xs2a.http.schemas.payment import SinglePaymentSchema
from xs2a.spec import headers
from xs2a.spec.headers import HeaderRule, Kind

View = Callable[..., Any]

_SCHEMA_OF_KIND: Final[dict[Kind, dict[str, Any]]] = {
    Kind.TEXT: {"type": "string"},
    Kind.UUID: {"type": "string", "format": "uuid"},
    Kind.IP_ADDRESS: {"type": "string"},
    Kind.BOOLEAN: {"type": "boolean"},
    Kind.URI: {"type": "string", "format": "uri"},
    Kind.NOTIFICATION_MODES: {"type": "string"},
}

_ERRORS: Final = {
    "400": "Something in the request is wrong",
    "401": "The TPP's certificate is missing, invalid or lacks the role",
    "403": "Not allowed for this resource",
    "404": "Unknown resource or product",
    "405": "The payment is below another payment service, or the method is not offered",
    "406": "None of the requested formats is offered",
    "500": "The server failed",
    "503": "The bank's systems do not answer",
}
_ERRORS_WITH_BODY: Final = _ERRORS | {
    "413": "The body is too large",
    "415": "The Content-Type is not accepted",
}


def initiation(blueprint: Blueprint) -> Callable[[View], View]:
    """POST of a payment."""
    body = {"required": True, "content": {JSON: {"schema": SinglePaymentSchema()}}}
    return _described(
        blueprint,
        "201",
        InitiationSchema(),
        rules=headers.INITIATION,
        errors=_ERRORS_WITH_BODY,
        requestBody=body,
    )


def payment(blueprint: Blueprint) -> Callable[[View], View]:
    """GET of a payment: what was sent, with `transactionStatus`."""
    return _described(blueprint, "200", {"type": "object"})


def payment_status(blueprint: Blueprint) -> Callable[[View], View]:
    """GET of a payment's status."""
    return _described(blueprint, "200", PaymentStatusSchema())


def authorisations(blueprint: Blueprint) -> Callable[[View], View]:
    """GET of the list of authorisations."""
    return _described(blueprint, "200", AuthorisationsSchema())


def sca_status(blueprint: Blueprint) -> Callable[[View], View]:
    """GET of an authorisation's status."""
    return _described(blueprint, "200", ScaStatusSchema())


def _described(
    blueprint: Blueprint,
    status: str,
    schema: Schema | dict[str, Any],
    *,
    rules: Iterable[HeaderRule] = headers.READ,
    errors: dict[str, str] = _ERRORS,
    **more: Any,
) -> Callable[[View], View]:
    responses: dict[str, Any] = {
        status: {"description": "Done", "content": {JSON: {"schema": schema}}}
    }
    for code, meaning in errors.items():
        responses[code] = {
            "description": meaning,
            "content": {
                JSON: {"schema": TppMessagesSchema()},
                PROBLEM_JSON: {"schema": ProblemSchema()},
            },
        }
    described: Callable[[View], View] = blueprint.doc(
        responses=responses, parameters=[_parameter(rule) for rule in rules], **more
    )
    return described


def _parameter(rule: HeaderRule) -> dict[str, Any]:
    schema = dict(_SCHEMA_OF_KIND[rule.kind])
    if rule.max_length:
        schema["maxLength"] = rule.max_length
    return {"name": rule.name, "in": "header", "required": rule.mandatory, "schema": schema}

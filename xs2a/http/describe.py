"""Describes the routes for the OpenAPI document; changes nothing about how they work."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from flask_smorest import Blueprint
from marshmallow import Schema

from xs2a.bodies.schemas import (
    BulkPaymentSchema,
    PeriodicPaymentSchema,
    SinglePaymentSchema,
    StandingOrderSchema,
)
from xs2a.http import update_body
from xs2a.http.schemas.answers import (
    AuthorisationsSchema,
    CancellationSchema,
    InitiationSchema,
    PaymentStatusSchema,
    ProblemSchema,
    ScaStatusSchema,
    StartedSchema,
    TppMessagesSchema,
    UpdatedSchema,
)
from xs2a.spec import headers
from xs2a.spec.headers import HeaderRule, Kind
from xs2a.spec.media_types import JSON, MULTIPART, PROBLEM_JSON, XML
from xs2a.spec.resources import Authorisations

View = Callable[..., Any]

_SCHEMA_OF_KIND: Final[dict[Kind, dict[str, Any]]] = {
    Kind.TEXT: {"type": "string"},
    Kind.UUID: {"type": "string", "format": "uuid"},
    Kind.IP_ADDRESS: {"type": "string"},
    Kind.BOOLEAN: {"type": "boolean"},
    Kind.URI: {"type": "string", "format": "uri"},
    Kind.NOTIFICATION_MODES: {"type": "string"},
    Kind.DATE: {"type": "string"},
}

_SCHEME: Final = "accessToken"
SECURITY: Final = {
    _SCHEME: {
        "type": "http",
        "scheme": "bearer",
        "description": "With an OAuth flow: pre-step with every request, integrated with reads",
    }
}

_PAIN_001: Final = {"type": "string", "description": "An ISO 20022 pain.001 message"}
_PAIN_002: Final = {"type": "string", "description": "An ISO 20022 pain.002 message"}
_MULTIPART: Final = {
    "type": "object",
    "description": "A periodic payment whose transfer is a pain.001 message",
    "required": ["xml_sct", "json_standingorderType"],
    "properties": {
        "xml_sct": _PAIN_001,
        "json_standingorderType": StandingOrderSchema(),
    },
}

_ERRORS: Final = {
    "400": "Something in the request is wrong",
    "401": "The TPP's certificate or the PSU's credentials are missing or wrong",
    "403": "Not allowed for this resource",
    "404": "Unknown resource or product",
    "405": "Another payment service, a method that is not offered, or not to be cancelled",
    "406": "None of the requested formats is offered",
    "409": "The status of the resource does not allow this",
    "500": "The server failed",
    "503": "The bank's systems do not answer",
}
_ERRORS_WITH_BODY: Final = _ERRORS | {
    "413": "The body is too large",
    "415": "The Content-Type is not accepted",
}


def initiation(blueprint: Blueprint) -> Callable[[View], View]:
    """POST of a payment of any service, product and format."""
    any_json = {"oneOf": [SinglePaymentSchema(), PeriodicPaymentSchema(), BulkPaymentSchema()]}
    content = {JSON: any_json, XML: _PAIN_001, MULTIPART: _MULTIPART}
    body = {"required": True, "content": {each: {"schema": s} for each, s in content.items()}}
    return _described(
        blueprint,
        "201",
        InitiationSchema(),
        rules=headers.INITIATION,
        errors=_ERRORS_WITH_BODY,
        requestBody=body,
    )


def payment(blueprint: Blueprint) -> Callable[[View], View]:
    """GET of a payment: what was sent, the standard's JSON with `transactionStatus`."""
    return _described(
        blueprint, "200", {"type": "object"}, formats={XML: _PAIN_001, MULTIPART: _MULTIPART}
    )


def payment_status(blueprint: Blueprint) -> Callable[[View], View]:
    """GET of a payment's status."""
    return _described(blueprint, "200", PaymentStatusSchema(), formats={XML: _PAIN_002})


def cancellation(blueprint: Blueprint) -> Callable[[View], View]:
    """DELETE of a payment: 204, or 202 where the PSU has to authorise it."""
    return _described(
        blueprint,
        "202",
        CancellationSchema(),
        rules=headers.CANCELLATION,
        also={"204": {"description": "The payment is cancelled"}},
    )


def start(blueprint: Blueprint, row: Authorisations) -> Callable[[View], View]:
    """POST of an authorisation."""
    return _described(
        blueprint,
        "201",
        StartedSchema(),
        rules=headers.START,
        errors=_ERRORS_WITH_BODY,
        summary=f"Start an authorisation of the {row.name}",
        requestBody=_optional(update_body.START),
    )


def authorisations(blueprint: Blueprint, row: Authorisations) -> Callable[[View], View]:
    """GET of the list of authorisations."""
    summary = f"List the ids of the {row.name}'s authorisations"
    return _described(blueprint, "200", AuthorisationsSchema(), summary=summary)


def sca_status(blueprint: Blueprint, row: Authorisations) -> Callable[[View], View]:
    """GET of an authorisation's status."""
    summary = f"Read the SCA status of one of the {row.name}'s authorisations"
    return _described(blueprint, "200", ScaStatusSchema(), summary=summary)


def update(blueprint: Blueprint, row: Authorisations) -> Callable[[View], View]:
    """PUT of an authorisation."""
    return _described(
        blueprint,
        "200",
        UpdatedSchema(),
        rules=headers.UPDATE,
        errors=_ERRORS_WITH_BODY,
        summary=f"Update one of the {row.name}'s authorisations with what the PSU sends",
        requestBody=_optional(update_body.UPDATE),
    )


def _optional(schema: Schema) -> dict[str, Any]:
    """Without a body the request says who the PSU is, by its headers."""
    return {"required": False, "content": {JSON: {"schema": schema}}}


def _described(
    blueprint: Blueprint,
    status: str,
    schema: Schema | dict[str, Any],
    *,
    rules: Iterable[HeaderRule] = headers.READ,
    errors: dict[str, str] = _ERRORS,
    also: dict[str, Any] | None = None,
    formats: Mapping[str, dict[str, Any]] | None = None,
    **more: Any,
) -> Callable[[View], View]:
    content = {JSON: schema, **(formats or {})}
    responses: dict[str, Any] = {
        status: {
            "description": "Done",
            "content": {each: {"schema": schema} for each, schema in content.items()},
        },
        **(also or {}),
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
        responses=responses,
        security=[{}, {_SCHEME: []}],
        parameters=[*map(_parameter, rules), *map(_parameter_of_signatures, headers.SIGNATURE)],
        **more,
    )
    return described


def _parameter(rule: HeaderRule) -> dict[str, Any]:
    schema = dict(_SCHEMA_OF_KIND[rule.kind])
    if rule.max_length:
        schema["maxLength"] = rule.max_length
    return {"name": rule.name, "in": "header", "required": rule.mandatory, "schema": schema}


def _parameter_of_signatures(rule: HeaderRule) -> dict[str, Any]:
    """One document stands for all tenants: each one's profile says whether it is mandatory."""
    told = "Mandatory where the bank demands signed requests, else not looked at"
    return _parameter(rule) | {"required": False, "description": told}

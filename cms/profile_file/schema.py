"""The settings document as a JSON schema, for the OpenAPI description of the REST face."""

from datetime import timedelta
from enum import StrEnum
from typing import get_args, get_origin

from cms.domain.payment_service import PaymentService
from cms.domain.profile import KEYS, Key
from cms.profile_file.writing import wire_value

JsonSchema = dict[str, object]


def settings_schema(*, without: tuple[str, ...] = ()) -> JsonSchema:
    """All keys nested as in the document, save those whose path is in `without`."""
    root: JsonSchema = {"type": "object", "properties": {}}
    for one in KEYS:
        if one.path in without:
            continue
        *groups, name = one.path.split(".")
        below = root
        for group in groups:
            below = _properties(below).setdefault(group, {"type": "object", "properties": {}})
        _properties(below)[name] = _key_schema(one)
    return root


def _properties(schema: JsonSchema) -> dict[str, JsonSchema]:
    properties = schema["properties"]
    assert isinstance(properties, dict)  # noqa: S101 - made so above
    return properties


def _key_schema(one: Key) -> JsonSchema:
    schema = _type_schema(one.kind)
    schema["description"] = one.effect
    schema["default"] = wire_value(one.default)
    if one.default == "":
        schema["nullable"] = True
    return schema


def _type_schema(kind: object) -> JsonSchema:
    if kind is bool:
        return {"type": "boolean"}
    if kind is int:
        return {"type": "integer", "minimum": 0}
    if kind is timedelta:
        return {"type": "integer", "minimum": 0, "description": "milliseconds"}
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return {"type": "string", "enum": [word.value for word in kind]}
    if get_origin(kind) is tuple:
        return {"type": "array", "items": _type_schema(get_args(kind)[0])}
    if kind is str:
        return {"type": "string"}
    products = {"type": "array", "items": {"type": "string"}}
    services = {service.payment_type: products for service in PaymentService}
    return {"type": "object", "properties": services}

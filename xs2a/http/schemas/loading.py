"""Loads a body by the fields of its schema, member by member as they were sent.

The library's own `Schema.load` visits every member a body might have, at every level, and that
alone doubled the cost of an initiation; the fields, their checks and their documentation are the
library's all the same.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from marshmallow import Schema, ValidationError, fields

from xs2a.http.schemas.faults import Fault

MISSING = Fault("is missing")
UNKNOWN = Fault("is not a member of this body", unknown=True)

Errors = dict[str | int, Any]


def load(schema: Schema, sent: Mapping[str, Any]) -> tuple[dict[str, Any], Errors]:
    """What could be read, by snake_case names, and the faults of the rest, by wire names."""
    known, required = _members(schema)
    loaded: dict[str, Any] = {}
    errors: Errors = {}
    for key, value in sent.items():
        member = known.get(key)
        if member is None:
            errors[key] = [UNKNOWN]
            continue
        name, field = member
        try:
            loaded[name] = field.deserialize(value, key, sent)
        except ValidationError as error:
            errors[key] = error.messages
    for key in required:
        if key not in sent:
            errors[key] = [MISSING]
    return loaded, errors


@lru_cache(maxsize=64)
def _members(schema: Schema) -> tuple[dict[str, tuple[str, fields.Field[Any]]], tuple[str, ...]]:
    """The schema's members by their wire names, and which of them must be sent."""
    known = {field.data_key or name: (name, field) for name, field in schema.load_fields.items()}
    return known, tuple(key for key, (_, field) in known.items() if field.required)

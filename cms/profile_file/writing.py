"""A typed profile back to the words of the document, for the REST face and the debug file."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

from cms.domain.payment_service import PaymentService
from cms.domain.profile import KEYS, Profile


def settings_document(profile: Profile) -> dict[str, object]:
    """All keys, nested as in the YAML document below `setting`; a text not set is None."""
    document: dict[str, object] = {}
    for one in KEYS:
        *groups, name = one.path.split(".")
        target = document
        for group in groups:
            below = target.setdefault(group, {})
            assert isinstance(below, dict)  # noqa: S101 - a group's path is never a key's path
            target = below
        target[name] = wire_value(one.value_in(profile))
    return document


def wire_value(value: object) -> object:
    """Durations as milliseconds, words as their spelling, the matrix by payment type."""
    if isinstance(value, timedelta):
        return value // timedelta(milliseconds=1)
    if isinstance(value, PaymentService):
        return value.payment_type
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, tuple):
        return [wire_value(item) for item in value]
    if isinstance(value, Mapping):
        return {wire_value(name): wire_value(item) for name, item in value.items()}
    return None if value == "" else value
